/* signin/grant_refresh.c - the next access token. RFC 6749 6, RFC 9700 4.14.2; identity 2.5.
 *
 * What a presented token means is decided in refresh_state.c; every refresh looks again at the person, the client and the consent. */
#include "signin/grant_user.h"
#include "signin/refresh_family.h"

/* The scope asked for must lie within what was granted; another resource needs a consent that exists already. */
static enum refusal wanted_scope(const struct token_call *t, const struct refresh_family *f, str *out)
{
	struct scope granted = { 0 }, asked = { 0 };

	*out = f->scope;
	if (!t->request.has_scope)
		return REFUSAL_NONE;
	if (scope_parse(f->scope, &granted) || scope_parse(t->request.scope, &asked))
		return REFUSAL_SCOPE;
	if (asked.words & ~granted.words)
		return REFUSAL_SCOPE_WIDER;
	*out = t->request.scope;
	return REFUSAL_NONE;
}

static err rotate(struct token_call *t, const struct refresh_family *f)
{
	struct web_call *call = t->call;
	struct resource *resource = NEW(call->arena, struct resource);
	struct issue *what = NEW(call->arena, struct issue);
	struct issued access = { 0 };
	str scope = { 0 };

	TRY_NEW(resource);
	TRY_NEW(what);
	TRY(grant_user_check(t, &f->user_id, f->auth_time));
	if (t->refusal) /* the account may not sign in any more: what was given ends with it */
		return refresh_family_revoke(call, &f->id, S("account"));
	TRY(grant_user_limit(t, &f->session, f->methods, what));
	if (t->refusal)
		return refresh_family_revoke(call, &f->id, S("pass_ended"));
	t->refusal = wanted_scope(t, f, &scope);
	if (!t->refusal)
		TRY(grant_user_scope(t, scope, resource, what));
	if (t->refusal)
		return OK;
	what->client = &t->client;
	what->person = &t->person;
	what->session = f->session;
	what->auth_time = f->auth_time;
	what->methods = f->methods;
	what->client_authenticated = t->authenticated;
	struct token_answer answer = { .access = &access, .scope = scope_text(&what->scope, true, call->arena) };
	TRY(grant_user_issue(t, what, &access, &answer.id_token));
	TRY(refresh_family_next(call, f, &answer.refresh_token));
	TRY(token_client_info(call, &t->person.id, &answer.client_info));
	TRY(token_answer_text(call, &answer, &t->response));
	t->session = session_sid(signin_of(call), &f->session, &t->client.app_id, call->arena);
	t->methods = f->methods;
	return refresh_family_rotate(call, f, answer.refresh_token, t->response);
}

static err act(struct token_call *t, const struct refresh_family *f, enum refresh_action action)
{
	switch (action) {
	case REFRESH_ROTATE:
		return rotate(t, f);
	case REFRESH_ANSWER_AGAIN:
		return refresh_family_answer(t->call, f, &t->response);
	case REFRESH_EXPIRED:
		t->refusal = REFUSAL_REFRESH_EXPIRED;
		return OK;
	case REFRESH_REVOKE:
		t->refusal = REFUSAL_REFRESH_REUSED;
		return refresh_family_revoke(t->call, &f->id, S("reused"));
	case REFRESH_REFUSE:
		break;
	}
	t->refusal = REFUSAL_REFRESH_REVOKED;
	return OK;
}

err grant_refresh(struct token_call *t)
{
	struct refresh_token token = { 0 };
	struct refresh_family *f = NEW(t->call->arena, struct refresh_family);

	TRY_NEW(f);
	t->refusal = REFUSAL_REFRESH;
	if (failed(refresh_token_parse(t->request.refresh_token, &token)))
		return OK;
	err e = refresh_family_find(t->call, &token.family, f);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (!uuid_equal(&f->client, &t->client.app_id))
		return OK;
	t->refusal = token_client_fits(t, f->platform);
	return t->refusal ? OK : act(t, f, refresh_family_present(f, &token, t->call->now));
}
