/* authz/admin_roles.c - security roles: the definition, seen in every unit at and below its own (1.3, 1.9). */
#include "authz/admin_internal.h"

static err place_read(struct admin_call *call, const struct uuid *id, struct role_place *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_INSTANCE_BY_ID, ARGS(arg_uuid(id)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a role that was there is not");
	*out = (struct role_place){ .role = column_i64(&s, 0), .unit = column_i64(&s, 1), .home = column_i64(&s, 2),
		.kind = (enum role_kind)column_i64(&s, 3), .root_id = column_uuid(&s, 4),
		.name = str_copy(call->arena, column_text(&s, 5)), .direct_user = column_i64(&s, 6) != 0,
		.context = str_copy(call->arena, column_text(&s, 7)), .bypass = column_i64(&s, 8) != 0 };
	TRY_NEW(out->name.at);
	TRY_NEW(out->context.at);
	return OK;
}

err role_place(struct admin_call *call, const struct table *t, const struct uuid *id, enum right right, struct role_place *out)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, right, &row));
	return place_read(call, id, out);
}

err role_for_editing(struct admin_call *call, const struct uuid *id, enum right right, struct role_place *out)
{
	TRY(role_place(call, admin_table(call, "role"), id, right, out));
	if (out->kind != ROLE_PLAIN)
		return admin_refuse(call, REASON_READ_ONLY, "%s", "A built-in role cannot be changed.");
	if (out->unit != out->home)
		return admin_refuse(call, REASON_READ_ONLY, "%s", "An inherited role is changed where it is defined.");
	if (out->bypass && !call->caller->bypasses_policies)
		return admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "Row policies do not bind holders of this role, but they bind you.");
	return OK;
}

static err unit_of_new(struct admin_call *call, struct admin_values values, int64_t *out)
{
	const struct admin_value *v = value_named(values, "businessunitid");
	const struct table *units = admin_table(call, "businessunit");
	if (v)
		return admin_unit_referred(call, v, out);
	*out = call->authz->root_unit;
	return admin_settle(call, units, authz_check_append_to(call->caller, units, 0, *out));
}

static err inherited_of(struct admin_call *call, const struct admin_value *v, bool fallback, bool *out)
{
	int64_t n = value_i64(v, fallback);
	if (n != 0 && n != 1)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "isinherited is 0 or 1.");
	*out = n == 1;
	return OK;
}

static err name_of(struct admin_call *call, const struct admin_value *v, str *out)
{
	*out = str_trim(value_text(v));
	return out->len ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A role needs a name.");
}

/* --- row policies --- */

static err administrator_only(struct admin_call *call, const char *what)
{
	return call->caller->administrator ? OK : admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "Only a System Administrator %s.", what);
}

/* Whoever edits roles but may set no policies must not lift one by renaming what it names. */
static err policy_keeps(struct admin_call *call, enum policy_context type, str before, str after)
{
	int64_t one;
	if (!before.len || str_equal_nocase(before, after))
		return OK;
	err e = sql_i64(call->authz->store, &SQL_AUTHZ_POLICY_NAMES, ARGS(arg_i64(type), arg_text(before)), &one);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	return administrator_only(call, "changes what a row policy names");
}

/* contextstring and xdsbypass, of the body or as they are; `role` as it is to be. */
static err policy_marks_take(struct admin_call *call, struct admin_values values, struct role_place *role)
{
	const struct admin_value *context = value_named(values, "contextstring");
	bool bypass = value_i64(value_named(values, "xdsbypass"), role->bypass) != 0;
	if (context)
		role->context = str_trim(value_text(context));
	if (bypass != role->bypass)
		TRY(administrator_only(call, "sets xdsbypass"));
	role->bypass = bypass;
	return OK;
}

/* In its own unit a role is seen under its own id. */
static err instances_make(struct admin_call *call, int64_t role, const struct uuid *role_id, int64_t home)
{
	const struct unit_tree *tree = call->caller->units;
	const struct unit *u = unit_find(tree, home);
	if (!u)
		FAIL(ERR_INTERNAL, "the unit of a role is unknown");
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_INSTANCE_INSERT, ARGS(arg_uuid(role_id), arg_i64(role), arg_i64(home))));
	for (uint32_t i = u->first + 1; i <= u->last; i++) {
		const struct unit *below = unit_find(tree, tree->walk[i]);
		if (below)
			TRY(insert_instance(call->authz->store, role, role_id, below->key, &below->id));
	}
	return OK;
}

