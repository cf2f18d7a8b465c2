/* codec/mask.h - parts of a text hidden by a regular expression.
 *
 * Source:  authorization-and-data 1.12, 4.11: each match of the expression (PCRE2, over the whole text, leftmost, repeated) is replaced by
 *          the mask once per matched character. Characters are those of UTF-8.
 * An expression that takes too long on a text hides all of it. */
#ifndef CODEC_MASK_H
#define CODEC_MASK_H

#include "base/arena.h"
#include "base/err.h"

enum { MASK_EXPRESSION_MAX = 1000, MASK_TEXT_MAX = 10 };

struct mask;

/* ERR_INVALID with a reason in why: no expression, or no mask of 1 to MASK_TEXT_MAX octets. */
MUST_USE NONNULL err mask_new(str expression, str text, struct mask **out);
/* Accepts null. */
void mask_free(struct mask *m);
/* The text as it is shown; `in` itself where nothing matches. A null `at`: the arena is spent. */
NONNULL str mask_apply(const struct mask *m, str in, struct arena *arena);

#endif
