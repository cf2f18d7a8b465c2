/* authz/admin.c - which function changes which table, and what all of them share. */
#include "authz/admin_internal.h"
#include "codec/json_write.h"
#include "host/random.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_LEN_MAX = 500, CHANGES_LEN_MAX = 16 * 1024 };

struct admin_table {
	const char *table;
	err (*create)(struct admin_call *, const struct table *, struct admin_values, struct uuid *);
	err (*update)(struct admin_call *, const struct table *, const struct uuid *, struct admin_values);
	err (*remove)(struct admin_call *, const struct table *, const struct uuid *);
};

/* What has no function is refused: 405. Users are disabled, not deleted; privileges belong to tables. */
static const struct admin_table tables[] = {
	{ "businessunit", unit_create, unit_update, unit_delete },
	{ "systemuser", systemuser_create, systemuser_update, NULL },
	{ "team", team_create, team_update, team_delete },
	{ "role", role_create, role_update, role_delete },
	{ "privilege", NULL, NULL, NULL },
	{ "fieldsecurityprofile", profile_create, profile_update, profile_delete },
	{ "fieldpermission", permission_create, permission_update, permission_delete },
	{ "organization", NULL, organization_update, NULL },
	{ "externaltype", external_type_create, external_type_update, external_type_delete },
	{ "externalentity", external_entity_create, external_entity_update, external_entity_delete },
	{ "rowpolicy", policy_create, policy_update, policy_delete },
	{ "rowpolicyconstraint", constraint_create, constraint_update, constraint_delete },
	{ "serviceplan", plan_create, plan_update, plan_delete },
	{ "principalobjectattributeaccess", cell_create, cell_update, cell_delete },
	{ "maskingrule", mask_rule_create, mask_rule_update, mask_rule_delete },
	{ "attributemaskingrule", column_mask_create, NULL, column_mask_delete },
	{ "teamtemplate", template_create, template_update, template_delete },
	{ "position", position_create, position_update, position_delete },
	{ "hierarchysecurityconfiguration", exclusion_create, NULL, exclusion_delete },
	{ "asyncoperation", NULL, NULL, NULL },
	{ "principalobjectaccess", NULL, NULL, NULL },
};

static const struct admin_table *handlers_of(const struct table *table)
{
	static const struct admin_table none = { 0 };
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		if (str_equal(table->logical_name, str_of(tables[i].table)))
			return &tables[i];
	return &none;
}

err authz_admin_create(struct admin_call *call, const struct table *table, const struct admin_value *values, size_t count,
		       struct uuid *out_id)
{
	const struct admin_table *h = handlers_of(table);
	TRY(admin_settle(call, table, authz_check_privilege(call->caller, table, RIGHT_CREATE)));
	if (!h->create)
		return admin_refuse(call, REASON_METHOD, "%s", "");
	return h->create(call, table, (struct admin_values){ values, count }, out_id);
}

err authz_admin_update(struct admin_call *call, const struct table *table, const struct uuid *id, const struct admin_value *values,
		       size_t count)
{
	const struct admin_table *h = handlers_of(table);
	TRY(admin_settle(call, table, authz_check_privilege(call->caller, table, RIGHT_WRITE)));
	if (!h->update)
		return admin_refuse(call, REASON_METHOD, "%s", "");
	return h->update(call, table, id, (struct admin_values){ values, count });
}

err authz_admin_delete(struct admin_call *call, const struct table *table, const struct uuid *id)
{
	const struct admin_table *h = handlers_of(table);
	TRY(admin_settle(call, table, authz_check_privilege(call->caller, table, RIGHT_DELETE)));
	if (!h->remove)
		return admin_refuse(call, REASON_METHOD, "%s", "");
	return h->remove(call, table, id);
}

/* --- refusals --- */

static err kind_of_status(int status)
{
	switch (status) {
	case 403:
		return ERR(ERR_DENIED, "refused: the answer says why");
	case 404:
		return ERR(ERR_NOT_FOUND, "refused: the answer says why");
	case 412:
		return ERR(ERR_CONFLICT, "refused: the answer says why");
	default:
		return ERR(ERR_INVALID, "refused: the answer says why");
	}
}

err admin_refuse(struct admin_call *call, enum authz_reason reason, const char *format, ...)
{
	const struct reason_row *row = reason_row(reason);
	char text[MESSAGE_LEN_MAX];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	call->refusal = (struct refusal){ .status = row->status, .reason = reason, .code = str_of(row->vendor_code) };
	call->refusal.message = str_copy(call->arena, n > 0 ? str_of(text) : str_of(row->text));
	return kind_of_status(row->status);
}

err admin_settle(struct admin_call *call, const struct table *table, struct decision d)
{
	if (allowed(&d))
		return OK;
	call->refusal = authz_refusal_of(call->authz, call->caller, table, &d, call->arena);
	return kind_of_status(call->refusal.status);
}

err admin_inserted(struct admin_call *call, err e)
{
	return err_kind_of(e) == ERR_CONFLICT ? admin_refuse(call, REASON_DUPLICATE, "%s", "") : e;
}

/* --- values --- */

const struct admin_value *value_named(struct admin_values values, const char *logical_name)
{
	for (const struct admin_value *v = values.at; v < values.at + values.count; v++)
		if (str_equal(v->column->logical_name, str_of(logical_name)))
			return v;
	return NULL;
}

