/* authz/admin_policies.c - row policies (2.6, 4.11). The query is checked before, by who can read it (data/policy_check.h). */
#include "authz/admin_internal.h"

struct policy {
	str name, table, query, context_value, explanation;
	int64_t constrains, context, operations, enabled, not_exists, forced;
};

static void take_text(struct admin_values values, const char *name, str *to)
{
	const struct admin_value *v = value_named(values, name);
	if (v)
		*to = str_trim(value_text(v));
}

static err apply(struct admin_call *call, struct admin_values values, struct policy *p)
{
	take_text(values, "name", &p->name);
	take_text(values, "query", &p->query);
	take_text(values, "contextvalue", &p->context_value);
	p->context = value_i64(value_named(values, "contexttype"), p->context);
	p->constrains = value_i64(value_named(values, "constrainprimary"), p->constrains) != 0;
	p->enabled = value_i64(value_named(values, "isenabled"), p->enabled) != 0;
	p->not_exists = value_i64(value_named(values, "usenotexists"), p->not_exists) != 0;
	p->forced = value_i64(value_named(values, "forced"), p->forced) != 0;
	p->operations = value_i64(value_named(values, "operations"), p->operations);
	const struct admin_value *explanation = value_named(values, "explanation");
	if (explanation)
		p->explanation = value_text(explanation);
	if (!p->name.len || !p->query.len || !p->context_value.len)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A row policy needs a name, a query and a contextvalue.");
	if (p->operations < 1 || p->operations > 15)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "operations is a sum of select 1, insert 2, update 4 and delete 8.");
	if (p->context < POLICY_OF_ROLE_NAME || p->context > POLICY_OF_SESSION)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "contexttype is 0 role name, 1 role property or 2 context string.");
	if (p->context == POLICY_OF_SESSION && str_find_char(p->context_value, ',', 0) != SIZE_MAX)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A context string that a session sets holds no comma.");
	return OK;
}

/* Policies bind others: only who is bound by none sets them. */
err bound_policy(struct admin_call *call)
{
	return call->caller->administrator ? OK : admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "Only a System Administrator sets row policies.");
}

err policy_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct policy p = { .constrains = 1, .operations = 15, .enabled = 1, .explanation = S("") };
	const struct table *table;
	struct uuid id;
	int64_t version;
	TRY(bound_policy(call));
	take_text(values, "entityname", &p.table);
	table = metadata_table(call->authz->metadata, p.table.at ? p.table : S(""));
	if (!table || table->builtin)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "entityname must name a business table.");
	TRY(apply(call, values, &p));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_POLICY_INSERT,
			ARGS(arg_uuid(&id), arg_text(p.name), arg_i64(table->ordinal), arg_text(p.table), arg_text(p.query), arg_i64(p.constrains),
			     arg_i64(p.context), arg_text(p.context_value), arg_i64(p.operations), arg_i64(p.enabled), arg_i64(version),
			     arg_i64(p.not_exists), arg_i64(p.forced), arg_text(p.explanation)))));
	TRY(admin_emit(call, S("create.rowpolicy"), t, &id, p.name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

static err policy_read(struct admin_call *call, int64_t key, struct policy *out)
{
	str *const to[] = { &out->name, &out->table, &out->query, &out->context_value, &out->explanation };
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_POLICY_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a row policy that was there is not");
	for (int i = 0; i < 5; i++) {
		*to[i] = str_copy(call->arena, column_text(&s, i));
		TRY_NEW(to[i]->at);
	}
	out->constrains = column_i64(&s, 5);
	out->context = column_i64(&s, 6);
	out->operations = column_i64(&s, 7);
	out->enabled = column_i64(&s, 8);
	out->not_exists = column_i64(&s, 9);
	out->forced = column_i64(&s, 10);
	return OK;
}

err policy_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	struct policy p = { 0 };
	struct admin_row row;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(bound_policy(call));
	TRY(policy_read(call, row.key, &p));
	TRY(apply(call, values, &p));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_POLICY_UPDATE,
		    ARGS(arg_i64(row.key), arg_text(p.name), arg_text(p.query), arg_i64(p.constrains), arg_i64(p.context), arg_text(p.context_value),
			 arg_i64(p.operations), arg_i64(p.enabled), arg_i64(version), arg_i64(p.not_exists), arg_i64(p.forced),
			 arg_text(p.explanation))));
	TRY(admin_emit(call, S("update.rowpolicy"), t, id, p.name, values));
	return authz_epoch_bump(call->authz);
}

err policy_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(bound_policy(call));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_CONSTRAINTS_OF_POLICY_DELETE, ARGS(arg_i64(row.key))));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_POLICY_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.rowpolicy"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
