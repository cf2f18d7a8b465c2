#include "data/visible.h"

static bool array_has(const int64_t *values, size_t count, int64_t wanted)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (values[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && values[low] == wanted;
}

bool visible_has(const struct visible *v, int64_t owner, int64_t unit)
{
	return v->everything || array_has(v->units, v->unit_count, unit) || array_has(v->owners, v->owner_count, owner);
}

bool visible_is_nothing(const struct table *t, const struct visible *v)
{
	if (v->also && visible_is_nothing(t, v->also))
		return true;
	return !v->everything && (!table_is_owned(t) || v->owner_count + v->unit_count + v->shared_count == 0);
}
