#include "data/visible.h"

#include "authz/row_filter.h"

bool visible_has(const struct visible *v, int64_t owner, int64_t unit)
{
	return v->everything || i64s_have(v->units, v->unit_count, unit) || i64s_have(v->owners, v->owner_count, owner);
}

bool visible_is_nothing(const struct table *t, const struct visible *v)
{
	if (v->also && visible_is_nothing(t, v->also))
		return true;
	return !v->everything && (!table_is_owned(t) || v->owner_count + v->unit_count + v->shared_count == 0);
}
