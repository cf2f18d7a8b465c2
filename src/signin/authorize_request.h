/* signin/authorize_request.h - an authorization request as it was sent, judged rule by rule.
 *
 * Source:  OpenID Connect Core 3.1.2.1, RFC 6749 4.1.1, RFC 7636 4.3, RFC 9207; identity 2.3 and 2.10.
 * Two steps, because nothing may be redirected before client and redirect URI are known:
 *   authorize_request_begin  client_id and redirect_uri only; a refusal is shown on a page
 *   authorize_request_read   everything else; a refusal is sent to the redirect URI, in the mode that was asked for
 * Unknown parameters are ignored; a known one that comes twice is refused. Views point into the parameters. */
#ifndef SIGNIN_AUTHORIZE_REQUEST_H
#define SIGNIN_AUTHORIZE_REQUEST_H

#include "base/arena.h"
#include "codec/url.h"
#include "signin/pkce.h"
#include "signin/refusal.h"

enum { AUTHORIZE_PARAMETERS_MAX = 100, STATE_BYTES_MAX = 2048, NONCE_BYTES_MAX = 1024, SCOPE_BYTES_MAX = 2048,
       CLAIMS_PARAMETER_BYTES_MAX = 8192, HINT_BYTES_MAX = 4096, MAX_AGE_ABSENT = -1 };

enum response_mode { RESPONSE_QUERY = 1, RESPONSE_FRAGMENT, RESPONSE_FORM_POST };

enum prompt { PROMPT_NONE = 1, PROMPT_LOGIN = 2, PROMPT_CONSENT = 4, PROMPT_SELECT_ACCOUNT = 8, PROMPT_CREATE = 16 };

struct authorize_request {
	str client_id, redirect_uri;  /* as sent; redirect_uri is empty when absent       */
	bool has_redirect_uri;
	enum response_mode mode;
	str state;
	bool has_state;
	str scope, nonce;
	bool has_nonce, has_challenge;
	struct pkce_challenge challenge;
	unsigned prompt;              /* enum prompt, or'ed                               */
	int64_t max_age_s;            /* MAX_AGE_ABSENT                                   */
	str login_hint, id_token_hint;
	bool client_info;             /* MSAL: answer client_info                         */
};

NONNULL enum refusal authorize_request_begin(const struct url_params *params, struct authorize_request *out);
/* Mode and state are always set, so that also a refusal can be answered. challenge_required: the redirect URI's platform
 * makes the client a public one. */
NONNULL enum refusal authorize_request_read(const struct url_params *params, bool challenge_required, struct arena *arena,
					    struct authorize_request *out);

#endif
