/* directory/grant_routes.c - /oauth2PermissionGrants. */
#include "directory/grant.h"
#include "directory/routes_internal.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

static err path_grant(struct web_call *call, struct uuid *out_id, int64_t *out_key)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(path_id(call, 0, out_id));
	TRY(statement_open_text(directory_of(call)->store, S("SELECT key FROM permission_grant WHERE id = ?1"), &s));
	TRY(bind_uuid(&s, 1, out_id));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "there is no such grant");
	*out_key = column_i64(&s, 0);
	return OK;
}

err grants_list(struct web_call *call)
{
	return graph_list(call, &entity_grant, NULL, 0);
}

err grants_read(struct web_call *call)
{
	struct uuid id;
	int64_t key = 0;

	TRY(path_grant(call, &id, &key));
	return graph_one(call, &entity_grant, key, 200);
}

struct grant {
	struct uuid id;
	int64_t client, resource, principal; /* principal 0: everybody */
	str scope;
};

static err find_principal(struct web_call *call, const struct json *body, str name, enum object_kind kind, int64_t *out)
{
	enum object_kind found;
	struct uuid id;

	TRY(body_id(body, name, &id));
	err e = object_find(directory_of(call)->store, &id, out, &found);
	if (err_kind_of(e) == ERR_NOT_FOUND || (!failed(e) && found != kind))
		FAIL(ERR_INVALID, "clientId and resourceId name service principals, principalId a user");
	return e;
}

static err check_members(const struct json *body)
{
	static const char *const known[] = { "clientId", "resourceId", "consentType", "scope", "principalId", "startTime",
					     "expiryTime" };

	for (const struct json *m = body->first; m; m = m->next) {
		bool found = str_starts_with(m->name, S("@odata."));
		for (size_t i = 0; i < COUNT_OF(known); i++)
			found = found || str_equal(m->name, str_of(known[i]));
		if (!found)
			FAIL(ERR_INVALID, "the grant has an unknown member");
	}
	return OK;
}

static err read_grant(struct web_call *call, const struct json *body, struct grant *out)
{
	str consent = { 0 }, scope = { 0 };

	*out = (struct grant){ .id = random_uuid_v4() };
	TRY(check_members(body));
	if (!json_member_is_str(body, S("consentType"), &consent) || !json_member_is_str(body, S("scope"), &scope))
		FAIL(ERR_INVALID, "consentType and scope are required");
	TRY(scope_text_union(S(""), scope, call->arena, &out->scope));
	TRY(find_principal(call, body, S("clientId"), OBJECT_SERVICE_PRINCIPAL, &out->client));
	TRY(find_principal(call, body, S("resourceId"), OBJECT_SERVICE_PRINCIPAL, &out->resource));
	if (str_equal(consent, S("Principal")))
		return find_principal(call, body, S("principalId"), OBJECT_USER, &out->principal);
	const struct json *principal = json_member(body, S("principalId"));
	if (!str_equal(consent, S("AllPrincipals")) || (principal && principal->kind != JSON_NULL))
		FAIL(ERR_INVALID, "consentType is AllPrincipals without principalId, or Principal with one");
	return OK;
}

err grants_create(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	const struct json *body = NULL;
	struct grant g;
	int64_t key = 0;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(read_grant(call, body, &g));
	{
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(store, &tx));
		err e = grant_insert(store, &g.id, g.client, g.resource, g.principal, g.scope, call->now);
		if (err_kind_of(e) == ERR_CONFLICT)
			FAIL(ERR_CONFLICT, "Permission entry already exists.");
		TRY(e);
		key = store_last_rowid(store);
		TRY(directory_audit(call, S("create.permissionGrant"), S("oauth2PermissionGrant"), &g.id, S(""),
				    scope_change_text(g.scope, call->arena)));
		TRY(transaction_commit(&tx));
	}
	return graph_one(call, &entity_grant, key, 201);
}

static err run_on(struct store *store, const struct sql_text *sql, const struct uuid *id, str scope)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, sql, &s));
	TRY(bind_uuid(&s, 1, id));
	if (scope.at)
		TRY(bind_text(&s, 2, scope));
	return statement_run_one(&s);
}

err grants_update(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	const struct json *body = NULL;
	str scope = { 0 };
	struct uuid id;
	int64_t key = 0;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_grant(call, &id, &key));
	if (!json_member_is_str(body, S("scope"), &scope) || body->count != 1)
		FAIL(ERR_INVALID, "scope is required, and nothing else");
	TRY(scope_text_union(S(""), scope, call->arena, &scope));
	TRY(transaction_begin(store, &tx));
	TRY(run_on(store, &SQL_GRANT_UPDATE, &id, scope));
	TRY(directory_audit(call, S("update.permissionGrant"), S("oauth2PermissionGrant"), &id, S(""),
			    scope_change_text(scope, call->arena)));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

err grants_delete(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	struct uuid id;
	int64_t key = 0;

	TRY(path_grant(call, &id, &key));
	TRY(transaction_begin(store, &tx));
	TRY(run_on(store, &SQL_GRANT_DELETE, &id, (str){ 0 }));
	TRY(directory_audit(call, S("delete.permissionGrant"), S("oauth2PermissionGrant"), &id, S(""), S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}
