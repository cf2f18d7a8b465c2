/* authz/admin_users.c - users (1.3, 1.10, 4.11). */
#include "authz/admin_internal.h"

enum { NON_INTERACTIVE_MAX = 7 };

static err unit_of_new(struct admin_call *call, struct admin_values values, int64_t *out)
{
	const struct admin_value *v = value_named(values, "businessunitid");
	const struct table *units = admin_table(call, "businessunit");
	if (v)
		return admin_unit_referred(call, v, out);
	*out = call->authz->root_unit;
	return admin_settle(call, units, authz_check_append_to(call->caller, units, 0, *out));
}

static err uuid_of(struct admin_call *call, const struct admin_value *v, const struct uuid **out)
{
	*out = v && v->kind == ADMIN_UUID ? &v->uuid : NULL;
	if (*out && uuid_is_nil(*out))
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "The object id and the application id must not be nil.");
	return OK;
}

/* Support and Delegated admin are placeholders that only a time-boxed grant will open. Those of the application's own kind follow
 * from the application id. */
static err mode_of(struct admin_call *call, int64_t wanted, bool application, enum access_mode before, enum access_mode *out)
{
	int64_t others;
	if (wanted < ACCESS_READ_WRITE || wanted > ACCESS_DELEGATED_ADMIN || wanted == ACCESS_SUPPORT || wanted == ACCESS_DELEGATED_ADMIN)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "This access mode cannot be given.");
	*out = application ? ACCESS_NON_INTERACTIVE : (enum access_mode)wanted;
	if (*out != ACCESS_NON_INTERACTIVE || application || before == ACCESS_NON_INTERACTIVE)
		return OK;
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_USERS_NON_INTERACTIVE, NO_ARGS, &others));
	if (others >= NON_INTERACTIVE_MAX)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "There are as many non-interactive users as there may be.");
	return OK;
}

static str full_name(struct arena *arena, str first, str last, str domain_name)
{
	if (first.len && last.len)
		return str_format(arena, "%.*s %.*s", STR_ARG(first), STR_ARG(last));
	if (first.len || last.len)
		return str_copy(arena, first.len ? first : last);
	return str_copy(arena, domain_name.at ? domain_name : S(""));
}

static err refuse_taken(struct admin_call *call, const struct new_user *u)
{
	struct principal_place place;
	int64_t key;
	bool taken = !failed(authz_principal_by_id(call->authz, &u->id, &place));
	if (u->object_id)
		taken = taken || !failed(sql_i64(call->authz->store, &SQL_AUTHZ_USER_BY_OBJECT, ARGS(arg_uuid(u->object_id)), &key));
	if (u->application_id)
		taken = taken ||
			!failed(sql_i64(call->authz->store, &SQL_AUTHZ_USER_BY_APPLICATION, ARGS(arg_uuid(u->application_id)), &key));
	return taken ? admin_refuse(call, REASON_DUPLICATE, "%s", "") : OK;
}

static err user_of_values(struct admin_call *call, const struct table *t, struct admin_values values, struct new_user *u)
{
	TRY(admin_new_id(call, values, t, &u->id));
	TRY(uuid_of(call, value_named(values, "azureactivedirectoryobjectid"), &u->object_id));
	TRY(uuid_of(call, value_named(values, "applicationid"), &u->application_id));
	u->domain_name = value_text(value_named(values, "domainname"));
	u->first_name = value_text(value_named(values, "firstname"));
	u->last_name = value_text(value_named(values, "lastname"));
	u->email = value_text(value_named(values, "internalemailaddress"));
	u->disabled = value_i64(value_named(values, "isdisabled"), 0) != 0;
	if (!u->domain_name.len && !u->object_id && !u->application_id)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A user needs a domain name, an object id or an application id.");
	TRY(mode_of(call, value_i64(value_named(values, "accessmode"), ACCESS_READ_WRITE), u->application_id != NULL,
		    ACCESS_READ_WRITE, &u->access_mode));
	u->full_name = full_name(call->arena, u->first_name, u->last_name, u->domain_name);
	TRY_NEW(u->full_name.at);
	return refuse_taken(call, u);
}

/* Whoever joins a unit gets what its default team holds: bound like a grant. */
static err bound_unit(struct admin_call *call, int64_t unit)
{
	int64_t team;
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_UNIT_TEAM, ARGS(arg_i64(unit)), &team));
	return bound_team(call, team);
}

