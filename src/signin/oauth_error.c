#include "signin/oauth_error.h"

#include "signin/pages.h"

static void write_body(struct web_call *call, int status, str error, int number, str text)
{
	char when[INSTANT_TEXT_LEN + 1];
	str id = uuid_text(call->arena, &call->request.id);
	str description = str_format(call->arena, "BWK%05d: %.*s", number, STR_ARG(text));
	struct json_writer w = web_begin_json(call, status);

	instant_format(call->now, true, when);
	json_open_object(&w);
	json_member_str(&w, S("error"), error);
	json_member_str(&w, S("error_description"), description);
	json_key(&w, S("error_codes"));
	json_open_array(&w);
	json_i64(&w, number);
	json_close_array(&w);
	json_member_str(&w, S("timestamp"), str_of(when));
	json_member_str(&w, S("trace_id"), id);
	json_member_str(&w, S("correlation_id"), id);
	json_close_object(&w);
	web_no_store(call);
}

err oauth_error_answer(struct web_call *call, enum refusal refusal, bool tried_basic)
{
	const struct refusal_row *row = refusal_row(refusal);

	if (row->status == 401 && tried_basic)
		web_set_header(call, S("www-authenticate"), S("Basic realm=\"token\""));
	if (row->status == 503)
		web_set_header(call, S("retry-after"), S("2"));
	write_body(call, row->status, str_of(row->error), row->number, str_of(row->text));
	return OK;
}

static enum refusal refusal_of_failure(int status)
{
	return status == 503 ? REFUSAL_BUSY : status == 507 ? REFUSAL_NO_ROOM : REFUSAL_FAILED;
}

/* A person looks at what these answer, not a program. */
static bool is_page(const struct web_call *call)
{
	str route = str_of(call->route ? call->route : "");
	return str_starts_with(route, S("/signin/")) || str_equal(route, S("/oauth2/v2.0/authorize")) ||
	       str_equal(route, S("/oauth2/v2.0/logout"));
}

void oauth_write_error(struct web_call *call, int status, err why)
{
	if (status < 500) {
		write_body(call, status, S("invalid_request"), 90014, str_of(err_why(why)));
		return;
	}
	if (is_page(call) && !failed(page_error(call, refusal_of_failure(status))))
		return;
	err e = oauth_error_answer(call, refusal_of_failure(status), false);
	(void)e; /* it writes into the response, whose bounds the caller checks */
}
