/* data/definitions_filter.c - $filter over definitions: the grammar of rows, over a table that exists only here, and its conditions
 * asked of values in memory. */
#include "data/definitions.h"

/* Members of enumerations may be written with their type, OwnershipTypes'UserOwned', as clients do that read the vendor's schema. */
static const char *const enumerations[] = { "AttributeTypeCode", "OwnershipTypes", "RelationshipType", "EntityKeyIndexStatus" };

/* How many characters in front of a quote are the name of an enumeration. */
static size_t enumeration_at(str rest)
{
	static const str space = { "Microsoft.Dynamics.CRM.", 23 };
	if (!str_starts_with(rest, space))
		return 0;
	for (size_t i = 0; i < COUNT_OF(enumerations); i++) {
		str name = str_of(enumerations[i]);
		size_t end = space.len + name.len;
		if (rest.len > end && rest.at[end] == '\'' && str_equal(str_slice(rest, space.len, end), name))
			return end;
	}
	return 0;
}

static err enumerations_remove(struct data_call *dc, str text, str *out)
{
	SCOPED(buffer) b = { 0 };
	bool quoted = false;
	buffer_init(&b, FILTER_LEN_MAX + 1);
	for (size_t i = 0; i < text.len; i++) {
		if (!quoted)
			i += enumeration_at(str_from(text, i));
		quoted ^= text.at[i] == '\'';
		buffer_append_char(&b, text.at[i]);
	}
	if (b.failed)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The filter is longer than %d octets.", FILTER_LEN_MAX);
	*out = str_copy(dc->arena, buffer_str(&b));
	TRY_NEW(out->at);
	return OK;
}

err definition_filter_parse(struct data_call *dc, enum definition_shape shape, str text, const struct filter **out)
{
	struct odata_caller who = dc->who;
	who.link_find = NULL;
	TRY(enumerations_remove(dc, text, &text));
	return odata_filter_parse(definition_shape(shape), text, &who, dc->arena, &dc->problem, out);
}

static bool same(const struct value *a, const struct value *b)
{
	return a->kind == VALUE_TEXT && b->kind == VALUE_TEXT ? str_equal_nocase(a->text, b->text) : value_equal(a, b);
}

static bool compare_holds(enum compare_op op, const struct value *v, const struct value *w)
{
	if (op == COMPARE_EQ || op == COMPARE_NE)
		return same(v, w) == (op == COMPARE_EQ);
	if (v->kind != w->kind || v->kind == VALUE_NULL || v->kind == VALUE_UUID)
		return false;
	int order = v->kind == VALUE_TEXT ? str_compare(v->text, w->text) : (v->i64 > w->i64) - (v->i64 < w->i64);
	switch (op) {
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

static bool one_of_holds(const struct filter *f, const struct value *v)
{
	for (size_t i = 0; i < f->value_count; i++)
		if (same(v, &f->values[i]))
			return true;
	return false;
}

static bool holds(const struct filter *f, const struct definition_row *row)
{
	switch (f->kind) {
	case FILTER_AND:
		return holds(f->left, row) && holds(f->right, row);
	case FILTER_OR:
		return holds(f->left, row) || holds(f->right, row);
	case FILTER_NOT:
		return !holds(f->left, row);
	default:
		break;
	}
	const struct value *v = &row->values[f->column->index];
	switch (f->kind) {
	case FILTER_COMPARE:
		return compare_holds(f->op, v, &f->values[0]);
	case FILTER_COMPARE_COLUMNS:
		return compare_holds(f->op, v, &row->values[f->other->index]);
	case FILTER_LIKE:
		return like_holds(f, v);
	case FILTER_IN:
		return one_of_holds(f, v);
	case FILTER_BETWEEN:
		return compare_holds(COMPARE_GE, v, &f->values[0]) && compare_holds(COMPARE_LE, v, &f->values[1]);
	default:
		return false; /* the rest looks along links or at dates, of which definitions have none */
	}
}

bool definition_filter_keeps(const struct filter *f, const struct definition_row *row)
{
	return !f || holds(f, row);
}