/* prvAssignPosition, and the position may be seen. */
static err position_set(struct admin_call *call, int64_t user, const struct admin_value *v)
{
	int64_t position;
	if (!v)
		return OK;
	TRY(admin_settle(call, NULL, authz_check_misc(call->caller, MISC_ASSIGN_POSITION)));
	TRY(admin_position_referred(call, v, &position));
	return sql_run(call->authz->store, &SQL_AUTHZ_USER_POSITION, ARGS(arg_i64(user), arg_key(position)));
}

err systemuser_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct new_user u = { 0 };
	int64_t key;
	TRY(admin_settle(call, t, authz_check_append(call->caller, t, true, 0, 0)));
	TRY(unit_of_new(call, values, &u.unit));
	TRY(admin_settle(call, t, authz_check_create(call->caller, t, 0, u.unit)));
	TRY(admin_user_referred(call, value_named(values, "parentsystemuserid"), &u.manager));
	TRY(user_of_values(call, t, values, &u));
	TRY(bound_unit(call, u.unit));
	TRY(insert_user(call->authz->store, &u, &key));
	TRY(position_set(call, key, value_named(values, "positionid")));
	TRY(admin_emit(call, S("create.systemuser"), t, &u.id, u.full_name, values));
	*out_id = u.id;
	return authz_epoch_bump(call->authz);
}

/* --- changing --- */

struct user_row {
	str name, domain_name, first_name, last_name, email;
	int64_t manager;
	enum access_mode access_mode;
	bool disabled, application, operator;
};

static str text_or_null(struct arena *arena, const struct statement *s, int index)
{
	return column_is_null(s, index) ? (str){ 0 } : str_copy(arena, column_text(s, index));
}

static err user_read(struct admin_call *call, int64_t key, struct user_row *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_USER_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a user that was there is not");
	*out = (struct user_row){ .name = text_or_null(call->arena, &s, 0), .domain_name = text_or_null(call->arena, &s, 1),
		.first_name = text_or_null(call->arena, &s, 2), .last_name = text_or_null(call->arena, &s, 3),
		.email = text_or_null(call->arena, &s, 4), .manager = column_i64(&s, 5),
		.access_mode = (enum access_mode)column_i64(&s, 6), .disabled = column_i64(&s, 7) != 0,
		.application = column_i64(&s, 8) != 0, .operator = column_i64(&s, 9) != 0 };
	return OK;
}

static void take_text(struct admin_values values, const char *name, str *to)
{
	const struct admin_value *v = value_named(values, name);
	if (v)
		*to = value_text(v);
}

static err user_apply(struct admin_call *call, struct admin_values values, struct user_row *u)
{
	const struct admin_value *mode = value_named(values, "accessmode"), *disabled = value_named(values, "isdisabled"),
				 *manager = value_named(values, "parentsystemuserid");
	bool renamed = value_named(values, "firstname") || value_named(values, "lastname");
	take_text(values, "domainname", &u->domain_name);
	take_text(values, "firstname", &u->first_name);
	take_text(values, "lastname", &u->last_name);
	take_text(values, "internalemailaddress", &u->email);
	if (renamed)
		u->name = full_name(call->arena, u->first_name, u->last_name, u->domain_name);
	TRY_NEW(u->name.at);
	if (mode)
		TRY(mode_of(call, value_i64(mode, -1), u->application, u->access_mode, &u->access_mode));
	if (disabled)
		u->disabled = value_i64(disabled, 0) != 0;
	if (manager)
		TRY(admin_user_referred(call, manager, &u->manager));
	return OK;
}

static err user_write(struct admin_call *call, int64_t key, const struct user_row *u)
{
	int64_t version;
	struct store *store = call->authz->store;
	TRY(version_take(store, &version));
	TRY(sql_run(store, &SQL_AUTHZ_PRINCIPAL_UPDATE, ARGS(arg_i64(key), arg_text(u->name), arg_i64(version))));
	return sql_run(store, &SQL_AUTHZ_USER_UPDATE,
		       ARGS(arg_i64(key), arg_text(u->domain_name), arg_text(u->first_name), arg_text(u->last_name), arg_text(u->email),
			    arg_key(u->manager), arg_i64(u->access_mode), arg_i64(u->disabled)));
}

