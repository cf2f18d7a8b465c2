/* The role accounts: a person in the directory with a random password, a user in the environment with a role. */
#include "cli/demo_content.h"

static size_t rows_of(const struct demo_tenant *tenant, const struct demo_person_plan *plan, const struct demo_registry *registry)
{
	size_t rows = 0;
	if (plan->reach == DEMO_ALL || (plan->reach && !plan->unit))
		return tenant->rows;
	for (size_t i = 0; plan->unit && i <= COUNTRY_NONE; i++) {
		bool own = plan->reach == DEMO_OWN_UNIT && str_equal(demo_unit_of(registry, i), str_of(plan->unit));
		if (own || (plan->reach == DEMO_EU && region_of_country(i) == REGION_EU))
			rows += registry->organisations[i];
	}
	return rows;
}

static int user_post(struct cli_call *call, const struct demo_tenant *tenant, size_t person, str unit, str id)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("systemuserid"), id);
	json_member_str(&body.w, S("azureactivedirectoryobjectid"), tenant->people[person].id);
	json_member_str(&body.w, S("domainname"), tenant->people[person].upn);
	json_member_str(&body.w, S("firstname"), S(""));
	json_member_str(&body.w, S("lastname"), str_of(tenant->plan->people[person].name));
	demo_bind(&body, "businessunitid", "businessunits", unit);
	return demo_post(call, demo_api(call, tenant, "/systemusers"), &body);
}

static int environment_user_make(struct cli_call *call, struct demo_tenant *tenant, size_t person)
{
	const struct demo_person_plan *plan = &tenant->plan->people[person];
	str unit = tenant->root_unit, id = demo_id(call);
	tenant->people[person].user_id = plan->role ? id : S("");
	if (!plan->role)
		return CLI_OK; /* arrives by signing in, and may nothing */
	if (plan->unit)
		DO(demo_unit_find(call, tenant, plan->unit, &unit));
	DO(user_post(call, tenant, person, unit, id));
	DO(demo_role_give(call, tenant, plan->role, unit, id));
	return demo_role_give(call, tenant, "Basic User", unit, id);
}

static int one_make(struct cli_call *call, struct demo_tenant *tenant, size_t person)
{
	const struct demo_person_plan *plan = &tenant->plan->people[person];
	struct person_wish wish = { .upn = str_format(call->arena, "%s@%s", plan->local, tenant->plan->domain),
				    .name = str_of(plan->name), .keep_password = true, .role = S("") };
	if (plan->directory_role)
		wish.role = directory_role_of(str_of(plan->directory_role));
	err e = password_make(call->arena, &wish.password);
	if (failed(e))
		return cli_fail(call, "demo", e);
	DO(person_make(call, &wish, &tenant->people[person].id, &tenant->people[person].upn));
	tenant->people[person].password = wish.password;
	return environment_user_make(call, tenant, person);
}

int demo_people_make(struct cli_call *call, struct demo_tenant *tenant, const struct demo_registry *registry)
{
	for (size_t i = 0; i < tenant->plan->people_count; i++) {
		DO(one_make(call, tenant, i));
		tenant->people[i].rows = rows_of(tenant, &tenant->plan->people[i], registry);
	}
	return CLI_OK;
}
