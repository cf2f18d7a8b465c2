/* authz/admin_units.c - business units (1.3). */
#include "authz/admin_internal.h"

static err name_of(struct admin_call *call, const struct admin_value *v, str *out)
{
	*out = str_trim(value_text(v));
	return out->len ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A business unit needs a name.");
}

static err parent_of_new(struct admin_call *call, struct admin_values values, int64_t *out)
{
	const struct admin_value *v = value_named(values, "parentbusinessunitid");
	const struct table *units = admin_table(call, "businessunit");
	if (v && v->kind == ADMIN_NULL)
		return admin_refuse(call, REASON_ROOT_BU, "%s", "");
	if (v)
		return admin_unit_referred(call, v, out);
	*out = call->authz->root_unit;
	return admin_settle(call, units, authz_check_append_to(call->caller, units, 0, *out));
}

/* The new unit is judged where it will hang: below its parent. */
err unit_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct uuid id;
	int64_t parent, key;
	str name;
	TRY(name_of(call, value_named(values, "name"), &name));
	TRY(admin_settle(call, t, authz_check_append(call->caller, t, true, 0, 0)));
	TRY(parent_of_new(call, values, &parent));
	TRY(admin_settle(call, t, authz_check_create(call->caller, t, 0, parent)));
	TRY(admin_new_id(call, values, t, &id));
	if (!failed(authz_unit_by_id(call->authz, &id, &key)))
		return admin_refuse(call, REASON_DUPLICATE, "%s", "");
	TRY(insert_unit(call->authz->store, &id, name, parent, &key));
	if (value_i64(value_named(values, "isdisabled"), 0))
		TRY(sql_run(call->authz->store, &SQL_AUTHZ_UNIT_DISABLE, ARGS(arg_i64(key), arg_i64(1))));
	TRY(admin_emit(call, S("create.businessunit"), t, &id, name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

/* --- moving --- */

/* Keys of the units from `unit` up to the root. */
static err units_above(struct admin_call *call, int64_t unit, int64_t **out, size_t *out_count)
{
	const struct unit_tree *tree = call->caller->units;
	size_t n = 0;
	int64_t *list = NEW_ARRAY(call->arena, int64_t, tree->count);
	TRY_NEW(list);
	for (const struct unit *u = unit_find(tree, unit); u; u = unit_find(tree, u->parent_key))
		list[n++] = u->key;
	*out = list;
	*out_count = n;
	return OK;
}

static err instances_inherit(struct admin_call *call, int64_t parent, const int64_t *units, size_t count)
{
	struct store *store = call->authz->store;
	SCOPED(statement) above = { 0 };
	TRY(sql_begin(store, &SQL_AUTHZ_INSTANCES_ABOVE, ARGS(arg_i64(parent)), &above));
	for (bool row;;) {
		TRY(statement_step(&above, &row));
		if (!row)
			return OK;
		struct uuid role_id = column_uuid(&above, 1);
		for (size_t i = 0; i < count; i++) {
			const struct unit *u = unit_find(call->caller->units, units[i]);
			if (u)
				TRY(insert_instance(store, column_i64(&above, 0), &role_id, u->key, &u->id));
		}
	}
}

/* Roles defined above the old place and not above the new one are no longer seen in the subtree; those above the new one are. */
static err roles_follow(struct admin_call *call, const struct unit *u, int64_t parent)
{
	struct store *store = call->authz->store;
	const int64_t *subtree = call->caller->units->walk + u->first;
	size_t subtree_count = u->last - u->first + 1, above_count;
	int64_t *above;
	TRY(units_above(call, parent, &above, &above_count));
	struct args both = ARGS(arg_i64s(subtree, subtree_count), arg_i64s(above, above_count));
	TRY(sql_run(store, &SQL_AUTHZ_ROLES_LOST_HOLDERS, both));
	TRY(sql_run(store, &SQL_AUTHZ_ROLES_LOST_INSTANCES, both));
	return instances_inherit(call, parent, subtree, subtree_count);
}

static err unit_move(struct admin_call *call, const struct table *t, const struct admin_row *row, const struct admin_value *v)
{
	const struct unit *u = unit_find(call->caller->units, row->key);
	int64_t parent, before;
	if (!u || u->parent_key == 0 || v->kind != ADMIN_UUID)
		return admin_refuse(call, REASON_ROOT_BU, "%s", "");
	TRY(admin_settle(call, t, authz_check_append(call->caller, t, false, 0, row->key)));
	TRY(admin_unit_referred(call, v, &parent));
	if (unit_is_within(call->caller->units, parent, row->key))
		return admin_refuse(call, REASON_CYCLE, "%s", "");
	if (parent == u->parent_key)
		return OK;
	TRY(administrators_count(call, &before));
	TRY(roles_follow(call, u, parent));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_UNIT_MOVE, ARGS(arg_i64(row->key), arg_i64(parent))));
	TRY(administrators_remain(call, before));
	return admin_emit(call, S("move.businessunit"), t, &row->id, S(""), (struct admin_values){ v, 1 });
}