static err user_move(struct admin_call *call, const struct table *t, const struct admin_row *row, const struct admin_value *v)
{
	int64_t unit;
	TRY(admin_settle(call, t, authz_check_append(call->caller, t, false, 0, row->unit)));
	TRY(admin_unit_referred(call, v, &unit));
	if (unit == row->unit)
		return OK;
	TRY(bound_unit(call, unit));
	TRY(principal_move(call, row->key, row->unit, unit));
	return admin_emit(call, S("move.systemuser"), t, &row->id, S(""), (struct admin_values){ v, 1 });
}

/* Nobody switches off the lane that repairs everything else. */
static err refuse_operator(struct admin_call *call, const struct user_row *u)
{
	return u->operator ? admin_refuse(call, REASON_READ_ONLY, "%s", "") : OK;
}

err systemuser_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *unit = value_named(values, "businessunitid");
	struct admin_row row;
	struct user_row u;
	int64_t before;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(user_read(call, row.key, &u));
	TRY(refuse_operator(call, &u));
	TRY(administrators_count(call, &before));
	bool was_disabled = u.disabled;
	TRY(user_apply(call, values, &u));
	TRY(user_write(call, row.key, &u));
	if (value_named(values, "isdisabled"))
		TRY(sql_run(call->authz->store, &SQL_AUTHZ_USER_ACCESS_DECIDED, ARGS(arg_i64(row.key))));
	TRY(position_set(call, row.key, value_named(values, "positionid")));
	if (unit)
		TRY(user_move(call, t, &row, unit));
	TRY(administrators_remain(call, before));
	if (u.disabled != was_disabled)
		TRY(admin_emit_json(call, u.disabled ? S("disable.systemuser") : S("enable.systemuser"), t, id, u.name, S("")));
	TRY(admin_emit(call, S("update.systemuser"), t, id, u.name, values));
	return authz_epoch_bump(call->authz);
}

/* --- moving, for users and teams --- */

static err rows_move(struct admin_call *call, const struct table *t, int64_t owner, int64_t unit)
{
	SCOPED(statement) s = { 0 };
	int64_t version;
	str sql = str_format(call->arena, "UPDATE %.*s SET unit = ?2, version = ?3 WHERE owner = ?1", STR_ARG(t->sql));
	TRY_NEW(sql.at);
	TRY(version_take(call->authz->store, &version));
	TRY(statement_open_text(call->authz->store, sql, &s));
	TRY(bind_i64(&s, 1, owner));
	TRY(bind_i64(&s, 2, unit));
	TRY(bind_i64(&s, 3, version));
	return statement_run(&s);
}

static err roles_leave(struct admin_call *call, const struct matrix_settings *m, int64_t key, int64_t from)
{
	if (!m->enabled)
		return sql_run(call->authz->store, &SQL_AUTHZ_PRINCIPAL_ROLES_DELETE, ARGS(arg_i64(key)));
	return m->keep_roles ? OK : sql_run(call->authz->store, &SQL_AUTHZ_PRINCIPAL_ROLES_OF_UNIT_DELETE, ARGS(arg_i64(key), arg_i64(from)));
}

/* Few rows have their new unit when the request is answered; many keep the old one until their turn comes. */
static err rows_follow(struct admin_call *call, int64_t key, int64_t from, int64_t unit)
{
	const struct metadata *m = call->authz->metadata;
	int64_t rows;
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_JOBS_FOLLOW, ARGS(arg_i64(key), arg_i64(from), arg_i64(unit))));
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_ROWS_OWNED, ARGS(arg_i64(key)), &rows));
	if (rows > ADMIN_ROWS_MAX) {
		call->later = LATER_MOVE;
		call->later_owner = key;
		call->later_unit = unit;
		return OK;
	}
	for (size_t i = 0; i < m->by_ordinal_count; i++) {
		const struct table *t = m->by_ordinal[i];
		if (t && !t->builtin && table_is_owned(t))
			TRY(rows_move(call, t, key, unit));
	}
	return OK;
}

err principal_move(struct admin_call *call, int64_t key, int64_t from, int64_t unit)
{
	struct environment_settings settings;
	TRY(authz_settings(call->authz, &settings));
	TRY(roles_leave(call, &settings.matrix, key, from));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PRINCIPAL_MOVE, ARGS(arg_i64(key), arg_i64(unit))));
	return settings.matrix.enabled && !settings.matrix.move_rows ? OK : rows_follow(call, key, from, unit);
}
