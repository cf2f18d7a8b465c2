/* authz/admin_associations.c - roles and column security profiles of users and teams, members of teams, from either end (4.11).
 *
 * Roles: the caller needs prvAssignRole, Read on both rows, and is bound by 1.9, taking away included: nobody disarms someone
 * stronger. Members: Append on both rows (1.4), and the bound, since a member gets what the team holds. */
#include "authz/admin_internal.h"

enum association_kind { ASSOCIATION_NONE = 0, ASSOCIATION_ROLE, ASSOCIATION_MEMBER, ASSOCIATION_PROFILE };

/* One collection, seen from one of its ends. */
struct association_row {
	const char *navigation, *table, *related;
	enum association_kind association;
	bool reversed; /* `table` is the role, the profile, or the user of a membership */
};
static const struct association_row associations[] = {
	{ "systemuserroles_association", "systemuser", "role", ASSOCIATION_ROLE, false },
	{ "systemuserroles_association", "role", "systemuser", ASSOCIATION_ROLE, true },
	{ "teamroles_association", "team", "role", ASSOCIATION_ROLE, false },
	{ "teamroles_association", "role", "team", ASSOCIATION_ROLE, true },
	{ "teammembership_association", "team", "systemuser", ASSOCIATION_MEMBER, false },
	{ "teammembership_association", "systemuser", "team", ASSOCIATION_MEMBER, true },
	{ "systemuserprofiles_association", "systemuser", "fieldsecurityprofile", ASSOCIATION_PROFILE, false },
	{ "systemuserprofiles_association", "fieldsecurityprofile", "systemuser", ASSOCIATION_PROFILE, true },
	{ "teamprofiles_association", "team", "fieldsecurityprofile", ASSOCIATION_PROFILE, false },
	{ "teamprofiles_association", "fieldsecurityprofile", "team", ASSOCIATION_PROFILE, true },
};

static const struct association_row *find(const struct table *table, str navigation)
{
	for (size_t i = 0; i < COUNT_OF(associations); i++)
		if (str_equal(navigation, str_of(associations[i].navigation)) &&
		    str_equal(table->logical_name, str_of(associations[i].table)))
			return &associations[i];
	return NULL;
}

bool authz_admin_association(const struct table *table, str navigation, str *out_related_table)
{
	const struct association_row *row = find(table, navigation);
	if (row)
		*out_related_table = str_of(row->related);
	return row != NULL;
}

/* --- roles --- */

struct role_pair {
	struct admin_row principal;
	struct role_place role;
	const struct table *table; /* of the principal */
};

/* Who may hold this instance at all. */
static err pair_check(struct admin_call *call, const struct role_pair *pair)
{
	struct principal_place place;
	TRY(authz_principal_by_id(call->authz, &pair->principal.id, &place));
	if (place.access_team)
		return admin_refuse(call, REASON_ACCESS_TEAM_CANNOT_HOLD_ROLES, "%s", "");
	if (pair->role.kind == ROLE_SUPPORT)
		return admin_refuse(call, REASON_READ_ONLY, "%s", "This role is for the system's own use and cannot be assigned.");
	struct environment_settings settings;
	TRY(authz_settings(call->authz, &settings));
	if (pair->role.unit != place.unit && !settings.matrix.enabled)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s",
				    "The role belongs to another business unit than the user or team.");
	return OK;
}

static err pair_of(struct admin_call *call, const struct table *table, const struct uuid *principal, const struct uuid *role,
		   struct role_pair *out)
{
	out->table = table;
	TRY(admin_settle(call, NULL, authz_check_misc(call->caller, MISC_ASSIGN_ROLE)));
	TRY(admin_row(call, table, principal, RIGHT_READ, &out->principal));
	return role_place(call, admin_table(call, "role"), role, RIGHT_READ, &out->role);
}

static err pair_emit(struct admin_call *call, str op, const struct role_pair *pair)
{
	char id[UUID_TEXT_LEN + 1];
	uuid_format(&pair->principal.id, id);
	str changes = str_format(call->arena, "{\"%.*s\":\"%s\"}", STR_ARG(pair->table->logical_name), id);
	TRY_NEW(changes.at);
	TRY(admin_emit_json(call, op, admin_table(call, "role"), &pair->role.root_id, pair->role.name, changes));
	return authz_epoch_bump(call->authz);
}