static err unit_rename(struct admin_call *call, const struct admin_row *row, const struct admin_value *v)
{
	str name;
	TRY(name_of(call, v, &name));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_UNIT_RENAME, ARGS(arg_i64(row->key), arg_text(name))));
	return sql_run(call->authz->store, &SQL_AUTHZ_UNIT_TEAM_RENAME, ARGS(arg_i64(row->key), arg_text(name)));
}

static err unit_disable(struct admin_call *call, const struct table *t, const struct admin_row *row, const struct admin_value *v)
{
	bool disabled = value_i64(v, 0) != 0;
	int64_t before;
	if (disabled && row->key == call->authz->root_unit)
		return admin_refuse(call, REASON_ROOT_BU, "%s", "");
	TRY(administrators_count(call, &before));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_UNIT_DISABLE, ARGS(arg_i64(row->key), arg_i64(disabled))));
	TRY(administrators_remain(call, before));
	return admin_emit(call, disabled ? S("disable.businessunit") : S("enable.businessunit"), t, &row->id, S(""),
			  (struct admin_values){ v, 1 });
}

err unit_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *name = value_named(values, "name"), *parent = value_named(values, "parentbusinessunitid"),
				 *disabled = value_named(values, "isdisabled");
	struct admin_row row;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	if (parent)
		TRY(unit_move(call, t, &row, parent));
	if (name)
		TRY(unit_rename(call, &row, name));
	if (disabled)
		TRY(unit_disable(call, t, &row, disabled));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_UNIT_VERSION, ARGS(arg_i64(row.key), arg_i64(version))));
	TRY(admin_emit(call, S("update.businessunit"), t, id, value_text(name), values));
	return authz_epoch_bump(call->authz);
}

/* --- deleting --- */

static err unit_is_empty(struct admin_call *call, int64_t unit)
{
	int64_t enabled, contents;
	if (unit == call->authz->root_unit)
		return admin_refuse(call, REASON_ROOT_BU, "%s", "");
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_UNIT_ENABLED, ARGS(arg_i64(unit)), &enabled));
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_UNIT_CONTENTS, ARGS(arg_i64(unit)), &contents));
	return enabled || contents ? admin_refuse(call, REASON_BU_NOT_EMPTY, "%s", "") : OK;
}

static err unit_clear(struct admin_call *call, int64_t unit)
{
	struct store *store = call->authz->store;
	int64_t team, *roles, none = 0;
	size_t count;
	TRY(sql_i64(store, &SQL_AUTHZ_UNIT_TEAM, ARGS(arg_i64(unit)), &team));
	TRY(sql_run(store, &SQL_AUTHZ_PRINCIPAL_ROLES_DELETE, ARGS(arg_i64(team))));
	TRY(sql_run(store, &SQL_AUTHZ_UNIT_HOLDERS_DELETE, ARGS(arg_i64(unit))));
	TRY(sql_run(store, &SQL_AUTHZ_TEAM_DELETE, ARGS(arg_i64(team))));
	TRY(sql_run(store, &SQL_AUTHZ_PRINCIPAL_DELETE, ARGS(arg_i64(team))));
	TRY(sql_i64s(store, &SQL_AUTHZ_ROLES_DEFINED, ARGS(arg_i64(unit)), call->arena, &roles, &count));
	for (size_t i = 0; i < count; i++)
		TRY(role_remove(call, roles[i]));
	return sql_run(store, &SQL_AUTHZ_ROLES_LOST_INSTANCES, ARGS(arg_i64s(&unit, 1), arg_i64s(&none, 1)));
}

err unit_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(unit_is_empty(call, row.key));
	TRY(unit_clear(call, row.key));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_UNIT_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.businessunit"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
