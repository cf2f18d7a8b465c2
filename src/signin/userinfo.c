#include "signin/userinfo.h"

#include "signin/cors.h"
#include "signin/refresh_family.h"
#include "signin/token_issue.h"
#include "token/verify.h"

static err refuse(struct web_call *call, int status, const char *error)
{
	str challenge = str_format(call->arena, "Bearer realm=\"userinfo\", error=\"%s\"%s", error,
				   status == 403 ? ", scope=\"openid\"" : "");

	TRY_NEW(challenge.at);
	struct json_writer w = web_begin_json(call, status);
	web_set_header(call, S("www-authenticate"), challenge);
	web_no_store(call);
	json_open_object(&w);
	json_member_str(&w, S("error"), str_of(error));
	json_close_object(&w);
	return OK;
}

static err answer(struct web_call *call, const struct principal *p, const struct person *person, const struct client *client)
{
	struct scope scope = { 0 };
	(void)scope_parse(p->scopes, &scope);
	struct json_writer w = web_begin_json(call, 200);

	web_no_store(call);
	json_open_object(&w);
	json_member_str(&w, S("sub"), token_subject(signin_of(call), &person->id, client, call->arena));
	json_member_uuid(&w, S("oid"), &person->id);
	token_profile_claims(&w, person, scope.words, true);
	json_close_object(&w);
	return OK;
}

static err answer_principal(struct web_call *call, const struct principal *p)
{
	struct directory *d = signin_of(call)->directory;
	struct person *person = NEW(call->arena, struct person);
	struct client *client = NEW(call->arena, struct client);
	bool revoked = false;

	TRY_NEW(person);
	TRY_NEW(client);
	if (p->kind != PRINCIPAL_USER || !principal_has_scope(p, S("openid")))
		return refuse(call, 403, "insufficient_scope");
	TRY(access_token_is_revoked(call, p->uti, &revoked));
	err e = revoked ? ERR(ERR_NOT_FOUND, "revoked") : lookup_person(d, &p->oid, call->arena, person);
	if (!failed(e))
		e = lookup_client(d, &p->app_id, call->arena, client);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return refuse(call, 401, "invalid_token");
	TRY(e);
	if (!person->enabled || p->auth_time < instant_seconds(person->sessions_valid_from))
		return refuse(call, 401, "invalid_token");
	return answer(call, p, person, client);
}

static err answer_token(struct web_call *call, str token)
{
	struct token_verifier *verifier = signin_of(call)->directory->verifier;
	const struct principal *p = NULL;
	err e = token_verify(verifier, token, call->now, call->arena, &p);

	if (err_kind_of(e) == ERR_INVALID)
		return refuse(call, 401, "invalid_token");
	TRY(e);
	return answer_principal(call, p);
}

static err no_token(struct web_call *call)
{
	web_status(call, 401);
	web_set_header(call, S("www-authenticate"), S("Bearer realm=\"userinfo\""));
	web_no_store(call);
	return OK;
}

err userinfo_get(struct web_call *call)
{
	str token = { 0 };

	TRY(cors_allow(call));
	return web_bearer(&call->request, &token) ? answer_token(call, token) : no_token(call);
}

/* RFC 6750 2.2: in the body of a form; never in the query. Two tokens are one too many. */
err userinfo_post(struct web_call *call)
{
	struct url_params form = { 0 };
	str token = { 0 }, sent = { 0 };
	bool in_header = web_bearer(&call->request, &token);

	TRY(cors_allow(call));
	if (call->request.body.len) {
		TRY(web_form(call, &form));
		if (url_param_count(&form, S("access_token")) + in_header > 1)
			return refuse(call, 400, "invalid_request");
		if (url_param_find(&form, S("access_token"), &sent))
			token = sent;
	}
	return token.len ? answer_token(call, token) : no_token(call);
}
