/* authz/admin_settings.c - the one row of organizations (4.11 "Settings"): System Administrators only. */
#include "authz/admin_internal.h"

static err numbers_apply(struct admin_call *call, struct admin_values values, struct environment_settings *e)
{
	struct hierarchy_settings *h = &e->hierarchy;
	int64_t depth = value_i64(value_named(values, "maxdepthforhierarchicalsecuritymodel"), h->depth);
	if (depth < 1 || depth > HIERARCHY_DEPTH_MAX)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "maxdepthforhierarchicalsecuritymodel is 1 to %d.", HIERARCHY_DEPTH_MAX);
	h->positions = value_i64(value_named(values, "usepositionhierarchy"), h->positions) != 0;
	h->depth = (int)depth;
	h->enabled = value_i64(value_named(values, "ishierarchicalsecuritymodelenabled"), h->enabled) != 0;
	e->share_to_previous_owner = value_i64(value_named(values, "sharetopreviousowneronassign"), e->share_to_previous_owner) != 0;
	return OK;
}

/* Back in classic mode each row is in its owner's unit, and roles of other units are held no more (1.3). */
static err rows_return(struct admin_call *call, const struct table *t, int64_t version)
{
	SCOPED(statement) s = { 0 };
	str sql = str_format(call->arena, "UPDATE %.*s AS r SET unit = p.unit, version = ?1 FROM principal AS p WHERE p.key = r.owner AND r.unit <> p.unit",
			     STR_ARG(t->sql));
	TRY_NEW(sql.at);
	TRY(statement_open_text(call->authz->store, sql, &s));
	TRY(bind_i64(&s, 1, version));
	return statement_run(&s);
}

static err all_return(struct admin_call *call)
{
	const struct metadata *m = call->authz->metadata;
	int64_t version, rows;
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_ROWS_ELSEWHERE, NO_ARGS, &rows));
	if (rows > ADMIN_ROWS_MAX) {
		call->later = LATER_MATRIX_END;
		return OK;
	}
	TRY(version_take(call->authz->store, &version));
	for (size_t i = 0; i < m->by_ordinal_count; i++)
		if (m->by_ordinal[i] && !m->by_ordinal[i]->builtin && table_is_owned(m->by_ordinal[i]))
			TRY(rows_return(call, m->by_ordinal[i], version));
	return OK;
}

/* The roles go at once, the rows then or behind the request: nobody reaches what they reached neither before nor after. */
static err matrix_end(struct admin_call *call)
{
	int64_t before;
	TRY(administrators_count(call, &before));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_JOBS_RETURN, NO_ARGS));
	TRY(all_return(call));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_ROLES_ELSEWHERE_DELETE, NO_ARGS));
	return administrators_remain(call, before);
}

/* Rows that are given a unit now would be taken out of it again. */
static err matrix_begin(struct admin_call *call)
{
	int64_t ending;
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_MATRIX_ENDING, NO_ARGS, &ending));
	return ending ? admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "Rows are still being moved to their owners' business units: when that is done.") : OK;
}

static err settings_write(struct admin_call *call, const struct environment_settings *e)
{
	const struct hierarchy_settings *h = &e->hierarchy;
	const struct matrix_settings *m = &e->matrix;
	int64_t version;
	TRY(version_take(call->authz->store, &version));
	return sql_run(call->authz->store, &SQL_AUTHZ_SETTINGS_WRITE,
		       ARGS(arg_i64(version), arg_i64(h->enabled), arg_i64(h->depth), arg_i64(h->write_levels), arg_i64(h->unit_rule),
			    arg_i64(h->disabled_users), arg_i64(h->positions), arg_i64(e->share_to_previous_owner), arg_i64(m->enabled),
			    arg_i64(m->move_rows), arg_i64(m->keep_roles), arg_i64(e->conceal_rows),
			    arg_i64(e->conceal_lookup_ids), arg_i64(e->metadata_by_privilege)));
}

err organization_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *xml = value_named(values, "orgdborgsettings");
	struct environment_settings settings, before;
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	if (!call->caller->administrator)
		return admin_refuse(call, REASON_MISSING_PRIVILEGE, "%s", "Only a System Administrator changes the settings.");
	TRY(authz_settings(call->authz, &settings));
	before = settings;
	TRY(numbers_apply(call, values, &settings));
	if (xml) {
		err e = org_settings_apply(value_text(xml).at ? value_text(xml) : S(""), &settings);
		if (err_kind_of(e) == ERR_INVALID)
			return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s.", err_why(e));
		TRY(e);
	}
	TRY(settings_write(call, &settings));
	if (before.matrix.enabled && !settings.matrix.enabled)
		TRY(matrix_end(call));
	if (!before.matrix.enabled && settings.matrix.enabled)
		TRY(matrix_begin(call));
	TRY(admin_emit(call, S("update.organization"), t, id, S(""), values));
	return authz_epoch_bump(call->authz);
}
