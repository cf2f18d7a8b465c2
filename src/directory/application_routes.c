/* directory/application_routes.c - /applications and their secrets. */
#include "directory/routes_internal.h"
#include "host/random.h"

static bool by_app_id(const struct web_call *call)
{
	return str_find(str_of(call->route), S("(appId='"), 0) != SIZE_MAX;
}

err path_application(struct web_call *call, struct application *out)
{
	struct store *store = directory_of(call)->store;
	struct uuid id;

	TRY(path_id(call, 0, &id));
	return by_app_id(call) ? application_by_app_id(store, &id, call->arena, out) :
				 application_by_id(store, &id, call->arena, out);
}

err path_service_principal(struct web_call *call, struct application *out)
{
	struct store *store = directory_of(call)->store;
	struct uuid id;

	TRY(path_id(call, 0, &id));
	if (!by_app_id(call))
		return application_by_principal(store, &id, call->arena, out);
	TRY(application_by_app_id(store, &id, call->arena, out));
	if (!out->has_service_principal)
		FAIL(ERR_NOT_FOUND, "there is no such service principal");
	return OK;
}

static err refuse_built_in(struct web_call *call)
{
	return graph_refuse(call, 403, NULL, "This application is part of the platform and cannot be changed.");
}

err applications_list(struct web_call *call)
{
	return graph_list(call, &entity_application, NULL, 0);
}

err applications_read(struct web_call *call)
{
	struct application a;

	TRY(path_application(call, &a));
	return graph_one(call, &entity_application, a.key, 200);
}

static err write(struct web_call *call, struct application *a, str op)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };

	TRY(transaction_begin(store, &tx));
	err e = application_put(store, a, call->now, call->arena);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_CONFLICT, "Another object with the same value for property identifierUris already exists.");
	TRY(e);
	TRY(directory_audit(call, op, S("application"), &a->id, a->display_name, S("")));
	return transaction_commit(&tx);
}

err applications_create(struct web_call *call)
{
	struct uuid id = random_uuid_v4(), app_id = random_uuid_v4();
	const struct json *body = NULL;
	struct application a;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	application_init(&a, &id, &app_id);
	TRY(application_apply(body, true, call->arena, &a));
	TRY(write(call, &a, S("create.application")));
	return graph_one(call, &entity_application, a.key, 201);
}

err applications_update(struct web_call *call)
{
	const struct json *body = NULL;
	struct application a;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_application(call, &a));
	/* an environment's application may get more scopes and roles; what we made ourselves stays as we made it */
	if (a.built_in)
		return refuse_built_in(call);
	TRY(application_apply(body, false, call->arena, &a));
	TRY(write(call, &a, S("update.application")));
	return graph_no_content(call);
}

err applications_delete(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	struct application a;

	TRY(path_application(call, &a));
	if (a.built_in)
		return refuse_built_in(call);
	TRY(transaction_begin(store, &tx));
	TRY(object_delete(store, a.key));
	TRY(directory_audit(call, S("delete.application"), S("application"), &a.id, a.display_name, S("")));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}

/* --- secrets --- */

static err read_time(const struct json *credential, str name, struct instant *io)
{
	const struct json *v = json_member(credential, name);

	if (!v || v->kind == JSON_NULL)
		return OK;
	if (v->kind != JSON_STRING)
		FAIL(ERR_INVALID, "startDateTime and endDateTime are times");
	return instant_parse(v->text, io);
}

static err read_credential(struct web_call *call, const struct json *body, struct application_secret *out)
{
	const struct json *credential = json_member(body, S("passwordCredential"));

	out->starts = call->now;
	out->ends = instant_add_ms(call->now, (int64_t)SECRET_DAYS_DEFAULT * 86400 * 1000);
	if (!credential)
		return OK;
	if (credential->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "passwordCredential is an object");
	TRY(read_time(credential, S("startDateTime"), &out->starts));
	TRY(read_time(credential, S("endDateTime"), &out->ends));
	if (!instant_before(out->starts, out->ends))
		FAIL(ERR_INVALID, "endDateTime must be after startDateTime");
	if (json_member_is_str(credential, S("displayName"), &out->display_name) && out->display_name.len > 256)
		FAIL(ERR_INVALID, "displayName is too long");
	return OK;
}

static void write_secret(struct web_call *call, const struct application_secret *secret)
{
	struct json_writer w = web_begin_json(call, 200);
	char text[INSTANT_TEXT_LEN + 1];

	web_no_store(call);
	json_open_object(&w);
	json_member_str(&w, S("keyId"), str_of(secret->key_id));
	if (secret->display_name.at)
		json_member_str(&w, S("displayName"), secret->display_name);
	else
		json_member_null(&w, S("displayName"));
	json_member_str(&w, S("hint"), str_of(secret->hint));
	json_member_str(&w, S("secretText"), str_of(secret->text));
	instant_format(secret->starts, true, text);
	json_member_str(&w, S("startDateTime"), str_of(text));
	instant_format(secret->ends, true, text);
	json_member_str(&w, S("endDateTime"), str_of(text));
	json_close_object(&w);
}

static err add_secret(struct web_call *call, const struct application *a, struct application_secret *secret)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };

	TRY(transaction_begin(store, &tx));
	TRY(application_add_secret(store, a->key, secret));
	str changes = str_format(call->arena, "{\"keyId\":{\"new\":\"%s\"}}", secret->key_id);
	TRY(directory_audit(call, S("add.secret"), S("application"), &a->id, a->display_name, changes));
	return transaction_commit(&tx);
}

err applications_add_password(struct web_call *call)
{
	struct application_secret secret = { 0 };
	const struct json *body = NULL;
	struct application a;
	bool answered = false;

	if (call->request.body.len) {
		TRY(graph_body(call, &body, &answered));
		if (answered)
			return OK;
	}
	TRY(path_application(call, &a));
	if (a.built_in)
		return refuse_built_in(call);
	TRY(read_credential(call, body, &secret));
	err e = add_secret(call, &a, &secret);
	if (!failed(e))
		write_secret(call, &secret);
	explicit_bzero(secret.text, sizeof secret.text);
	return e;
}

err applications_remove_password(struct web_call *call)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	const struct json *body = NULL;
	struct application a;
	struct uuid key_id;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_application(call, &a));
	TRY(body_id(body, S("keyId"), &key_id));
	str text = uuid_text(call->arena, &key_id);
	TRY_NEW(text.at);
	TRY(transaction_begin(store, &tx));
	err e = application_remove_secret(store, a.key, text);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		FAIL(ERR_INVALID, "No password credential found with that keyId.");
	TRY(e);
	str changes = str_format(call->arena, "{\"keyId\":{\"old\":\"%s\"}}", text.at);
	TRY(directory_audit(call, S("remove.secret"), S("application"), &a.id, a.display_name, changes));
	TRY(transaction_commit(&tx));
	return graph_no_content(call);
}
