/* authz/admin_profiles.c - column security profiles, what they permit, and who has them (1.12, 4.11).
 *
 * A profile is given and taken with Append on both rows (1.4). The bound of 1.9 holds here too: nobody permits, gives or takes what
 * they may not do themselves. */
#include "authz/admin_internal.h"
#include "authz/columns.h"

static err bound_columns(struct admin_call *call, const struct uuid *column, int64_t rights)
{
	return (rights & ~(int64_t)authz_column_rights(call->caller, column)) ? admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "") :
										OK;
}

static err bound_profile(struct admin_call *call, int64_t profile)
{
	SCOPED(statement) s = { 0 };
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_PROFILE_PERMISSIONS, ARGS(arg_i64(profile)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		struct uuid column = column_uuid(&s, 0);
		TRY(bound_columns(call, &column, column_i64(&s, 1)));
	}
}

/* --- profiles --- */

static err name_of(struct admin_call *call, const struct admin_value *v, str *out)
{
	*out = str_trim(value_text(v));
	return out->len ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A profile needs a name.");
}

err profile_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct uuid id;
	int64_t version;
	str name;
	TRY(name_of(call, value_named(values, "name"), &name));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_PROFILE_INSERT,
				   ARGS(arg_uuid(&id), arg_text(name), arg_text(value_text(value_named(values, "description"))),
					arg_i64(version)))));
	TRY(admin_emit(call, S("create.fieldsecurityprofile"), t, &id, name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

static err profile_read(struct admin_call *call, int64_t key, str *out_name, str *out_description)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_PROFILE_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a profile that was there is not");
	*out_name = str_copy(call->arena, column_text(&s, 0));
	*out_description = column_is_null(&s, 1) ? (str){ 0 } : str_copy(call->arena, column_text(&s, 1));
	TRY_NEW(out_name->at);
	return OK;
}

err profile_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *new_name = value_named(values, "name"), *new_text = value_named(values, "description");
	struct admin_row row;
	int64_t version;
	str name, description;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(profile_read(call, row.key, &name, &description));
	if (new_name)
		TRY(name_of(call, new_name, &name));
	if (new_text)
		description = value_text(new_text);
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PROFILE_UPDATE,
		    ARGS(arg_i64(row.key), arg_text(name), arg_text(description), arg_i64(version))));
	TRY(admin_emit(call, S("update.fieldsecurityprofile"), t, id, name, values));
	return authz_epoch_bump(call->authz);
}

err profile_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	str name, description;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(profile_read(call, row.key, &name, &description));
	TRY(bound_profile(call, row.key));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PROFILE_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.fieldsecurityprofile"), t, id, name, S("")));
	return authz_epoch_bump(call->authz);
}

/* --- permissions --- */

static err unmasked_of(struct admin_call *call, struct admin_values values, const struct uuid *column, int64_t *inout_rights)
{
	const struct admin_value *v = value_named(values, "canreadunmasked");
	const int64_t bits = COLUMN_RIGHT_UNMASKED_ONE | COLUMN_RIGHT_UNMASKED_ALL;
	const struct column named = { .id = *column, .flags = COLUMN_SECURED };
	const struct mask *mask;
	int64_t n = value_i64(v, 0);
	if (n != 0 && n != 1 && n != 3)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "canreadunmasked is 0, 1 or 3.");
	if (v)
		*inout_rights = (*inout_rights & ~bits) | (n == 3 ? bits : n == 1 ? COLUMN_RIGHT_UNMASKED_ONE : 0);
	if (!(*inout_rights & COLUMN_RIGHT_READ) && n == 0)
		*inout_rights &= ~bits; /* who does not read, does not read beneath */
	if (!(*inout_rights & bits))
		return OK;
	TRY(authz_column_mask(call->authz, &named, &mask));
	if (!mask)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "canreadunmasked needs a masking rule on the column; it has none.");
	return *inout_rights & COLUMN_RIGHT_READ ? OK : admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "canreadunmasked needs canread.");
}

/* canread, cancreate, canupdate and canreadunmasked over what stands: 0 or 4 each, as the vendor counts. */
static err rights_of(struct admin_call *call, struct admin_values values, const struct uuid *column, int64_t *inout_rights)
{
	static const struct {
		const char *name;
		enum column_right right;
	} members[] = { { "canread", COLUMN_RIGHT_READ }, { "cancreate", COLUMN_RIGHT_CREATE }, { "canupdate", COLUMN_RIGHT_UPDATE } };
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const struct admin_value *v = value_named(values, members[i].name);
		int64_t n = value_i64(v, 0);
		if (n != 0 && n != 4)
			return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s is 0 or 4.", members[i].name);
		if (v)
			*inout_rights = (*inout_rights & ~(int64_t)members[i].right) | (n ? members[i].right : 0);
	}
	return unmasked_of(call, values, column, inout_rights);
}

static err column_of(struct admin_call *call, struct admin_values values, const struct table **out_table, const struct column **out)
{
	str table = value_text(value_named(values, "entityname")), name = value_text(value_named(values, "attributelogicalname"));
	*out_table = metadata_table(call->authz->metadata, table.at ? table : S(""));
	*out = *out_table ? table_column(*out_table, name.at ? name : S("")) : NULL;
	if (!*out)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "entityname and attributelogicalname must name a column.");
	return (*out)->flags & COLUMN_SECURED ? OK : admin_refuse(call, REASON_COLUMN_NOT_SECURED, "%s", "");
}

