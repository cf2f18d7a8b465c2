/* directory/group_routes.c - /groups and their members. */
#include "directory/group.h"
#include "directory/group_licence.h"
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
	bool licensed = false;

	TRY(path_group(call, &g));
	if (!may_change(call, &g))
		return refuse(call);
	TRY(transaction_begin(store, &tx));
	TRY(group_licence_any(store, g.key, &licensed));
	if (licensed)
		FAIL(ERR_INVALID, "the group has licenses: take them away first");
	TRY(guard_begin(store, &administrators));
	TRY(object_delete(store, g.key));
	TRY(guard_check(store, administrators));
	TRY(directory_audit(call, S("delete.group"), S("group"), &g.id, g.display_name, S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

/* A member or an owner: how one is added and taken away, and the words of the log. */
struct belonging {
	const char *added, *removed, *name;
	err (*add)(struct store *store, const struct group *g, const struct uuid *who);
	err (*remove)(struct store *store, const struct group *g, const struct uuid *who);
};
static const struct belonging membership = { "add.member", "remove.member", "member", group_add_member, group_remove_member };
static const struct belonging ownership = { "add.owner", "remove.owner", "owner", group_add_owner, group_remove_owner };

/* A person among the members has what the group has. */
static err member_inherits(struct web_call *call, const struct group *g, const struct uuid *who)
{
	struct store *store = directory_of(call)->store;
	enum object_kind kind;
	int64_t key;

	TRY(object_find(store, who, &key, &kind));
	return kind == OBJECT_USER ? group_licence_inherit(store, g->key, key, call->now) : OK;
}

static err audit_belonging(struct web_call *call, const struct belonging *b, bool added, const struct group *g, const struct uuid *who)
{
	str changes = str_format(call->arena, "{\"%s\":{\"id\":\"%s\"}}", b->name, uuid_text(call->arena, who).at);

	return directory_audit(call, str_of(added ? b->added : b->removed), S("group"), &g->id, g->display_name, changes);
}

static err add(struct web_call *call, const struct belonging *b)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	const struct json *body = NULL;
	str reference = { 0 };
	struct uuid who;
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
	TRY(directory_reference_parse(reference, &who));
	TRY(transaction_begin(store, &tx));
	TRY(b->add(store, &g, &who));
	if (b == &membership)
		TRY(member_inherits(call, &g, &who));
	TRY(audit_belonging(call, b, true, &g, &who));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

static err take_away(struct web_call *call, const struct belonging *b)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	int64_t administrators = 0;
	struct uuid who;
	struct group g;

	TRY(path_group(call, &g));
	TRY(path_id(call, 1, &who));
	if (!may_change(call, &g))
		return refuse(call);
	TRY(transaction_begin(store, &tx));
	TRY(guard_begin(store, &administrators));
	TRY(b->remove(store, &g, &who));
	TRY(guard_check(store, administrators));
	TRY(audit_belonging(call, b, false, &g, &who));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

err groups_add_member(struct web_call *call)
{
	return add(call, &membership);
}

err groups_remove_member(struct web_call *call)
{
	return take_away(call, &membership);
}

err groups_add_owner(struct web_call *call)
{
	return add(call, &ownership);
}

err groups_remove_owner(struct web_call *call)
{
	return take_away(call, &ownership);
}
