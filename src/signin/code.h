/* signin/code.h - authorization codes: one use within 60 s, for one client.
 *
 * Source: RFC 6749 4.1.2, identity 2.4. The row stays for a day after its end, so that a second use is recognised and what the
 * first one gave is revoked. All functions run inside the caller's transaction. */
#ifndef SIGNIN_CODE_H
#define SIGNIN_CODE_H

#include "crypto/hash.h"
#include "signin/authorization.h"
#include "signin/session.h"

enum { CODE_MS = 60 * 1000 };

struct code {
	struct sha256 hash;
	struct uuid client, user_id, session;
	int64_t user_key;
	enum redirect_platform platform;
	str redirect_uri, nonce, scope, methods;
	bool redirect_sent, has_challenge, has_nonce, client_info, used;
	struct pkce_challenge challenge;
	struct instant auth_time, ends;
	bool has_family;
	struct uuid family;
	str access_uti;
	int64_t access_ends;
};

/* Makes the code for what the authorization asks. scope: as granted. */
MUST_USE NONNULL err code_issue(struct web_call *call, const struct authorization *a, const struct session *session, str scope,
				str *out_code);
/* ERR_NOT_FOUND when there is no such code. */
MUST_USE NONNULL err code_find(struct web_call *call, str text, struct code *out);
/* family may be null. */
MUST_USE err code_use(struct web_call *call, const struct code *code, const struct uuid *family, str access_uti,
		      int64_t access_ends_ms);
/* It came a second time: what it gave is void. */
MUST_USE NONNULL err code_revoke(struct web_call *call, const struct code *code);

#endif
