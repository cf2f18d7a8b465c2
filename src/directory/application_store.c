/* directory/application_store.c - rows of application, what is derived from them, and service principals. */
#include "directory/application.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

static err run_for(struct store *store, const struct sql_text *sql, int64_t key)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, key));
	return statement_run(&s);
}

static err parse(str text, struct arena *arena, const struct json **out)
{
	return json_parse(bytes_of_str(text), JSON_LIMITS_DEFAULT, arena, out, NULL);
}

static err put_redirect_uris(struct store *store, const struct application *a, struct arena *arena)
{
	static const struct {
		enum application_json place;
		enum redirect_platform platform;
	} places[] = { { APP_WEB, PLATFORM_WEB }, { APP_SPA, PLATFORM_SPA }, { APP_PUBLIC_CLIENT, PLATFORM_PUBLIC_CLIENT } };
	const struct json *object = NULL;

	TRY(run_for(store, &SQL_APPLICATION_REDIRECT_URI_CLEAR, a->key));
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		TRY(parse(a->json[places[i].place], arena, &object));
		const struct json *uris = json_member(object, S("redirectUris"));
		for (const struct json *u = uris ? uris->first : NULL; u; u = u->next) {
			SCOPED(statement) s = { 0 };
			TRY(statement_open(store, &SQL_APPLICATION_REDIRECT_URI_ADD, &s));
			TRY(bind_i64(&s, 1, a->key));
			TRY(bind_text(&s, 2, u->text));
			TRY(bind_i64(&s, 3, places[i].platform));
			err e = statement_run(&s);
			if (err_kind_of(e) == ERR_CONFLICT)
				FAIL(ERR_INVALID, "a redirect URI stands under two platforms");
			TRY(e);
		}
	}
	return OK;
}

static err put_identifier_uris(struct store *store, const struct application *a, struct arena *arena)
{
	const struct json *list = NULL;
	int64_t position = 0;

	TRY(run_for(store, &SQL_APPLICATION_IDENTIFIER_URI_CLEAR, a->key));
	TRY(parse(a->json[APP_IDENTIFIER_URIS], arena, &list));
	for (const struct json *u = list->first; u; u = u->next) {
		SCOPED(statement) s = { 0 };
		TRY(statement_open(store, &SQL_APPLICATION_IDENTIFIER_URI_ADD, &s));
		TRY(bind_text(&s, 1, u->text));
		TRY(bind_i64(&s, 2, a->key));
		TRY(bind_i64(&s, 3, position++));
		TRY(statement_run(&s));
	}
	return OK;
}

static struct uuid permission_id(const struct json *permission)
{
	struct uuid id;
	str text = { 0 };

	if (!json_member_is_str(permission, S("id"), &text) || failed(uuid_parse(text, &id)))
		id = (struct uuid){ 0 };
	return id;
}

static bool is_enabled(const struct json *permission)
{
	bool enabled = true;
	return !json_member_is_bool(permission, S("isEnabled"), &enabled) || enabled;
}

