/* signin/session.h - that a browser has signed in: one cookie, one row.
 *
 * Source: identity 3.4. The cookie is 256 random bits, the row holds their SHA-256. A new cookie at every sign-in; the old one is
 * dead at once. The session's own id stays when the same person signs in again, so that what hangs on it (refresh tokens,
 * clients' sids) lives on. */
#ifndef SIGNIN_SESSION_H
#define SIGNIN_SESSION_H

#include "signin/signin_internal.h"

struct session {
	struct uuid id;
	int64_t user_key;
	struct uuid user_id;
	struct instant auth_time, used, ends;
	int64_t idle_ms;
	str methods; /* "pwd" */
	bool persistent;
};

/* The browser's live session and its person. *out_found is false without one, and for a person who may not sign in any more. */
MUST_USE NONNULL err session_find(struct web_call *call, struct session *out, struct person *out_person, bool *out_found);
/* A person has just signed in. Inside the caller's transaction; sets the cookie. ends_max (may be null): what was signed in with
 * ends then, and the session with it. */
MUST_USE err session_begin(struct web_call *call, const struct person *person, str methods, bool persistent,
			   const struct instant *ends_max, struct session *out);
/* When a session that was begun with an access pass ends; *out_limited is false for any other. What hangs on such a session ends
 * with it. */
MUST_USE NONNULL err session_limit(struct web_call *call, const struct uuid *id, str methods, struct instant *out, bool *out_limited);
/* Ends the session and the refresh tokens that hang on it. Inside the caller's transaction; clears the cookie. */
MUST_USE NONNULL err session_end(struct web_call *call, const struct session *session);
/* Writes down that it was used, at most once a minute. Inside the caller's transaction. */
MUST_USE NONNULL err session_touch(struct web_call *call, const struct session *session);
/* The session as one client sees it (claim sid): 22 characters, different at each client. */
NONNULL str session_sid(struct signin *s, const struct uuid *session, const struct uuid *client, struct arena *arena);

#endif
