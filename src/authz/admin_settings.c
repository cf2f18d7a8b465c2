/* authz/admin_settings.c - the one row of organizations (4.11 "Settings"): System Administrators only. */
#include "authz/admin_internal.h"

static err numbers_apply(struct admin_call *call, struct admin_values values, struct hierarchy_settings *h)
{
	const struct admin_value *enabled = value_named(values, "ishierarchicalsecuritymodelenabled");
	int64_t depth = value_i64(value_named(values, "maxdepthforhierarchicalsecuritymodel"), h->depth);
	if (depth < 1 || depth > HIERARCHY_DEPTH_MAX)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "maxdepthforhierarchicalsecuritymodel is 1 to %d.", HIERARCHY_DEPTH_MAX);
	h->positions = value_i64(value_named(values, "usepositionhierarchy"), h->positions) != 0;
	h->depth = (int)depth;
	h->enabled = value_i64(enabled, h->enabled) != 0;
	return OK;
}

err organization_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	const struct admin_value *xml = value_named(values, "orgdborgsettings");
	const struct snapshot *snapshot = NULL;
	struct hierarchy_settings h;
	struct admin_row row;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	if (!call->caller->administrator)
		return admin_refuse(call, REASON_MISSING_PRIVILEGE, "%s", "Only a System Administrator changes the settings.");
	TRY(authz_snapshot(call->authz, &snapshot));
	h = snapshot->hierarchy;
	int64_t share = value_i64(value_named(values, "sharetopreviousowneronassign"), snapshot->share_to_previous_owner);
	TRY(numbers_apply(call, values, &h));
	if (xml) {
		err e = org_settings_apply(value_text(xml).at ? value_text(xml) : S(""), &h);
		if (err_kind_of(e) == ERR_INVALID)
			return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s.", err_why(e));
		TRY(e);
	}
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_SETTINGS_WRITE,
		    ARGS(arg_i64(version), arg_i64(h.enabled), arg_i64(h.depth), arg_i64(h.write_levels), arg_i64(h.unit_rule),
			 arg_i64(h.disabled_users), arg_i64(h.positions), arg_i64(share != 0))));
	TRY(admin_emit(call, S("update.organization"), t, id, S(""), values));
	return authz_epoch_bump(call->authz);
}
