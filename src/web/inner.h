/* web/inner.h - a request inside another one (a part of a batch): the same client, lane and moment, an answer of its own. */
#ifndef WEB_INNER_H
#define WEB_INNER_H

#include "web/call.h"

/* method, path, query, headers and body are then the caller's to set. */
NONNULL void web_inner_begin(const struct web_call *outer, struct arena *arena, struct web_call *inner);
/* Replaces an answer that could not be written whole by 500. */
NONNULL void web_inner_check(struct web_call *inner);
/* Frees the answer's body. */
NONNULL void web_inner_release(struct web_call *inner);

#endif
