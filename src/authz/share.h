/* authz/share.h - rows shared with users and teams.
 *
 * Source:  authorization-and-data 1.5 (SHARED), 1.8, 5.3. Table: migrations/0004_shares.sql; explicit shares only.
 * What a row has from the rows above it (authz/cascade.h) counts as a share of its own wherever a mask is asked for.
 * Shares are data, not part of a context: the answer is that of the transaction of the question, and a revoked share has ended with the
 * statement that took it away. What is committed is kept in memory as long as nobody changes it (authz/share_index.h). What a share means for a
 * decision is authz_check_shared (authz/evaluate.h).
 * Rows of the organization and of built-in tables cannot be shared: they have no owner. */
#ifndef AUTHZ_SHARE_H
#define AUTHZ_SHARE_H

#include "authz/authz.h"

enum { SHARES_COUNTED_MAX = 10000 };

/* The rights on a row that shares give the principals of `ctx` and, as far as the hierarchy passes them up, its subordinates (1.11). */
MUST_USE NONNULL err authz_shared_mask(struct authz *authz, const struct authz_context *ctx, const struct table *table,
				       int64_t row_key, uint32_t *out);
/* The same of these principals alone, sorted: explicit shares, and what comes from the rows above. `with` may be null when there are none. */
MUST_USE err authz_shares_with(struct authz *authz, const struct table *table, int64_t row_key, const int64_t *with, size_t count,
			       uint32_t *out);
/* The whole decision about a row that exists, steps 1 to 8; refusals of Append and AppendTo are no_append and no_append_to. */
MUST_USE NONNULL err authz_decide_row(struct authz *authz, struct authz_context *ctx, const struct table *table, enum right right,
				      int64_t row_key, int64_t owner, int64_t unit, struct decision *out);
/* About how many rows of the table shares with this right reach for the filter's sharers, those that come from above (authz/cascade.h)
 * guessed; 0: none at all. */
MUST_USE NONNULL err authz_shares_held(struct authz *authz, const struct row_filter *filter, const struct table *table,
				       enum right right, int64_t *out);
/* The explicit share of a row with exactly this principal; 0: none. */
MUST_USE NONNULL err authz_share_read(struct authz *authz, const struct table *table, int64_t row_key, int64_t principal,
				      uint32_t *out);
/* Makes it so, in the caller's transaction; 0 ends the share. Whether the caller may is asked before. */
MUST_USE NONNULL err authz_share_write(struct authz *authz, const struct table *table, int64_t row_key, int64_t principal,
				       uint32_t mask);

#endif
