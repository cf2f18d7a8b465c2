#include "signin/token_endpoint.h"

#include "codec/base64.h"
#include "signin/cors.h"
#include "signin/oauth_error.h"

static err find_client(struct token_call *t)
{
	struct uuid app_id = { { 0 } };
	struct directory *d = signin_of(t->call)->directory;
	bool matches = false;

	t->refusal = REFUSAL_CLIENT_UNKNOWN_TOKEN;
	if (failed(uuid_parse(t->request.client_id, &app_id)))
		return OK;
	err e = lookup_client(d, &app_id, t->call->arena, &t->client);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	t->has_client = t->client.has_service_principal;
	if (!t->has_client || !t->client.enabled)
		return OK;
	t->refusal = REFUSAL_NONE;
	if (!t->request.has_secret)
		return OK;
	TRY(lookup_client_secret(d, t->client.key, t->request.client_secret, t->call->now, &matches));
	t->authenticated = matches;
	t->refusal = matches ? REFUSAL_NONE : REFUSAL_CLIENT_SECRET;
	return OK;
}

enum refusal token_client_fits(const struct token_call *t, enum redirect_platform platform)
{
	if (platform == PLATFORM_WEB)
		return t->authenticated ? REFUSAL_NONE : REFUSAL_CLIENT_AUTH_REQUIRED;
	return t->authenticated ? REFUSAL_CLIENT_PUBLIC : REFUSAL_NONE;
}

err token_client_info(struct web_call *call, const struct uuid *person, str *out)
{
	struct uuid tenant = signin_of(call)->directory->tenant;
	str json = str_format(call->arena, "{\"uid\":\"%.*s\",\"utid\":\"%.*s\"}", STR_ARG(uuid_text(call->arena, person)),
			      STR_ARG(uuid_text(call->arena, &tenant)));

	TRY_NEW(json.at);
	*out = base64url_text(call->arena, bytes_of_str(json));
	TRY_NEW(out->at);
	return OK;
}

err token_answer_text(struct web_call *call, const struct token_answer *answer, str *out)
{
	const struct { str name, value; } optional[] = {
		{ S("scope"), answer->scope }, { S("id_token"), answer->id_token }, { S("refresh_token"), answer->refresh_token },
		{ S("client_info"), answer->client_info },
	};
	struct buffer b = { 0 };

	buffer_init(&b, 64 * 1024);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	json_member_str(&w, S("token_type"), S("Bearer"));
	json_member_i64(&w, S("expires_in"), answer->access->expires_in_s);
	json_member_i64(&w, S("ext_expires_in"), answer->access->expires_in_s);
	json_member_str(&w, S("access_token"), answer->access->token);
	for (size_t i = 0; i < COUNT_OF(optional); i++)
		if (optional[i].value.len)
			json_member_str(&w, optional[i].name, optional[i].value);
	json_close_object(&w);
	*out = b.failed ? (str){ 0 } : str_copy(call->arena, buffer_str(&b));
	buffer_release(&b);
	TRY_NEW(out->at);
	return OK;
}

/* --- the endpoint --- */

static err read_request(struct token_call *t)
{
	struct web_call *call = t->call;
	struct url_params form = { 0 };
	str authorization = { 0 }, user = S(""), password = S("");

	t->refusal = REFUSAL_CONTENT_TYPE;
	err e = web_form(call, &form);
	if (err_kind_of(e) == ERR_INVALID || err_kind_of(e) == ERR_LIMIT)
		return OK;
	TRY(e);
	if (str_find(call->request.query, S("client_secret"), 0) != SIZE_MAX ||
	    str_find(call->request.query, S("client_assertion"), 0) != SIZE_MAX) {
		t->refusal = REFUSAL_SECRET_IN_URL;
		return OK;
	}
	bool basic = web_header(&call->request, S("authorization"), &authorization);
	if (basic && failed(web_basic(call, &user, &password))) {
		t->request.basic = true;
		t->refusal = REFUSAL_CLIENT_SECRET;
		return OK;
	}
	t->refusal = token_request_read(&form, basic, user, password, call->arena, &t->request);
	return OK;
}

static err run_grant(struct token_call *t)
{
	static const grant_fn grants[] = {
		[GRANT_CODE] = grant_code, [GRANT_REFRESH] = grant_refresh, [GRANT_CLIENT_CREDENTIALS] = grant_client_credentials,
	};

	if (!t->refusal)
		TRY(find_client(t));
	return t->refusal ? OK : grants[t->request.grant](t);
}

static err log_result(struct token_call *t)
{
	struct signin_event event = {
		.op = t->op, .refusal = t->refusal, .person = t->has_person ? &t->person : NULL,
		.client = t->has_client ? &t->client : NULL, .methods = t->methods, .session = t->session,
	};

	return signin_audit(t->call, &event);
}

static str op_of(const struct token_call *t)
{
	switch (t->request.grant) {
	case GRANT_CODE:
		return S("token.code");
	case GRANT_REFRESH:
		return S("token.refresh");
	default:
		return S("signin.client");
	}
}

err token_post(struct web_call *call)
{
	struct token_call *t = NEW(call->arena, struct token_call);
	SCOPED(transaction) tx = { 0 };

	TRY_NEW(t);
	t->call = call;
	TRY(cors_allow(call));
	TRY(read_request(t));
	t->op = op_of(t);
	TRY(transaction_begin(signin_of(call)->directory->store, &tx));
	TRY(run_grant(t));
	TRY(log_result(t));
	TRY(transaction_commit(&tx));
	if (t->refusal)
		return oauth_error_answer(call, t->refusal, t->request.basic);
	web_text(call, 200, S("application/json"), t->response);
	web_no_store(call);
	return OK;
}
