/* signin/token_endpoint.h - POST /oauth2/v2.0/token: authenticates the client, hands over to the grant, answers.
 *
 * A grant gets a begun write transaction and leaves it uncommitted: the endpoint adds the line of the sign-in log and commits, so that
 * a success is durable, and a refusal logged, before it is told. */
#ifndef SIGNIN_TOKEN_ENDPOINT_H
#define SIGNIN_TOKEN_ENDPOINT_H

#include "signin/token_issue.h"
#include "signin/token_request.h"

struct token_call {
	struct web_call *call;
	struct token_request request;
	struct client client;
	bool has_client;
	bool authenticated;     /* by its secret */
	/* the grant's result */
	enum refusal refusal;
	str response;           /* JSON, on success */
	struct person person;
	bool has_person;
	str op, session, methods; /* for the log */
};

typedef err (*grant_fn)(struct token_call *t);
/* Each sets t->refusal or t->response. An err rolls everything back. */
MUST_USE NONNULL err grant_code(struct token_call *t);
MUST_USE NONNULL err grant_refresh(struct token_call *t);
MUST_USE NONNULL err grant_client_credentials(struct token_call *t);

/* Shared by the grants: may a client of this platform go on as authenticated as it is? */
enum refusal token_client_fits(const struct token_call *t, enum redirect_platform platform);

struct token_answer {
	const struct issued *access;
	str scope, id_token, refresh_token, client_info;
};
MUST_USE NONNULL err token_answer_text(struct web_call *call, const struct token_answer *answer, str *out);
MUST_USE NONNULL err token_client_info(struct web_call *call, const struct uuid *person, str *out);

err token_post(struct web_call *call);

#endif
