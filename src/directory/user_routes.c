/* directory/user_routes.c - /users and /me. Passwords are in user_password.c. */
#include "directory/routes_internal.h"
#include "directory/sql_catalog.h"
#include "directory/user_routes_internal.h"
#include "host/random.h"

err path_id(struct web_call *call, size_t index, struct uuid *out)
{
	if (index >= call->path_arg_count || failed(uuid_parse(call->path_args[index], out)))
		FAIL(ERR_NOT_FOUND, "there is no such object");
	return OK;
}

err body_id(const struct json *body, str name, struct uuid *out)
{
	str text = { 0 };

	if (!json_member_is_str(body, name, &text))
		FAIL(ERR_INVALID, "a required member is missing, or is not a text");
	return uuid_parse(text, out);
}

err path_user(struct web_call *call, struct user *out)
{
	struct store *store = directory_of(call)->store;
	struct uuid id;

	if (str_starts_with(str_of(call->route), S("/me")))
		return user_by_id(store, &caller_of(call)->oid, call->arena, out);
	if (failed(uuid_parse(call->path_args[0], &id)))
		return user_by_name(store, call->path_args[0], call->arena, out);
	return user_by_id(store, &id, call->arena, out);
}

err holds_a_role(struct web_call *call, const struct uuid *id, bool *out)
{
	const struct uuid *roles = NULL;
	size_t count = 0;

	TRY(lookup_directory_roles(directory_of(call), id, call->arena, &roles, &count));
	*out = count > 0;
	return OK;
}

err users_list(struct web_call *call)
{
	return graph_list(call, &entity_user, NULL, 0);
}

err users_read(struct web_call *call)
{
	struct user u;

	TRY(path_user(call, &u));
	return graph_one(call, &entity_user, u.key, 200);
}

err users_member_of(struct web_call *call)
{
	struct user u;

	TRY(path_user(call, &u));
	return graph_list(call, &entity_member, "o.key IN (SELECT group_key FROM group_member WHERE member_key = ?1)", u.key);
}

err users_app_roles(struct web_call *call)
{
	struct user u;

	TRY(path_user(call, &u));
	return graph_list(call, &entity_app_role_assignment, "x.principal_key = ?1", u.key);
}

/* The name's domain must be one of the tenant's. */
static err check_domain(struct web_call *call, const struct user *u)
{
	struct directory *d = directory_of(call);
	str domain = { 0 };

	TRY(user_principal_name_check(u->text[USER_PRINCIPAL_NAME], &domain));
	for (size_t i = 0; i < d->domain_count; i++) {
		if (str_equal_nocase(d->domains[i], domain))
			return OK;
	}
	FAIL(ERR_INVALID, "the domain of userPrincipalName is not a verified domain of this organization");
}

err users_create(struct web_call *call)
{
	struct user_change *change = NEW(call->arena, struct user_change);
	struct uuid id = random_uuid_v4();
	const struct json *body = NULL;
	bool answered = false;

	TRY_NEW(change);
	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	*change = (struct user_change){ .call = call, .write = user_change_create };
	user_init(&change->user, &id, call->now);
	TRY(user_apply(body, true, call->arena, &change->user, &change->password));
	TRY(check_domain(call, &change->user));
	/* the operator may make people who get their first credential otherwise */
	if (!change->password.given && !caller_of(call)->is_operator)
		FAIL(ERR_INVALID, "passwordProfile is required");
	return user_change_run(change);
}

/* What would let one take over an account or lock its owner out. */
static bool is_sensitive(const struct user *before, const struct user_change *change)
{
	const struct user *after = &change->user;

	return change->password.given || before->enabled != after->enabled ||
	       !str_equal(before->text[USER_PRINCIPAL_NAME], after->text[USER_PRINCIPAL_NAME]) ||
	       !str_equal(before->text[USER_MOBILE_PHONE], after->text[USER_MOBILE_PHONE]) ||
	       !str_equal(before->business_phones, after->business_phones) ||
	       !str_equal(before->other_mails, after->other_mails);
}

