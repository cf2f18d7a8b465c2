/* data/call.c - the beginning and, when it fails, the end of a Web API request. */
#include "audit/client.h"
#include "data/answer.h"
#include "data/api.h"
#include "host/log.h"

enum { OPTIONS_MAX = 40 };

static bool version_is_known(str version)
{
	return str_equal(version, S("v9.0")) || str_equal(version, S("v9.1")) || str_equal(version, S("v9.2"));
}

err data_call_begin(struct data_call *dc, struct web_call *web, str version, str path)
{
	*dc = (struct data_call){ .app = web->app, .web = web, .arena = web->arena };
	if (!version_is_known(version))
		return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "Versions v9.0 to v9.2 are served.");
	dc->root = str_format(dc->arena, "%.*s%.*s/api/data/%.*s/", STR_ARG(web->request.origin), STR_ARG(web->request.base),
			      STR_ARG(version));
	TRY_NEW(dc->root.at);
	for (size_t i = 0; i < web->request.header_count; i++)
		if (str_equal(web->request.headers[i].name, S("prefer")))
			prefer_parse(web->request.headers[i].value, &dc->prefer);
	err e = url_params_parse(web->request.query, OPTIONS_MAX, dc->arena, &dc->params);
	if (failed(e))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The query string is not valid: %s.", err_why(e));
	return odata_path_parse(path, dc->arena, &dc->problem, &dc->path);
}

static err denial_emit(struct data_call *dc)
{
	char user[UUID_TEXT_LEN + 1], row[UUID_TEXT_LEN + 1] = "", request[UUID_TEXT_LEN + 1];
	const struct principal *token = dc->caller.token;
	uuid_format(token ? &token->oid : &dc->caller.user_id, user);
	uuid_format(&dc->web->request.id, request);
	if (!uuid_is_nil(&dc->denial.row))
		uuid_format(&dc->denial.row, row);
	struct audit_event event = {
		.category = AUDIT_AUTHZ, .op = S("refuse.request"), .result = AUDIT_DENIED, .reason = dc->denial.reason, .severity = 4,
		.actor_type = !token ? AUDIT_ACTOR_OPERATOR : token->kind == PRINCIPAL_APP ? AUDIT_ACTOR_APP : AUDIT_ACTOR_USER,
		.actor_id = str_of(user), .actor_name = token ? token->upn : dc->caller.name, .client_ip = web_client_text(dc->web),
		.target_type = dc->denial.table ? S("row") : S("environment"), .target_id = str_of(row),
		.target_table = dc->denial.table ? dc->denial.table->logical_name : S(""), .request_id = str_of(request),
		.method = str_of(http_method_name(dc->web->request.method)), .route = str_of(dc->web->route ? dc->web->route : ""),
		.status = dc->problem.status, .environment = { dc->app->environment } };
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(audit_emit(dc->app->store, dc->web->now, &event));
	return transaction_commit(&tx);
}

void data_call_fail(struct data_call *dc, err why)
{
	if (dc->denial.reason.len) {
		err e = denial_emit(dc);
		if (failed(e))
			log_err("audit of a refusal", e);
	}
	answer_error(dc->web, &dc->problem, &dc->prefer, web_status_of_kind(err_kind_of(why)), why);
}
