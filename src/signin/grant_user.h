/* signin/grant_user.h - tokens for a person, from a code or a refresh token. */
#ifndef SIGNIN_GRANT_USER_H
#define SIGNIN_GRANT_USER_H

#include "signin/code.h"
#include "signin/token_endpoint.h"

/* May the person still sign in, with what was proved at auth_time? Sets t->person. */
MUST_USE NONNULL err grant_user_check(struct token_call *t, const struct uuid *id, struct instant auth_time);
/* What was signed in with an access pass lasts as long as its session: sets what->limited, or refuses what is over. */
MUST_USE NONNULL err grant_user_limit(struct token_call *t, const struct uuid *session, str methods, struct issue *what);
/* Resource and remaining consent for a granted scope: narrows what->scope to what is still consented. */
MUST_USE NONNULL err grant_user_scope(struct token_call *t, str scope, struct resource *out_resource, struct issue *what);
/* Access token, and an ID token when openid was granted. */
MUST_USE NONNULL err grant_user_issue(struct token_call *t, const struct issue *what, struct issued *out_access, str *out_id_token);

#endif
