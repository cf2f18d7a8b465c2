/* directory/first_content.c - what every tenant's directory holds from the first day, kept in line with the facts. */
#include "codec/json_write.h"
#include "directory/application.h"
#include "directory/facts.h"
#include "directory/grant.h"
#include "directory/permission.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

struct making {
	struct store *store;
	const struct facts *facts;
	struct instant now;
	struct arena *arena;
};

static err put_tenant(const struct making *m)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(m->store, &SQL_TENANT_INSERT, &s));
	TRY(bind_uuid(&s, 1, &m->facts->tenant));
	TRY(bind_text(&s, 2, m->facts->display_name));
	TRY(bind_text(&s, 3, m->facts->origin));
	TRY(bind_i64(&s, 4, m->now.ms));
	return statement_run(&s);
}

static err put_domain(const struct making *m, size_t i)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(m->store, &SQL_DOMAIN_PUT, &s));
	TRY(bind_text(&s, 1, m->facts->domains[i]));
	TRY(bind_i64(&s, 2, i == 0));
	return statement_run(&s);
}

static err put_domains(const struct making *m)
{
	SCOPED(statement) s = { 0 };
	struct buffer b;

	buffer_init(&b, 1 << 16);
	struct json_writer w = json_writer_to(&b);
	json_open_array(&w);
	for (size_t i = 0; i < m->facts->domain_count; i++)
		json_str(&w, m->facts->domains[i]);
	json_close_array(&w);
	str list = b.failed ? (str){ 0 } : str_copy(m->arena, buffer_str(&b));
	buffer_release(&b);
	TRY_NEW(list.at);
	TRY(statement_open(m->store, &SQL_DOMAIN_REMOVE_UNLISTED, &s));
	TRY(bind_text(&s, 1, list));
	TRY(statement_run(&s));
	for (size_t i = 0; i < m->facts->domain_count; i++)
		TRY(put_domain(m, i));
	return OK;
}

/* The present application of that appId, or a new one; and its service principal. */
static err begin_application(const struct making *m, const struct uuid *app_id, struct application *out)
{
	err e = application_by_app_id(m->store, app_id, m->arena, out);

	if (err_kind_of(e) != ERR_NOT_FOUND)
		return e;
	struct uuid id = random_uuid_v4();
	application_init(out, &id, app_id);
	out->built_in = true;
	return OK;
}

static err finish_application(const struct making *m, struct application *a)
{
	TRY(application_put(m->store, a, m->now, m->arena));
	if (a->has_service_principal)
		return OK;
	struct uuid id = random_uuid_v4();
	a->service_principal_enabled = true;
	return service_principal_insert(m->store, a, &id, m->now);
}

/* ["a","b"]; `b` may be empty. */
static str uri_list(struct arena *arena, str a, str b)
{
	return b.len ? str_format(arena, "[\"%.*s\",\"%.*s\"]", STR_ARG(a), STR_ARG(b)) :
		       str_format(arena, "[\"%.*s\"]", STR_ARG(a));
}

static err put_directory_resource(const struct making *m, struct application *out)
{
	struct uuid app_id;

	TRY(uuid_parse(S(DIRECTORY_RESOURCE_APP_ID), &app_id));
	TRY(begin_application(m, &app_id, out));
	out->display_name = S("Bailiwick Directory");
	out->json[APP_IDENTIFIER_URIS] = uri_list(m->arena, m->facts->origin, S(""));
	out->json[APP_API] = permission_api_json(m->arena);
	out->json[APP_ROLES] = permission_roles_json(m->arena);
	TRY_NEW(out->json[APP_IDENTIFIER_URIS].at && out->json[APP_API].at && out->json[APP_ROLES].at);
	return finish_application(m, out);
}

