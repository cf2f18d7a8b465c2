/* signin/authorization.h - an authorization request with everything it names looked up: client, redirect URI, resource.
 *
 * Built anew from the request's own text at each step of a sign-in, so that a client deleted meanwhile is noticed. */
#ifndef SIGNIN_AUTHORIZATION_H
#define SIGNIN_AUTHORIZATION_H

#include "signin/authorize_request.h"
#include "signin/scope.h"
#include "signin/transaction.h"

struct authorization {
	struct authorize_request request;
	struct client client;
	str redirect_uri;              /* registered; empty until it is known that we may redirect */
	enum redirect_platform platform;
	struct scope scope;
	struct resource resource;      /* of the scope's permissions; the directory when it has none */
	struct transaction_state transaction;
};

/* Reads and looks up. *out_refusal with an empty out->redirect_uri is shown on a page, with one it is sent there. */
MUST_USE NONNULL err authorization_load(struct web_call *call, const struct transaction_state *t, struct authorization *out,
					enum refusal *out_refusal);

/* Which of the client's redirect URIs is meant. Loopback http ignores the port for public clients (RFC 8252, 7.3). Pure. */
NONNULL enum refusal redirect_uri_choose(const struct client *client, bool sent, str uri, str *out,
					 enum redirect_platform *out_platform);

/* Sends the answer to the client, in the mode it asked for. */
MUST_USE NONNULL err authorization_refuse(struct web_call *call, const struct authorization *a, enum refusal refusal);
MUST_USE NONNULL err authorization_answer(struct web_call *call, const struct authorization *a, str code, str client_info);

/* The scope's resource, and whether each permission exists there. */
MUST_USE NONNULL err resource_of_scope(struct web_call *call, const struct scope *scope, struct resource *out,
				       enum refusal *out_refusal);

#endif
