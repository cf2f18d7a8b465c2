#include "directory/graph.h"

#include "directory/directory.h"

static const struct {
	int status;
	const char *code;
} codes[] = {
	{ 400, "Request_BadRequest" },
	{ 401, "InvalidAuthenticationToken" },
	{ 403, "Authorization_RequestDenied" },
	{ 404, "Request_ResourceNotFound" },
	{ 405, "Request_MethodNotAllowed" },
	{ 409, "Request_MultipleObjectsWithSameKeyValue" },
	{ 412, "Request_PreconditionFailed" },
	{ 413, "Request_EntityTooLarge" },
	{ 415, "Request_UnsupportedMediaType" },
	{ 429, "TooManyRequests" },
	{ 503, "ServiceUnavailable" },
	{ 507, "Service_InsufficientStorage" },
};

static const char *code_of(int status)
{
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		if (codes[i].status == status)
			return codes[i].code;
	}
	return "Service_InternalServerError";
}

static void write_error(struct web_call *call, int status, const char *code, const char *message)
{
	struct json_writer w = web_begin_json(call, status);
	char now[INSTANT_TEXT_LEN + 1];
	str client_id = { 0 };

	instant_format(call->now, true, now);
	json_open_object(&w);
	json_key(&w, S("error"));
	json_open_object(&w);
	json_member_str(&w, S("code"), str_of(code));
	json_member_str(&w, S("message"), str_of(message));
	json_key(&w, S("innerError"));
	json_open_object(&w);
	json_member_str(&w, S("date"), str_of(now));
	json_member_uuid(&w, S("request-id"), &call->request.id);
	if (web_header(&call->request, S("client-request-id"), &client_id) && client_id.len <= 128)
		json_member_str(&w, S("client-request-id"), client_id);
	else
		json_member_uuid(&w, S("client-request-id"), &call->request.id);
	json_close_object(&w);
	json_close_object(&w);
	json_close_object(&w);
	web_set_header(call, S("request-id"), uuid_text(call->arena, &call->request.id));
	if (status == 401)
		web_set_header(call, S("www-authenticate"), S("Bearer"));
	if (status == 503 || status == 429)
		web_set_header(call, S("retry-after"), S("2"));
	web_no_store(call);
}

void graph_write_error(struct web_call *call, int status, err why)
{
	const char *text = status == 507 ? "There is no room on the disk; nothing was changed." :
			   status >= 500 || !failed(why) ? "The request could not be served." : err_why(why);
	write_error(call, status, code_of(status), text);
}

err graph_refuse(struct web_call *call, int status, const char *code, const char *message)
{
	write_error(call, status, code ? code : code_of(status), message);
	return OK;
}

err graph_body(struct web_call *call, const struct json **out, bool *out_answered)
{
	str type = { 0 }, value = { 0 };

	*out_answered = false;
	if (!web_header(&call->request, S("content-type"), &value) || !str_split(&value, ';', &type) ||
	    !str_equal_nocase(str_trim(type), S("application/json"))) {
		*out_answered = true;
		return graph_refuse(call, 415, NULL, "The body must be application/json.");
	}
	TRY(web_json(call, out));
	if ((*out)->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "the body is not an object");
	return OK;
}

err graph_no_content(struct web_call *call)
{
	web_status(call, 204);
	web_set_header(call, S("request-id"), uuid_text(call->arena, &call->request.id));
	return OK;
}
