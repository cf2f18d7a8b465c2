/* directory/role_routes.c - directory roles, and /organization. */
#include "directory/permission.h"
#include "directory/routes_internal.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

err organization_list(struct web_call *call)
{
	return graph_list(call, &entity_organization, NULL, 0);
}

err role_definitions_list(struct web_call *call)
{
	size_t count = 0;
	const struct role_template *templates = role_templates(&count);
	struct json_writer w = web_begin_json(call, 200);

	json_open_object(&w);
	json_key(&w, S("value"));
	json_open_array(&w);
	for (size_t i = 0; i < count; i++) {
		json_open_object(&w);
		json_member_str(&w, S("id"), str_of(templates[i].id));
		json_member_str(&w, S("templateId"), str_of(templates[i].id));
		json_member_str(&w, S("displayName"), str_of(templates[i].display_name));
		json_member_str(&w, S("description"), str_of(templates[i].description));
		json_member_bool(&w, S("isBuiltIn"), true);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}

err role_assignments_list(struct web_call *call)
{
	return graph_list(call, &entity_role_assignment, NULL, 0);
}

struct assignment {
	struct uuid id, role, principal_id;
	int64_t key, principal_key;
	enum object_kind kind;
};

static err path_assignment(struct web_call *call, struct assignment *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(path_id(call, 0, &out->id));
	TRY(statement_open(directory_of(call)->store, &SQL_ROLE_ASSIGNMENT_READ, &s));
	TRY(bind_uuid(&s, 1, &out->id));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "there is no such role assignment");
	out->role = column_uuid(&s, 0);
	out->principal_key = column_i64(&s, 1);
	out->principal_id = column_uuid(&s, 2);
	out->key = column_i64(&s, 3);
	return OK;
}

err role_assignments_read(struct web_call *call)
{
	struct assignment x;

	TRY(path_assignment(call, &x));
	return graph_one(call, &entity_role_assignment, x.key, 200);
}

/* Only groups made for it carry roles: their members are guarded. */
static err check_principal(struct web_call *call, const struct assignment *x)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	if (x->kind == OBJECT_APPLICATION)
		FAIL(ERR_INVALID, "principalId must be a user, a group or a service principal");
	if (x->kind != OBJECT_GROUP)
		return OK;
	TRY(statement_open(directory_of(call)->store, &SQL_GROUP_BY_ID, &s));
	TRY(bind_uuid(&s, 1, &x->principal_id));
	TRY(statement_step(&s, &row));
	if (!row || !column_i64(&s, 6))
		FAIL(ERR_INVALID, "the group is not assignable to roles");
	return OK;
}

static err read_assignment(struct web_call *call, const struct json *body, struct assignment *out)
{
	str scope = { 0 };

	*out = (struct assignment){ .id = random_uuid_v4() };
	TRY(body_id(body, S("roleDefinitionId"), &out->role));
	TRY(body_id(body, S("principalId"), &out->principal_id));
	if (!json_member_is_str(body, S("directoryScopeId"), &scope) || !str_equal(scope, S("/")))
		FAIL(ERR_INVALID, "directoryScopeId must be \"/\"");
	if (!role_template_by_id(&out->role))
		FAIL(ERR_INVALID, "roleDefinitionId names no role");
	err e = object_find(directory_of(call)->store, &out->principal_id, &out->principal_key, &out->kind);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		FAIL(ERR_INVALID, "principalId names no object");
	TRY(e);
	return check_principal(call, out);
}

static err insert(struct store *store, struct assignment *x, struct instant now)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_ROLE_ASSIGNMENT_INSERT, &s));
	TRY(bind_uuid(&s, 1, &x->id));
	TRY(bind_uuid(&s, 2, &x->role));
	TRY(bind_i64(&s, 3, x->principal_key));
	TRY(bind_i64(&s, 4, now.ms));
	err e = statement_run(&s);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_CONFLICT, "A conflicting object with one or more of the specified property values is present.");
	TRY(e);
	x->key = store_last_rowid(store);
	return OK;
}

static err audit(struct web_call *call, str op, const struct assignment *x)
{
	str changes = str_format(call->arena, "{\"principalId\":\"%s\",\"assignment\":\"%s\"}",
				 uuid_text(call->arena, &x->principal_id).at, uuid_text(call->arena, &x->id).at);
	const struct role_template *role = role_template_by_id(&x->role);

	return directory_audit(call, op, S("directoryRole"), &x->role, role ? str_of(role->display_name) : S(""), changes);
}

err role_assignments_create(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	const struct json *body = NULL;
	struct assignment x;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(read_assignment(call, body, &x));
	{
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(store, &tx));
		TRY(insert(store, &x, call->now));
		TRY(audit(call, S("assign.directoryRole"), &x));
		TRY(transaction_commit(&tx));
	}
	return graph_one(call, &entity_role_assignment, x.key, 201);
}

err role_assignments_delete(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	SCOPED(statement) s = { 0 };
	int64_t administrators = 0;
	struct assignment x;

	TRY(path_assignment(call, &x));
	TRY(transaction_begin(store, &tx));
	TRY(guard_begin(store, &administrators));
	TRY(statement_open(store, &SQL_ROLE_ASSIGNMENT_DELETE, &s));
	TRY(bind_uuid(&s, 1, &x.id));
	TRY(statement_run_one(&s));
	TRY(guard_check(store, administrators));
	TRY(audit(call, S("unassign.directoryRole"), &x));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}
