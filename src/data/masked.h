/* data/masked.h - values as they are shown through a column's mask (authorization-and-data 1.12). */
#ifndef DATA_MASKED_H
#define DATA_MASKED_H

#include "codec/mask.h"
#include "data/request.h"

/* The value as text, hidden as the mask says; null stays null. *out is a text then, also of a number. */
MUST_USE NONNULL err masked_value(const struct mask *m, const struct column *c, const struct value *v, struct arena *arena, struct value *out);
/* A value for the audit log: never beneath the mask. */
MUST_USE NONNULL err masked_for_log(struct data_call *dc, const struct column *c, const struct value *v, struct value *out);
/* What would write the mask over what it hides is refused with 400, unless the caller may read beneath (a round trip must not destroy data). */
MUST_USE NONNULL err masked_write_check(struct data_call *dc, const struct column *c, const struct value *stored, const struct value *written);
/* The event of an answer that shows values beneath masks, in a transaction of its own: without it there is no answer. */
MUST_USE NONNULL err masked_reads_log(struct data_call *dc);

#endif
