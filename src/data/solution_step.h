/* data/solution_step.h - a request inside another one, made by the service for the caller: the same judgement as if it had come alone.
 *
 * Whoever asks, acts for whom, the lane and the moment are those of the request outside. It is counted as a part of it. */
#ifndef DATA_SOLUTION_STEP_H
#define DATA_SOLUTION_STEP_H

#include "data/request.h"

/* target: path and query below the service ("roles?$select=name"), body: JSON, or empty. *out_answer: the answer's JSON, in `arena`;
 * null when it has none. A refusal becomes the refusal of the request outside. */
MUST_USE NONNULL err solution_step(struct data_call *outer, enum http_method method, str target, str body, struct arena *arena,
				   const struct json **out_answer);

#endif
