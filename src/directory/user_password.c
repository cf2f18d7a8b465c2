/* directory/user_password.c - writing users, after the hasher has made the password's hash where there is one. */
#include "directory/hash_queue.h"
#include "directory/routes_internal.h"
#include "directory/user_routes_internal.h"

err user_change_create(struct user_change *change, str phc)
{
	struct web_call *call = change->call;
	struct store *store = directory_of(call)->store;
	struct user *u = &change->user;
	{
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(store, &tx));
		err e = user_insert(store, u);
		if (err_kind_of(e) == ERR_CONFLICT)
			FAIL(ERR_CONFLICT, "Another object with the same value for property userPrincipalName already exists.");
		TRY(e);
		if (phc.at)
			TRY(user_put_password(store, u->key, phc, change->password.force_change, call->now));
		TRY(directory_audit(call, S("create.user"), S("user"), &u->id, u->text[USER_PRINCIPAL_NAME], change->changes));
		TRY(transaction_commit(&tx));
	}
	return graph_one(call, &entity_user, u->key, 201);
}

err user_change_update(struct user_change *change, str phc)
{
	struct web_call *call = change->call;
	struct store *store = directory_of(call)->store;
	struct user *u = &change->user;
	SCOPED(transaction) tx = { 0 };
	int64_t administrators = 0;

	TRY(transaction_begin(store, &tx));
	TRY(guard_begin(store, &administrators));
	err e = user_update(store, u);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_CONFLICT, "Another object with the same value for property userPrincipalName already exists.");
	TRY(e);
	TRY(guard_check(store, administrators));
	if (phc.at)
		TRY(user_put_password(store, u->key, phc, change->password.force_change, call->now));
	TRY(directory_audit(call, phc.at ? S("reset.password") : S("update.user"), S("user"), &u->id,
			    u->text[USER_PRINCIPAL_NAME], change->changes));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

/* Runs later, from the worker's loop. */
static void hashed(void *context, const struct hash_answer *answer)
{
	struct user_change *change = context;
	struct web_call *call = change->call;
	err e = answer->failed;

	if (!failed(e))
		e = change->write(change, answer->phc);
	if (failed(e))
		web_answer_err(call, e);
	web_finish(call);
}

err user_change_run(struct user_change *change)
{
	struct web_call *call = change->call;

	if (!change->password.given)
		return change->write(change, (str){ 0 });
	TRY(hash_queue_make(directory_of(call)->hashes, change->password.password, hashed, change));
	web_park(call);
	return OK;
}

/* --- changePassword: check the present one, then make the new one's hash --- */

static err write_own(struct user_change *change, str phc)
{
	struct web_call *call = change->call;
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };

	TRY(transaction_begin(store, &tx));
	TRY(user_put_password(store, change->user.key, phc, false, call->now));
	TRY(user_revoke_sessions(store, change->user.key, call->now));
	TRY(directory_audit(call, S("change.password"), S("user"), &change->user.id, change->user.text[USER_PRINCIPAL_NAME],
			    S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

static err after_check(struct user_change *change, const struct hash_answer *answer)
{
	TRY(answer->failed);
	if (!answer->matches)
		FAIL(ERR_INVALID, "The specified password does not match the current one.");
	return hash_queue_make(directory_of(change->call)->hashes, change->password.password, hashed, change);
}

static void checked(void *context, const struct hash_answer *answer)
{
	struct user_change *change = context;
	err e = after_check(change, answer);

	if (failed(e)) {
		web_answer_err(change->call, e);
		web_finish(change->call);
	}
}

err users_change_password(struct web_call *call)
{
	struct user_change *change = NEW(call->arena, struct user_change);
	const struct json *body = NULL;
	str present = { 0 }, wanted = { 0 };
	bool answered = false;

	TRY_NEW(change);
	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	if (body->count != 2 || !json_member_is_str(body, S("currentPassword"), &present) ||
	    !json_member_is_str(body, S("newPassword"), &wanted))
		FAIL(ERR_INVALID, "currentPassword and newPassword are required, and nothing else");
	*change = (struct user_change){ .call = call, .write = write_own };
	TRY(path_user(call, &change->user));
	TRY(password_check(wanted, change->user.text[USER_PRINCIPAL_NAME]));
	if (str_equal(present, wanted))
		FAIL(ERR_INVALID, "the new password must differ from the current one");
	change->password = (struct password_profile){ true, wanted, false };
	TRY(hash_queue_check(directory_of(call)->hashes, present, change->user.password_phc, checked, change));
	web_park(call);
	return OK;
}
