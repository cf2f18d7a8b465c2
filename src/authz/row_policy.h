/* authz/row_policy.h - which row policies hold for a principal (authorization-and-data 2.6, as it applies to an environment's tables).
 *
 * A policy is a condition on the rows of its (primary) table, for operations, which constrains them and those of further tables that a path
 * leads from to it; and it holds in a context: for the holders of roles of a name, for the holders of
 * roles that carry a string (contextstring), or while the session has set a string. Policies only subtract: all that apply must hold, whatever
 * their contexts, and a further role lifts none. System Administrators and holders of a role with xdsbypass are exempt. What the condition says
 * is not known here: it is text, for data/row_policy.h to read. */
#ifndef AUTHZ_ROW_POLICY_H
#define AUTHZ_ROW_POLICY_H

#include "authz/authz.h"

enum policy_operation { POLICY_SELECT = 1, POLICY_INSERT = 2, POLICY_UPDATE = 4, POLICY_DELETE = 8 };
enum policy_context { POLICY_OF_ROLE_NAME = 0, POLICY_OF_ROLE_STRING, POLICY_OF_SESSION }; /* contexttype on the wire */

struct row_policy {
	uint16_t table, primary; /* table: whose rows are constrained */
	str path;                /* from there to the primary table; empty: they are the same */
	str query, context_value;
	bool not_exists;
	enum policy_context context;
	uint32_t operations; /* enum policy_operation */
};

/* Somebody does something with rows of a table. */
struct policy_question {
	const struct authz_context *ctx;
	str session; /* the strings that the session has set, separated by commas */
	const struct table *table;
	enum policy_operation operation;
};

/* Is this somebody exempt, to whom an enabled policy of the table and operation does not apply? */
MUST_USE NONNULL err authz_policy_bypassed(struct authz *authz, const struct policy_question *q, bool *out);
/* The next policy at or behind *inout_at that applies; null: no more. Borrowed for the present epoch. */
MUST_USE NONNULL err authz_policy_next(struct authz *authz, const struct policy_question *q, size_t *inout_at, const struct row_policy **out);

#endif
