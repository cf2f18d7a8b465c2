#include "token/principal.h"

bool principal_has_scope(const struct principal *p, str scope)
{
	str rest = p->scopes, item;
	while (str_split(&rest, ' ', &item))
		if (scope.len && str_equal(item, scope))
			return true;
	return false;
}

bool principal_has_role(const struct principal *p, str role)
{
	for (size_t i = 0; i < p->role_count; i++)
		if (str_equal(p->roles[i], role))
			return true;
	return false;
}

bool principal_has_wid(const struct principal *p, const struct uuid *role_template)
{
	for (size_t i = 0; i < p->wid_count; i++)
		if (uuid_equal(&p->wids[i], role_template))
			return true;
	return false;
}

str principal_amr_text(const struct principal *p, struct arena *arena)
{
	str joined = S("");
	for (size_t i = 0; i < p->amr_count; i++)
		joined = i ? str_format(arena, "%.*s,%.*s", STR_ARG(joined), STR_ARG(p->amr[i])) : p->amr[i];
	return joined;
}
