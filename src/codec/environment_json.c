#include "codec/environment_json.h"

void environment_admission_members(struct json_writer *w, str state, const struct uuid *group, const struct uuid *plans, size_t plan_count)
{
	json_member_str(w, S("state"), state);
	if (uuid_is_nil(group))
		json_member_null(w, S("securityGroupId"));
	else
		json_member_uuid(w, S("securityGroupId"), group);
	json_key(w, S("requiredServicePlanIds"));
	json_open_array(w);
	for (size_t i = 0; i < plan_count; i++)
		json_uuid(w, &plans[i]);
	json_close_array(w);
}
