/* token/principal_read.h - from the claims of a verified access token to a principal. */
#ifndef TOKEN_PRINCIPAL_READ_H
#define TOKEN_PRINCIPAL_READ_H

#include "codec/json_read.h"
#include "token/principal.h"

enum { PRINCIPAL_LIST_MAX = 300 };

/* ERR_INVALID when a claim that every token of ours has is missing or of another type. */
MUST_USE NONNULL err principal_read(const struct json *claims, struct arena *arena, const struct principal **out);

#endif
