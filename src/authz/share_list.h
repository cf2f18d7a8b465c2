/* authz/share_list.h - all shares of rows, explicit and from above, as rows of SQL: principalobjectaccessset (1.8, 4.11).
 *
 * Evaluated from the present state like every decision (authz/cascade.h): nothing but explicit shares and what outlived one above is stored. */
#ifndef AUTHZ_SHARE_LIST_H
#define AUTHZ_SHARE_LIST_H

#include "authz/authz.h"

/* Which rows: those that one principal has a share of, one row, or (both zero) all that are explicitly shared with anybody; each with everybody who
 * has a share of it, unless `principal` names one. */
struct share_question {
	bool of_principal;
	int64_t principal;         /* key, maybe EVERYBODY */
	const struct table *table; /* null: no row is named */
	int64_t row;               /* key; of no row: 0 */
};

/* Once for a store: the functions that the text calls. */
MUST_USE NONNULL err authz_share_list_open(struct store *store);
/* "(WITH ... SELECT ...)" with the columns of a sys_ view (metadata/table.h) and those of principalobjectaccess. Only numbers of ours are in it. */
MUST_USE NONNULL err authz_share_list_sql(struct authz *authz, const struct share_question *question, struct arena *arena, str *out);

#endif
