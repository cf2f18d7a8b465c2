#include "authz/service_plan.h"

#include "authz/rights.h"
#include "codec/json_read.h"

static err right_parse(str text, uint16_t *mask)
{
	for (enum right r = RIGHT_NONE + 1; (int)r < RIGHTS_END; r++) {
		if (str_equal(text, str_of(right_name(r)))) {
			*mask |= (uint16_t)(1u << r);
			return OK;
		}
	}
	FAIL(ERR_INVALID, "bounds name an unknown right");
}

static err rights_parse(const struct json *v, uint16_t *out)
{
	*out = 0;
	if (v->kind == JSON_STRING && str_equal(v->text, S("*"))) {
		*out = BOUND_EVERYTHING;
		return OK;
	}
	if (v->kind != JSON_ARRAY)
		FAIL(ERR_INVALID, "bounds give a table a list of rights, or \"*\"");
	for (const struct json *r = v->first; r; r = r->next) {
		if (r->kind != JSON_STRING)
			FAIL(ERR_INVALID, "bounds hold a right that is no text");
		TRY(right_parse(r->text, out));
	}
	return OK;
}

static err others_parse(const struct json *bounds, uint16_t *out)
{
	const struct json *others = json_member(bounds, S("*"));
	*out = 0;
	return others ? rights_parse(others, out) : OK;
}

err plan_bounds_parse(str text, const struct metadata *metadata, bool strict, struct arena *arena, const uint16_t **out)
{
	const struct json *bounds;
	uint16_t *rights = NEW_ARRAY(arena, uint16_t, metadata->by_ordinal_count), others;
	TRY_NEW(rights);
	if (text.len > PLAN_BOUNDS_BYTES_MAX)
		FAIL(ERR_INVALID, "bounds that are too long");
	TRY(json_parse(bytes_of_str(text), JSON_LIMITS_DEFAULT, arena, &bounds, NULL));
	if (bounds->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "bounds are an object");
	TRY(others_parse(bounds, &others));
	for (size_t i = 0; i < metadata->by_ordinal_count; i++)
		rights[i] = others;
	for (const struct json *m = bounds->first; m; m = m->next) {
		const struct table *t = metadata_table(metadata, m->name);
		uint16_t mask;
		TRY(rights_parse(m, &mask));
		if (t)
			rights[t->ordinal] = mask;
		else if (strict && !str_equal(m->name, S("*")))
			FAIL(ERR_INVALID, "bounds name a table that is not there");
	}
	*out = rights;
	return OK;
}
