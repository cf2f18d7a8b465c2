/* authz/admin_internal.h - what the files of administration share. */
#ifndef AUTHZ_ADMIN_INTERNAL_H
#define AUTHZ_ADMIN_INTERNAL_H

#include "authz/admin.h"
#include "authz/internal.h"
#include "authz/record_team.h"
#include "authz/sql_catalog.h"

struct admin_values {
	const struct admin_value *at;
	size_t count;
};

/* Null when the body has no such column. */
NONNULL const struct admin_value *value_named(struct admin_values values, const char *logical_name);
/* Text, or null `at` for null and absent; a number or `fallback`. */
str value_text(const struct admin_value *v);
int64_t value_i64(const struct admin_value *v, int64_t fallback);

/* Fills the refusal; always fails. An empty format: the reason's own text. */
MUST_USE PRINTF_LIKE(3, 4) err admin_refuse(struct admin_call *call, enum authz_reason reason, const char *format, ...);
MUST_USE err admin_settle(struct admin_call *call, const struct table *table, struct decision d);

/* The err of an INSERT, a conflict as the refusal of a duplicate key. */
MUST_USE err admin_inserted(struct admin_call *call, err e);

struct admin_row {
	int64_t key, unit;
	struct uuid id;
};
/* A row of a built-in table by id: privilege first, then existence (404), then access. */
MUST_USE NONNULL err admin_row(struct admin_call *call, const struct table *table, const struct uuid *id, enum right right,
			       struct admin_row *out);
/* A table of the definitions by name. */
NONNULL const struct table *admin_table(const struct admin_call *call, const char *logical_name);
/* The unit that a lookup names: it exists (404), and AppendTo covers it. */
MUST_USE NONNULL err admin_unit_referred(struct admin_call *call, const struct admin_value *v, int64_t *out_key);
/* The user that a lookup names, 0 for null; `found` says whether it may be one at all. */
MUST_USE err admin_user_referred(struct admin_call *call, const struct admin_value *v, int64_t *out_key);
/* The primary id of the body, or a new one. Refuses nil. */
MUST_USE NONNULL err admin_new_id(struct admin_call *call, struct admin_values values, const struct table *table, struct uuid *out);

/* One event for a change of a row. `values` become its changes. */
MUST_USE NONNULL err admin_emit(struct admin_call *call, str op, const struct table *table, const struct uuid *id, str name,
				struct admin_values values);
/* One event with changes made by the caller: a JSON object, or empty. */
MUST_USE NONNULL err admin_emit_json(struct admin_call *call, str op, const struct table *table, const struct uuid *id, str name,
				     str changes);

/* --- the bound of 1.9: nobody grants more than they hold --- */

/* Does the caller hold everything that `role`, as an instance in `unit`, would give? */
MUST_USE NONNULL err bound_role(struct admin_call *call, int64_t role, int64_t unit);
/* ... of every role that this team holds. */
MUST_USE NONNULL err bound_team(struct admin_call *call, int64_t team);
/* ... at this depth, wherever it is measured from. */
MUST_USE NONNULL err bound_privilege(struct admin_call *call, int64_t table, int64_t right, enum depth depth);
/* Number of people who can administer; afterwards one must remain if there was one. */
MUST_USE NONNULL err administrators_count(struct admin_call *call, int64_t *out);
MUST_USE NONNULL err administrators_remain(struct admin_call *call, int64_t before);

/* 1.3. Classic mode: the roles stay behind, the rows go along. Matrix mode: those of the old unit do, the others stay, unless a setting keeps
 * all; the rows go along if a setting says so. */
MUST_USE NONNULL err principal_move(struct admin_call *call, int64_t key, int64_t from, int64_t unit);

MUST_USE NONNULL err unit_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err unit_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err unit_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err systemuser_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err systemuser_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err team_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err team_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err team_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err role_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err role_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err role_delete(struct admin_call *call, const struct table *t, const struct uuid *id);

MUST_USE NONNULL err profile_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err profile_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err profile_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err permission_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err permission_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err permission_delete(struct admin_call *call, const struct table *t, const struct uuid *id);

MUST_USE NONNULL err position_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err position_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err position_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err exclusion_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err exclusion_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
/* The position that a lookup names, 0 for null. */
MUST_USE err admin_position_referred(struct admin_call *call, const struct admin_value *v, int64_t *out_key);

/* Row policies and their constraints are set by System Administrators only. */
MUST_USE NONNULL err bound_policy(struct admin_call *call);
MUST_USE NONNULL err constraint_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err constraint_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err constraint_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err policy_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err policy_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err policy_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err plan_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err plan_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err plan_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err external_type_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err external_type_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err external_type_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err external_entity_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err external_entity_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err external_entity_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err cell_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err cell_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err cell_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err mask_rule_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err mask_rule_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err mask_rule_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err column_mask_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err column_mask_delete(struct admin_call *call, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err template_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id);
MUST_USE NONNULL err template_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);
MUST_USE NONNULL err template_delete(struct admin_call *call, const struct table *t, const struct uuid *id);

MUST_USE NONNULL err organization_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values);

/* Column security profiles of a user or team; `table` is that of the principal. */
MUST_USE NONNULL err profile_give(struct admin_call *call, const struct table *table, const struct uuid *principal,
				  const struct uuid *profile);
MUST_USE NONNULL err profile_take(struct admin_call *call, const struct table *table, const struct uuid *principal,
				  const struct uuid *profile);
/* Keys of the profiles of a row of `table` or, reversed, of the principals of this type that have the profile. */
MUST_USE NONNULL err profiles_associated(struct admin_call *call, const struct table *table, const struct uuid *id,
					 enum principal_type type, bool reversed, int64_t **out, size_t *out_count);

/* A role with all that hangs on it. */
MUST_USE NONNULL err role_remove(struct admin_call *call, int64_t role);

/* A role as an id names it. */
struct role_place {
	int64_t role, unit, home; /* unit: of the instance; home: where the role is defined */
	enum role_kind kind;
	struct uuid root_id;
	str name, context;
	bool direct_user, bypass;
};
/* Privilege, existence, access; then the role. */
MUST_USE NONNULL err role_place(struct admin_call *call, const struct table *t, const struct uuid *id, enum right right,
				struct role_place *out);
/* The same, refused when the role cannot be edited there: built-in, or not the root instance. */
MUST_USE NONNULL err role_for_editing(struct admin_call *call, const struct uuid *id, enum right right, struct role_place *out);

#endif
