/* authz/admin_constraints.c - the further tables that a row policy constrains (2.6). The path is checked before, by who can follow it
 * (data/policy_check.h). */
#include "authz/admin_internal.h"

struct constraint {
	str table, path, explanation;
	int64_t forced;
};

static err apply(struct admin_call *call, struct admin_values values, struct constraint *c)
{
	const struct admin_value *path = value_named(values, "path"), *explanation = value_named(values, "explanation");
	if (path)
		c->path = str_trim(value_text(path));
	if (explanation)
		c->explanation = value_text(explanation);
	c->forced = value_i64(value_named(values, "forced"), c->forced) != 0;
	return c->path.len ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A constraint needs a path to the policy's table.");
}

static err policy_referred(struct admin_call *call, struct admin_values values, struct admin_row *out)
{
	const struct admin_value *v = value_named(values, "rowpolicyid");
	if (!v || v->kind != ADMIN_UUID)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A constraint belongs to a row policy.");
	return admin_row(call, admin_table(call, "rowpolicy"), &v->uuid, RIGHT_APPEND_TO, out);
}

err constraint_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct constraint c = { .explanation = S("") };
	const struct table *table;
	struct admin_row policy;
	struct uuid id;
	int64_t version;
	TRY(bound_policy(call));
	TRY(policy_referred(call, values, &policy));
	c.table = str_trim(value_text(value_named(values, "entityname")));
	table = metadata_table(call->authz->metadata, c.table.at ? c.table : S(""));
	if (!table || table->builtin)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "entityname must name a business table.");
	TRY(apply(call, values, &c));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_CONSTRAINT_INSERT,
			ARGS(arg_uuid(&id), arg_i64(policy.key), arg_i64(table->ordinal), arg_text(c.table), arg_text(c.path), arg_i64(c.forced),
			     arg_text(c.explanation), arg_i64(version)))));
	TRY(admin_emit(call, S("create.rowpolicyconstraint"), t, &id, c.table, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

static err constraint_read(struct admin_call *call, int64_t key, struct constraint *out)
{
	str *const to[] = { &out->table, &out->path, &out->explanation };
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_CONSTRAINT_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a constraint that was there is not");
	for (int i = 0; i < 3; i++) {
		*to[i] = str_copy(call->arena, column_text(&s, i));
		TRY_NEW(to[i]->at);
	}
	out->forced = column_i64(&s, 3);
	return OK;
}

err constraint_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	struct constraint c = { 0 };
	struct admin_row row;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(bound_policy(call));
	TRY(constraint_read(call, row.key, &c));
	TRY(apply(call, values, &c));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_CONSTRAINT_UPDATE,
			ARGS(arg_i64(row.key), arg_text(c.path), arg_i64(c.forced), arg_text(c.explanation), arg_i64(version)))));
	TRY(admin_emit(call, S("update.rowpolicyconstraint"), t, id, c.table, values));
	return authz_epoch_bump(call->authz);
}

err constraint_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(bound_policy(call));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_CONSTRAINT_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.rowpolicyconstraint"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
