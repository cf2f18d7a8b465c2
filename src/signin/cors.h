/* signin/cors.h - which pages' scripts may read our answers: those at the origin of a registered single-page application.
 *
 * Source: identity 2.1; Fetch standard. Exact origins, never "*", no credentials: the token endpoint takes no cookies. */
#ifndef SIGNIN_CORS_H
#define SIGNIN_CORS_H

#include "signin/signin_internal.h"

/* Adds Access-Control-Allow-Origin when the request's Origin is one of those. */
MUST_USE NONNULL err cors_allow(struct web_call *call);
/* Answers a preflight. */
err cors_preflight(struct web_call *call);

#endif
