#include "data/typed_id.h"

static const char type_prefix[] = "Microsoft.Dynamics.CRM.";

bool typed_id_type(const struct json *object, str *out)
{
	size_t prefix = sizeof type_prefix - 1;
	str type;
	if (!json_is(object, JSON_OBJECT) || !json_member_is_str(object, S("@odata.type"), &type))
		return false;
	if (str_starts_with(type, S("#")))
		type = (str){ type.at + 1, type.len - 1 };
	if (!str_starts_with(type, (str){ type_prefix, prefix }))
		return false;
	*out = (str){ type.at + prefix, type.len - prefix };
	return true;
}

bool typed_id(const struct json *object, str name, struct uuid *out)
{
	str text;
	return json_member_is_str(object, name, &text) && !failed(uuid_parse(text, out));
}
