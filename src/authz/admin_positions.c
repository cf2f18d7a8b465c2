/* authz/admin_positions.c - the tree of positions, and the tables that the hierarchy leaves out (1.11, 4.11). */
#include "authz/admin_internal.h"

err admin_position_referred(struct admin_call *call, const struct admin_value *v, int64_t *out_key)
{
	const struct table *positions = admin_table(call, "position");
	struct admin_row row;
	*out_key = 0;
	if (!v || v->kind != ADMIN_UUID)
		return OK;
	TRY(admin_row(call, positions, &v->uuid, RIGHT_READ, &row));
	*out_key = row.key;
	return admin_settle(call, positions, authz_check_append_to(call->caller, positions, 0, 0));
}

static err name_of(struct admin_call *call, const struct admin_value *v, str *out)
{
	*out = str_trim(value_text(v));
	return out->len ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A position needs a name.");
}

err position_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	int64_t parent, version;
	struct uuid id;
	str name;
	TRY(name_of(call, value_named(values, "name"), &name));
	TRY(admin_position_referred(call, value_named(values, "parentpositionid"), &parent));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_POSITION_INSERT,
				   ARGS(arg_uuid(&id), arg_text(name), arg_key(parent), arg_i64(version)))));
	TRY(admin_emit(call, S("create.position"), t, &id, name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

static err position_read(struct admin_call *call, int64_t key, str *out_name, int64_t *out_parent)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_POSITION_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a position that was there is not");
	*out_name = str_copy(call->arena, column_text(&s, 0));
	*out_parent = column_i64(&s, 1);
	TRY_NEW(out_name->at);
	return OK;
}

err position_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *v = value_named(values, "name"), *above = value_named(values, "parentpositionid");
	struct admin_row row;
	int64_t parent, version, cycle = 0;
	str name;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(position_read(call, row.key, &name, &parent));
	if (v)
		TRY(name_of(call, v, &name));
	if (above)
		TRY(admin_position_referred(call, above, &parent));
	if (parent)
		TRY(sql_i64(call->authz->store, &SQL_AUTHZ_POSITION_IS_ABOVE, ARGS(arg_i64(row.key), arg_i64(parent)), &cycle));
	if (cycle)
		return admin_refuse(call, REASON_CYCLE, "%s", "A position cannot be its own ancestor.");
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_POSITION_UPDATE,
		    ARGS(arg_i64(row.key), arg_text(name), arg_key(parent), arg_i64(version))));
	TRY(admin_emit(call, S("update.position"), t, id, name, values));
	return authz_epoch_bump(call->authz);
}

err position_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	int64_t uses, parent;
	str name;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(position_read(call, row.key, &name, &parent));
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_POSITION_IN_USE, ARGS(arg_i64(row.key)), &uses));
	if (uses)
		return admin_refuse(call, REASON_METHOD, "%s", "Users have the position, or others stand below it.");
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_POSITION_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.position"), t, id, name, S("")));
	return authz_epoch_bump(call->authz);
}

/* --- tables that the hierarchy leaves out --- */

err exclusion_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	int64_t code = value_i64(value_named(values, "objecttypecode"), 0), version;
	const struct table *table = metadata_table_by_type_code(call->authz->metadata, (int32_t)code);
	struct uuid id;
	TRY(admin_settle(call, NULL, authz_check_misc(call->caller, MISC_CONFIGURE_HIERARCHY)));
	if (!table || table->builtin || !table_is_owned(table))
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "objecttypecode must be that of a user-owned table.");
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_EXCLUSION_INSERT,
				   ARGS(arg_uuid(&id), arg_i64(table->ordinal), arg_i64(table->object_type_code), arg_i64(version)))));
	TRY(admin_emit(call, S("create.hierarchysecurityconfiguration"), t, &id, table->logical_name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

err exclusion_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_settle(call, NULL, authz_check_misc(call->caller, MISC_CONFIGURE_HIERARCHY)));
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_EXCLUSION_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.hierarchysecurityconfiguration"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
