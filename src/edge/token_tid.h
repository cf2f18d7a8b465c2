/* edge/token_tid.h - the tenant that a bearer token claims, unverified: it only chooses the worker, and that worker
 * verifies the token as it always does. Form is as strict as there: both read it by crypto/jws.h. */
#ifndef EDGE_TOKEN_TID_H
#define EDGE_TOKEN_TID_H

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

/* `authorization` is the field's value: "Bearer header.payload.signature". ERR_INVALID (ERR_LIMIT: too long) when it is nothing of the
 * kind or its payload has no `tid` that is a GUID. */
MUST_USE NONNULL err token_tid_parse(str authorization, struct uuid *out);

#endif
