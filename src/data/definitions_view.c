/* data/definitions_view.c - the query options of definitions, and casts in their addresses. */
#include "data/definitions.h"
#include "data/odata_expand.h"
#include "data/options.h"

const char *const definition_expands[EXPANDS] = {
	[EXPAND_ATTRIBUTES] = "Attributes", [EXPAND_KEYS] = "Keys", [EXPAND_MANY_TO_ONE] = "ManyToOneRelationships",
	[EXPAND_ONE_TO_MANY] = "OneToManyRelationships", [EXPAND_MANY_TO_MANY] = "ManyToManyRelationships",
};

enum definition_shape definition_expand_shape(enum definition_expand which)
{
	return which == EXPAND_ATTRIBUTES ? SHAPE_COLUMN : which == EXPAND_KEYS ? SHAPE_KEY : SHAPE_RELATIONSHIP;
}

/* --- casts --- */

str definition_cast(const struct odata_path *p, size_t *out_count)
{
	static const str space = { "Microsoft.Dynamics.CRM.", 23 };
	str last = p->segment[p->count - 1].name;
	bool is_cast = p->count > 1 && str_starts_with(last, space) && !p->segment[p->count - 1].has_arguments;
	*out_count = is_cast ? p->count - 1 : p->count;
	return is_cast ? str_from(last, space.len) : (str){ "", 0 };
}

bool definition_cast_exists(enum definition_shape shape, str cast)
{
	struct column c = { .type = TYPE_STRING };
	if (!cast.len || str_equal(cast, definition_shape(shape)->logical_name))
		return true;
	if (shape == SHAPE_RELATIONSHIP)
		return str_equal(cast, S("OneToManyRelationshipMetadata")) || str_equal(cast, S("ManyToManyRelationshipMetadata"));
	for (; shape == SHAPE_COLUMN && c.type < TYPES_END; c.type++)
		if (column_is_of_class(&c, cast))
			return true;
	return false;
}

/* --- options --- */

static err unsupported(struct data_call *dc, str name)
{
	return REFUSE(dc, 400, CODE_BAD_QUERY, "The query option '%.*s' is not supported here.", STR_ARG(name));
}

static err nested_option(struct data_call *dc, enum definition_shape shape, const struct url_param *option, struct definition_query *out)
{
	if (str_equal(option->name, S("$filter")))
		return definition_filter_parse(dc, shape, option->value, &out->filter);
	if (!str_equal(option->name, S("$select")))
		return unsupported(dc, option->name);
	out->select = option->value;
	return definition_select_check(dc, shape, out->select);
}

static err expand_one(struct data_call *dc, const struct expand_item *item, struct definition_view *out)
{
	for (size_t i = 0; i < EXPANDS; i++) {
		if (!str_equal(item->name, str_of(definition_expands[i])))
			continue;
		if (item->expand.len)
			return unsupported(dc, S("$expand"));
		out->expand[i] = true;
		for (size_t k = 0; k < item->option_count; k++)
			TRY(nested_option(dc, definition_expand_shape((enum definition_expand)i), &item->options[k], &out->expanded[i]));
		return OK;
	}
	return REFUSE(dc, 400, CODE_BAD_QUERY, "Could not find a navigation property named '%.*s'.", STR_ARG(item->name));
}

/* A column's OptionSet is there unless $select leaves it out; expanding names it. */
static err option_set_expand(struct data_call *dc, const struct expand_item *item, struct definition_view *out)
{
	if (!str_equal(item->name, S("OptionSet")) || item->option_count || item->expand.len)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Of a column just OptionSet can be expanded, as a whole.");
	if (!out->own.select.len)
		return OK;
	out->own.select = str_join(dc->arena, out->own.select, S(",OptionSet"));
	TRY_NEW(out->own.select.at);
	return OK;
}

static err expand_parse(struct data_call *dc, enum definition_shape shape, str text, struct definition_view *out)
{
	struct expand_item *items;
	size_t count;
	if (shape != SHAPE_TABLE && shape != SHAPE_COLUMN)
		return unsupported(dc, S("$expand"));
	TRY(odata_expand_parse(text, dc->arena, &dc->problem, &items, &count));
	for (size_t i = 0; i < count; i++)
		TRY(shape == SHAPE_TABLE ? expand_one(dc, &items[i], out) : option_set_expand(dc, &items[i], out));
	return OK;
}

err definition_view_parse(struct data_call *dc, enum definition_shape shape, bool list, str cast, struct definition_view *out)
{
	str text;
	*out = (struct definition_view){ .own = { .cast = cast } };
	TRY(options_check(dc, list ? "$select $filter $expand LabelLanguages @" : "$select $expand LabelLanguages @"));
	if (url_param_find(&dc->params, S("$select"), &out->own.select))
		TRY(definition_select_check(dc, shape, out->own.select));
	if (url_param_find(&dc->params, S("LabelLanguages"), &text) && !str_equal(text, S("1033")))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Labels are kept in language 1033 only.");
	if (url_param_find(&dc->params, S("$filter"), &text))
		TRY(definition_filter_parse(dc, shape, text, &out->own.filter));
	return url_param_find(&dc->params, S("$expand"), &text) ? expand_parse(dc, shape, text, out) : OK;
}
