/* data/answer.h - what every answer has: headers, and the error body of 4.8. */
#ifndef DATA_ANSWER_H
#define DATA_ANSWER_H

#include "data/request.h"

/* OData-Version, content type; opens a writer. */
NONNULL struct json_writer answer_json(struct data_call *dc, int status);
/* 204 with OData-EntityId when id is given. */
NONNULL void answer_empty(struct data_call *dc);
NONNULL void answer_entity_id(struct data_call *dc, const struct table *t, const struct uuid *id);
/* {"error":{"code","message"}} from the problem, or from the err's kind when nothing was said. */
void answer_error(struct web_call *web, const struct problem *problem, const struct prefer *prefer, int status, err why);

#endif
