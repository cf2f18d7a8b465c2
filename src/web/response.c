/* web/response.c - writing an answer. A header that would split the answer, or one too many, marks the body failed;
 * web_dispatch and web_finish turn that into 500. */
#include "web/response_internal.h"

void web_status(struct web_call *call, int status)
{
	call->response.status = (uint16_t)status;
}

static bool is_header_text(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

void web_set_header(struct web_call *call, str name, str value)
{
	struct web_response *r = &call->response;

	if (r->header_count == WEB_RESPONSE_HEADERS_MAX || !name.len || !is_header_text(name) || !is_header_text(value)) {
		r->body.failed = true;
		return;
	}
	r->headers[r->header_count++] = (struct http_header){ name, value };
}

void web_redirect(struct web_call *call, str location)
{
	web_status(call, 303);
	web_set_header(call, S("location"), location);
}

struct json_writer web_begin_json(struct web_call *call, int status)
{
	web_status(call, status);
	web_set_header(call, S("content-type"), S("application/json; charset=utf-8"));
	return json_writer_to(&call->response.body);
}

void web_text(struct web_call *call, int status, str content_type, str body)
{
	web_status(call, status);
	web_set_header(call, S("content-type"), content_type);
	buffer_append_str(&call->response.body, body);
}

void web_no_store(struct web_call *call)
{
	web_set_header(call, S("cache-control"), S("no-store"));
}

void web_park(struct web_call *call)
{
	call->parked = true;
}

void web_finish(struct web_call *call)
{
	web_check_response(call);
	call->finish(call);
}

void web_reset_response(struct web_call *call)
{
	struct web_response *r = &call->response;

	r->status = 200;
	r->header_count = 0;
	r->close = false;
	if (r->body.len_max)
		buffer_clear(&r->body);
	else
		buffer_init(&r->body, WEB_RESPONSE_BYTES_MAX);
	r->body.failed = false;
}