static err refuse_role_holder(struct web_call *call)
{
	return graph_refuse(call, 403, NULL, "Insufficient privileges: the user holds a directory role.");
}

/* On one's own object without being an administrator: what concerns only oneself. */
static bool is_own_matter(const struct user *before, const struct user_change *change)
{
	return !is_sensitive(before, change) && before->guest == change->user.guest &&
	       str_equal(before->text[USER_USAGE_LOCATION], change->user.text[USER_USAGE_LOCATION]) &&
	       str_equal(before->text[USER_JOB_TITLE], change->user.text[USER_JOB_TITLE]) &&
	       str_equal(before->text[USER_DEPARTMENT], change->user.text[USER_DEPARTMENT]) &&
	       str_equal(before->text[USER_EMPLOYEE_ID], change->user.text[USER_EMPLOYEE_ID]) &&
	       str_equal(before->text[USER_MAIL], change->user.text[USER_MAIL]) &&
	       str_equal(before->text[USER_DISPLAY_NAME], change->user.text[USER_DISPLAY_NAME]);
}

err users_update(struct web_call *call)
{
	struct user_change *change = NEW(call->arena, struct user_change);
	const struct json *body = NULL;
	struct user before;
	bool answered = false, has_role = false;

	TRY_NEW(change);
	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_user(call, &before));
	*change = (struct user_change){ .call = call, .write = user_change_update, .user = before };
	TRY(user_apply(body, false, call->arena, &change->user, &change->password));
	if (!str_equal_nocase(before.text[USER_PRINCIPAL_NAME], change->user.text[USER_PRINCIPAL_NAME]))
		TRY(check_domain(call, &change->user));
	TRY(holds_a_role(call, &before.id, &has_role));
	if (caller_of(call)->is_self && !authority_covers(call) && !is_own_matter(&before, change))
		return graph_refuse(call, 403, NULL, "Insufficient privileges to change this property of your own object.");
	if (has_role && is_sensitive(&before, change) && !caller_manages_roles(call))
		return refuse_role_holder(call);
	change->user.changed = call->now;
	change->changes = user_changes(&before, &change->user, call->arena);
	TRY_NEW(change->changes.at);
	/* every session begun under the old state is over */
	if ((before.enabled && !change->user.enabled) || change->password.given)
		change->user.sessions_valid_from = call->now;
	return user_change_run(change);
}

err users_delete(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	int64_t administrators = 0;
	bool has_role = false;
	struct user u;

	TRY(path_user(call, &u));
	TRY(holds_a_role(call, &u.id, &has_role));
	if (has_role && !caller_manages_roles(call))
		return refuse_role_holder(call);
	TRY(transaction_begin(store, &tx));
	TRY(guard_begin(store, &administrators));
	TRY(object_delete(store, u.key));
	TRY(guard_check(store, administrators));
	TRY(directory_audit(call, S("delete.user"), S("user"), &u.id, u.text[USER_PRINCIPAL_NAME], S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

err users_revoke_sessions(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	bool has_role = false;
	struct user u;

	TRY(path_user(call, &u));
	TRY(holds_a_role(call, &u.id, &has_role));
	if (has_role && !caller_of(call)->is_self && !caller_manages_roles(call))
		return refuse_role_holder(call);
	TRY(transaction_begin(store, &tx));
	TRY(user_revoke_sessions(store, u.key, call->now));
	TRY(directory_audit(call, S("revoke.session"), S("user"), &u.id, u.text[USER_PRINCIPAL_NAME], S("")));
	TRY(transaction_commit(&tx));
	struct json_writer w = web_begin_json(call, 200);
	json_open_object(&w);
	json_member_bool(&w, S("value"), true);
	json_close_object(&w);
	return OK;
}
