/* data/sql_text.c - fragments of SQL. */
#include "data/sql_text.h"

err sql_builder_init(struct sql_builder *b, size_t value_max, struct arena *arena)
{
	*b = (struct sql_builder){ .value_max = value_max, .arena = arena };
	buffer_init(&b->text, SQL_TEXT_BYTES_MAX);
	b->values = NEW_ARRAY(arena, struct value, value_max);
	TRY_NEW(b->values);
	return OK;
}

void sql_builder_release(struct sql_builder *b)
{
	buffer_release(&b->text);
}

static bool values_widen(struct sql_builder *b)
{
	size_t more = b->value_max ? b->value_max * 2 : 8;
	struct value *wider = more <= SQL_VALUES_MAX ? NEW_ARRAY(b->arena, struct value, more) : NULL;
	if (!wider)
		return false;
	if (b->value_count)
		memcpy(wider, b->values, b->value_count * sizeof *wider);
	b->values = wider;
	b->value_max = more;
	return true;
}

int sql_parameter(struct sql_builder *b, const struct value *v)
{
	if (b->value_count == b->value_max && !values_widen(b)) {
		b->too_many = true;
		return 1;
	}
	b->values[b->value_count++] = *v;
	return (int)b->value_count;
}

err sql_open(struct sql_builder *b, struct store *store, struct statement *out)
{
	if (b->too_many || b->text.failed)
		FAIL(ERR_LIMIT, "the query needs too long a statement");
	SCOPED(statement) s = { 0 };
	TRY(statement_open_text(store, buffer_str(&b->text), &s));
	for (size_t i = 0; i < b->value_count; i++)
		TRY(value_bind(&s, (int)i + 1, &b->values[i]));
	*out = s;
	s = (struct statement){ 0 };
	return OK;
}

err sql_fragment_take(struct buffer *text, struct arena *arena, str *out)
{
	if (text->failed)
		FAIL(ERR_LIMIT, "the query needs too long a statement");
	*out = str_copy(arena, buffer_str(text));
	TRY_NEW(out->at);
	return OK;
}

/* --- order and keyset --- */

err order_columns_sql(struct sql_builder *b, const struct odata_query *q, struct arena *arena, str out[static ORDER_MAX])
{
	for (size_t i = 0; i < q->order_count; i++)
		TRY(column_sql(b, q->order[i].column, q->order[i].route, arena, &out[i]));
	return OK;
}

void order_sql(struct buffer *b, const struct odata_query *q, const str *columns)
{
	bool descending = false;
	for (size_t i = 0; i < q->order_count; i++) {
		descending = q->order[i].descending;
		buffer_append_format(b, "%.*s%s, ", STR_ARG(columns[i]), descending ? " DESC" : "");
	}
	buffer_append_format(b, "r.key%s", descending ? " DESC" : "");
}

/* Rows strictly behind `v` on this term alone. Nulls come first when ascending. */
static void strict_sql(struct buffer *text, bool descending, str column, const struct value *v, int n)
{
	int len = (int)column.len;
	const char *c = column.at;
	if (descending && v->kind == VALUE_NULL)
		buffer_append_str(text, S("0"));
	else if (descending)
		buffer_append_format(text, "(%.*s < ?%d OR %.*s IS NULL)", len, c, n, len, c);
	else if (v->kind == VALUE_NULL)
		buffer_append_format(text, "%.*s IS NOT NULL", len, c);
	else
		buffer_append_format(text, "%.*s > ?%d", len, c, n);
}

/* strict(1) OR (same(1) AND (strict(2) OR ...)), and in front, where it holds, the plain range that an index can seek. */
err keyset_sql(struct sql_builder *b, const struct odata_query *q, const str *columns, const struct value *after, int64_t after_key,
	       struct arena *arena, str *out)
{
	const struct order_term *order = q->order;
	SCOPED(buffer) text = { 0 };
	int first = 0;
	bool descending = false;
	struct value key = { .kind = VALUE_I64, .i64 = after_key };
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	if (q->order_count && !order[0].descending && after[0].kind != VALUE_NULL) {
		first = sql_parameter(b, &after[0]);
		buffer_append_format(&text, "%.*s >= ?%d AND ", STR_ARG(columns[0]), first);
	}
	for (size_t i = 0; i < q->order_count; i++) {
		int n = i == 0 && first ? first : sql_parameter(b, &after[i]);
		descending = order[i].descending;
		buffer_append_char(&text, '(');
		strict_sql(&text, descending, columns[i], &after[i], n);
		buffer_append_format(&text, " OR (%.*s IS ?%d AND ", STR_ARG(columns[i]), n);
	}
	buffer_append_format(&text, "r.key %s ?%d", descending ? "<" : ">", sql_parameter(b, &key));
	for (size_t i = 0; i < q->order_count; i++)
		buffer_append_str(&text, S("))"));
	return sql_fragment_take(&text, arena, out);
}
