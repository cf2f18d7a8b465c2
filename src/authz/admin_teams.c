/* authz/admin_teams.c - owner teams, access teams and teams of directory groups (1.6). */
#include "authz/admin_internal.h"

enum { TEAM_OWNER = 0, TEAM_ACCESS = 1, TEAM_SECURITY_GROUP = 2, TEAM_OFFICE_GROUP = 3 };

struct team_row {
	str name;
	int64_t type, unit;
	bool is_default;
};

static err team_read(struct admin_call *call, int64_t key, struct team_row *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_TEAM_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a team that was there is not");
	*out = (struct team_row){ .name = str_copy(call->arena, column_text(&s, 0)), .type = column_i64(&s, 1),
		.is_default = column_i64(&s, 2) != 0, .unit = column_i64(&s, 3) };
	TRY_NEW(out->name.at);
	return OK;
}

static err type_of(struct admin_call *call, int64_t wanted)
{
	if (wanted < TEAM_OWNER || wanted > TEAM_OFFICE_GROUP)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "teamtype is 0 owner, 1 access, 2 security group, 3 office group.");
	return OK;
}

static bool is_of_group(int64_t type)
{
	return type == TEAM_SECURITY_GROUP || type == TEAM_OFFICE_GROUP;
}

/* Whose members the team has: given once, with the team. */
static err group_of(struct admin_call *call, int64_t type, struct admin_values values, struct uuid *out_group, int64_t *out_membership)
{
	const struct admin_value *group = value_named(values, "azureactivedirectoryobjectid");
	*out_membership = value_i64(value_named(values, "membershiptype"), GROUP_MEMBERS_AND_GUESTS);
	*out_group = group && group->kind == ADMIN_UUID ? group->uuid : (struct uuid){ { 0 } };
	if (!is_of_group(type))
		return uuid_is_nil(out_group) && !value_named(values, "membershiptype") ? OK :
			admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "Only a team of a group has azureactivedirectoryobjectid and membershiptype.");
	if (uuid_is_nil(out_group))
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A team of a group needs azureactivedirectoryobjectid, the group's id.");
	if (*out_membership < 0 || *out_membership >= GROUP_MEMBERSHIPS)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "membershiptype is 0 members and guests, 1 members, 2 owners, 3 guests.");
	return OK;
}

static err name_of(struct admin_call *call, const struct admin_value *v, str *out)
{
	*out = str_trim(value_text(v));
	return out->len ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A team needs a name.");
}

static err unit_of_new(struct admin_call *call, struct admin_values values, int64_t *out)
{
	const struct admin_value *v = value_named(values, "businessunitid");
	const struct table *units = admin_table(call, "businessunit");
	if (v)
		return admin_unit_referred(call, v, out);
	*out = call->caller->facts.unit;
	return admin_settle(call, units, authz_check_append_to(call->caller, units, 0, *out));
}

err team_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	const struct admin_value *administrator = value_named(values, "administratorid");
	int64_t type = value_i64(value_named(values, "teamtype"), TEAM_OWNER), unit, key, admin = call->caller->facts.key;
	int64_t membership;
	struct principal_place place;
	struct uuid id, group;
	str name;
	TRY(name_of(call, value_named(values, "name"), &name));
	TRY(type_of(call, type));
	TRY(group_of(call, type, values, &group, &membership));
	TRY(admin_settle(call, t, authz_check_append(call->caller, t, true, 0, 0)));
	TRY(unit_of_new(call, values, &unit));
	TRY(admin_settle(call, t, authz_check_create(call->caller, t, 0, unit)));
	if (administrator)
		TRY(admin_user_referred(call, administrator, &admin));
	TRY(admin_new_id(call, values, t, &id));
	if (!failed(authz_principal_by_id(call->authz, &id, &place)))
		return admin_refuse(call, REASON_DUPLICATE, "%s", "");
	TRY(insert_principal(call->authz->store, &id, PRINCIPAL_TEAM, unit, name, &key));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_TEAM_INSERT,
		    ARGS(arg_i64(key), arg_i64(type), arg_i64(0), arg_key(0), arg_key(admin), arg_uuid(uuid_is_nil(&group) ? NULL : &group),
			 is_of_group(type) ? arg_i64(membership) : (struct arg){ 0 }))));
	TRY(admin_emit(call, S("create.team"), t, &id, name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

/* --- changing --- */

/* One way, from Owner to Access, when the team owns nothing and holds no role. */
static err type_change(struct admin_call *call, int64_t key, const struct team_row *team, int64_t wanted)
{
	int64_t rows, roles, *profiles;
	size_t profile_count;
	TRY(type_of(call, wanted));
	if (wanted == team->type)
		return OK;
	if (is_of_group(wanted) || is_of_group(team->type))
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A team is of a group from its beginning, and stays so.");
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_ROWS_OWNED, ARGS(arg_i64(key)), &rows));
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_PRINCIPAL_ROLE_COUNT, ARGS(arg_i64(key)), &roles));
	TRY(sql_i64s(call->authz->store, &SQL_AUTHZ_PROFILES_OF_PRINCIPAL, ARGS(arg_i64(key)), call->arena, &profiles, &profile_count));
	if (wanted == TEAM_OWNER || rows || roles || profile_count)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s",
				    "Only an owner team that owns nothing and holds no role and no profile becomes an access team.");
	return sql_run(call->authz->store, &SQL_AUTHZ_TEAM_TYPE, ARGS(arg_i64(key), arg_i64(wanted)));
}