static err put_scope(struct store *store, int64_t key, const struct json *scope)
{
	SCOPED(statement) s = { 0 };
	struct uuid id = permission_id(scope);
	str value = { 0 }, type = { 0 }, name = { 0 }, description = { 0 };

	json_member_is_str(scope, S("value"), &value);
	json_member_is_str(scope, S("type"), &type);
	json_member_is_str(scope, S("adminConsentDisplayName"), &name);
	json_member_is_str(scope, S("adminConsentDescription"), &description);
	TRY(statement_open(store, &SQL_APPLICATION_SCOPE_ADD, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(bind_uuid(&s, 2, &id));
	TRY(bind_text(&s, 3, value));
	TRY(bind_i64(&s, 4, str_equal(type, S("Admin"))));
	TRY(bind_i64(&s, 5, is_enabled(scope)));
	TRY(bind_text_or_null(&s, 6, name));
	TRY(bind_text_or_null(&s, 7, description));
	return statement_run(&s);
}

static bool allows(const struct json *role, str kind)
{
	const struct json *types = json_member(role, S("allowedMemberTypes"));

	for (const struct json *t = types ? types->first : NULL; t; t = t->next) {
		if (str_equal(t->text, kind))
			return true;
	}
	return false;
}

static err put_role(struct store *store, int64_t key, const struct json *role)
{
	SCOPED(statement) s = { 0 };
	struct uuid id = permission_id(role);
	str value = { 0 };

	json_member_is_str(role, S("value"), &value);
	TRY(statement_open(store, &SQL_APPLICATION_ROLE_ADD, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(bind_uuid(&s, 2, &id));
	TRY(bind_text_or_null(&s, 3, value));
	TRY(bind_i64(&s, 4, is_enabled(role)));
	TRY(bind_i64(&s, 5, allows(role, S("User"))));
	TRY(bind_i64(&s, 6, allows(role, S("Application"))));
	return statement_run(&s);
}

static err put_permissions(struct store *store, const struct application *a, struct arena *arena)
{
	const struct json *api = NULL, *roles = NULL;

	TRY(run_for(store, &SQL_APPLICATION_SCOPE_CLEAR, a->key));
	TRY(run_for(store, &SQL_APPLICATION_ROLE_CLEAR, a->key));
	TRY(parse(a->json[APP_API], arena, &api));
	TRY(parse(a->json[APP_ROLES], arena, &roles));
	const struct json *scopes = json_member(api, S("oauth2PermissionScopes"));
	err e = OK;
	for (const struct json *i = scopes ? scopes->first : NULL; i && !failed(e); i = i->next)
		e = put_scope(store, a->key, i);
	for (const struct json *i = roles->first; i && !failed(e); i = i->next)
		e = put_role(store, a->key, i);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_INVALID, "two scopes or two roles have the same id or value");
	return e;
}

static err put_row(struct store *store, const struct application *a, struct instant now)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_APPLICATION_PUT, &s));
	TRY(bind_i64(&s, 1, a->key));
	TRY(bind_uuid(&s, 2, &a->app_id));
	TRY(bind_text(&s, 3, a->display_name));
	TRY(bind_text(&s, 4, a->sign_in_audience));
	for (int i = 0; i < APP_JSONS; i++)
		TRY(bind_text_or_null(&s, 5 + i, a->json[i]));
	TRY(bind_text_or_null(&s, 14, a->group_membership_claims));
	TRY(bind_i64(&s, 15, a->fallback_public_client));
	TRY(bind_i64(&s, 16, a->built_in));
	if (uuid_is_nil(&a->environment))
		TRY(bind_null(&s, 17));
	else
		TRY(bind_uuid(&s, 17, &a->environment));
	TRY(bind_i64(&s, 18, now.ms));
	return statement_run(&s);
}

/* Gives scopes or roles that came without an id one: `list` of objects, written again. */
static str with_ids(const struct json *list, struct arena *arena)
{
	struct buffer b;

	buffer_init(&b, 1 << 20);
	struct json_writer w = json_writer_to(&b);
	json_open_array(&w);
	for (const struct json *p = list->first; p; p = p->next) {
		json_open_object(&w);
		if (!json_member(p, S("id"))) {
			struct uuid id = random_uuid_v4();
			json_member_uuid(&w, S("id"), &id);
		}
		for (const struct json *m = p->first; m; m = m->next)
			json_member_raw(&w, m->name, json_text_of(m, arena));
		if (!json_member(p, S("isEnabled")))
			json_member_bool(&w, S("isEnabled"), true);
		json_close_object(&w);
	}
	json_close_array(&w);
	str text = b.failed ? (str){ 0 } : str_copy(arena, buffer_str(&b));
	buffer_release(&b);
	return text;
}

static err complete_ids(struct application *a, struct arena *arena)
{
	const struct json *api = NULL, *roles = NULL;

	TRY(parse(a->json[APP_ROLES], arena, &roles));
	a->json[APP_ROLES] = with_ids(roles, arena);
	TRY_NEW(a->json[APP_ROLES].at);
	TRY(parse(a->json[APP_API], arena, &api));
	const struct json *scopes = json_member(api, S("oauth2PermissionScopes"));
	str list = scopes ? with_ids(scopes, arena) : S("[]");
	a->json[APP_API] = str_format(arena, "{\"oauth2PermissionScopes\":%.*s}", STR_ARG(list));
	TRY_NEW(a->json[APP_API].at);
	return OK;
}

