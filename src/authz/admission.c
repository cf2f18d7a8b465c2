/* authz/admission.c - from a verified token to a user of this environment (5.1, steps 1 and 2; 4.11 Users). */
#include "authz/internal.h"
#include "authz/sql_catalog.h"
#include "host/random.h"

/* Directory roles whose holders administer every environment: Global, Power Platform, Dynamics 365 Administrator. */
static const char *const administrator_wids[] = { "62e90394-69f5-4237-9190-012177145e10", "11648597-926c-4cf3-9c36-bcebb0ba8dcc",
						  "44367163-eba1-44c3-98af-f5787879f96a" };

static bool administers_environments(const struct principal *token)
{
	struct uuid wid;
	for (size_t i = 0; i < COUNT_OF(administrator_wids); i++)
		if (!failed(uuid_parse(str_of(administrator_wids[i]), &wid)) && principal_has_wid(token, &wid))
			return true;
	return false;
}

static err emit_created(struct authz *a, const struct audit_event *audit, struct instant now, const struct new_user *u, bool admin)
{
	char id[UUID_TEXT_LEN + 1];
	struct audit_event e = *audit;
	uuid_format(&u->id, id);
	e.category = AUDIT_AUTHZ;
	e.op = S("create.systemuser");
	e.result = AUDIT_SUCCESS;
	e.severity = 5;
	e.target_type = e.target_table = S("systemuser");
	e.target_id = str_of(id);
	e.target_name = u->full_name;
	e.changes = admin ? S("{\"arrival\":\"first access\",\"role\":\"System Administrator\"}") : S("{\"arrival\":\"first access\"}");
	return audit_emit(a->store, now, &e);
}

/* Somebody of this tenant comes for the first time: a user in the root unit, without a role unless an administrator. */
static err user_arrive(struct authz *a, const struct principal *token, struct instant now, const struct audit_event *audit,
		       int64_t *out_key)
{
	bool admin = administers_environments(token);
	struct new_user u = { .id = random_uuid_v7(), .object_id = &token->oid, .unit = a->root_unit, .domain_name = token->upn,
			      .full_name = token->name.len ? token->name : token->upn };
	int64_t role;
	SCOPED(transaction) tx = { 0 };
	if (!u.full_name.at)
		u.full_name = S("");
	TRY(transaction_begin(a->store, &tx));
	TRY(insert_user(a->store, &u, out_key));
	if (admin) {
		TRY(sql_i64(a->store, &SQL_AUTHZ_ROLE_BY_KIND, ARGS(arg_i64(ROLE_ADMINISTRATOR)), &role));
		TRY(sql_run(a->store, &SQL_AUTHZ_PRINCIPAL_ROLE_INSERT,
			    ARGS(arg_i64(*out_key), arg_i64(role), arg_i64(a->root_unit))));
	}
	TRY(emit_created(a, audit, now, &u, admin));
	TRY(authz_epoch_bump(a));
	return transaction_commit(&tx);
}

static err user_find(struct authz *a, const struct principal *token, int64_t *out_key)
{
	if (token->kind == PRINCIPAL_APP)
		return sql_i64(a->store, &SQL_AUTHZ_USER_BY_APPLICATION, ARGS(arg_uuid(&token->app_id)), out_key);
	return sql_i64(a->store, &SQL_AUTHZ_USER_BY_OBJECT, ARGS(arg_uuid(&token->oid)), out_key);
}

/* Who has no row yet may not learn more of a closed environment than that it is closed. */
static bool arrival_is_closed(const struct authz *a, const struct principal *token)
{
	return a->state == ENVIRONMENT_DISABLED || (a->state == ENVIRONMENT_ADMINISTRATION && !administers_environments(token));
}

static err settle(struct authz *a, int64_t user, struct authz_context **out, enum authz_reason *out_reason)
{
	struct authz_context *ctx = NULL;
	TRY(authz_context_of(a, user, &ctx));
	*out = ctx;
	*out_reason = ctx->gate;
	return OK;
}

err authz_admit(struct authz *a, const struct principal *token, struct instant now, const struct audit_event *audit,
		struct authz_context **out, enum authz_reason *out_reason)
{
	int64_t user;
	*out_reason = REASON_TENANT;
	if (!uuid_equal(&token->tenant, &a->tenant))
		return OK;
	err e = user_find(a, token, &user);
	if (err_kind_of(e) == ERR_NOT_FOUND) {
		if (arrival_is_closed(a, token)) {
			*out_reason = REASON_ENVIRONMENT;
			return OK;
		}
		if (token->kind != PRINCIPAL_USER)
			return OK; /* an application needs a row made by an administrator */
		e = user_arrive(a, token, now, audit, &user);
	}
	TRY(e);
	return settle(a, user, out, out_reason);
}

err authz_admit_operator(struct authz *a, struct authz_context **out)
{
	TRY(authz_context_of(a, a->operator_user, out));
	(*out)->gate = REASON_NONE; /* who holds the host may repair a closed environment */
	return OK;
}
