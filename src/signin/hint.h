/* signin/hint.h - id_token_hint: an ID token of ours that a client shows again. OpenID Connect Core 3.1.2.1.
 *
 * Expired is fine; the signature and the audience are required. */
#ifndef SIGNIN_HINT_H
#define SIGNIN_HINT_H

#include "signin/signin_internal.h"

struct hint {
	struct uuid client, person;
	str sid;
};

/* *out_valid is false for anything that is not an ID token of ours. */
MUST_USE NONNULL err hint_read(struct web_call *call, str text, struct hint *out, bool *out_valid);
/* True when the hint is not a valid one of this client and this person. */
MUST_USE NONNULL err hint_is_of_other(struct web_call *call, str text, const struct uuid *client, const struct uuid *person,
				      bool *out);

#endif
