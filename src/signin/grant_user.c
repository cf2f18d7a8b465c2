#include "signin/grant_user.h"

#include "signin/consent.h"

err grant_user_check(struct token_call *t, const struct uuid *id, struct instant auth_time)
{
	err e = lookup_person(signin_of(t->call)->directory, id, t->call->arena, &t->person);

	t->refusal = REFUSAL_USER_GONE;
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	t->has_person = true;
	if (!t->person.enabled)
		return OK;
	t->refusal = instant_before(auth_time, t->person.sessions_valid_from) ? REFUSAL_REFRESH_REVOKED : REFUSAL_NONE;
	return OK;
}

err grant_user_limit(struct token_call *t, const struct uuid *session, str methods, struct issue *what)
{
	TRY(session_limit(t->call, session, methods, &what->ends_max, &what->limited));
	if (what->limited && !instant_before(t->call->now, what->ends_max))
		t->refusal = REFUSAL_REFRESH_EXPIRED;
	return OK;
}

err grant_user_scope(struct token_call *t, str text, struct resource *out_resource, struct issue *what)
{
	struct consent *consent = NEW(t->call->arena, struct consent);
	str rest = { 0 }, item = { 0 };

	TRY_NEW(consent);
	t->refusal = scope_parse(text, &what->scope);
	if (!t->refusal)
		TRY(resource_of_scope(t->call, &what->scope, out_resource, &t->refusal));
	if (t->refusal)
		return OK;
	TRY(consent_find(t->call, &t->client, &what->scope, out_resource, &t->person, consent));
	if (consent->missing.len || consent->missing_words.len) {
		t->refusal = REFUSAL_CONSENT_GONE;
		return OK;
	}
	what->scope.is_default = false;
	what->scope.permission_count = 0;
	for (rest = consent->granted; str_split(&rest, ' ', &item);)
		if (item.len && what->scope.permission_count < SCOPE_PERMISSIONS_MAX)
			what->scope.permissions[what->scope.permission_count++] = item;
	what->resource = out_resource;
	return OK;
}

err grant_user_issue(struct token_call *t, const struct issue *what, struct issued *out_access, str *out_id_token)
{
	TRY(token_issue_user(t->call, what, out_access));
	if (what->scope.words & SCOPE_OPENID)
		TRY(token_issue_id(t->call, what, out_access->token, out_id_token));
	return OK;
}
