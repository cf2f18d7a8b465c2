/* signin/grant_client_credentials.c - an application in its own name. RFC 6749 4.4; identity 2.4.
 *
 * The hot path: reads, one signature by the keeper, and one line of the log, all in the endpoint's transaction. */
#include "signin/token_endpoint.h"

static err find_resource(struct token_call *t, struct resource *out)
{
	struct scope scope = { 0 };

	t->refusal = scope_parse(t->request.scope, &scope);
	if (!t->refusal && (!scope.is_default || scope.permission_count || scope.words || !scope.resource.len))
		t->refusal = REFUSAL_DEFAULT_SCOPE;
	if (t->refusal)
		return OK;
	err e = lookup_resource(signin_of(t->call)->directory, scope.resource, t->call->arena, out);
	if (err_kind_of(e) == ERR_NOT_FOUND || (!failed(e) && !out->enabled))
		t->refusal = REFUSAL_RESOURCE;
	return err_kind_of(e) == ERR_NOT_FOUND ? OK : e;
}

err grant_client_credentials(struct token_call *t)
{
	struct resource resource = { 0 };
	struct issued access = { 0 };
	const str *roles = NULL;
	size_t role_count = 0;
	bool assigned = false;

	if (!t->authenticated) {
		t->refusal = REFUSAL_CLIENT_AUTH_REQUIRED;
		return OK;
	}
	TRY(find_resource(t, &resource));
	if (t->refusal)
		return OK;
	TRY(lookup_app_roles(signin_of(t->call)->directory, &t->client.service_principal_id, resource.service_principal_key,
			     t->call->arena, &roles, &role_count, &assigned));
	if (resource.assignment_required && !assigned) {
		t->refusal = REFUSAL_NOT_ASSIGNED;
		return OK;
	}
	TRY(token_issue_app(t->call, &t->client, &resource, roles, role_count, &access));
	struct token_answer answer = { .access = &access };
	return token_answer_text(t->call, &answer, &t->response);
}
