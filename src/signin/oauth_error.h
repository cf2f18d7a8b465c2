/* signin/oauth_error.h - a refusal as JSON: RFC 6749 5.2 with the vendor's members (identity 2.1). */
#ifndef SIGNIN_OAUTH_ERROR_H
#define SIGNIN_OAUTH_ERROR_H

#include "signin/signin_internal.h"

/* tried_basic: a 401 then says WWW-Authenticate: Basic. */
MUST_USE NONNULL err oauth_error_answer(struct web_call *call, enum refusal refusal, bool tried_basic);
/* The surface's own errors: 404, 405 and what a handler's err becomes. */
void oauth_write_error(struct web_call *call, int status, err why);

#endif
