/* authz/row_policy.h - which row policies hold for a principal (authorization-and-data 2.6, as it applies to an environment's tables).
 *
 * A policy is a condition on the rows of one table, for operations and for the holders of the role that it names. Policies only subtract: all
 * that apply must hold, and a further role lifts none. System Administrators are exempt. What the condition says is not known here: it is
 * text, for data/row_policy.h to read. Contexts other than a role's name are not built. */
#ifndef AUTHZ_ROW_POLICY_H
#define AUTHZ_ROW_POLICY_H

#include "authz/authz.h"

enum policy_operation { POLICY_SELECT = 1, POLICY_INSERT = 2, POLICY_UPDATE = 4, POLICY_DELETE = 8 };

struct row_policy {
	uint16_t table;
	str query, role;
	uint32_t operations; /* enum policy_operation */
};

/* Is this a System Administrator, to whom an enabled policy of the table and operation does not apply? */
MUST_USE NONNULL err authz_policy_bypassed(struct authz *authz, const struct authz_context *ctx, const struct table *t,
					   enum policy_operation operation, bool *out);
/* The next policy at or behind *inout_at that applies; null: no more. Borrowed for the present epoch. */
MUST_USE NONNULL err authz_policy_next(struct authz *authz, const struct authz_context *ctx, const struct table *t,
				       enum policy_operation operation, size_t *inout_at, const struct row_policy **out);

#endif
