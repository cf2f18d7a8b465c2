/* directory/method_routes.c - /users/{id}/authentication: how a person proves who they are, as an administrator sees it.
 *
 * Source: identity 1.12, 3.1. A pass or a password made here is shown once. Nobody gives themselves a pass, and who holds a
 * directory role gets one only from those who may give roles: else it would be a way to their rights. */
#include "codec/base64.h"
#include "directory/access_pass.h"
#include "directory/hash_queue.h"
#include "directory/routes_internal.h"
#include "directory/user_routes_internal.h"
#include "host/random.h"

#define PASSWORD_METHOD "28c10230-6103-485e-b985-444c60001490" /* the same for everybody, as in the public Graph */

enum { MADE_OCTETS = 15 };

/* The person that the path names, whom the caller may give credentials; *out_answered when not. */
static err find_person(struct web_call *call, struct user *out, bool *out_answered)
{
	bool has_role = false;

	*out_answered = false;
	TRY(path_user(call, out));
	TRY(holds_a_role(call, &out->id, &has_role));
	if (caller_of(call)->is_self || (has_role && !caller_manages_roles(call))) {
		*out_answered = true;
		return graph_refuse(call, 403, NULL, "Insufficient privileges: it is your own account, or one that holds a role.");
	}
	return OK;
}

/* --- passes --- */

static err read_minutes(const struct json *body, int64_t *out)
{
	*out = ACCESS_PASS_MINUTES_DEFAULT;
	if (json_member(body, S("lifetimeInMinutes")) && !json_member_is_i64(body, S("lifetimeInMinutes"), out))
		FAIL(ERR_INVALID, "lifetimeInMinutes is a number");
	if (*out < ACCESS_PASS_MINUTES_MIN || *out > ACCESS_PASS_MINUTES_MAX)
		FAIL(ERR_INVALID, "lifetimeInMinutes is 10 to 43200");
	return OK;
}

static err read_start(const struct json *body, struct instant now, struct instant *out)
{
	const struct json *start = json_member(body, S("startDateTime"));

	*out = now;
	if (!start || start->kind == JSON_NULL)
		return OK;
	if (start->kind != JSON_STRING)
		FAIL(ERR_INVALID, "startDateTime is a time");
	TRY(instant_parse(start->text, out));
	if (instant_before(*out, now))
		*out = now;
	return OK;
}

static err read_pass(struct web_call *call, const struct json *body, struct access_pass *out)
{
	int64_t minutes = 0;

	*out = (struct access_pass){ .id = random_uuid_v4() };
	for (const struct json *m = body ? body->first : NULL; m; m = m->next) {
		if (!str_equal(m->name, S("lifetimeInMinutes")) && !str_equal(m->name, S("isUsableOnce")) &&
		    !str_equal(m->name, S("startDateTime")) && !str_starts_with(m->name, S("@odata.")))
			FAIL(ERR_INVALID, "an unknown member");
	}
	if (json_member(body, S("isUsableOnce")) && !json_member_is_bool(body, S("isUsableOnce"), &out->once))
		FAIL(ERR_INVALID, "isUsableOnce is true or false");
	TRY(read_minutes(body, &minutes));
	TRY(read_start(body, call->now, &out->starts));
	out->ends = instant_add_ms(out->starts, minutes * 60 * 1000);
	return OK;
}

static err write_pass(struct web_call *call, const struct access_pass *pass, const char *text)
{
	struct json_writer w = web_begin_json(call, 201);
	char time[INSTANT_TEXT_LEN + 1];

	web_no_store(call);
	web_set_header(call, S("request-id"), uuid_text(call->arena, &call->request.id));
	json_open_object(&w);
	json_member_str(&w, S("@odata.type"), S("#microsoft.graph.temporaryAccessPassAuthenticationMethod"));
	json_member_uuid(&w, S("id"), &pass->id);
	json_member_bool(&w, S("isUsable"), !instant_before(call->now, pass->starts));
	json_member_str(&w, S("methodUsabilityReason"), instant_before(call->now, pass->starts) ? S("NotYetValid") : S("EnabledByPolicy"));
	json_member_str(&w, S("temporaryAccessPass"), str_of(text));
	instant_format(call->now, true, time);
	json_member_str(&w, S("createdDateTime"), str_of(time));
	instant_format(pass->starts, true, time);
	json_member_str(&w, S("startDateTime"), str_of(time));
	json_member_i64(&w, S("lifetimeInMinutes"), (pass->ends.ms - pass->starts.ms) / 60000);
	json_member_bool(&w, S("isUsableOnce"), pass->once);
	json_close_object(&w);
	return OK;
}

