/* directory/licence_routes.c - /subscribedSkus, and the licences of a person (identity 1.5, 1.12). */
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
	TRY(sku_parse(body, &wish));
	{
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(store, &tx));
		TRY(sku_put(store, &wish, call->now, &key, &id, &made));
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
