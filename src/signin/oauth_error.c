#include "signin/oauth_error.h"

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

void oauth_write_error(struct web_call *call, int status, err why)
{
	bool ours = status >= 500;

	if (status == 503)
		web_set_header(call, S("retry-after"), S("2"));
	write_body(call, status, status == 503 ? S("temporarily_unavailable") : ours ? S("server_error") : S("invalid_request"),
		   ours ? 90033 : 90014, ours ? S("The service could not answer.") : str_of(err_why(why)));
}