static err role_give(struct admin_call *call, const struct table *table, const struct uuid *principal, const struct uuid *role)
{
	struct role_pair pair;
	TRY(pair_of(call, table, principal, role, &pair));
	TRY(pair_check(call, &pair));
	TRY(bound_role(call, pair.role.role, pair.role.unit));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PRINCIPAL_ROLE_INSERT,
		    ARGS(arg_i64(pair.principal.key), arg_i64(pair.role.role), arg_i64(pair.role.unit))));
	return pair_emit(call, S("assign.role"), &pair);
}

static err role_take(struct admin_call *call, const struct table *table, const struct uuid *principal, const struct uuid *role)
{
	struct role_pair pair;
	int64_t before;
	TRY(pair_of(call, table, principal, role, &pair));
	TRY(bound_role(call, pair.role.role, pair.role.unit));
	if (pair.principal.key == call->authz->operator_user)
		return admin_refuse(call, REASON_READ_ONLY, "%s", "");
	TRY(administrators_count(call, &before));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PRINCIPAL_ROLE_DELETE,
		    ARGS(arg_i64(pair.principal.key), arg_i64(pair.role.role), arg_i64(pair.role.unit))));
	if (store_changes(call->authz->store) == 0)
		return admin_refuse(call, REASON_NOT_FOUND, "%s", "The role is not assigned.");
	TRY(administrators_remain(call, before));
	return pair_emit(call, S("unassign.role"), &pair);
}

/* --- members --- */

struct team_facts {
	struct admin_row row;
	bool is_default, of_group;
};

static err team_find(struct admin_call *call, const struct uuid *id, enum right right, struct team_facts *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(admin_row(call, admin_table(call, "team"), id, right, &out->row));
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_TEAM_READ, ARGS(arg_i64(out->row.key)), &s));
	TRY(statement_step(&s, &row));
	out->is_default = row && column_i64(&s, 2) != 0;
	out->of_group = row && column_i64(&s, 1) >= 2;
	return OK;
}

static err team_for_members(struct admin_call *call, const struct uuid *id, struct team_facts *out)
{
	TRY(team_find(call, id, RIGHT_APPEND, out));
	if (out->is_default)
		return admin_refuse(call, REASON_DEFAULT_TEAM_MEMBERSHIP, "%s", "");
	if (out->of_group)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "The members of a group's team come and go with the group.");
	int64_t of_row;
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_TEAM_IS_OF_ROW, ARGS(arg_i64(out->row.key)), &of_row));
	if (of_row)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "The members of a row's team come and go with AddUserToRecordTeam and RemoveUserFromRecordTeam.");
	return bound_team(call, out->row.key);
}

static err member_emit(struct admin_call *call, str op, const struct uuid *team, const struct uuid *user)
{
	char id[UUID_TEXT_LEN + 1];
	uuid_format(user, id);
	str changes = str_format(call->arena, "{\"systemuser\":\"%s\"}", id);
	TRY_NEW(changes.at);
	return admin_emit_json(call, op, admin_table(call, "team"), team, S(""), changes);
}

err authz_admin_add_members(struct admin_call *call, const struct uuid *team, const struct uuid *users, size_t count)
{
	struct team_facts t;
	struct admin_row user;
	TRY(team_for_members(call, team, &t));
	for (size_t i = 0; i < count; i++) {
		TRY(admin_row(call, admin_table(call, "systemuser"), &users[i], RIGHT_APPEND, &user));
		TRY(sql_run(call->authz->store, &SQL_AUTHZ_MEMBER_INSERT, ARGS(arg_i64(t.row.key), arg_i64(user.key))));
		TRY(member_emit(call, S("add.member"), team, &users[i]));
	}
	return authz_epoch_bump(call->authz);
}

err authz_admin_remove_members(struct admin_call *call, const struct uuid *team, const struct uuid *users, size_t count)
{
	struct team_facts t;
	struct admin_row user;
	int64_t before;
	TRY(team_for_members(call, team, &t));
	TRY(administrators_count(call, &before));
	for (size_t i = 0; i < count; i++) {
		TRY(admin_row(call, admin_table(call, "systemuser"), &users[i], RIGHT_APPEND, &user));
		TRY(sql_run(call->authz->store, &SQL_AUTHZ_MEMBER_DELETE, ARGS(arg_i64(t.row.key), arg_i64(user.key))));
		if (store_changes(call->authz->store) == 0)
			return admin_refuse(call, REASON_NOT_FOUND, "%s", "The user is not a member of the team.");
		TRY(member_emit(call, S("remove.member"), team, &users[i]));
	}
	TRY(administrators_remain(call, before));
	return authz_epoch_bump(call->authz);
}

/* --- from either end --- */

