/* authz/admin.h - administration of units, users, teams, roles and settings, for the Web API to call.
 *
 * Source:  authorization-and-data 1.3, 1.6, 1.9, 4.8, 4.11. Reading goes through the views sys_<table> by the data area's engine;
 *          everything that changes a row of a built-in table comes here.
 * Each call: inside the caller's write transaction; checks gates, privileges and row access of `caller`, validates, writes, bumps the
 *          epoch and emits its audit event, all in that transaction. Afterwards ask authz_context_of again.
 * Refusals: the call's `refusal` says status, code and text, and the function answers an err (kind ERR_DENIED for 403, else
 *          ERR_INVALID, ERR_CONFLICT, ERR_NOT_FOUND). The caller rolls back. An err without a refusal is a failure of ours. */
#ifndef AUTHZ_ADMIN_H
#define AUTHZ_ADMIN_H

#include "authz/authz.h"
#include "host/fault.h"

enum admin_value_kind { ADMIN_NULL = 0, ADMIN_I64, ADMIN_TEXT, ADMIN_UUID };

/* A column of the request's body; a lookup is the id bound (of a row that need not exist: that is checked here). */
struct admin_value {
	const struct column *column;
	enum admin_value_kind kind;
	int64_t i64;
	str text;
	struct uuid uuid;
};

/* More rows than a request moves (ADMIN_ROWS_MAX) are left to the caller, who sees to them behind it (data/job.h). */
#define ADMIN_ROWS_MAX FAULT_LIMIT("BAILIWICK_JOB_ROWS", 10000)
enum admin_later { LATER_NOTHING = 0, LATER_MOVE, /* the rows of `owner` into `unit` */ LATER_MATRIX_END /* each row into its owner's unit */ };

struct admin_call {
	struct authz *authz;
	struct authz_context *caller;
	struct instant now;
	struct arena *arena;
	struct audit_event audit; /* actor, client_ip, session, request_id, route; the rest is filled per event */
	struct refusal refusal;
	enum admin_later later;   /* after success: what is left to do */
	int64_t later_owner, later_unit;
};

/* *out_id is the primary id given, or a new one. */
MUST_USE NONNULL err authz_admin_create(struct admin_call *call, const struct table *table, const struct admin_value *values,
					size_t count, struct uuid *out_id);
MUST_USE NONNULL err authz_admin_update(struct admin_call *call, const struct table *table, const struct uuid *id,
					const struct admin_value *values, size_t count);
MUST_USE NONNULL err authz_admin_delete(struct admin_call *call, const struct table *table, const struct uuid *id);

/* The collections systemuserroles_association, teamroles_association, teammembership_association, systemuserprofiles_association and
 * teamprofiles_association, named from either end.
 * *out_related_table is the logical name of the other end. False when the table has no such collection. */
NONNULL bool authz_admin_association(const struct table *table, str navigation, str *out_related_table);
/* POST .../$ref and DELETE .../$ref. `id` is a row of `table`, `related` one of the other end. */
MUST_USE NONNULL err authz_admin_associate(struct admin_call *call, const struct table *table, const struct uuid *id, str navigation,
					   const struct uuid *related);
MUST_USE NONNULL err authz_admin_disassociate(struct admin_call *call, const struct table *table, const struct uuid *id,
					      str navigation, const struct uuid *related);
/* The keys (in the related table's view) of the rows associated, sorted: GET systemusers(id)/systemuserroles_association. The caller
 * has checked Read on the row; each related row still needs its own Read filter. */
MUST_USE NONNULL err authz_admin_associated(struct admin_call *call, const struct table *table, const struct uuid *id,
					    str navigation, const int64_t **out_keys, size_t *out_count);

/* teams(id)/AddMembersTeam, RemoveMembersTeam. All or none. */
MUST_USE NONNULL err authz_admin_add_members(struct admin_call *call, const struct uuid *team, const struct uuid *users,
					     size_t count);
MUST_USE NONNULL err authz_admin_remove_members(struct admin_call *call, const struct uuid *team, const struct uuid *users,
						size_t count);

struct role_privilege {
	struct uuid id;
	enum depth depth;
	str name;        /* filled when read */
	struct uuid unit; /* filled when read */
};
/* roles(id)/AddPrivilegesRole, ReplacePrivilegesRole, RemovePrivilegeRole; only the root instance is edited. */
MUST_USE NONNULL err authz_admin_add_privileges(struct admin_call *call, const struct uuid *role,
						const struct role_privilege *privileges, size_t count);
MUST_USE NONNULL err authz_admin_replace_privileges(struct admin_call *call, const struct uuid *role,
						    const struct role_privilege *privileges, size_t count);
MUST_USE NONNULL err authz_admin_remove_privilege(struct admin_call *call, const struct uuid *role, const struct uuid *privilege);
/* RetrieveRolePrivilegesRole(RoleId=...): any instance. Needs Read on the role. */
MUST_USE NONNULL err authz_admin_role_privileges(struct admin_call *call, const struct uuid *role,
						 const struct role_privilege **out, size_t *out_count);
/* systemusers(id)/RetrieveUserPrivileges: the union, each at its widest depth. Own, or Read on the user. */
MUST_USE NONNULL err authz_admin_user_privileges(struct admin_call *call, const struct uuid *user,
						 const struct role_privilege **out, size_t *out_count);

#endif
