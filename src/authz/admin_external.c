/* authz/admin_external.c - external resource types and their entities (6.1, 4.11). A policy is checked before, by who can read it
 * (data/external_policy.h). */
#include "authz/admin_internal.h"
#include "codec/json_read.h"

enum { TYPES_MAX = 1000, ENTITIES_OF_TYPE_MAX = 10000 };

struct external_type_row {
	str name, policy, actions; /* null `at`: null */
	int64_t enabled;
};

static void take(struct admin_values values, const char *name, str *to)
{
	const struct admin_value *v = value_named(values, name);
	if (v)
		*to = value_text(v);
}

/* What other programs are told is allowed: only who is bound by nothing says it. */
static err bound_external(struct admin_call *call)
{
	return call->caller->administrator ? OK : admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "Only a System Administrator sets external types.");
}

/* --- types --- */

/* What is stored of a table always comes before what is said of an external type, so the same name would mean nothing. */
static err name_check(struct admin_call *call, str name)
{
	int64_t count;
	if (!name.len)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "An external type needs a name.");
	if (metadata_table(call->authz->metadata, name))
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A table has this name.");
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_EXTERNAL_TYPES_COUNT, NO_ARGS, &count));
	return count < TYPES_MAX ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "There are %d external types already.", TYPES_MAX);
}

static err actions_check(struct admin_call *call, str actions)
{
	for (str name; str_split(&actions, ',', &name);)
		if (!str_trim(name).len)
			return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "actions are names with commas between them.");
	return OK;
}

static err type_apply(struct admin_call *call, struct admin_values values, struct external_type_row *r)
{
	take(values, "policy", &r->policy);
	take(values, "actions", &r->actions);
	r->enabled = value_i64(value_named(values, "isenabled"), r->enabled) != 0;
	return r->actions.len ? actions_check(call, r->actions) : OK;
}

err external_type_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct external_type_row r = { .enabled = 1 };
	struct uuid id;
	int64_t version;
	TRY(bound_external(call));
	take(values, "name", &r.name);
	TRY(name_check(call, r.name));
	TRY(type_apply(call, values, &r));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_EXTERNAL_TYPE_INSERT,
			ARGS(arg_uuid(&id), arg_text(r.name), arg_text(r.policy), arg_text(r.actions), arg_i64(r.enabled), arg_i64(version)))));
	TRY(admin_emit(call, S("create.externaltype"), t, &id, r.name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

static err type_read(struct admin_call *call, int64_t key, struct external_type_row *out)
{
	str *const to[] = { &out->name, &out->policy, &out->actions };
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_EXTERNAL_TYPE_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "an external type that was there is not");
	for (int i = 0; i < 3; i++) {
		if (column_is_null(&s, i))
			continue;
		*to[i] = str_copy(call->arena, column_text(&s, i));
		TRY_NEW(to[i]->at);
	}
	out->enabled = column_i64(&s, 3);
	return OK;
}

err external_type_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	struct external_type_row r = { 0 };
	struct admin_row row;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(bound_external(call));
	TRY(type_read(call, row.key, &r));
	TRY(type_apply(call, values, &r));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_EXTERNAL_TYPE_UPDATE,
		    ARGS(arg_i64(row.key), arg_text(r.policy), arg_text(r.actions), arg_i64(r.enabled), arg_i64(version))));
	TRY(admin_emit(call, S("update.externaltype"), t, id, r.name, values));
	return authz_epoch_bump(call->authz);
}

err external_type_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(bound_external(call));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_EXTERNAL_ENTITIES_DELETE, ARGS(arg_i64(row.key))));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_EXTERNAL_TYPE_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.externaltype"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}

/* --- entities --- */

static err properties_check(struct admin_call *call, str properties)
{
	static const struct json_limits limits = { .depth_max = 8, .values_max = 200 };
	const struct json *object = NULL;
	if (!properties.at)
		return OK;
	err e = json_parse(bytes_of_str(properties), limits, call->arena, &object, NULL);
	if (!failed(e) && json_is(object, JSON_OBJECT))
		return OK;
	return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "properties must be a JSON object of at most 200 values.");
}

static err room_check(struct admin_call *call, int64_t type)
{
	int64_t count;
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_EXTERNAL_ENTITIES_COUNT, ARGS(arg_i64(type)), &count));
	return count < ENTITIES_OF_TYPE_MAX
		       ? OK
		       : admin_refuse(call, REASON_INVALID_ARGUMENT, "The type has %d entities already.", ENTITIES_OF_TYPE_MAX);
}

err external_entity_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	const struct admin_value *type = value_named(values, "externaltypeid");
	str name = value_text(value_named(values, "name")), properties = value_text(value_named(values, "properties"));
	struct admin_row row;
	struct uuid id;
	int64_t version;
	TRY(bound_external(call));
	if (!name.len || !type || type->kind != ADMIN_UUID)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "An external entity needs a name and an externaltypeid.");
	TRY(admin_row(call, admin_table(call, "externaltype"), &type->uuid, RIGHT_READ, &row));
	TRY(properties_check(call, properties));
	TRY(room_check(call, row.key));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_EXTERNAL_ENTITY_INSERT,
				   ARGS(arg_uuid(&id), arg_i64(row.key), arg_text(name), arg_text(properties), arg_i64(version)))));
	TRY(admin_emit(call, S("create.externalentity"), t, &id, name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

err external_entity_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *properties = value_named(values, "properties");
	struct admin_row row;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(bound_external(call));
	if (!properties)
		return OK;
	TRY(properties_check(call, value_text(properties)));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_EXTERNAL_ENTITY_UPDATE,
		    ARGS(arg_i64(row.key), arg_text(value_text(properties)), arg_i64(version))));
	TRY(admin_emit(call, S("update.externalentity"), t, id, S(""), values));
	return authz_epoch_bump(call->authz);
}

err external_entity_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(bound_external(call));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_EXTERNAL_ENTITY_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.externalentity"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