err authz_admin_associate(struct admin_call *call, const struct table *table, const struct uuid *id, str navigation,
			  const struct uuid *related)
{
	const struct association_row *row = find(table, navigation);
	if (!row)
		return admin_refuse(call, REASON_METHOD, "%s", "");
	if (row->association == ASSOCIATION_MEMBER)
		return row->reversed ? authz_admin_add_members(call, related, id, 1) : authz_admin_add_members(call, id, related, 1);
	if (row->association == ASSOCIATION_PROFILE)
		return row->reversed ? profile_give(call, admin_table(call, row->related), related, id) :
				       profile_give(call, table, id, related);
	return row->reversed ? role_give(call, admin_table(call, row->related), related, id) : role_give(call, table, id, related);
}

err authz_admin_disassociate(struct admin_call *call, const struct table *table, const struct uuid *id, str navigation,
			     const struct uuid *related)
{
	const struct association_row *row = find(table, navigation);
	if (!row)
		return admin_refuse(call, REASON_METHOD, "%s", "");
	if (row->association == ASSOCIATION_MEMBER)
		return row->reversed ? authz_admin_remove_members(call, related, id, 1) :
				       authz_admin_remove_members(call, id, related, 1);
	if (row->association == ASSOCIATION_PROFILE)
		return row->reversed ? profile_take(call, admin_table(call, row->related), related, id) :
				       profile_take(call, table, id, related);
	return row->reversed ? role_take(call, admin_table(call, row->related), related, id) : role_take(call, table, id, related);
}

static err user_teams(struct admin_call *call, const struct admin_row *user, int64_t **out, size_t *out_count)
{
	const struct snapshot *s = NULL;
	struct uuid object;
	TRY(authz_snapshot(call->authz, &s));
	TRY(user_object(call->authz->store, user->key, &object));
	return teams_of_user(call->authz, s, user->key, user->unit, &object, call->arena, out, out_count);
}

static err members_of(struct admin_call *call, const struct association_row *row, const struct uuid *id, int64_t **out, size_t *out_count)
{
	struct team_facts t;
	struct admin_row user;
	struct store *store = call->authz->store;
	if (row->reversed) {
		TRY(admin_row(call, admin_table(call, "systemuser"), id, RIGHT_READ, &user));
		return user_teams(call, &user, out, out_count);
	}
	TRY(team_find(call, id, RIGHT_READ, &t));
	if (t.is_default)
		return sql_i64s(store, &SQL_AUTHZ_USERS_OF_UNIT, ARGS(arg_i64(t.row.unit)), call->arena, out, out_count);
	return sql_i64s(store, &SQL_AUTHZ_MEMBERS, ARGS(arg_i64(t.row.key)), call->arena, out, out_count);
}

static enum principal_type principal_type_of(const char *table)
{
	return str_equal(str_of(table), S("team")) ? PRINCIPAL_TEAM : PRINCIPAL_SYSTEMUSER;
}

static err roles_of(struct admin_call *call, const struct table *table, const struct association_row *row, const struct uuid *id,
		    int64_t **out, size_t *out_count)
{
	struct store *store = call->authz->store;
	struct role_place role;
	struct admin_row principal;
	if (!row->reversed) {
		TRY(admin_row(call, table, id, RIGHT_READ, &principal));
		return sql_i64s(store, &SQL_AUTHZ_INSTANCES_OF_PRINCIPAL, ARGS(arg_i64(principal.key)), call->arena, out, out_count);
	}
	TRY(role_place(call, table, id, RIGHT_READ, &role));
	return sql_i64s(store, &SQL_AUTHZ_HOLDERS_OF_INSTANCE, ARGS(arg_i64(role.role), arg_i64(role.unit), arg_i64(principal_type_of(row->related))), call->arena,
			out, out_count);
}

err authz_admin_associated(struct admin_call *call, const struct table *table, const struct uuid *id, str navigation,
			   const int64_t **out_keys, size_t *out_count)
{
	const struct association_row *row = find(table, navigation);
	int64_t *keys = NULL;
	size_t count = 0;
	if (!row)
		return admin_refuse(call, REASON_METHOD, "%s", "");
	switch (row->association) {
	case ASSOCIATION_MEMBER:
		TRY(members_of(call, row, id, &keys, &count));
		break;
	case ASSOCIATION_PROFILE:
		TRY(profiles_associated(call, table, id, principal_type_of(row->related), row->reversed, &keys, &count));
		break;
	default:
		TRY(roles_of(call, table, row, id, &keys, &count));
		break;
	}
	*out_count = i64s_normalize(keys, count);
	*out_keys = keys;
	return OK;
}
