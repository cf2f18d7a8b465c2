#include "directory/facts.h"

#include "codec/json_read.h"

static err parse_domains(const struct json *list, struct arena *arena, struct facts *f)
{
	if (!json_is(list, JSON_ARRAY) || !list->count || list->count > DIRECTORY_DOMAINS_MAX)
		FAIL(ERR_INVALID, "the facts name no domain, or too many");
	str *domains = NEW_ARRAY(arena, str, list->count);
	TRY_NEW(domains);
	for (const struct json *i = list->first; i; i = i->next) {
		if (i->kind != JSON_STRING || !i->text.len)
			FAIL(ERR_INVALID, "a domain in the facts is not a text");
		domains[f->domain_count] = str_lower(arena, i->text);
		TRY_NEW(domains[f->domain_count++].at);
	}
	f->domains = domains;
	return OK;
}

const char *const environment_fact_states[ENVIRONMENT_FACT_STATES] = { "", "ready", "administration", "disabled" };

static err parse_state(const struct json *v, uint32_t *out)
{
	str text = { 0 };

	*out = 1;
	if (!json_member_is_str(v, S("state"), &text))
		return OK;
	for (uint32_t i = 1; i < ENVIRONMENT_FACT_STATES; i++) {
		*out = i;
		if (str_equal(text, str_of(environment_fact_states[i])))
			return OK;
	}
	FAIL(ERR_INVALID, "an environment in the facts has an unknown state");
}

static err parse_admission(const struct json *v, struct arena *arena, struct environment_fact *out)
{
	const struct json *plans = json_member(v, S("requiredServicePlanIds"));
	size_t count = json_is(plans, JSON_ARRAY) ? plans->count : 0;
	struct uuid *ids = NEW_ARRAY(arena, struct uuid, count + 1);
	str group = { 0 };

	TRY_NEW(ids);
	if (json_member_is_str(v, S("securityGroupId"), &group))
		TRY(uuid_parse(group, &out->security_group));
	for (const struct json *p = count ? plans->first : NULL; p; p = p->next)
		TRY(uuid_parse(p->text, &ids[out->plan_count++]));
	out->plans = ids;
	return parse_state(v, &out->state);
}

static err parse_environment(const struct json *v, struct arena *arena, struct environment_fact *out)
{
	str id = { 0 };

	if (!json_member_is_str(v, S("id"), &id) || !json_member_is_str(v, S("uniqueName"), &out->unique_name) ||
	    !out->unique_name.len)
		FAIL(ERR_INVALID, "an environment in the facts lacks its id or name");
	TRY(uuid_parse(id, &out->id));
	if (!json_member_is_str(v, S("displayName"), &out->display_name) || !out->display_name.len)
		out->display_name = out->unique_name;
	return parse_admission(v, arena, out);
}

static err parse_environments(const struct json *list, struct arena *arena, struct facts *f)
{
	if (!list)
		return OK;
	if (list->kind != JSON_ARRAY || list->count > DIRECTORY_ENVIRONMENTS_MAX)
		FAIL(ERR_INVALID, "the environments in the facts are no list, or too many");
	struct environment_fact *environments = NEW_ARRAY(arena, struct environment_fact, list->count + 1);
	TRY_NEW(environments);
	for (const struct json *i = list->first; i; i = i->next)
		TRY(parse_environment(i, arena, &environments[f->environment_count++]));
	f->environments = environments;
	return OK;
}

err facts_parse(str text, struct arena *arena, struct facts *out)
{
	const struct json *root = NULL;
	struct facts f = { 0 };
	str tenant = { 0 };

	TRY(json_parse(bytes_of_str(text), JSON_LIMITS_DEFAULT, arena, &root, NULL));
	if (!json_member_is_str(root, S("tenantId"), &tenant) || !json_member_is_str(root, S("origin"), &f.origin) ||
	    !str_starts_with(f.origin, S("https://")) || str_ends_with(f.origin, S("/")))
		FAIL(ERR_INVALID, "the facts lack tenantId or origin");
	TRY(uuid_parse(tenant, &f.tenant));
	if (!json_member_is_str(root, S("displayName"), &f.display_name) || !f.display_name.len)
		f.display_name = tenant;
	TRY(parse_domains(json_member(root, S("domains")), arena, &f));
	TRY(parse_environments(json_member(root, S("environments")), arena, &f));
	*out = f;
	return OK;
}
