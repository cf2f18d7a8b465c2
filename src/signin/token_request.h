/* signin/token_request.h - a request to the token endpoint as it was sent. RFC 6749 3.2, 2.3.1; identity 2.4, 2.10.
 *
 * Any repeated parameter is refused. Client authentication: at most one way. Views point into the parameters. */
#ifndef SIGNIN_TOKEN_REQUEST_H
#define SIGNIN_TOKEN_REQUEST_H

#include "base/arena.h"
#include "codec/url.h"
#include "signin/refusal.h"

enum { TOKEN_PARAMETERS_MAX = 60, TOKEN_PARAMETER_BYTES_MAX = 16384 };

enum grant { GRANT_CODE = 1, GRANT_REFRESH, GRANT_CLIENT_CREDENTIALS };

struct token_request {
	enum grant grant;
	str client_id, client_secret;
	bool has_secret, basic;     /* basic: credentials came in the Authorization header */
	str code, redirect_uri, code_verifier, refresh_token, scope;
	bool has_redirect_uri, has_verifier, has_scope, client_info;
};

/* `basic_user` and `basic_password` are what the Authorization header held, still form-encoded (has_basic false: none). */
NONNULL enum refusal token_request_read(const struct url_params *params, bool has_basic, str basic_user, str basic_password,
					struct arena *arena, struct token_request *out);

#endif