static err team_move(struct admin_call *call, const struct table *t, const struct admin_row *row, const struct admin_value *v)
{
	int64_t unit, before;
	TRY(admin_settle(call, t, authz_check_append(call->caller, t, false, 0, row->unit)));
	TRY(admin_unit_referred(call, v, &unit));
	if (unit == row->unit)
		return OK;
	TRY(administrators_count(call, &before));
	TRY(principal_move(call, row->key, row->unit, unit));
	TRY(administrators_remain(call, before));
	return admin_emit(call, S("move.team"), t, &row->id, S(""), (struct admin_values){ v, 1 });
}

static err refuse_default(struct admin_call *call, const struct team_row *team, struct admin_values values)
{
	bool fixed = value_named(values, "name") || value_named(values, "businessunitid") || value_named(values, "teamtype");
	return team->is_default && fixed ? admin_refuse(call, REASON_DEFAULT_TEAM_FIXED, "%s", "") : OK;
}

static err administrator_change(struct admin_call *call, int64_t key, const struct admin_value *v)
{
	int64_t user;
	TRY(admin_user_referred(call, v, &user));
	return sql_run(call->authz->store, &SQL_AUTHZ_TEAM_ADMINISTRATOR, ARGS(arg_i64(key), arg_key(user)));
}

err team_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *name = value_named(values, "name"), *unit = value_named(values, "businessunitid"),
				 *type = value_named(values, "teamtype"), *administrator = value_named(values, "administratorid");
	struct admin_row row;
	struct team_row team;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(team_read(call, row.key, &team));
	TRY(refuse_default(call, &team, values));
	if (name)
		TRY(name_of(call, name, &team.name));
	if (type)
		TRY(type_change(call, row.key, &team, value_i64(type, -1)));
	if (administrator)
		TRY(administrator_change(call, row.key, administrator));
	if (unit)
		TRY(team_move(call, t, &row, unit));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PRINCIPAL_UPDATE, ARGS(arg_i64(row.key), arg_text(team.name), arg_i64(version))));
	TRY(admin_emit(call, S("update.team"), t, id, team.name, values));
	return authz_epoch_bump(call->authz);
}

err team_remove(struct store *store, int64_t key)
{
	TRY(sql_run(store, &SQL_AUTHZ_PRINCIPAL_ROLES_DELETE, ARGS(arg_i64(key))));
	TRY(sql_run(store, &SQL_AUTHZ_MEMBERS_DELETE, ARGS(arg_i64(key))));
	TRY(sql_run(store, &SQL_AUTHZ_TEAM_DELETE, ARGS(arg_i64(key))));
	return sql_run(store, &SQL_AUTHZ_PRINCIPAL_DELETE, ARGS(arg_i64(key)));
}

err team_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	struct team_row team;
	int64_t rows, before;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(team_read(call, row.key, &team));
	if (team.is_default)
		return admin_refuse(call, REASON_DEFAULT_TEAM_FIXED, "%s", "");
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_ROWS_OWNED, ARGS(arg_i64(row.key)), &rows));
	if (rows)
		return admin_refuse(call, REASON_METHOD, "%s", "The team owns rows: assign them to others first.");
	TRY(administrators_count(call, &before));
	TRY(team_remove(call->authz->store, row.key));
	TRY(administrators_remain(call, before));
	TRY(admin_emit_json(call, S("delete.team"), t, id, team.name, S("")));
	return authz_epoch_bump(call->authz);
}