static struct arg context_arg(const struct role_place *role)
{
	return arg_text(role->context.len ? role->context : (str){ 0 });
}

static err role_insert(struct admin_call *call, const struct uuid *id, const struct role_place *r)
{
	int64_t version;
	TRY(version_take(call->authz->store, &version));
	err e = sql_run(call->authz->store, &SQL_AUTHZ_ROLE_INSERT,
			ARGS(arg_uuid(id), arg_text(r->name), arg_i64(r->unit), arg_i64(r->direct_user), arg_i64(ROLE_PLAIN), arg_i64(version),
			     context_arg(r), arg_i64(r->bypass)));
	if (err_kind_of(e) == ERR_CONFLICT)
		return admin_refuse(call, REASON_DUPLICATE, "%s", "");
	TRY(e);
	return instances_make(call, store_last_rowid(call->authz->store), id, r->unit);
}

err role_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct role_place role = { 0 };
	struct uuid id;
	int64_t taken;
	TRY(name_of(call, value_named(values, "name"), &role.name));
	TRY(inherited_of(call, value_named(values, "isinherited"), true, &role.direct_user));
	TRY(admin_settle(call, t, authz_check_append(call->caller, t, true, 0, 0)));
	TRY(unit_of_new(call, values, &role.unit));
	TRY(admin_settle(call, t, authz_check_create(call->caller, t, 0, role.unit)));
	TRY(policy_marks_take(call, values, &role));
	TRY(admin_new_id(call, values, t, &id));
	if (!failed(sql_i64(call->authz->store, &SQL_AUTHZ_INSTANCE_BY_ID, ARGS(arg_uuid(&id)), &taken)))
		return admin_refuse(call, REASON_DUPLICATE, "%s", "");
	TRY(role_insert(call, &id, &role));
	TRY(admin_emit(call, S("create.role"), t, &id, role.name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

/* Opening a team's role to its members widens it: bound like a grant. */
err role_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *name = value_named(values, "name");
	struct role_place role, before;
	int64_t version;
	bool direct_user;
	TRY(role_for_editing(call, id, RIGHT_WRITE, &role));
	before = role;
	if (name)
		TRY(name_of(call, name, &role.name));
	TRY(policy_marks_take(call, values, &role));
	TRY(policy_keeps(call, POLICY_OF_ROLE_NAME, before.name, role.name));
	TRY(policy_keeps(call, POLICY_OF_ROLE_STRING, before.context, role.context));
	TRY(inherited_of(call, value_named(values, "isinherited"), role.direct_user, &direct_user));
	if (direct_user && !role.direct_user)
		TRY(bound_role(call, role.role, role.home));
	TRY(version_take(call->authz->store, &version));
	err e = sql_run(call->authz->store, &SQL_AUTHZ_ROLE_UPDATE,
			ARGS(arg_i64(role.role), arg_text(role.name), arg_i64(direct_user), arg_i64(version), context_arg(&role), arg_i64(role.bypass)));
	if (err_kind_of(e) == ERR_CONFLICT)
		return admin_refuse(call, REASON_DUPLICATE, "%s", "");
	TRY(e);
	TRY(admin_emit(call, S("update.role"), t, id, role.name, values));
	return authz_epoch_bump(call->authz);
}

err role_remove(struct admin_call *call, int64_t role)
{
	struct store *store = call->authz->store;
	TRY(sql_run(store, &SQL_AUTHZ_ROLE_HOLDERS_DELETE, ARGS(arg_i64(role))));
	TRY(sql_run(store, &SQL_AUTHZ_ROLE_INSTANCES_DELETE, ARGS(arg_i64(role))));
	TRY(sql_run(store, &SQL_AUTHZ_ROLE_PRIVILEGES_DELETE, ARGS(arg_i64(role))));
	return sql_run(store, &SQL_AUTHZ_ROLE_DELETE, ARGS(arg_i64(role)));
}

err role_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct role_place role;
	TRY(role_for_editing(call, id, RIGHT_DELETE, &role));
	TRY(role_remove(call, role.role));
	TRY(admin_emit_json(call, S("delete.role"), t, id, role.name, S("")));
	return authz_epoch_bump(call->authz);
}
