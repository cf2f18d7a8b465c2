/* directory/group_routes.c - /groups and their members. */
#include "directory/group.h"
#include "directory/routes_internal.h"
#include "host/random.h"

static err path_group(struct web_call *call, struct group *out)
{
	struct uuid id;

	TRY(path_id(call, 0, &id));
	return group_by_id(directory_of(call)->store, &id, call->arena, out);
}

/* Who may put people into a role-assignable group may give them its roles. */
static bool may_change(struct web_call *call, const struct group *g)
{
	return !g->role_assignable || caller_manages_roles(call);
}

static err refuse(struct web_call *call)
{
	return graph_refuse(call, 403, NULL, "Insufficient privileges: the group can be assigned to directory roles.");
}

err groups_list(struct web_call *call)
{
	return graph_list(call, &entity_group, NULL, 0);
}

err groups_read(struct web_call *call)
{
	struct group g;

	TRY(path_group(call, &g));
	return graph_one(call, &entity_group, g.key, 200);
}

err groups_members(struct web_call *call)
{
	struct group g;

	TRY(path_group(call, &g));
	return graph_list(call, &entity_member, "o.key IN (SELECT member_key FROM group_member WHERE group_key = ?1)", g.key);
}

err groups_owners(struct web_call *call)
{
	struct group g;

	TRY(path_group(call, &g));
	return graph_list(call, &entity_member, "o.key IN (SELECT owner_key FROM group_owner WHERE group_key = ?1)", g.key);
}

static err bind_list(struct web_call *call, const struct group *g, const struct json *list,
		     err (*add)(struct store *store, const struct group *g, const struct uuid *id))
{
	struct uuid id;

	if (!list)
		return OK;
	if (list->kind != JSON_ARRAY || list->count > GROUP_BIND_MAX)
		FAIL(ERR_INVALID, "@odata.bind is a list of at most 20 references");
	for (const struct json *i = list->first; i; i = i->next) {
		if (i->kind != JSON_STRING)
			FAIL(ERR_INVALID, "@odata.bind is a list of references");
		TRY(directory_reference_parse(i->text, &id));
		TRY(add(directory_of(call)->store, g, &id));
	}
	return OK;
}

static err create(struct web_call *call, const struct json *body, struct group *g)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };

	TRY(transaction_begin(store, &tx));
	TRY(group_insert(store, g, call->now));
	TRY(bind_list(call, g, json_member(body, S("members@odata.bind")), group_add_member));
	TRY(bind_list(call, g, json_member(body, S("owners@odata.bind")), group_add_owner));
	TRY(directory_audit(call, S("create.group"), S("group"), &g->id, g->display_name, S("")));
	return transaction_commit(&tx);
}

err groups_create(struct web_call *call)
{
	struct group g = { .id = random_uuid_v4(), .group_types = S("[]") };
	const struct json *body = NULL;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(group_apply(body, true, call->arena, &g));
	if (!may_change(call, &g))
		return refuse(call);
	TRY(create(call, body, &g));
	return graph_one(call, &entity_group, g.key, 201);
}

err groups_update(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	const struct json *body = NULL;
	struct group g;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_group(call, &g));
	if (!may_change(call, &g))
		return refuse(call);
	TRY(group_apply(body, false, call->arena, &g));
	TRY(transaction_begin(store, &tx));
	TRY(group_update(store, &g, call->now));
	TRY(directory_audit(call, S("update.group"), S("group"), &g.id, g.display_name, S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

err groups_delete(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	int64_t administrators = 0;
	struct group g;

	TRY(path_group(call, &g));
	if (!may_change(call, &g))
		return refuse(call);
	TRY(transaction_begin(store, &tx));
	TRY(guard_begin(store, &administrators));
	TRY(object_delete(store, g.key));
	TRY(guard_check(store, administrators));
	TRY(directory_audit(call, S("delete.group"), S("group"), &g.id, g.display_name, S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

static err audit_member(struct web_call *call, str op, const struct group *g, const struct uuid *member)
{
	str changes = str_format(call->arena, "{\"member\":{\"id\":\"%s\"}}", uuid_text(call->arena, member).at);

	return directory_audit(call, op, S("group"), &g->id, g->display_name, changes);
}

err groups_add_member(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	const struct json *body = NULL;
	str reference = { 0 };
	struct uuid member;
	struct group g;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_group(call, &g));
	if (!may_change(call, &g))
		return refuse(call);
	if (!json_member_is_str(body, S("@odata.id"), &reference) || body->count != 1)
		FAIL(ERR_INVALID, "@odata.id is required, and nothing else");
	TRY(directory_reference_parse(reference, &member));
	TRY(transaction_begin(store, &tx));
	TRY(group_add_member(store, &g, &member));
	TRY(audit_member(call, S("add.member"), &g, &member));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

err groups_remove_member(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	int64_t administrators = 0;
	struct uuid member;
	struct group g;

	TRY(path_group(call, &g));
	TRY(path_id(call, 1, &member));
	if (!may_change(call, &g))
		return refuse(call);
	TRY(transaction_begin(store, &tx));
	TRY(guard_begin(store, &administrators));
	TRY(group_remove_member(store, &g, &member));
	TRY(guard_check(store, administrators));
	TRY(audit_member(call, S("remove.member"), &g, &member));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}
