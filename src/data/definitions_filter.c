/* data/definitions_filter.c - the grammar of $filter over a table that exists only here: the properties of definitions. */
#include "data/definitions.h"

#define TEXT_(s_) { s_, sizeof(s_) - 1 }

enum { P_LOGICAL, P_SCHEMA, P_SET, P_CODE, P_ID, P_CUSTOM, P_OWNERSHIP, P_NAME, PROPERTIES };

static const struct column properties[PROPERTIES] = {
	[P_LOGICAL] = { .type = TYPE_STRING, .logical_name = TEXT_("LogicalName") },
	[P_SCHEMA] = { .index = P_SCHEMA, .type = TYPE_STRING, .logical_name = TEXT_("SchemaName") },
	[P_SET] = { .index = P_SET, .type = TYPE_STRING, .logical_name = TEXT_("EntitySetName") },
	[P_CODE] = { .index = P_CODE, .type = TYPE_INTEGER, .logical_name = TEXT_("ObjectTypeCode"), .min = INT32_MIN, .max = INT32_MAX },
	[P_ID] = { .index = P_ID, .type = TYPE_UNIQUEID, .logical_name = TEXT_("MetadataId") },
	[P_CUSTOM] = { .index = P_CUSTOM, .type = TYPE_BOOLEAN, .logical_name = TEXT_("IsCustomEntity") },
	[P_OWNERSHIP] = { .index = P_OWNERSHIP, .type = TYPE_STRING, .logical_name = TEXT_("OwnershipType") },
	[P_NAME] = { .index = P_NAME, .type = TYPE_STRING, .logical_name = TEXT_("PrimaryNameAttribute") },
};
static const struct table definitions = { .logical_name = TEXT_("EntityMetadata"), .columns = properties, .column_count = PROPERTIES,
					  .primary_id = &properties[P_ID] };

err definition_filter_parse(struct data_call *dc, str text, struct definition_filter *out)
{
	out->filter = NULL;
	return text.len ? odata_filter_parse(&definitions, text, &dc->who, dc->arena, &dc->problem, &out->filter) : OK;
}

static struct value text_value(str text)
{
	return (struct value){ .kind = VALUE_TEXT, .text = text };
}

static struct value property_of(uint16_t property, const struct table *t, const struct column *c)
{
	switch (property) {
	case P_LOGICAL:
		return text_value(c ? c->logical_name : t->logical_name);
	case P_SCHEMA:
		return text_value(c ? c->schema_name : t->schema_name);
	case P_SET:
		return text_value(t->entity_set);
	case P_CODE:
		return (struct value){ .kind = VALUE_I64, .i64 = t->object_type_code };
	case P_ID:
		return (struct value){ .kind = VALUE_UUID, .uuid = c ? c->id : t->id };
	case P_CUSTOM:
		return (struct value){ .kind = VALUE_I64, .i64 = !t->builtin };
	case P_OWNERSHIP:
		return text_value(table_is_owned(t) ? S("UserOwned") : S("OrganizationOwned"));
	default:
		return t->primary_name ? text_value(t->primary_name->logical_name) : (struct value){ 0 };
	}
}

static bool same(const struct value *a, const struct value *b)
{
	return a->kind == VALUE_TEXT && b->kind == VALUE_TEXT ? str_equal_nocase(a->text, b->text) : value_equal(a, b);
}

static bool compare_holds(const struct filter *f, const struct value *v)
{
	const struct value *w = &f->values[0];
	if (f->op == COMPARE_EQ || f->op == COMPARE_NE)
		return same(v, w) == (f->op == COMPARE_EQ);
	if (v->kind != w->kind || v->kind == VALUE_NULL)
		return false;
	int order = v->kind == VALUE_TEXT ? str_compare(v->text, w->text) : (v->i64 > w->i64) - (v->i64 < w->i64);
	switch (f->op) {
	case COMPARE_GT:
		return order > 0;
	case COMPARE_GE:
		return order >= 0;
	case COMPARE_LT:
		return order < 0;
	default:
		return order <= 0;
	}
}

static bool like_holds(const struct filter *f, const struct value *v)
{
	str want = f->values[0].text, have = v->text;
	if (v->kind != VALUE_TEXT || want.len > have.len)
		return false;
	size_t last = have.len - want.len;
	size_t from = f->like == LIKE_ENDS ? last : 0, to = f->like == LIKE_STARTS ? 0 : last;
	for (size_t i = from; i <= to; i++)
		if (str_equal_nocase(str_slice(have, i, i + want.len), want))
			return true;
	return false;
}

static bool holds(const struct filter *f, const struct table *t, const struct column *c)
{
	struct value v, other;
	switch (f->kind) {
	case FILTER_AND:
		return holds(f->left, t, c) && holds(f->right, t, c);
	case FILTER_OR:
		return holds(f->left, t, c) || holds(f->right, t, c);
	case FILTER_NOT:
		return !holds(f->left, t, c);
	case FILTER_COMPARE_COLUMNS:
		v = property_of(f->column->index, t, c);
		other = property_of(f->other->index, t, c);
		return same(&v, &other) == (f->op == COMPARE_EQ);
	default:
		break;
	}
	v = property_of(f->column->index, t, c);
	if (f->kind == FILTER_COMPARE)
		return compare_holds(f, &v);
	if (f->kind == FILTER_LIKE)
		return like_holds(f, &v);
	for (size_t i = 0; f->kind == FILTER_IN && i < f->value_count; i++)
		if (same(&v, &f->values[i]))
			return true;
	return f->kind == FILTER_BETWEEN && v.kind == VALUE_I64 && v.i64 >= f->values[0].i64 && v.i64 <= f->values[1].i64;
}

bool definition_filter_keeps(const struct definition_filter *f, const struct table *t, const struct column *c)
{
	return !f->filter || holds(f->filter, t, c);
}
