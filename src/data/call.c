/* data/call.c - the beginning and, when it fails, the end of a Web API request. */
#include "data/answer.h"
#include "data/api.h"
#include "data/audit_who.h"
#include "data/negotiate.h"
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
	TRY(odata_path_parse(path, dc->arena, &dc->problem, &dc->path));
	return data_negotiate(dc);
}

static err denial_emit(struct data_call *dc)
{
	struct audit_event event = audit_who(dc);
	event.category = AUDIT_AUTHZ;
	event.op = S("refuse.request");
	event.result = AUDIT_DENIED;
	event.reason = dc->denial.reason;
	event.severity = 4;
	event.target_type = dc->denial.table ? S("row") : S("environment");
	event.target_table = dc->denial.table ? dc->denial.table->logical_name : S("");
	event.target_id = uuid_is_nil(&dc->denial.row) ? S("") : uuid_text(dc->arena, &dc->denial.row);
	event.status = dc->problem.status;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(audit_emit(dc->app->store, dc->web->now, &event));
	return transaction_commit(&tx);
}

void data_call_denied(struct data_call *dc)
{
	if (!dc->denial.reason.len)
		return;
	err e = denial_emit(dc);
	if (failed(e))
		log_err("audit of a refusal", e);
}

void data_call_fail(struct data_call *dc, err why)
{
	data_call_denied(dc);
	answer_error(dc->web, &dc->problem, &dc->prefer, web_status_of_kind(err_kind_of(why)), why);
}