static err put_console(const struct making *m, struct application *out)
{
	struct uuid app_id;

	TRY(uuid_parse(S(CONSOLE_APP_ID), &app_id));
	TRY(begin_application(m, &app_id, out));
	out->display_name = S("Bailiwick");
	out->json[APP_SPA] = str_format(m->arena, "{\"redirectUris\":[\"%.*s/app/\"]}", STR_ARG(m->facts->origin));
	out->json[APP_BWK] = str_format(m->arena, "{\"postLogoutRedirectUris\":[\"%.*s/app/\"]}", STR_ARG(m->facts->origin));
	TRY_NEW(out->json[APP_SPA].at && out->json[APP_BWK].at);
	return finish_application(m, out);
}

static err grant_to_console(const struct making *m, const struct application *console, const struct application *resource,
			    str scopes)
{
	return grant_add_for_person(m->store, console->service_principal_key, resource->service_principal_key, 0, scopes,
				    m->now, m->arena);
}

static err put_environment(const struct making *m, const struct environment_fact *e, const struct application *console)
{
	struct application a;
	const str scheme = S("https://");
	str host = str_from(m->facts->origin, scheme.len);

	TRY(begin_application(m, &e->id, &a));
	a.environment = e->id;
	a.display_name = e->display_name;
	str by_path = str_format(m->arena, "%.*s/e/%.*s", STR_ARG(m->facts->origin), STR_ARG(e->unique_name));
	str by_host = str_format(m->arena, "https://%.*s.%.*s", STR_ARG(e->unique_name), STR_ARG(host));
	a.json[APP_IDENTIFIER_URIS] = uri_list(m->arena, by_path, by_host);
	if (!a.key)
		a.json[APP_API] = S("{\"oauth2PermissionScopes\":[{\"value\":\"user_impersonation\",\"type\":\"User\","
				    "\"isEnabled\":true,\"adminConsentDisplayName\":\"Use the environment's data as you\","
				    "\"adminConsentDescription\":\"The application sees and changes what your roles "
				    "allow.\"}]}");
	TRY_NEW(by_path.at && by_host.at && a.json[APP_IDENTIFIER_URIS].at);
	TRY(finish_application(m, &a));
	return grant_to_console(m, console, &a, S("user_impersonation"));
}

static bool is_named(const struct facts *facts, const struct uuid *environment)
{
	for (size_t i = 0; i < facts->environment_count; i++) {
		if (uuid_equal(&facts->environments[i].id, environment))
			return true;
	}
	return false;
}

/* Applications of environments that are gone: their tokens have no audience any more. */
static err remove_other_environments(const struct making *m)
{
	int64_t gone[DIRECTORY_ENVIRONMENTS_MAX];
	size_t count = 0;
	{
		SCOPED(statement) s = { 0 };
		bool row = false;
		TRY(statement_open(m->store, &SQL_APPLICATION_OF_ENVIRONMENTS, &s));
		for (;;) {
			TRY(statement_step(&s, &row));
			if (!row || count == DIRECTORY_ENVIRONMENTS_MAX)
				break;
			struct uuid environment = column_uuid(&s, 1);
			if (!is_named(m->facts, &environment))
				gone[count++] = column_i64(&s, 0);
		}
	}
	for (size_t i = 0; i < count; i++)
		TRY(object_delete(m->store, gone[i]));
	return OK;
}

err facts_apply(struct store *store, const struct facts *facts, struct instant now, struct arena *arena)
{
	const struct making m = { store, facts, now, arena };
	struct application directory, console;
	SCOPED(transaction) tx = { 0 };

	TRY(transaction_begin(store, &tx));
	TRY(put_tenant(&m));
	TRY(put_domains(&m));
	TRY(put_directory_resource(&m, &directory));
	TRY(put_console(&m, &console));
	TRY(grant_to_console(&m, &console, &directory, S("openid profile email offline_access User.Read")));
	TRY(remove_other_environments(&m));
	for (size_t i = 0; i < facts->environment_count; i++)
		TRY(put_environment(&m, &facts->environments[i], &console));
	return transaction_commit(&tx);
}
