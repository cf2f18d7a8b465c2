#include "authz/roles.h"

static const char *const misc_names[MISC_END] = {
#define MISC(name_, wire_) [MISC_##name_] = wire_,
	MISC_PRIVILEGES
#undef MISC
};

const char *misc_name(enum misc_privilege misc)
{
	return (unsigned)misc < MISC_END ? misc_names[misc] : "";
}

const struct role *role_find(const struct role_set *set, int64_t key)
{
	size_t low = 0, high = set->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (set->roles[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && set->roles[low].key == key ? &set->roles[low] : NULL;
}
