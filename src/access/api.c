#include "access/api.h"

#include "access/call.h"
#include "access/external.h"
#include "access/subject.h"
#include "access/request_id.h"
#include "authz/authz.h"
#include "data/api.h"
#include "host/log.h"

typedef err (*access_run)(struct access_call *call);

/* --- the answer's frame --- */

void request_id_echo(struct web_call *web)
{
	str id;
	if (!web_header(&web->request, S("x-request-id"), &id))
		return;
	id = str_copy(web->arena, id);
	if (id.at)
		web_set_header(web, S("x-request-id"), id);
}

static str message_of(int status, err why)
{
	switch (status) {
	case 401:
		return S("A valid access token is required.");
	case 404:
		return S("There is no such resource.");
	case 405:
		return S("The requests of this API are POST.");
	default:
		return status < 500 ? str_of(err_why(why)) : S("The request failed.");
	}
}

/* The standard's error body is a message. */
static void error_write(struct web_call *web, const struct problem *problem, int status, err why)
{
	bool said = problem && problem->status;
	str raw;
	if (said)
		status = problem->status;
	else if (status >= 500)
		log_err("access api", why);
	buffer_clear(&web->response.body);
	web->response.header_count = 0;
	web_text(web, status, S("text/plain; charset=utf-8"), said ? problem->message : message_of(status, why));
	web_no_store(web);
	if (status == 401)
		web_set_header(web, S("www-authenticate"),
			       web_bearer(&web->request, &raw) ? S("Bearer error=\"invalid_token\"") : S("Bearer"));
	request_id_echo(web);
}

static void surface_error(struct web_call *web, int status, err why)
{
	error_write(web, NULL, status, why);
}

/* --- the request --- */

/* In the snapshot of the answers. The name is kept: contexts of many subjects may push out the caller's. */
static err enforcement_point_check(struct access_call *call)
{
	struct data_call *dc = &call->data;
	TRY(authz_context_of(dc->app->authz, dc->caller.user, &dc->caller.context));
	call->epoch = dc->caller.context->epoch;
	dc->caller.name = str_copy(dc->arena, dc->caller.name);
	TRY_NEW(dc->caller.name.at);
	enum authz_reason reason = dc->web->request.lane == WEB_LANE_OPERATOR ? REASON_NONE
									      : access_acts_for_others(dc->caller.context);
	dc->caller.context = NULL;
	if (reason == REASON_NONE)
		return OK;
	const struct reason_row *row = reason_row(reason);
	dc->denial = (struct denial){ .reason = row->code };
	return REFUSE(dc, row->status, row->vendor_code, "%s", row->text);
}

static bool is_json(const struct web_request *request)
{
	str value = { 0 }, type = { 0 };
	return web_header(request, S("content-type"), &value) && str_split(&value, ';', &type) &&
	       str_equal_nocase(str_trim(type), S("application/json"));
}

static err request_read(struct access_call *call, enum access_api api)
{
	struct data_call *dc = &call->data;
	const char *wrong = NULL;
	if (!is_json(&dc->web->request))
		return REFUSE(dc, 400, "", "The content type must be application/json.");
	err e = access_request_parse(dc->web->request.body, api, dc->arena, &call->request, &wrong);
	if (err_kind_of(e) == ERR_INVALID && wrong)
		return REFUSE(dc, 400, "", "%s", wrong);
	return e;
}

/* Alone, a question that is none about a row is no request; in a batch it fails alone. */
static err row_question_check(struct access_call *call)
{
	const struct access_question *q = call->request.questions;
	const struct external_type *external;
	if (call->request.batch || !q->row_wrong)
		return OK;
	TRY(external_type_find(call, q->resource.type, &external));
	return external ? OK : REFUSE(&call->data, 400, "", "%s", q->row_wrong);
}

static err question_read(struct access_call *call, enum access_api api)
{
	SCOPED(transaction) snapshot = { 0 };
	TRY(transaction_begin_read(call->data.app->store, &snapshot));
	TRY(enforcement_point_check(call));
	TRY(request_read(call, api));
	return row_question_check(call);
}

/* The questions of a batch are mostly about one subject: what was found of the last one is so for the same one. */
static err arrive_once(struct data_call *dc, const struct access_entity **last, struct access_entity *entity)
{
	const struct access_entity *known = *last;
	if (known && str_equal(known->id, entity->id) && str_equal(known->type, entity->type)) {
		entity->key = known->key;
		entity->refused = known->refused;
		return OK;
	}
	*last = entity;
	return subject_arrive(dc, entity);
}

/* A person of the tenant who has never been here becomes a user now, if the gates admit them, as at their first visit: before the
 * answers, which are of one epoch. */
static err subjects_arrive(struct access_call *call)
{
	const struct access_entity *subject = NULL, *on_behalf_of = NULL;
	for (size_t i = 0; i < call->request.count; i++) {
		struct access_question *q = &call->request.questions[i];
		bool stranger = false;
		TRY(external_subject_is_declared(call, q, &stranger));
		if (stranger)
			continue;
		TRY(arrive_once(&call->data, &subject, &q->subject));
		if (q->on_behalf)
			TRY(arrive_once(&call->data, &on_behalf_of, &q->on_behalf_of));
	}
	return OK;
}

static err answer(struct access_call *call, enum access_api api, access_run run)
{
	TRY(rights_admit(&call->data));
	TRY(question_read(call, api));
	TRY(subjects_arrive(call));
	SCOPED(transaction) snapshot = { 0 };
	TRY(transaction_begin_read(call->data.app->store, &snapshot));
	TRY(enforcement_point_check(call));
	return run(call);
}

static err serve(struct web_call *web, enum access_api api, access_run run)
{
	struct access_call call = { .data = { .app = web->app, .web = web, .arena = web->arena } };
	err e = answer(&call, api, run);
	row_finder_release(&call.rows);
	if (failed(e)) {
		data_call_denied(&call.data);
		error_write(web, &call.data.problem, web_status_of_kind(err_kind_of(e)), e);
		return OK;
	}
	access_denials_log(&call);
	request_id_echo(web);
	return OK;
}

/* --- routes --- */

static err evaluation(struct web_call *web)
{
	return serve(web, ACCESS_EVALUATION, evaluation_run);
}

static err evaluations(struct web_call *web)
{
	return serve(web, ACCESS_EVALUATIONS, evaluation_run);
}

static err search_subject(struct web_call *web)
{
	return serve(web, ACCESS_SEARCH_SUBJECT, search_subject_run);
}

static err search_resource(struct web_call *web)
{
	return serve(web, ACCESS_SEARCH_RESOURCE, search_resource_run);
}

static err search_action(struct web_call *web)
{
	return serve(web, ACCESS_SEARCH_ACTION, search_action_run);
}

static const struct web_route routes[] = {
	{ HTTP_POST, "/evaluation", evaluation },
	{ HTTP_POST, "/evaluations", evaluations },
	{ HTTP_POST, "/search/subject", search_subject },
	{ HTTP_POST, "/search/resource", search_resource },
	{ HTTP_POST, "/search/action", search_action },
};

const struct web_surface access_surface = {
	.prefix = "/access/v1", .routes = routes, .route_count = COUNT_OF(routes), .write_error = surface_error,
};
