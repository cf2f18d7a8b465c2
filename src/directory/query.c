#include "directory/query.h"

const struct property *property_find(const struct properties *properties, str name)
{
	for (size_t i = 0; i < properties->count; i++) {
		if (str_equal_nocase(str_of(properties->items[i].name), name))
			return &properties->items[i];
	}
	return NULL;
}

static err parse_select(str text, const struct properties *properties, struct query *q)
{
	str name = { 0 };

	q->all_default = false;
	while (str_split(&text, ',', &name)) {
		const struct property *p = property_find(properties, str_trim(name));
		if (!p || q->select_count == QUERY_SELECT_MAX)
			FAIL(ERR_INVALID, "$select names an unknown property");
		bool seen = false;
		for (size_t i = 0; i < q->select_count; i++)
			seen = seen || q->select[i] == p;
		if (!seen)
			q->select[q->select_count++] = p;
	}
	return OK;
}

static err parse_order(str text, const struct properties *properties, struct query *q)
{
	str name = { 0 };

	text = str_trim(text);
	if (!str_split(&text, ' ', &name))
		FAIL(ERR_INVALID, "$orderby is empty");
	str direction = str_trim(text);
	q->order = property_find(properties, name);
	q->descending = str_equal(direction, S("desc"));
	if (!q->order || q->order->type == PROPERTY_JSON || (direction.len && !q->descending && !str_equal(direction, S("asc"))))
		FAIL(ERR_INVALID, "$orderby takes one property, and asc or desc");
	return OK;
}

static err parse_number(str text, int64_t min, int64_t max, int64_t *out)
{
	uint64_t n = 0;

	if (!str_to_u64(text, &n) || n > (uint64_t)max || (int64_t)n < min)
		FAIL(ERR_INVALID, "$top or $skiptoken is out of range");
	*out = (int64_t)n;
	return OK;
}

static err parse_option(const struct url_param *p, const struct properties *properties, struct arena *arena, struct query *q)
{
	if (str_equal(p->name, S("$filter")))
		return query_filter_parse(p->value, properties, arena, q);
	if (str_equal(p->name, S("$orderby")))
		return parse_order(p->value, properties, q);
	if (str_equal(p->name, S("$top")))
		return parse_number(p->value, 1, QUERY_TOP_MAX, &q->top);
	if (str_equal(p->name, S("$skiptoken")))
		return parse_number(p->value, 0, INT64_MAX, &q->after);
	if (str_equal(p->name, S("$count"))) {
		q->count = str_equal(p->value, S("true"));
		if (!q->count && !str_equal(p->value, S("false")))
			FAIL(ERR_INVALID, "$count is true or false");
		return OK;
	}
	FAIL(ERR_INVALID, "an option of the query is not supported");
}

static void select_default(const struct properties *properties, struct query *q)
{
	for (size_t i = 0; i < properties->count && q->select_count < QUERY_SELECT_MAX; i++) {
		if (!properties->items[i].on_request)
			q->select[q->select_count++] = &properties->items[i];
	}
}

err query_parse(const struct url_params *params, const struct properties *properties, bool single, struct arena *arena,
		struct query *out)
{
	*out = (struct query){ .all_default = true, .top = QUERY_TOP_DEFAULT };
	for (size_t i = 0; i < params->count; i++) {
		const struct url_param *p = &params->items[i];
		if (!str_starts_with(p->name, S("$")))
			continue;
		if (url_param_count(params, p->name) > 1)
			FAIL(ERR_INVALID, "an option of the query is given twice");
		if (str_equal(p->name, S("$select")))
			TRY(parse_select(p->value, properties, out));
		else if (single)
			FAIL(ERR_INVALID, "an option of the query is not supported here");
		else
			TRY(parse_option(p, properties, arena, out));
	}
	if (out->all_default)
		select_default(properties, out);
	return OK;
}
