/* data/audit_who.c */
#include "data/audit_who.h"

static void actor_fill(struct data_call *dc, struct audit_event *e)
{
	const struct principal *token = dc->caller.token;
	if (!token) {
		bool local = dc->web->request.lane == WEB_LANE_OPERATOR;
		e->actor_type = local ? AUDIT_ACTOR_OPERATOR : AUDIT_ACTOR_USER;
		e->actor_name = local ? S("operator") : S("");
		return;
	}
	e->actor_type = token->kind == PRINCIPAL_APP ? AUDIT_ACTOR_APP : AUDIT_ACTOR_USER;
	e->actor_id = uuid_text(dc->arena, &token->oid);
	e->actor_name = token->upn.len ? token->upn : dc->caller.name;
	e->session = token->sid;
	e->authn = principal_amr_text(token, dc->arena);
}

struct audit_event audit_who(struct data_call *dc)
{
	if (dc->job_actor)
		return *dc->job_actor;
	struct audit_event e = { .result = AUDIT_SUCCESS, .severity = 6, .client_ip = web_client_text(dc->web),
		.request_id = uuid_text(dc->arena, &dc->web->request.id),
		.method = str_of(http_method_name(dc->web->request.method)),
		.route = str_of(dc->web->route ? dc->web->route : ""), .environment = { dc->app->environment } };
	actor_fill(dc, &e);
	if (dc->caller.behind)
		e.on_behalf_of = uuid_text(dc->arena, &dc->caller.user_id);
	return e;
}
