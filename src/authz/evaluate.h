/* authz/evaluate.h - the decision.
 *
 * Source:  authorization-and-data 1.4 (two-step rule), 1.5, 1.7, 5.1: the first failing step answers.
 * Pure:    context, table and the row's owner and unit in, decision out. The functions fill a filter in the context's arena at the
 *          first question about a (table, right); when that fails the answer is a refusal with REASON_ERROR (fail closed).
 * A zeroed decision is a refusal. */
#ifndef AUTHZ_EVALUATE_H
#define AUTHZ_EVALUATE_H

#include "authz/context.h"

enum verdict { VERDICT_DENY = 0, VERDICT_ALLOW };
enum access_path { PATH_NONE = 0, PATH_OWNER, PATH_UNIT, PATH_GLOBAL, PATH_SHARED, PATH_HIERARCHY };

struct decision {
	enum verdict verdict;
	enum authz_reason reason;   /* REASON_NONE when allowed                       */
	enum right right;           /* which right was missing: Create may ask Assign */
	uint64_t epoch;
	enum access_path path;      /* of the grant that allowed it                   */
	int64_t role, principal;    /* its role and holder; of the hierarchy: the row's owner */
};

static inline bool allowed(const struct decision *d)
{
	return d->verdict == VERDICT_ALLOW;
}

/* Steps 1 to 6: gates, and the privilege at any depth. Ask before looking whether a row exists. */
NONNULL struct decision authz_check_privilege(struct authz_context *ctx, const struct table *table, enum right right);
/* Steps 1 to 7 for an existing row. owner and unit are 0 for rows of the organization. */
NONNULL struct decision authz_check_row(struct authz_context *ctx, const struct table *table, enum right right, int64_t owner,
					int64_t unit);
/* Steps 1 to 8: the same, where shares of the row give the caller's principals the rights in `mask` (authz/share.h). A share widens
 * the rows that a privilege reaches and never replaces the privilege. */
NONNULL struct decision authz_check_shared(struct authz_context *ctx, const struct table *table, enum right right, int64_t owner,
					   int64_t unit, uint32_t mask);
/* The same in two parts, for who reads shares only where they matter: may a share change what authz_check_row has said? And the whole answer;
 * its refusals of Append and AppendTo are no_append and no_append_to. */
NONNULL bool authz_share_may_reach(const struct table *table, const struct decision *d);
NONNULL struct decision authz_reached(const struct authz_context *ctx, const struct table *table, enum right right, const struct decision *d,
				      uint32_t mask);
/* A row to be: Create must cover it; an owner outside P(u) must also be covered by Assign through the unit. The owner's own
 * test is authz_check_new_owner. */
NONNULL struct decision authz_check_create(struct authz_context *ctx, const struct table *table, int64_t owner, int64_t unit);
/* 1.7: may `owner` (its context) own rows of this table? It must hold Read, disabled or not. */
NONNULL struct decision authz_check_new_owner(struct authz_context *owner, const struct table *table);
/* A lookup from a row of `table` (its owner and unit; `creating`: the row does not exist yet, privilege only): no_append. */
NONNULL struct decision authz_check_append(struct authz_context *ctx, const struct table *table, bool creating, int64_t owner,
					   int64_t unit);
/* ... to a row of `table`: no_append_to. */
NONNULL struct decision authz_check_append_to(struct authz_context *ctx, const struct table *table, int64_t owner, int64_t unit);
/* The gate of any right, steps 1 to 6, in its own terms: refusals of Append and AppendTo are no_append and no_append_to. */
NONNULL struct decision authz_check_gate(struct authz_context *ctx, const struct table *table, enum right right);
/* The subordinates, and teams of theirs, whose rows of the table this right reaches (1.11): every level for Read, those that the
 * superior changes for Write, Append and AppendTo, none for the others. Sorted; borrowed from the context. */
NONNULL const int64_t *authz_reports(const struct authz_context *ctx, const struct table *table, enum right right, size_t *out_count);
/* By which path this one grant reaches a row; PATH_NONE: not at all. Looks at no gate. */
NONNULL enum access_path authz_role_path(const struct authz_context *ctx, const struct table *table, enum right right, const struct held_role *h,
					 int64_t owner, int64_t unit);
/* A privilege bound to no table. */
NONNULL struct decision authz_check_misc(struct authz_context *ctx, enum misc_privilege misc);

/* The rows that `right` reaches. Borrowed from the context. Ask authz_check_privilege first: this looks at no gate. */
MUST_USE NONNULL err authz_row_filter(struct authz_context *ctx, const struct table *table, enum right right,
				      const struct row_filter **out);

#endif
