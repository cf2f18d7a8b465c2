/* signin/grant_code.c - a code for tokens. RFC 6749 4.1.3, RFC 7636 4.6; identity 2.4. */
#include "signin/grant_user.h"
#include "signin/refresh_family.h"

/* A code of another client tells its holder nothing, and a wrong holder cannot spoil it. */
static enum refusal judge(const struct token_call *t, const struct code *code)
{
	const struct token_request *r = &t->request;

	if (!uuid_equal(&code->client, &t->client.app_id))
		return REFUSAL_CODE_CLIENT;
	enum refusal refusal = token_client_fits(t, code->platform);
	if (refusal)
		return refusal;
	if (code->used)
		return REFUSAL_CODE_USED;
	if (!instant_before(t->call->now, code->ends))
		return REFUSAL_CODE_EXPIRED;
	if (r->has_redirect_uri ? !str_equal(r->redirect_uri, code->redirect_uri) : code->redirect_sent)
		return REFUSAL_CODE_REDIRECT;
	if (!code->has_challenge)
		return r->has_verifier ? REFUSAL_VERIFIER_UNASKED : REFUSAL_NONE;
	return r->has_verifier && pkce_matches(r->code_verifier, &code->challenge) ? REFUSAL_NONE : REFUSAL_VERIFIER;
}

static bool is_standalone(const struct client *client, struct arena *arena)
{
	const struct json *bwk = NULL;
	bool standalone = false;

	return client->bwk.len && !failed(json_parse(bytes_of_str(client->bwk), JSON_LIMITS_DEFAULT, arena, &bwk, NULL)) &&
	       json_member_is_bool(bwk, S("standaloneRefreshTokens"), &standalone) && standalone;
}

static err redeem(struct token_call *t, const struct code *code, const struct issue *what)
{
	struct web_call *call = t->call;
	struct issued access = { 0 };
	struct uuid family = { { 0 } };
	struct token_answer answer = { .access = &access, .scope = scope_text(&what->scope, true, call->arena) };
	bool offline = what->scope.words & SCOPE_OFFLINE_ACCESS;

	TRY(grant_user_issue(t, what, &access, &answer.id_token));
	if (offline)
		TRY(refresh_family_begin(call, code, is_standalone(&t->client, call->arena), &family, &answer.refresh_token));
	if (code->client_info || t->request.client_info)
		TRY(token_client_info(call, &t->person.id, &answer.client_info));
	TRY(code_use(call, code, offline ? &family : NULL, access.uti, access.expires_at_s * 1000));
	t->methods = code->methods;
	t->session = session_sid(signin_of(call), &code->session, &t->client.app_id, call->arena);
	return token_answer_text(call, &answer, &t->response);
}

err grant_code(struct token_call *t)
{
	struct code *code = NEW(t->call->arena, struct code);
	struct resource *resource = NEW(t->call->arena, struct resource);
	struct issue *what = NEW(t->call->arena, struct issue);

	TRY_NEW(code);
	TRY_NEW(resource);
	TRY_NEW(what);
	err e = code_find(t->call, t->request.code, code);
	if (err_kind_of(e) == ERR_NOT_FOUND) {
		t->refusal = REFUSAL_CODE;
		return OK;
	}
	TRY(e);
	t->refusal = judge(t, code);
	if (t->refusal == REFUSAL_CODE_USED)
		return code_revoke(t->call, code);
	if (!t->refusal)
		TRY(grant_user_check(t, &code->user_id, code->auth_time));
	if (!t->refusal)
		TRY(grant_user_limit(t, &code->session, code->methods, what));
	if (!t->refusal)
		TRY(grant_user_scope(t, code->scope, resource, what));
	if (t->refusal)
		return OK;
	what->client = &t->client;
	what->person = &t->person;
	what->session = code->session;
	what->auth_time = code->auth_time;
	what->methods = code->methods;
	what->nonce = code->nonce;
	what->has_nonce = code->has_nonce;
	what->client_authenticated = t->authenticated;
	return redeem(t, code, what);
}
