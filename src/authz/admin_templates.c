/* authz/admin_templates.c - access-team templates (1.8, 4.11): a table that admits them, and rights. What is changed holds for new teams. */
#include "authz/admin_internal.h"

/* defaultaccessrightsmask: a sum of bits of AccessRights, Create never among them. */
static err mask_of(struct admin_call *call, const struct admin_value *v, uint32_t *out)
{
	int64_t bits = value_i64(v, 0), known = 0;
	*out = 0;
	for (int r = RIGHT_READ; r < RIGHTS_END; r++) {
		known |= right_access_bit((enum right)r);
		if (bits & right_access_bit((enum right)r))
			*out |= share_bit((enum right)r);
	}
	return *out && !(bits & ~known) ? OK :
					  admin_refuse(call, REASON_INVALID_ARGUMENT, "%s",
						       "defaultaccessrightsmask is a sum of access rights other than Create.");
}

static err name_of(struct admin_call *call, const struct admin_value *v, str *out)
{
	*out = str_trim(value_text(v));
	return out->len ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A team template needs a name.");
}

err template_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	int64_t code = value_i64(value_named(values, "objecttypecode"), 0), version;
	const struct table *table = metadata_table_by_type_code(call->authz->metadata, (int32_t)code);
	struct uuid id;
	uint32_t mask;
	str name;
	TRY(name_of(call, value_named(values, "teamtemplatename"), &name));
	if (!table || !table->access_teams)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "objecttypecode must be that of a table made with AutoCreateAccessTeams.");
	TRY(mask_of(call, value_named(values, "defaultaccessrightsmask"), &mask));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_TEMPLATE_INSERT,
			ARGS(arg_uuid(&id), arg_text(name), arg_i64(table->ordinal), arg_i64(table->object_type_code), arg_i64(mask),
			     arg_i64(version)))));
	TRY(admin_emit(call, S("create.teamtemplate"), t, &id, name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

err template_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *name = value_named(values, "teamtemplatename"), *rights = value_named(values, "defaultaccessrightsmask");
	struct record_team_template template;
	struct admin_row row;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(record_team_template(call->authz, id, call->arena, &template));
	if (name)
		TRY(name_of(call, name, &template.name));
	if (rights)
		TRY(mask_of(call, rights, &template.mask));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_TEMPLATE_UPDATE,
		    ARGS(arg_i64(row.key), arg_text(template.name), arg_i64(template.mask), arg_i64(version))));
	TRY(admin_emit(call, S("update.teamtemplate"), t, id, template.name, values));
	return authz_epoch_bump(call->authz);
}

err template_remove(struct store *store, int64_t template, struct arena *arena)
{
	int64_t *teams;
	size_t count;
	TRY(sql_i64s(store, &SQL_AUTHZ_TEAMS_OF_TEMPLATE, ARGS(arg_i64(template)), arena, &teams, &count));
	for (size_t i = 0; i < count; i++)
		TRY(team_remove(store, teams[i]));
	return sql_run(store, &SQL_AUTHZ_TEMPLATE_DELETE, ARGS(arg_i64(template)));
}

err template_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(template_remove(call->authz->store, row.key, call->arena));
	TRY(admin_emit_json(call, S("delete.teamtemplate"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
