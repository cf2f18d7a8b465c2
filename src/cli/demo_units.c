/* Business units: the root, the regions below it, the countries below those. */
#include "cli/demo_content.h"
#include "codec/url.h"

static int unit_post(struct cli_call *call, const struct demo_tenant *tenant, str id, str name, str parent)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("businessunitid"), id);
	json_member_str(&body.w, S("name"), name);
	demo_bind(&body, "parentbusinessunitid", "businessunits", parent);
	return demo_post(call, demo_api(call, tenant, "/businessunits"), &body);
}

/* A region without organisations is not made. */
static int region_settle(struct cli_call *call, const struct demo_tenant *tenant, size_t region, str regions[static REGION_COUNT])
{
	if (regions[region].len)
		return CLI_OK;
	regions[region] = demo_id(call);
	return unit_post(call, tenant, regions[region], str_of(region_name(region)), tenant->root_unit);
}

int demo_units_make(struct cli_call *call, const struct demo_tenant *tenant, const struct demo_registry *registry)
{
	str regions[REGION_COUNT] = { { 0 } };
	for (size_t country = 0; country <= COUNTRY_NONE; country++) {
		size_t region = region_of_country(country);
		if (registry->organisations[country] == 0)
			continue;
		DO(region_settle(call, tenant, region, regions));
		DO(unit_post(call, tenant, demo_id(call), demo_unit_of(registry, country), regions[region]));
	}
	return CLI_OK;
}

int demo_unit_find(struct cli_call *call, const struct demo_tenant *tenant, const char *name, str *out)
{
	const struct json *answer;
	str filter = str_format(call->arena, "name eq '%s'", name);
	str encoded = url_encode(call->arena, filter);
	str path = demo_api(call, tenant, "/businessunits?$select=businessunitid&$filter=%.*s", STR_ARG(encoded));
	DO(remote_call(call, "GET", path, NULL, &answer));
	const struct json *rows = json_member(answer, S("value"));
	if (!rows || rows->count != 1)
		return cli_fail(call, name, ERR(ERR_NOT_FOUND, "there is no such business unit"));
	*out = remote_text(rows->first, "businessunitid");
	return CLI_OK;
}
