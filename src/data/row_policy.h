/* data/row_policy.h - row policies read as conditions (authorization-and-data 2.6): in lists they join the predicate, a single row is tested
 * as it is and as it will be. What the condition is: data/policy_condition.h.
 *
 * Session: there is none over the Web API. Each request says in RowPolicyContext, a list separated by commas, which context strings it sets; parts
 *          of a batch have those of the batch, too. */
#ifndef DATA_ROW_POLICY_H
#define DATA_ROW_POLICY_H

#include "authz/row_policy.h"
#include "data/rights.h"

/* What the request's RowPolicyContext fields say, joined. */
MUST_USE NONNULL err row_policy_session(struct data_call *dc, str *out);
/* All conditions that hold for this principal; null: none. */
MUST_USE NONNULL err row_policy_filter(struct data_call *dc, const struct authz_context *ctx, const struct table *t,
				       enum policy_operation operation, const struct filter **out);
/* Does the row, as it stands in the present transaction, pass them? */
MUST_USE NONNULL err row_policy_passes(struct data_call *dc, const struct authz_context *ctx, const struct table *t,
				       enum policy_operation operation, int64_t row_key, bool *out);
/* The next policy at or behind *inout_at that binds this principal, and whether the row passes it alone; null: no more. */
MUST_USE NONNULL err row_policy_next(struct data_call *dc, const struct authz_context *ctx, const struct table *t,
				     enum policy_operation operation, int64_t row_key, size_t *inout_at, const struct row_policy **out,
				     bool *out_passes);
/* What the callers did past policies that do not apply to them goes into the audit log (2.6). Outside a transaction. */
MUST_USE NONNULL err row_policy_bypass_log(struct data_call *dc);
/* The operation that a right on an existing row is. */
enum policy_operation policy_operation_of(enum right right);

#endif
