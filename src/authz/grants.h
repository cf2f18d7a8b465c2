/* authz/grants.h - every grant by which a principal reaches a row, where a decision names only the first.
 *
 * Source:  authorization-and-data 5.1, 1.5, 1.8, 1.11. Each grant alone, together with the privilege, would do: there is one exactly when
 *          authz_decide_row allows. Row policies are no grants: they take away afterwards (authz/row_policy.h).
 * Order:   roles as they are held, then the hierarchy, then shares. The caller's transaction. */
#ifndef AUTHZ_GRANTS_H
#define AUTHZ_GRANTS_H

#include "authz/authz.h"

enum { GRANTS_MAX = 200 };

struct grant {
	enum access_path path;
	enum depth depth;              /* of a role's                                                                          */
	const struct held_role *held;  /* a role's; null of the hierarchy and of shares                                        */
	int64_t principal;             /* who holds the role; the owner below; with whom the row is shared, maybe EVERYBODY    */
	bool from_above;               /* a share: by the rows above it alone                                                  */
	bool below;                    /* a share: with somebody below the principal                                           */
};

struct grants {
	struct grant at[GRANTS_MAX];
	size_t count;
	bool more;                     /* than have room */
};

MUST_USE NONNULL err authz_grants(struct authz *authz, struct authz_context *ctx, const struct table *table, enum right right, int64_t row_key,
				  int64_t owner, int64_t unit, struct grants *out);

#endif
