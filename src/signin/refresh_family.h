/* signin/refresh_family.h - the stored line of refresh tokens that one sign-in gave one client.
 *
 * Source: identity 2.5; the decisions are in signin/refresh_state.h. Wire: "rt." base64url(family id) "." n "." base64url(secret).
 * All functions run inside the caller's transaction. */
#ifndef SIGNIN_REFRESH_FAMILY_H
#define SIGNIN_REFRESH_FAMILY_H

#include "signin/code.h"
#include "signin/refresh_state.h"

enum { REFRESH_GRACE_MS = 30 * 1000, REFRESH_TOKEN_CHARS_MAX = 128 };

struct refresh_token {
	struct uuid family;
	uint64_t n;
	struct sha256 hash; /* of the secret as written */
};
/* Pure. ERR_INVALID when it is not of our form. */
MUST_USE NONNULL err refresh_token_parse(str text, struct refresh_token *out);

struct refresh_family {
	struct uuid id, client, user_id, session;
	int64_t user_key;
	enum redirect_platform platform;
	str scope, nonce, methods;
	bool has_nonce;
	struct instant auth_time;
	struct refresh_times times;
	uint64_t current_n;
	struct sha256 current_hash, previous_hash;
	bytes last_response; /* sealed */
};

MUST_USE NONNULL err refresh_family_begin(struct web_call *call, const struct code *code, bool standalone, struct uuid *out_id,
					  str *out_token);
/* ERR_NOT_FOUND when there is no such family. */
MUST_USE NONNULL err refresh_family_find(struct web_call *call, const struct uuid *id, struct refresh_family *out);
/* What presenting this token to this family means. */
NONNULL enum refresh_action refresh_family_present(const struct refresh_family *f, const struct refresh_token *token,
						   struct instant now);
/* The next token; its answer is stored afterwards by refresh_family_rotate. */
MUST_USE NONNULL err refresh_family_next(struct web_call *call, const struct refresh_family *f, str *out_token);
MUST_USE NONNULL err refresh_family_rotate(struct web_call *call, const struct refresh_family *f, str next_token, str response);
/* The stored answer of the last rotation. */
MUST_USE NONNULL err refresh_family_answer(struct web_call *call, const struct refresh_family *f, str *out_response);
MUST_USE NONNULL err refresh_family_revoke(struct web_call *call, const struct uuid *id, str why);

/* An access token that is not to be accepted any more, until it would have ended anyway. */
MUST_USE NONNULL err access_token_revoke(struct web_call *call, str uti, int64_t ends_ms);
MUST_USE NONNULL err access_token_is_revoked(struct web_call *call, str uti, bool *out);

#endif
