/* signin/refusal.h - why the provider said no: every refusal with its OAuth error, the vendor's number and its text.
 *
 * Source:  RFC 6749 4.1.2.1 and 5.2, OpenID Connect Core 3.1.2.6; numbers as in identity 2.1. A refusal is an answer, not an
 *          err. The text is fixed: nothing that a peer sent is ever echoed in it. */
#ifndef SIGNIN_REFUSAL_H
#define SIGNIN_REFUSAL_H

#include "base/attr.h"
#include "base/str.h"

enum refusal {
	REFUSAL_NONE = 0,
	/* authorize, before there is anywhere to redirect to: an error page */
	REFUSAL_DUPLICATE_CLIENT, REFUSAL_MISSING_CLIENT, REFUSAL_UNKNOWN_CLIENT, REFUSAL_DISABLED_CLIENT,
	REFUSAL_REDIRECT_MISSING, REFUSAL_REDIRECT_MISMATCH, REFUSAL_UNKNOWN_TENANT, REFUSAL_BAD_QUERY, REFUSAL_STALE_PAGE,
	REFUSAL_FOREIGN_POST,
	/* authorize, sent to the client */
	REFUSAL_DUPLICATE_PARAMETER, REFUSAL_RESPONSE_TYPE_MISSING, REFUSAL_RESPONSE_TYPE, REFUSAL_RESPONSE_MODE,
	REFUSAL_STATE_LONG, REFUSAL_VALUE_LONG, REFUSAL_SCOPE_MISSING, REFUSAL_SCOPE, REFUSAL_TWO_RESOURCES, REFUSAL_RESOURCE,
	REFUSAL_PKCE_REQUIRED, REFUSAL_PKCE_METHOD, REFUSAL_PKCE_CHALLENGE, REFUSAL_PROMPT, REFUSAL_MAX_AGE, REFUSAL_CLAIMS,
	REFUSAL_REQUEST_OBJECT, REFUSAL_REQUEST_URI, REFUSAL_LOGIN_REQUIRED, REFUSAL_OTHER_USER, REFUSAL_CONSENT_REQUIRED,
	REFUSAL_ADMIN_CONSENT, REFUSAL_DECLINED, REFUSAL_NOT_ASSIGNED,
	/* token endpoint */
	REFUSAL_CONTENT_TYPE, REFUSAL_GRANT_MISSING, REFUSAL_GRANT_TYPE, REFUSAL_PARAMETER_MISSING, REFUSAL_CLIENT_MISSING,
	REFUSAL_CLIENT_UNKNOWN_TOKEN, REFUSAL_CLIENT_SECRET, REFUSAL_CLIENT_METHODS, REFUSAL_CLIENT_AUTH_REQUIRED,
	REFUSAL_CLIENT_PUBLIC, REFUSAL_SECRET_IN_URL, REFUSAL_CODE, REFUSAL_CODE_EXPIRED, REFUSAL_CODE_USED,
	REFUSAL_CODE_REDIRECT, REFUSAL_CODE_CLIENT, REFUSAL_VERIFIER, REFUSAL_VERIFIER_UNASKED, REFUSAL_REFRESH,
	REFUSAL_REFRESH_EXPIRED, REFUSAL_REFRESH_REVOKED, REFUSAL_REFRESH_REUSED, REFUSAL_CONSENT_GONE, REFUSAL_SCOPE_WIDER, REFUSAL_USER_GONE, REFUSAL_DEFAULT_SCOPE,
	/* in the sign-in log only: the page shows REFUSAL_CREDENTIALS for each */
	REFUSAL_CREDENTIALS, REFUSAL_LOCKED, REFUSAL_USER_DISABLED, REFUSAL_USER_UNKNOWN,
	/* not the client's fault */
	REFUSAL_BUSY, REFUSAL_NO_ROOM, REFUSAL_FAILED,
	REFUSAL_COUNT
};

struct refusal_row {
	const char *error;  /* OAuth error code                          */
	int number;         /* BWK<number>                               */
	int status;         /* of a JSON answer                          */
	const char *text;   /* one sentence for a developer              */
	const char *reason; /* audit reason code                         */
};

/* Never null for 0 < refusal < REFUSAL_COUNT. */
const struct refusal_row *refusal_row(enum refusal refusal);

#endif
