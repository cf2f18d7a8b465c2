/* A tenant's licences: what the operator sells (/v1.0/subscribedSkus) and who has it. */
#include "base/uuid.h"
#include "cli/commands.h"
#include "cli/people.h"
#include "cli/remote.h"

static const char *const sku_names[] = { "skuId", "skuPartNumber", "consumedUnits", NULL };
static const char *const user_names[] = { "id", "userPrincipalName", NULL };

/* "NAME" or "NAME=ID". */
static bool write_plan(struct json_writer *w, str plan)
{
	size_t at = str_find_char(plan, '=', 0);
	str name = str_trim(at == SIZE_MAX ? plan : str_slice(plan, 0, at));
	struct uuid id;
	if (!name.len || (at != SIZE_MAX && failed(uuid_parse(str_trim(str_from(plan, at + 1)), &id))))
		return false;
	json_open_object(w);
	json_member_str(w, S("servicePlanName"), name);
	if (at != SIZE_MAX)
		json_member_uuid(w, S("servicePlanId"), &id);
	json_close_object(w);
	return true;
}

static bool write_plans(struct json_writer *w, str plans)
{
	str plan;
	bool good = true;
	json_key(w, S("servicePlans"));
	json_open_array(w);
	while (good && str_split(&plans, ',', &plan))
		good = write_plan(w, plan);
	json_close_array(w);
	return good;
}

/* Left as it is when not given. */
static bool write_locations(struct json_writer *w, str locations)
{
	str one;
	bool good = true;
	if (!locations.len)
		return true;
	json_key(w, S("usageLocations"));
	json_open_array(w);
	while (str_split(&locations, ',', &one)) {
		good = good && str_trim(one).len == 2;
		json_str(w, str_trim(one));
	}
	json_close_array(w);
	return good;
}

int cli_licence_add(struct cli_call *call)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	uint64_t seats;
	if (!str_to_u64(cli_text(call, "seats"), &seats) || seats > INT32_MAX)
		return cli_usage(call, "--seats wants a number");
	remote_body_init(&body);
	json_member_str(&body.w, S("skuPartNumber"), cli_text(call, "sku"));
	json_key(&body.w, S("prepaidUnits"));
	json_open_object(&body.w);
	json_member_i64(&body.w, S("enabled"), (int64_t)seats);
	json_close_object(&body.w);
	if (!write_plans(&body.w, cli_text(call, "plan")))
		return cli_usage(call, "--plan wants NAME or NAME=ID, comma-separated");
	if (!write_locations(&body.w, cli_text(call, "location")))
		return cli_usage(call, "--location wants countries of two letters, comma-separated");
	int status = remote_call(call, "POST", remote_directory_path(call, "/subscribedSkus"), &body, &answer);
	if (status == CLI_OK)
		remote_show(call, answer, sku_names);
	return status;
}

static int skus(struct cli_call *call, const struct json **out)
{
	return remote_list(call, remote_directory_path(call, "/subscribedSkus"), out);
}

int cli_licence_list(struct cli_call *call)
{
	const struct json *answer;
	int status = skus(call, &answer);
	if (status == CLI_OK)
		remote_show_list(call, answer, sku_names);
	return status;
}

/* The id of the product with that part number; empty when the tenant has none. */
static int sku_id_of(struct cli_call *call, str part, str *out)
{
	const struct json *answer;
	int status = skus(call, &answer);
	*out = S("");
	const struct json *list = status == CLI_OK ? json_member(answer, S("value")) : NULL;
	for (const struct json *sku = list ? list->first : NULL; sku; sku = sku->next)
		if (str_equal_nocase(remote_text(sku, "skuPartNumber"), part))
			*out = remote_text(sku, "skuId");
	return status;
}

static void write_change(struct json_writer *w, str sku, bool add)
{
	json_key(w, S("addLicenses"));
	json_open_array(w);
	if (add) {
		json_open_object(w);
		json_member_str(w, S("skuId"), sku);
		json_close_object(w);
	}
	json_close_array(w);
	json_key(w, S("removeLicenses"));
	json_open_array(w);
	if (!add)
		json_str(w, sku);
	json_close_array(w);
}

static int change(struct cli_call *call, bool add)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	str user = S(""), sku = S("");
	int status = sku_id_of(call, cli_text(call, "sku"), &sku);
	if (status != CLI_OK)
		return status;
	if (!sku.len)
		return cli_usage(call, "the tenant has no product called %s", cli_value(call, "sku"));
	status = person_id_of(call, call->position[1], &user);
	if (status != CLI_OK)
		return status;
	remote_body_init(&body);
	write_change(&body.w, sku, add);
	status = remote_call(call, "POST", remote_directory_path(call, "/users/%.*s/assignLicense", STR_ARG(user)), &body, &answer);
	if (status == CLI_OK)
		remote_show(call, answer, user_names);
	return status;
}

int cli_licence_assign(struct cli_call *call)
{
	return change(call, true);
}

int cli_licence_unassign(struct cli_call *call)
{
	return change(call, false);
}
