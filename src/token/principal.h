/* token/principal.h - who is asking, as an access token that has been verified says it.
 *
 * Filled by token/verify.h only. All views live as long as the arena that token_verify was given.
 * A person's permissions for an API are `scopes` (what the application may do for them); an application's own are
 * `roles`. `wids` are the person's directory roles (template ids). */
#ifndef TOKEN_PRINCIPAL_H
#define TOKEN_PRINCIPAL_H

#include "base/arena.h"
#include "base/uuid.h"

enum principal_kind { PRINCIPAL_USER = 1, PRINCIPAL_APP };

struct principal {
	enum principal_kind kind; /* idtyp: user, or app for client credentials               */
	struct uuid tenant;       /* tid                                                      */
	struct uuid oid;          /* object id: of the user, or of the service principal      */
	struct uuid app_id;       /* azp: the application that holds the token                */
	str audience;             /* aud, one of those that the verifier was made for         */
	str subject;              /* sub, pairwise                                            */
	str name, upn;            /* display only; of a user. upn is preferred_username       */
	str scopes;               /* scp, separated by single blanks; empty for an app        */
	const str *roles;         /* app roles                                                */
	size_t role_count;
	const struct uuid *wids;  /* directory role templates                                 */
	size_t wid_count;
	const struct uuid *groups; /* empty unless the application asks for groups            */
	size_t group_count;
	str sid;                  /* session, as this client sees it; empty for an app        */
	const str *amr;           /* how the person signed in: "pwd", "otp"                   */
	size_t amr_count;
	int64_t auth_time;        /* seconds since 1970; 0 when not said                      */
	int64_t issued_at, expires_at; /* seconds since 1970                                  */
	str uti;                  /* the token's own id (= jti)                               */
};

/* Exact, case-sensitive. */
NONNULL bool principal_has_scope(const struct principal *p, str scope);
NONNULL bool principal_has_role(const struct principal *p, str role);
NONNULL bool principal_has_wid(const struct principal *p, const struct uuid *role_template);
/* "pwd,otp", as audit events want it. */
NONNULL str principal_amr_text(const struct principal *p, struct arena *arena);

#endif