static err profile_referred(struct admin_call *call, struct admin_values values, struct admin_row *out)
{
	const struct admin_value *v = value_named(values, "fieldsecurityprofileid");
	if (!v || v->kind != ADMIN_UUID)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A column permission belongs to a profile.");
	return admin_row(call, admin_table(call, "fieldsecurityprofile"), &v->uuid, RIGHT_APPEND_TO, out);
}

err permission_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	const struct table *table = NULL;
	const struct column *c = NULL;
	struct admin_row profile;
	struct uuid id;
	int64_t rights = 0, version;
	TRY(admin_settle(call, t, authz_check_append(call->caller, t, true, 0, 0)));
	TRY(profile_referred(call, values, &profile));
	TRY(column_of(call, values, &table, &c));
	TRY(rights_of(call, values, &c->id, &rights));
	TRY(bound_columns(call, &c->id, rights));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_PERMISSION_INSERT,
				   ARGS(arg_uuid(&id), arg_i64(profile.key), arg_uuid(&c->id), arg_i64(table->ordinal),
					arg_text(table->logical_name), arg_text(c->logical_name), arg_i64(rights), arg_i64(version)))));
	TRY(admin_emit(call, S("create.fieldpermission"), t, &id, c->logical_name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

struct permission {
	struct uuid column;
	int64_t rights;
	str name;
};

static err permission_read(struct admin_call *call, int64_t key, struct permission *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_PERMISSION_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a permission that was there is not");
	*out = (struct permission){ column_uuid(&s, 0), column_i64(&s, 1), str_copy(call->arena, column_text(&s, 2)) };
	TRY_NEW(out->name.at);
	return OK;
}

/* What it gave and what it will give are both within the bound: nobody disarms someone stronger. */
err permission_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	struct admin_row row;
	struct permission p;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(permission_read(call, row.key, &p));
	TRY(bound_columns(call, &p.column, p.rights));
	TRY(rights_of(call, values, &p.column, &p.rights));
	TRY(bound_columns(call, &p.column, p.rights));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PERMISSION_UPDATE, ARGS(arg_i64(row.key), arg_i64(p.rights), arg_i64(version))));
	TRY(admin_emit(call, S("update.fieldpermission"), t, id, p.name, values));
	return authz_epoch_bump(call->authz);
}

err permission_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	struct permission p;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(permission_read(call, row.key, &p));
	TRY(bound_columns(call, &p.column, p.rights));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PERMISSION_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.fieldpermission"), t, id, p.name, S("")));
	return authz_epoch_bump(call->authz);
}

/* --- who has them --- */

static err holder_change(struct admin_call *call, const struct table *table, const struct uuid *principal, const struct uuid *profile,
			 const struct sql_text *sql, str op)
{
	const struct table *profiles = admin_table(call, "fieldsecurityprofile");
	struct admin_row holder, row;
	char id[UUID_TEXT_LEN + 1];
	TRY(admin_row(call, table, principal, RIGHT_APPEND, &holder));
	TRY(admin_row(call, profiles, profile, RIGHT_APPEND, &row));
	TRY(bound_profile(call, row.key));
	TRY(sql_run(call->authz->store, sql, ARGS(arg_i64(holder.key), arg_i64(row.key))));
	if (sql == &SQL_AUTHZ_PROFILE_HOLDER_DELETE && store_changes(call->authz->store) == 0)
		return admin_refuse(call, REASON_NOT_FOUND, "%s", "The profile is not assigned.");
	uuid_format(principal, id);
	str changes = str_format(call->arena, "{\"%.*s\":\"%s\"}", STR_ARG(table->logical_name), id);
	TRY_NEW(changes.at);
	TRY(admin_emit_json(call, op, profiles, profile, S(""), changes));
	return authz_epoch_bump(call->authz);
}

err profile_give(struct admin_call *call, const struct table *table, const struct uuid *principal, const struct uuid *profile)
{
	return holder_change(call, table, principal, profile, &SQL_AUTHZ_PROFILE_HOLDER_INSERT, S("assign.fieldsecurityprofile"));
}

err profile_take(struct admin_call *call, const struct table *table, const struct uuid *principal, const struct uuid *profile)
{
	return holder_change(call, table, principal, profile, &SQL_AUTHZ_PROFILE_HOLDER_DELETE, S("unassign.fieldsecurityprofile"));
}

err profiles_associated(struct admin_call *call, const struct table *table, const struct uuid *id, enum principal_type type,
			bool reversed, int64_t **out, size_t *out_count)
{
	struct admin_row row;
	TRY(admin_row(call, table, id, RIGHT_READ, &row));
	return reversed ? sql_i64s(call->authz->store, &SQL_AUTHZ_PROFILE_HOLDERS, ARGS(arg_i64(row.key), arg_i64(type)), call->arena,
				   out, out_count) :
			  sql_i64s(call->authz->store, &SQL_AUTHZ_PROFILES_OF_PRINCIPAL, ARGS(arg_i64(row.key)), call->arena, out,
				   out_count);
}
