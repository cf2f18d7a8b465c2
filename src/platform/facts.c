#include "platform/facts.h"

#include "codec/environment_json.h"
#include "platform/environment.h"
#include "platform/tenant.h"

static void write_admission(struct json_writer *w, const struct environment *e)
{
	environment_admission_members(w, str_of(environment_state_name(e->state)), &e->security_group, e->required_plans, e->required_plan_count);
}

static void write_environments(struct json_writer *w, const struct environment *items, size_t count)
{
	json_key(w, S("environments"));
	json_open_array(w);
	for (size_t i = 0; i < count; i++) {
		if (items[i].state == ENVIRONMENT_BEING_MADE)
			continue;
		json_open_object(w);
		json_member_uuid(w, S("id"), &items[i].id);
		json_member_str(w, S("uniqueName"), items[i].unique_name);
		json_member_str(w, S("displayName"), items[i].display_name);
		write_admission(w, &items[i]);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_domains(struct json_writer *w, str name, const struct tenant *t)
{
	json_key(w, name);
	json_open_array(w);
	for (size_t i = 0; i < t->domain_count; i++)
		json_str(w, t->domains[i]);
	json_close_array(w);
}

static err write_tenant_facts(struct store *store, const struct worker_name *worker, str origin, struct arena *arena,
			      struct json_writer *w, bool *out_known)
{
	struct tenant t;
	struct environment *environments;
	size_t count;
	err e = tenant_by_id(store, &worker->tenant, arena, &t);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (t.state != TENANT_ACTIVE)
		return OK;
	TRY(environment_list(store, &worker->tenant, arena, &environments, &count));
	*out_known = true;
	json_member_uuid(w, S("tenantId"), &t.id);
	json_member_str(w, S("displayName"), t.display_name);
	json_member_str(w, S("origin"), origin);
	write_domains(w, S("domains"), &t);
	write_environments(w, environments, count);
	return OK;
}

static err write_environment_facts(struct store *store, const struct worker_name *worker, str origin, struct arena *arena,
				   struct json_writer *w, bool *out_known)
{
	struct environment e;
	char tenant[UUID_TEXT_LEN + 1];
	err found = environment_by_id(store, &worker->environment, arena, &e);
	if (err_kind_of(found) == ERR_NOT_FOUND)
		return OK;
	TRY(found);
	if (!uuid_equal(&e.tenant, &worker->tenant) || e.state == ENVIRONMENT_BEING_MADE)
		return OK;
	uuid_format(&e.tenant, tenant);
	str issuer = str_format(arena, "%.*s/%s/v2.0", STR_ARG(origin), tenant);
	TRY_NEW(issuer.at);
	*out_known = true;
	json_member_uuid(w, S("tenantId"), &e.tenant);
	json_member_str(w, S("tenantDisplayName"), e.tenant_display_name);
	json_member_uuid(w, S("environmentId"), &e.id);
	json_member_str(w, S("uniqueName"), e.unique_name);
	json_member_str(w, S("displayName"), e.display_name);
	json_member_str(w, S("origin"), origin);
	json_member_str(w, S("issuer"), issuer);
	write_admission(w, &e);
	return OK;
}

static err finish(struct buffer *b, struct arena *arena, str *out)
{
	if (b->failed)
		FAIL(ERR_LIMIT, "facts longer than a message carries");
	*out = str_copy(arena, buffer_str(b));
	TRY_NEW(out->at);
	return OK;
}

err facts_of_worker(struct store *store, const struct worker_name *worker, str origin, struct arena *arena, str *out,
		    bool *out_known)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, FACTS_BYTES_MAX);
	struct json_writer w = json_writer_to(&b);
	*out_known = false;
	json_open_object(&w);
	if (worker->role == ROLE_IDENTITY || worker->role == ROLE_RECORDER)
		TRY(write_tenant_facts(store, worker, origin, arena, &w, out_known));
	else if (worker->role == ROLE_DATA)
		TRY(write_environment_facts(store, worker, origin, arena, &w, out_known));
	json_close_object(&w);
	return finish(&b, arena, out);
}

static err write_tenants(struct store *store, struct arena *arena, struct json_writer *w)
{
	struct tenant *tenants;
	size_t count;
	TRY(tenant_list(store, arena, &tenants, &count));
	json_key(w, S("tenants"));
	json_open_array(w);
	for (size_t i = 0; i < count; i++) {
		if (tenants[i].state != TENANT_ACTIVE)
			continue;
		json_open_object(w);
		json_member_uuid(w, S("id"), &tenants[i].id);
		write_domains(w, S("names"), &tenants[i]);
		json_close_object(w);
	}
	json_close_array(w);
	return OK;
}

err facts_of_edges(struct store *store, str origin, struct arena *arena, struct buffer *out)
{
	struct environment *environments;
	size_t count;
	struct json_writer w = json_writer_to(out);
	TRY(environment_list(store, NULL, arena, &environments, &count));
	json_open_object(&w);
	json_member_str(&w, S("origin"), origin);
	TRY(write_tenants(store, arena, &w));
	json_key(&w, S("environments"));
	json_open_array(&w);
	for (size_t i = 0; i < count; i++) {
		if (environments[i].state == ENVIRONMENT_BEING_MADE)
			continue;
		json_open_object(&w);
		json_member_uuid(&w, S("tenant"), &environments[i].tenant);
		json_member_uuid(&w, S("id"), &environments[i].id);
		json_member_str(&w, S("name"), environments[i].unique_name);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	if (out->failed)
		FAIL(ERR_LIMIT, "routing table larger than allowed");
	return OK;
}