static err store_pass(struct web_call *call, const struct user *u, const struct access_pass *pass,
		      char out_text[static ACCESS_PASS_CHARS + 1])
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	char until[INSTANT_TEXT_LEN + 1];

	instant_format(pass->ends, true, until);
	str changes = str_format(call->arena, "{\"ends\":{\"new\":\"%s\"},\"isUsableOnce\":{\"new\":%s}}", until,
				 pass->once ? "true" : "false");
	TRY_NEW(changes.at);
	TRY(transaction_begin(store, &tx));
	TRY(access_pass_make(store, u->key, pass, call->now, out_text));
	TRY(directory_audit(call, S("add.accessPass"), S("user"), &u->id, u->text[USER_PRINCIPAL_NAME], changes));
	return transaction_commit(&tx);
}

err methods_add_pass(struct web_call *call)
{
	char text[ACCESS_PASS_CHARS + 1] = { 0 };
	const struct json *body = NULL;
	struct access_pass pass;
	struct user u;
	bool answered = false;

	if (call->request.body.len)
		TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(find_person(call, &u, &answered));
	if (answered)
		return OK;
	TRY(read_pass(call, body, &pass));
	err e = store_pass(call, &u, &pass, text);
	if (!failed(e))
		e = write_pass(call, &pass, text);
	explicit_bzero(text, sizeof text);
	return e;
}

err methods_remove_pass(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	struct uuid id;
	struct user u;
	bool answered = false;

	TRY(find_person(call, &u, &answered));
	if (answered)
		return OK;
	TRY(path_id(call, 1, &id));
	TRY(transaction_begin(store, &tx));
	TRY(access_pass_delete(store, u.key, &id));
	TRY(directory_audit(call, S("remove.accessPass"), S("user"), &u.id, u.text[USER_PRINCIPAL_NAME], S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

err methods_list(struct web_call *call)
{
	struct user u;

	TRY(path_user(call, &u));
	return graph_list(call, &entity_method, "m.user_key = ?1", u.key);
}

err methods_list_passes(struct web_call *call)
{
	struct user u;

	TRY(path_user(call, &u));
	return graph_list(call, &entity_access_pass, "p.user_key = ?1", u.key);
}

/* --- resetPassword --- */

/* Makes one when the body has none. */
static err wanted_password(struct web_call *call, const struct json *body, const struct user *u, str *out, bool *out_made)
{
	uint8_t octets[MADE_OCTETS];

	*out_made = !json_member(body, S("newPassword"));
	if (!*out_made) {
		if (!json_member_is_str(body, S("newPassword"), out))
			FAIL(ERR_INVALID, "newPassword is a text");
		return password_check(*out, u->text[USER_PRINCIPAL_NAME]);
	}
	random_bytes(octets, sizeof octets);
	*out = base64url_text(call->arena, bytes_of(octets, sizeof octets));
	explicit_bzero(octets, sizeof octets);
	TRY_NEW(out->at);
	return OK;
}

static err write_made(struct user_change *change)
{
	struct web_call *call = change->call;
	str location = str_format(call->arena, "%.*s%.*s/v1.0/users/%.*s/authentication/methods/" PASSWORD_METHOD,
				  STR_ARG(call->request.origin), STR_ARG(call->request.base),
				  STR_ARG(uuid_text(call->arena, &change->user.id)));

	TRY_NEW(location.at);
	struct json_writer w = web_begin_json(call, 202);
	web_no_store(call);
	web_set_header(call, S("location"), location);
	json_open_object(&w);
	if (change->password_made)
		json_member_str(&w, S("newPassword"), change->password.password);
	json_close_object(&w);
	return OK;
}

static err write_reset(struct user_change *change, str phc)
{
	TRY(user_change_update(change, phc));
	return write_made(change);
}

err methods_reset_password(struct web_call *call)
{
	struct user_change *change = NEW(call->arena, struct user_change);
	const struct json *body = NULL;
	bool answered = false;
	str password = { 0 };

	TRY_NEW(change);
	if (call->request.body.len)
		TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	if (!str_equal_nocase(call->path_args[1], S(PASSWORD_METHOD)))
		FAIL(ERR_NOT_FOUND, "there is no such method");
	if (caller_of(call)->is_app) /* an application resets by PATCH with passwordProfile */
		return graph_refuse(call, 403, NULL, "Only a person may call resetPassword.");
	*change = (struct user_change){ .call = call, .write = write_reset };
	TRY(find_person(call, &change->user, &answered));
	if (answered)
		return OK;
	TRY(wanted_password(call, body, &change->user, &password, &change->password_made));
	change->password = (struct password_profile){ true, password, true };
	change->user.changed = change->user.sessions_valid_from = call->now;
	return user_change_run(change);
}