str value_text(const struct admin_value *v)
{
	return v && v->kind == ADMIN_TEXT ? v->text : (str){ 0 };
}

int64_t value_i64(const struct admin_value *v, int64_t fallback)
{
	return v && v->kind == ADMIN_I64 ? v->i64 : fallback;
}

err admin_new_id(struct admin_call *call, struct admin_values values, const struct table *table, struct uuid *out)
{
	const struct admin_value *v = value_named(values, table->primary_id->logical_name.at);
	if (!v || v->kind != ADMIN_UUID) {
		*out = random_uuid_v7();
		return OK;
	}
	if (uuid_is_nil(&v->uuid))
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "The primary id must not be nil.");
	*out = v->uuid;
	return OK;
}

/* --- rows --- */

const struct table *admin_table(const struct admin_call *call, const char *logical_name)
{
	return metadata_table(call->authz->metadata, str_of(logical_name));
}

static err refuse_missing(struct admin_call *call, const struct table *table, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(id, text);
	return admin_refuse(call, REASON_NOT_FOUND, "%.*s With Id = %s Does Not Exist", STR_ARG(table->logical_name), text);
}

static err row_find(struct admin_call *call, const struct table *table, const struct uuid *id, struct admin_row *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	str sql = str_format(call->arena, "SELECT key, unit FROM %.*s WHERE id = ?1", STR_ARG(table->sql));
	TRY_NEW(sql.at);
	TRY(statement_open_text(call->authz->store, sql, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, &row));
	if (!row)
		return refuse_missing(call, table, id);
	*out = (struct admin_row){ column_i64(&s, 0), column_i64(&s, 1), *id };
	return OK;
}

/* A row that exists, and what was decided about it: while conceal_rows is set, one that the caller neither reads nor may do this with is not there. */
static err settle_row(struct admin_call *call, const struct table *table, const struct admin_row *row, struct decision d)
{
	struct environment_settings settings;
	if (allowed(&d))
		return OK;
	TRY(authz_settings(call->authz, &settings));
	struct decision read = authz_check_row(call->caller, table, RIGHT_READ, 0, row->unit);
	return settings.conceal_rows && !allowed(&read) ? refuse_missing(call, table, &row->id) : admin_settle(call, table, d);
}

err admin_row(struct admin_call *call, const struct table *table, const struct uuid *id, enum right right, struct admin_row *out)
{
	TRY(admin_settle(call, table, authz_check_privilege(call->caller, table, right)));
	TRY(row_find(call, table, id, out));
	return settle_row(call, table, out, authz_check_row(call->caller, table, right, 0, out->unit));
}

err admin_unit_referred(struct admin_call *call, const struct admin_value *v, int64_t *out_key)
{
	const struct table *units = admin_table(call, "businessunit");
	struct admin_row row;
	if (v->kind != ADMIN_UUID)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A business unit is required.");
	TRY(row_find(call, units, &v->uuid, &row));
	*out_key = row.key;
	return settle_row(call, units, &row, authz_check_append_to(call->caller, units, 0, row.key));
}

err admin_user_referred(struct admin_call *call, const struct admin_value *v, int64_t *out_key)
{
	const struct table *users = admin_table(call, "systemuser");
	struct admin_row row;
	*out_key = 0;
	if (!v || v->kind != ADMIN_UUID)
		return OK;
	TRY(row_find(call, users, &v->uuid, &row));
	*out_key = row.key;
	return settle_row(call, users, &row, authz_check_append_to(call->caller, users, 0, row.unit));
}

/* --- events --- */

err admin_emit_json(struct admin_call *call, str op, const struct table *table, const struct uuid *id, str name, str changes)
{
	struct audit_event e = call->audit;
	char text[UUID_TEXT_LEN + 1];
	uuid_format(id, text);
	e.category = AUDIT_AUTHZ;
	e.op = op;
	e.result = AUDIT_SUCCESS;
	e.severity = 5;
	e.target_type = e.target_table = table->logical_name;
	e.target_id = str_of(text);
	e.target_name = name;
	e.changes = changes;
	return audit_emit(call->authz->store, call->now, &e);
}

static void change_write(struct json_writer *w, const struct admin_value *v)
{
	json_key(w, v->column->logical_name);
	switch (v->kind) {
	case ADMIN_I64:
		json_i64(w, v->i64);
		break;
	case ADMIN_TEXT:
		json_str(w, v->text);
		break;
	case ADMIN_UUID:
		json_uuid(w, &v->uuid);
		break;
	default:
		json_null(w);
		break;
	}
}

err admin_emit(struct admin_call *call, str op, const struct table *table, const struct uuid *id, str name,
	       struct admin_values values)
{
	struct buffer text;
	buffer_init(&text, CHANGES_LEN_MAX);
	struct json_writer w = json_writer_to(&text);
	json_open_object(&w);
	for (size_t i = 0; i < values.count; i++)
		change_write(&w, &values.at[i]);
	json_close_object(&w);
	err e = text.failed ? ERR(ERR_LIMIT, "the changes do not fit into an event") :
			      admin_emit_json(call, op, table, id, name, buffer_str(&text));
	buffer_release(&text);
	return e;
}
