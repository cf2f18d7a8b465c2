/* directory/licence_routes.c - /subscribedSkus, and the licences of people and groups (identity 1.5, 1.12). */
#include "directory/group.h"
#include "directory/group_licence.h"
#include "directory/licence.h"
#include "directory/routes_internal.h"

err skus_list(struct web_call *call)
{
	return graph_list(call, &entity_sku, NULL, 0);
}

/* Seats are sold by the operator: the route has no permission that a token could carry. */
err skus_put(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	const struct json *body = NULL;
	struct sku_wish wish;
	struct uuid id;
	int64_t key = 0;
	bool answered = false, made = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(sku_parse(body, call->arena, &wish));
	{
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(store, &tx));
		TRY(sku_put(store, &wish, call->now, &key, &id, &made));
		TRY(group_licence_seats_bought(store, key, call->now));
		str changes = str_format(call->arena, "{\"seats\":%lld}", (long long)wish.seats);
		TRY(directory_audit(call, made ? S("create.sku") : S("update.sku"), S("sku"), &id, wish.part_number, changes));
		TRY(transaction_commit(&tx));
	}
	return graph_one(call, &entity_sku, key, made ? 201 : 200);
}

err users_assign_licence(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	const struct json *body = NULL;
	struct user u;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_user(call, &u));
	{
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(store, &tx));
		TRY(licence_assign(store, u.key, body, call->now));
		str changes = json_text_of(body, call->arena);
		TRY_NEW(changes.at);
		TRY(directory_audit(call, S("assign.licence"), S("user"), &u.id, u.text[USER_PRINCIPAL_NAME], changes));
		TRY(transaction_commit(&tx));
	}
	return graph_one(call, &entity_user, u.key, 200);
}

err users_licences(struct web_call *call)
{
	struct user u;

	TRY(path_user(call, &u));
	return graph_list(call, &entity_licence, "l.user_key = ?1", u.key);
}

/* Again what the person's groups give, now that there may be a seat or another usageLocation. */
err users_reprocess_licence(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	struct user u;

	TRY(path_user(call, &u));
	TRY(transaction_begin(store, &tx));
	TRY(group_licence_reprocess(store, u.key, call->now));
	TRY(directory_audit(call, S("reprocess.licence"), S("user"), &u.id, u.text[USER_PRINCIPAL_NAME], S("")));
	TRY(transaction_commit(&tx));
	return graph_one(call, &entity_user, u.key, 200);
}

err groups_assign_licence(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	const struct json *body = NULL;
	struct uuid id;
	struct group g;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_id(call, 0, &id));
	TRY(group_by_id(store, &id, call->arena, &g));
	{
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(store, &tx));
		TRY(group_licence_assign(store, g.key, body, call->now));
		str changes = json_text_of(body, call->arena);
		TRY_NEW(changes.at);
		TRY(directory_audit(call, S("assign.licence"), S("group"), &g.id, g.display_name, changes));
		TRY(transaction_commit(&tx));
	}
	return graph_one(call, &entity_group, g.key, 202);
}

err groups_licence_errors(struct web_call *call)
{
	struct uuid id;
	struct group g;

	TRY(path_id(call, 0, &id));
	TRY(group_by_id(directory_of(call)->store, &id, call->arena, &g));
	return graph_list(call, &entity_member, "o.key IN (SELECT i.user_key FROM inherited_licence i JOIN group_licence l ON l.key = i.licence_key "
			  "WHERE l.group_key = ?1 AND i.error)", g.key);
}
