/* data/answer.c */
#include "data/answer.h"

#include "data/job.h"
#include "host/log.h"
#include "web/route.h"

static const str json_type = { "application/json; odata.metadata=minimal", 40 };

struct json_writer answer_json(struct data_call *dc, int status)
{
	web_status(dc->web, status);
	web_set_header(dc->web, S("content-type"), json_type);
	web_set_header(dc->web, S("odata-version"), S("4.0"));
	web_no_store(dc->web);
	return json_writer_to(&dc->web->response.body);
}

void answer_empty(struct data_call *dc)
{
	web_status(dc->web, 204);
	web_set_header(dc->web, S("odata-version"), S("4.0"));
}

void answer_entity_id(struct data_call *dc, const struct table *t, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(id, text);
	str url = str_format(dc->arena, "%.*s%.*s(%s)", STR_ARG(dc->root), STR_ARG(t->entity_set), text);
	if (!url.at)
		return;
	web_set_header(dc->web, S("odata-entityid"), url);
	if (uuid_is_nil(&dc->job))
		web_set_header(dc->web, S("location"), url);
	else
		job_answer(dc);
}

static str message_of(int status, err why)
{
	switch (status) {
	case 404:
		return S("Resource not found.");
	case 405:
		return S("The requested resource does not support this method.");
	case 401:
		return S("A valid access token is required.");
	case 507:
		return S("There is no room on the disk; nothing was changed.");
	default:
		return err_kind_of(why) == ERR_INVALID || err_kind_of(why) == ERR_LIMIT ? str_of(err_why(why)) :
											 S("The request failed.");
	}
}

static const char *code_of(int status)
{
	switch (status) {
	case 404:
		return CODE_UNKNOWN_PATH;
	case 405:
		return CODE_METHOD;
	case 409:
	case 412:
		return CODE_DUPLICATE_KEY;
	case 400:
	case 413:
		return CODE_BAD_QUERY;
	default:
		return CODE_INTERNAL;
	}
}

/* RFC 6750, 3.1: who brought no token is told no error, only what to bring. */
static void challenge(struct web_call *web)
{
	str raw;
	web_set_header(web, S("www-authenticate"),
		       web_bearer(&web->request, &raw) ? S("Bearer error=\"invalid_token\"") : S("Bearer"));
}

void answer_error(struct web_call *web, const struct problem *problem, const struct prefer *prefer, int status, err why)
{
	bool said = problem && problem->status;
	if (said)
		status = problem->status;
	else if (status >= 500)
		log_err("web api", why);
	buffer_clear(&web->response.body);
	web->response.header_count = 0;
	web_status(web, status);
	web_set_header(web, S("content-type"), json_type);
	web_set_header(web, S("odata-version"), S("4.0"));
	if (status == 401)
		challenge(web);
	struct json_writer w = json_writer_to(&web->response.body);
	str message = said ? problem->message : message_of(status, why);
	json_open_object(&w);
	json_key(&w, S("error"));
	json_open_object(&w);
	json_member_str(&w, S("code"), said ? problem->code : str_of(code_of(status)));
	json_member_str(&w, S("message"), message);
	if (prefer && prefer->all_annotations) {
		json_member_str(&w, S("@Microsoft.PowerApps.CDS.InnerError.Message"), message);
		json_member_str(&w, S("@Microsoft.PowerApps.CDS.TraceText"), S(""));
	}
	json_close_object(&w);
	json_close_object(&w);
}
