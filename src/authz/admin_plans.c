/* authz/admin_plans.c - serviceplans: what licences leave of the rights in this environment (1.10, 4.11). */
#include "authz/admin_internal.h"
#include "authz/service_plan.h"

struct plan {
	str name, bounds;
};

static void take_text(struct admin_values values, const char *name, str *to)
{
	const struct admin_value *v = value_named(values, name);
	if (v)
		*to = str_trim(value_text(v));
}

static err apply(struct admin_call *call, struct admin_values values, struct plan *p)
{
	const uint16_t *rights;
	take_text(values, "name", &p->name);
	take_text(values, "bounds", &p->bounds);
	if (!p->name.len || !p->bounds.len)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A service plan needs a name and bounds.");
	err e = plan_bounds_parse(p->bounds, call->authz->metadata, true, call->arena, &rights);
	if (err_kind_of(e) == ERR_INVALID || err_kind_of(e) == ERR_LIMIT)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "The bounds are not valid: %s.", err_why(e));
	return e;
}

/* Bounds hold for everybody: only who has every right sets them. */
static err bound_plan(struct admin_call *call)
{
	return call->caller->administrator ? OK :
		admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "Only a System Administrator sets the bounds of licences.");
}

err plan_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct plan p = { 0 };
	struct uuid id;
	int64_t version;
	TRY(bound_plan(call));
	TRY(apply(call, values, &p));
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_PLAN_INSERT,
					 ARGS(arg_uuid(&id), arg_text(p.name), arg_text(p.bounds), arg_i64(version)))));
	TRY(admin_emit(call, S("create.serviceplan"), t, &id, p.name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

static err plan_read(struct admin_call *call, int64_t key, struct plan *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_PLAN_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a service plan that was there is not");
	out->name = str_copy(call->arena, column_text(&s, 0));
	out->bounds = str_copy(call->arena, column_text(&s, 1));
	TRY_NEW(out->name.at);
	TRY_NEW(out->bounds.at);
	return OK;
}

err plan_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	struct plan p = { 0 };
	struct admin_row row;
	int64_t version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(bound_plan(call));
	TRY(plan_read(call, row.key, &p));
	TRY(apply(call, values, &p));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PLAN_UPDATE,
		    ARGS(arg_i64(row.key), arg_text(p.name), arg_text(p.bounds), arg_i64(version))));
	TRY(admin_emit(call, S("update.serviceplan"), t, id, p.name, values));
	return authz_epoch_bump(call->authz);
}

err plan_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(bound_plan(call));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_PLAN_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.serviceplan"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
