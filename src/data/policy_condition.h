/* data/policy_condition.h - a row policy's text as a condition on rows (authorization-and-data 2.6).
 *
 * Query:   a $filter over the policy's (primary) table, evaluated for the principal whom the policy binds: EqualUserId and its like mean that
 *          principal. Columns and rows that the principal may not read count in it.
 * Path:    from a further table that the policy constrains to the primary one: navigation properties with '/' between, lookups or collections.
 *          A row passes where the path reaches a row of the primary table that passes the query; one whose lookup is empty reaches none.
 * Inverted (usenotexists): a row passes where there is none such. */
#ifndef DATA_POLICY_CONDITION_H
#define DATA_POLICY_CONDITION_H

#include "authz/row_policy.h"
#include "data/request.h"

/* 400 through `problem` when the text does not fit the table. */
MUST_USE NONNULL err policy_query_parse(struct data_call *dc, const struct authz_context *ctx, const struct table *primary, str query,
					struct problem *problem, const struct filter **out);
/* The rows of `t` from which the path reaches a row of `primary` that passes the query (null: any row). */
MUST_USE err policy_path_parse(struct data_call *dc, const struct table *t, str path, const struct table *primary, const struct filter *query,
			       struct problem *problem, const struct filter **out);
/* The condition on rows of `t`, which the policy constrains. One that does not fit the definitions any more lets nothing pass. */
MUST_USE NONNULL err policy_condition(struct data_call *dc, const struct authz_context *ctx, const struct table *t, const struct row_policy *p,
				      const struct filter **out);

#endif