err application_put(struct store *store, struct application *a, struct instant now, struct arena *arena)
{
	TRY(complete_ids(a, arena));
	if (!a->key)
		TRY(object_insert(store, &a->id, OBJECT_APPLICATION, &a->key));
	TRY(put_row(store, a, now));
	TRY(put_redirect_uris(store, a, arena));
	TRY(put_identifier_uris(store, a, arena));
	return put_permissions(store, a, arena);
}

static err read_application(struct statement *s, struct arena *arena, struct application *out)
{
	bool row = false;

	TRY(statement_step(s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "there is no such application");
	*out = (struct application){
		.key = column_i64(s, 0), .app_id = column_uuid(s, 1), .display_name = column_text_copy(s, 2, arena),
		.sign_in_audience = column_text_copy(s, 3, arena), .group_membership_claims = column_text_copy(s, 13, arena),
		.fallback_public_client = column_i64(s, 14), .built_in = column_i64(s, 15),
		.environment = column_uuid(s, 16), .id = column_uuid(s, 17), .has_service_principal = !column_is_null(s, 18),
		.service_principal_key = column_i64(s, 18), .service_principal_enabled = column_i64(s, 19),
		.assignment_required = column_i64(s, 20), .service_principal_id = column_uuid(s, 21),
	};
	for (int i = 0; i < APP_JSONS; i++)
		out->json[i] = column_text_copy(s, 4 + i, arena);
	TRY_NEW(out->display_name.at);
	return OK;
}

static err read_by_uuid(struct store *store, const struct sql_text *sql, const struct uuid *id, struct arena *arena,
			struct application *out)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, sql, &s));
	TRY(bind_uuid(&s, 1, id));
	return read_application(&s, arena, out);
}

err application_by_app_id(struct store *store, const struct uuid *app_id, struct arena *arena, struct application *out)
{
	return read_by_uuid(store, &SQL_APPLICATION_BY_APP_ID, app_id, arena, out);
}

err application_by_id(struct store *store, const struct uuid *id, struct arena *arena, struct application *out)
{
	return read_by_uuid(store, &SQL_APPLICATION_BY_ID, id, arena, out);
}

err application_by_principal(struct store *store, const struct uuid *id, struct arena *arena, struct application *out)
{
	return read_by_uuid(store, &SQL_APPLICATION_BY_PRINCIPAL, id, arena, out);
}

err application_by_identifier(struct store *store, str uri, struct arena *arena, struct application *out)
{
	SCOPED(statement) s = { 0 };
	str other = str_ends_with(uri, S("/")) ? str_slice(uri, 0, uri.len - 1) : str_join(arena, uri, S("/"));

	TRY_NEW(other.at);
	TRY(statement_open(store, &SQL_APPLICATION_BY_IDENTIFIER, &s));
	TRY(bind_text(&s, 1, uri));
	TRY(bind_text(&s, 2, other));
	return read_application(&s, arena, out);
}

err service_principal_insert(struct store *store, struct application *a, const struct uuid *id, struct instant now)
{
	SCOPED(statement) s = { 0 };

	if (a->has_service_principal)
		FAIL(ERR_CONFLICT, "the application has a service principal already");
	TRY(object_insert(store, id, OBJECT_SERVICE_PRINCIPAL, &a->service_principal_key));
	a->service_principal_id = *id;
	a->has_service_principal = true;
	TRY(statement_open(store, &SQL_SERVICE_PRINCIPAL_INSERT, &s));
	TRY(bind_i64(&s, 1, a->service_principal_key));
	TRY(bind_i64(&s, 2, a->key));
	TRY(bind_i64(&s, 3, a->service_principal_enabled));
	TRY(bind_i64(&s, 4, a->assignment_required));
	TRY(bind_i64(&s, 5, now.ms));
	return statement_run(&s);
}

err service_principal_update(struct store *store, const struct application *a)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_SERVICE_PRINCIPAL_UPDATE, &s));
	TRY(bind_i64(&s, 1, a->service_principal_key));
	TRY(bind_i64(&s, 2, a->service_principal_enabled));
	TRY(bind_i64(&s, 3, a->assignment_required));
	return statement_run_one(&s);
}
