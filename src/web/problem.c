/* web/problem.c - failures as HTTP answers. RFC 9457. */
#include "host/log.h"
#include "web/response_internal.h"

int web_status_of_kind(int err_kind)
{
	switch (err_kind) {
	case ERR_INVALID:
		return 400;
	case ERR_LIMIT:
		return 413;
	case ERR_NOT_FOUND:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_DENIED:
		return 403;
	case ERR_UNAVAILABLE:
		return 503;
	case ERR_FULL:
		return 507;
	default: /* ERR_INTERNAL, ERR_CORRUPT */
		return 500;
	}
}

static const struct {
	int status;
	const char *title;
} titles[] = {
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 429, "Too Many Requests" },
	{ 503, "Service Unavailable" },
	{ 507, "Insufficient Storage" },
};

static str title_of(int status)
{
	for (size_t i = 0; i < COUNT_OF(titles); i++) {
		if (titles[i].status == status)
			return str_of(titles[i].title);
	}
	return S("Internal Server Error");
}

/* Our own failures keep their reason to the log: it helps an attacker more than a client. */
void web_problem(struct web_call *call, int status, err why)
{
	struct json_writer w = json_writer_to(&call->response.body);

	web_status(call, status);
	web_set_header(call, S("content-type"), S("application/problem+json"));
	json_open_object(&w);
	json_member_str(&w, S("type"), S("about:blank"));
	json_member_str(&w, S("title"), title_of(status));
	json_member_i64(&w, S("status"), status);
	if (failed(why) && status < 500)
		json_member_str(&w, S("detail"), str_of(err_why(why)));
	json_member_uuid(&w, S("requestId"), &call->request.id);
	json_close_object(&w);
}

static void write_error(struct web_call *call, int status, err why)
{
	web_reset_response(call);
	if (call->surface && call->surface->write_error)
		call->surface->write_error(call, status, why);
	else
		web_problem(call, status, why);
}

void web_answer_err(struct web_call *call, err why)
{
	int status = web_status_of_kind(err_kind_of(why));

	if (status >= 500)
		log_err(call->route ? call->route : "request", why);
	write_error(call, status, why);
}

void web_check_response(struct web_call *call)
{
	if (!call->response.body.failed)
		return;
	web_answer_err(call, ERR(ERR_INTERNAL, "the answer could not be written: a header or the body broke its bounds"));
	if (call->response.body.failed) { /* even the error's headers were refused */
		web_reset_response(call);
		web_status(call, 500);
	}
}
