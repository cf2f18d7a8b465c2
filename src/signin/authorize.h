/* signin/authorize.h - goes on with an authorization: a page, an answer to the client, or a refusal.
 *
 * The order of events is in authorize_decide.h; this gathers the facts and carries the decision out. */
#ifndef SIGNIN_AUTHORIZE_H
#define SIGNIN_AUTHORIZE_H

#include "signin/authorization.h"
#include "signin/session.h"

/* A handler's way in: reads `ctx` of a form of ours, checks that the form came from our page, loads the authorization. When
 * something is wrong the answer is written and *out_answered is true. */
MUST_USE NONNULL err authorize_resume(struct web_call *call, const struct url_params *form, struct authorization *out,
				      bool *out_answered);
/* From the browser's session onwards. After a POST a page that is due is reached by a redirect (303). */
MUST_USE NONNULL err authorize_go_on(struct web_call *call, struct authorization *a);
/* The same when the person has signed in within this very call, so that the browser has not sent the new cookie yet. */
MUST_USE NONNULL err authorize_signed_in(struct web_call *call, struct authorization *a, const struct session *session,
					 const struct person *person);
/* Answers a refusal to the client, with its line in the sign-in log. */
MUST_USE err authorize_refuse(struct web_call *call, const struct authorization *a, enum refusal refusal,
			      const struct person *person);
/* For an answer outside a transaction of its own (page). */
MUST_USE NONNULL err authorize_error_page(struct web_call *call, enum refusal refusal);

/* Handlers. */
err authorize_get(struct web_call *call);
err authorize_post(struct web_call *call);
err authorize_continue(struct web_call *call);
err account_post(struct web_call *call);
err consent_post(struct web_call *call);
err password_post(struct web_call *call);
err change_password_post(struct web_call *call);

/* Has `value` in `action`? */
NONNULL bool form_action_is(const struct url_params *form, str value);

#endif
