/* directory/service_principal_routes.c - /servicePrincipals and the app roles assigned at them. */
#include "directory/routes_internal.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

err service_principals_list(struct web_call *call)
{
	return graph_list(call, &entity_service_principal, NULL, 0);
}

err service_principals_read(struct web_call *call)
{
	struct application a;

	TRY(path_service_principal(call, &a));
	return graph_one(call, &entity_service_principal, a.service_principal_key, 200);
}

/* Unknown members are ERR_INVALID; appId only when `creating`. */
static err apply(const struct json *body, bool creating, struct application *a)
{
	for (const struct json *m = body->first; m; m = m->next) {
		bool truth = m->kind == JSON_TRUE, is_bool = truth || m->kind == JSON_FALSE;
		if (str_equal(m->name, S("accountEnabled")) && is_bool)
			a->service_principal_enabled = truth;
		else if (str_equal(m->name, S("appRoleAssignmentRequired")) && is_bool)
			a->assignment_required = truth;
		else if (!(creating && str_equal(m->name, S("appId"))) && !str_starts_with(m->name, S("@odata.")))
			FAIL(ERR_INVALID, "the service principal has a member that is unknown, of a wrong type, or read-only");
	}
	return OK;
}

err service_principals_create(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	const struct json *body = NULL;
	struct uuid app_id, id = random_uuid_v4();
	struct application a;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(body_id(body, S("appId"), &app_id));
	err e = application_by_app_id(store, &app_id, call->arena, &a);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		FAIL(ERR_INVALID, "The appId does not reference an application of this organization.");
	TRY(e);
	a.service_principal_enabled = true;
	TRY(apply(body, true, &a));
	{
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(store, &tx));
		TRY(service_principal_insert(store, &a, &id, call->now));
		TRY(directory_audit(call, S("create.servicePrincipal"), S("servicePrincipal"), &id, a.display_name, S("")));
		TRY(transaction_commit(&tx));
	}
	return graph_one(call, &entity_service_principal, a.service_principal_key, 201);
}

static err refuse_built_in(struct web_call *call)
{
	return graph_refuse(call, 403, NULL, "This service principal is part of the platform and cannot be changed.");
}

