/* DIR/demo.json (identity 1.12): {host, tenants:[{tenantId, domain, issuer, admin:{appId,secretText}, users:[{userPrincipalName,
 * password}]}]}; besides, what a tour of the demo has to know. The only file with the secrets in the clear: 0600. */
#include "cli/demo_content.h"
#include "host/file.h"

enum { FILE_BYTES_MAX = 1 << 20 };

static const char *const kinds[] = { "admin", "web", "spa", "daemon" };

static void people_write(struct json_writer *w, const struct demo_tenant *tenant)
{
	json_key(w, S("users"));
	json_open_array(w);
	for (size_t i = 0; i < tenant->plan->people_count; i++) {
		const struct demo_person_plan *plan = &tenant->plan->people[i];
		json_open_object(w);
		json_member_str(w, S("userPrincipalName"), tenant->people[i].upn);
		json_member_str(w, S("password"), tenant->people[i].password);
		json_member_str(w, S("displayName"), str_of(plan->name));
		json_member_str(w, S("sees"), str_of(plan->sees));
		json_member_i64(w, S("rows"), (int64_t)tenant->people[i].rows);
		json_close_object(w);
	}
	json_close_array(w);
}

static void app_write(struct json_writer *w, const struct demo_app_plan *plan, const struct made_app *app)
{
	json_open_object(w);
	json_member_str(w, S("name"), str_of(plan->name));
	json_member_str(w, S("kind"), str_of(kinds[plan->kind]));
	json_member_str(w, S("appId"), app->app_id);
	if (app->secret.len)
		json_member_str(w, S("secretText"), app->secret);
	if (plan->redirect)
		json_member_str(w, S("redirectUri"), str_of(plan->redirect));
	json_close_object(w);
}

static void apps_write(struct json_writer *w, const struct demo_tenant *tenant)
{
	json_key(w, S("applications"));
	json_open_array(w);
	for (size_t i = 0; i < tenant->plan->app_count; i++)
		if (tenant->plan->apps[i].kind != DEMO_APP_ADMIN)
			app_write(w, &tenant->plan->apps[i], &tenant->apps[i]);
	json_close_array(w);
}

static void admin_write(struct json_writer *w, const struct demo_tenant *tenant)
{
	json_key(w, S("admin"));
	for (size_t i = 0; i < tenant->plan->app_count; i++) {
		if (tenant->plan->apps[i].kind != DEMO_APP_ADMIN)
			continue;
		json_open_object(w);
		json_member_str(w, S("appId"), tenant->apps[i].app_id);
		json_member_str(w, S("secretText"), tenant->apps[i].secret);
		json_close_object(w);
		return;
	}
	json_null(w);
}

static void tenant_write(struct json_writer *w, const struct demo_tenant *tenant)
{
	json_open_object(w);
	json_member_str(w, S("tenantId"), tenant->id);
	json_member_str(w, S("domain"), str_of(tenant->plan->domain));
	json_member_str(w, S("issuer"), tenant->issuer);
	admin_write(w, tenant);
	people_write(w, tenant);
	json_member_str(w, S("displayName"), str_of(tenant->plan->name));
	json_member_str(w, S("environment"), str_of(tenant->plan->environment));
	json_member_str(w, S("environmentId"), tenant->environment_id);
	json_member_i64(w, S("rows"), (int64_t)tenant->rows);
	apps_write(w, tenant);
	json_close_object(w);
}

err demo_file_write(str origin, const struct demo_tenant *tenants, const char *path)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, FILE_BYTES_MAX);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	json_member_str(&w, S("host"), str_from(origin, sizeof "https://" - 1));
	json_member_str(&w, S("origin"), origin);
	json_key(&w, S("tenants"));
	json_open_array(&w);
	for (size_t i = 0; i < DEMO_TENANTS; i++)
		tenant_write(&w, &tenants[i]);
	json_close_array(&w);
	json_close_object(&w);
	buffer_append_char(&b, '\n');
	if (b.failed)
		FAIL(ERR_LIMIT, "no memory for demo.json");
	return file_write(path, buffer_bytes(&b), 0600);
}
