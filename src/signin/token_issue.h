/* signin/token_issue.h - what our tokens say. Source: identity 2.6. The keeper signs; this writes the claims. */
#ifndef SIGNIN_TOKEN_ISSUE_H
#define SIGNIN_TOKEN_ISSUE_H

#include "signin/scope.h"
#include "signin/signin_internal.h"

/* What a person's tokens are made of. */
struct issue {
	const struct client *client;
	const struct resource *resource;
	const struct person *person;
	struct scope scope;        /* granted */
	struct uuid session;
	struct instant auth_time;
	str methods, nonce;
	bool has_nonce;
	bool client_authenticated; /* by a secret */
	bool limited;              /* signed in with an access pass: nothing lasts longer than */
	struct instant ends_max;
};

struct issued {
	str token, uti;
	int64_t expires_in_s, expires_at_s;
};

MUST_USE NONNULL err token_issue_user(struct web_call *call, const struct issue *what, struct issued *out);
MUST_USE NONNULL err token_issue_app(struct web_call *call, const struct client *client, const struct resource *resource,
				     const str *roles, size_t role_count, struct issued *out);
/* access_token: for at_hash. */
MUST_USE NONNULL err token_issue_id(struct web_call *call, const struct issue *what, str access_token, str *out);

/* Standard claims that the scopes allow: in ID tokens none but name, preferred_username and email; all at userinfo. */
NONNULL void token_profile_claims(struct json_writer *w, const struct person *person, unsigned words, bool all);
/* The person as this client (or resource) knows them. */
NONNULL str token_subject(struct signin *s, const struct uuid *person, const struct client *client, struct arena *arena);

#endif