err service_principals_update(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	const struct json *body = NULL;
	struct application a;
	struct uuid directory_app;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_service_principal(call, &a));
	TRY(uuid_parse(S(DIRECTORY_RESOURCE_APP_ID), &directory_app));
	if (uuid_equal(&a.app_id, &directory_app)) /* disabling it would lock everybody out */
		return refuse_built_in(call);
	TRY(apply(body, false, &a));
	TRY(transaction_begin(store, &tx));
	TRY(service_principal_update(store, &a));
	TRY(directory_audit(call, S("update.servicePrincipal"), S("servicePrincipal"), &a.service_principal_id, a.display_name,
			    S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

err service_principals_delete(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	struct application a;

	TRY(path_service_principal(call, &a));
	if (a.built_in)
		return refuse_built_in(call);
	TRY(transaction_begin(store, &tx));
	TRY(object_delete(store, a.service_principal_key));
	TRY(directory_audit(call, S("delete.servicePrincipal"), S("servicePrincipal"), &a.service_principal_id, a.display_name,
			    S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

/* --- app role assignments --- */

err service_principals_assigned_to(struct web_call *call)
{
	struct application a;

	TRY(path_service_principal(call, &a));
	return graph_list(call, &entity_app_role_assignment, "x.resource_key = ?1", a.service_principal_key);
}

err service_principals_assignments(struct web_call *call)
{
	struct application a;

	TRY(path_service_principal(call, &a));
	return graph_list(call, &entity_app_role_assignment, "x.principal_key = ?1", a.service_principal_key);
}

/* The role must be one of the resource's, for that kind of principal; zeros are access without a role. */
static err check_role(struct store *store, int64_t resource_key, const struct uuid *role, enum object_kind kind)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	if (kind == OBJECT_APPLICATION)
		FAIL(ERR_INVALID, "principalId must be a user, a group or a service principal");
	if (uuid_is_nil(role))
		return OK;
	TRY(statement_open(store, &SQL_APPLICATION_ROLE_BY_ID, &s));
	TRY(bind_i64(&s, 1, resource_key));
	TRY(bind_uuid(&s, 2, role));
	TRY(statement_step(&s, &row));
	if (!row || !column_i64(&s, kind == OBJECT_SERVICE_PRINCIPAL ? 1 : 0))
		FAIL(ERR_INVALID, "Permission being assigned was not found on the resource, or is not for this kind of principal.");
	return OK;
}

static err insert(struct store *store, const struct uuid *id, int64_t principal_key, int64_t resource_key,
		  const struct uuid *role, struct instant now, int64_t *out_key)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_APP_ROLE_ASSIGNMENT_INSERT, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(bind_i64(&s, 2, principal_key));
	TRY(bind_i64(&s, 3, resource_key));
	TRY(bind_uuid(&s, 4, role));
	TRY(bind_i64(&s, 5, now.ms));
	err e = statement_run(&s);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_CONFLICT, "Permission being assigned already exists on the object.");
	TRY(e);
	*out_key = store_last_rowid(store);
	return OK;
}

struct assignment {
	struct uuid id, principal_id, resource_id, role;
	int64_t key, principal_key;
	enum object_kind kind;
};

static err read_assignment(struct web_call *call, const struct json *body, struct assignment *out)
{
	*out = (struct assignment){ .id = random_uuid_v4() };
	TRY(body_id(body, S("principalId"), &out->principal_id));
	TRY(body_id(body, S("resourceId"), &out->resource_id));
	TRY(body_id(body, S("appRoleId"), &out->role));
	err e = object_find(directory_of(call)->store, &out->principal_id, &out->principal_key, &out->kind);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		FAIL(ERR_INVALID, "principalId names no object");
	return e;
}

static err write_assignment(struct web_call *call, const struct application *resource, struct assignment *x)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };

	TRY(transaction_begin(store, &tx));
	TRY(insert(store, &x->id, x->principal_key, resource->service_principal_key, &x->role, call->now, &x->key));
	str changes = str_format(call->arena, "{\"principalId\":{\"new\":\"%s\"},\"appRoleId\":{\"new\":\"%s\"}}",
				 uuid_text(call->arena, &x->principal_id).at, uuid_text(call->arena, &x->role).at);
	TRY(directory_audit(call, S("assign.appRole"), S("servicePrincipal"), &resource->service_principal_id,
			    resource->display_name, changes));
	return transaction_commit(&tx);
}

/* Under the resource as appRoleAssignedTo, or under the principal as appRoleAssignments: the body says both. */
err service_principals_assign(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	const struct json *body = NULL;
	struct application in_path, resource;
	struct assignment x;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_service_principal(call, &in_path));
	TRY(read_assignment(call, body, &x));
	bool by_resource = str_ends_with(str_of(call->route), S("appRoleAssignedTo"));
	if (!uuid_equal(&in_path.service_principal_id, by_resource ? &x.resource_id : &x.principal_id))
		FAIL(ERR_INVALID, "the body names another service principal than the path");
	err e = application_by_principal(store, &x.resource_id, call->arena, &resource);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		FAIL(ERR_INVALID, "resourceId names no service principal");
	TRY(e);
	TRY(check_role(store, resource.service_principal_key, &x.role, x.kind));
	TRY(write_assignment(call, &resource, &x));
	return graph_one(call, &entity_app_role_assignment, x.key, 201);
}

err service_principals_unassign(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	SCOPED(statement) s = { 0 };
	struct application a;
	struct uuid id;

	TRY(path_service_principal(call, &a));
	TRY(path_id(call, 1, &id));
	TRY(transaction_begin(store, &tx));
	TRY(statement_open(store, &SQL_APP_ROLE_ASSIGNMENT_DELETE, &s));
	TRY(bind_uuid(&s, 1, &id));
	TRY(bind_i64(&s, 2, a.service_principal_key));
	TRY(statement_run_one(&s));
	TRY(directory_audit(call, S("unassign.appRole"), S("appRoleAssignment"), &id, a.display_name, S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}
