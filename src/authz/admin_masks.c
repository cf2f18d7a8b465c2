/* authz/admin_masks.c - masking rules, and the columns that have them (1.12, 4.11). A change holds for the next read. */
#include "authz/admin_internal.h"
#include "authz/columns.h"

struct rule {
	str name, display_name, expression, mask;
};

static void take(struct admin_values values, const char *name, str *to)
{
	const struct admin_value *v = value_named(values, name);
	if (v)
		*to = value_text(v);
}

static err rule_apply(struct admin_call *call, struct admin_values values, struct rule *r)
{
	struct mask *tried = NULL;
	take(values, "name", &r->name);
	take(values, "displayname", &r->display_name);
	take(values, "regularexpression", &r->expression);
	take(values, "maskedcharacter", &r->mask);
	r->name = str_trim(r->name);
	if (!r->name.len)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A masking rule needs a name.");
	err e = mask_new(r->expression.at ? r->expression : S(""), r->mask.at ? r->mask : S(""), &tried);
	mask_free(tried);
	return err_kind_of(e) == ERR_INVALID ? admin_refuse(call, REASON_INVALID_ARGUMENT, "A masking rule needs more: %s.", err_why(e)) : e;
}

err mask_rule_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct rule r = { 0 };
	struct uuid id;
	int64_t version;
	TRY(rule_apply(call, values, &r));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_MASK_RULE_INSERT,
				   ARGS(arg_uuid(&id), arg_text(r.name), arg_text(r.display_name), arg_text(r.expression), arg_text(r.mask),
					arg_i64(version)))));
	TRY(admin_emit(call, S("create.maskingrule"), t, &id, r.name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

static err rule_read(struct admin_call *call, int64_t key, struct rule *out)
{
	str *const to[] = { &out->name, &out->display_name, &out->expression, &out->mask };
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_MASK_RULE_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a masking rule that was there is not");
	for (int i = 0; i < 4; i++) {
		*to[i] = column_is_null(&s, i) ? (str){ 0 } : str_copy(call->arena, column_text(&s, i));
		if (!column_is_null(&s, i))
			TRY_NEW(to[i]->at);
	}
	return OK;
}

/* A mask hides what it hides from everybody: who may not read the column beneath changes no rule. */
static err bound_rule(struct admin_call *call)
{
	return call->caller->administrator ? OK : admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "Only a System Administrator changes masks.");
}

err mask_rule_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	struct admin_row row;
	struct rule r;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(bound_rule(call));
	TRY(rule_read(call, row.key, &r));
	TRY(rule_apply(call, values, &r));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_MASK_RULE_UPDATE,
		    ARGS(arg_i64(row.key), arg_text(r.name), arg_text(r.display_name), arg_text(r.expression), arg_text(r.mask), arg_i64(version))));
	TRY(admin_emit(call, S("update.maskingrule"), t, id, r.name, values));
	return authz_epoch_bump(call->authz);
}

err mask_rule_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	int64_t uses;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_MASK_RULE_IN_USE, ARGS(arg_i64(row.key)), &uses));
	if (uses)
		return admin_refuse(call, REASON_METHOD, "%s", "Columns have this masking rule.");
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_MASK_RULE_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.maskingrule"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}

/* --- columns --- */

static bool is_maskable(const struct column *c)
{
	switch (c->type) {
	case TYPE_STRING:
	case TYPE_MEMO:
	case TYPE_INTEGER:
	case TYPE_BIGINT:
	case TYPE_DECIMAL:
	case TYPE_MONEY:
	case TYPE_DOUBLE:
		return true;
	default:
		return false;
	}
}

err column_mask_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	const struct admin_value *rule = value_named(values, "maskingruleid");
	str table_name = value_text(value_named(values, "entityname")), name = value_text(value_named(values, "attributelogicalname")),
	    unique_name = value_text(value_named(values, "uniquename"));
	const struct table *table = metadata_table(call->authz->metadata, table_name.at ? table_name : S(""));
	const struct column *c = table ? table_column(table, name.at ? name : S("")) : NULL;
	struct admin_row row;
	struct uuid id;
	int64_t version;
	if (!c || !is_maskable(c))
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "entityname and attributelogicalname must name a column of text or numbers.");
	if (!(c->flags & COLUMN_SECURED))
		return admin_refuse(call, REASON_COLUMN_NOT_SECURED, "%s", "");
	if (!unique_name.len || !rule || rule->kind != ADMIN_UUID)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "It needs a uniquename and a masking rule.");
	TRY(admin_row(call, admin_table(call, "maskingrule"), &rule->uuid, RIGHT_READ, &row));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_COLUMN_MASK_INSERT,
				   ARGS(arg_uuid(&id), arg_text(unique_name), arg_i64(row.key), arg_uuid(&c->id), arg_i64(table->ordinal),
					arg_text(table->logical_name), arg_text(c->logical_name), arg_i64(version)))));
	TRY(admin_emit(call, S("create.attributemaskingrule"), t, &id, unique_name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

err column_mask_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(bound_rule(call));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_COLUMN_MASK_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.attributemaskingrule"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
