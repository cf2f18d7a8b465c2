/* data/sql_text.c - fragments of SQL. */
#include "data/sql_text.h"

err sql_builder_init(struct sql_builder *b, size_t value_max, struct arena *arena)
{
	*b = (struct sql_builder){ .value_max = value_max };
	buffer_init(&b->text, SQL_TEXT_BYTES_MAX);
	b->values = NEW_ARRAY(arena, struct value, value_max);
	TRY_NEW(b->values);
	return OK;
}

void sql_builder_release(struct sql_builder *b)
{
	buffer_release(&b->text);
}

int sql_parameter(struct sql_builder *b, const struct value *v)
{
	if (b->value_count == b->value_max) {
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

/* --- filter --- */

/* Principals and units stand as keys in rows; the wire names them by id. */
static void operand(struct sql_builder *b, struct buffer *text, const struct column *c, const struct value *v)
{
	int n = sql_parameter(b, v);
	if (c->flags & COLUMN_OWNER_KEY)
		buffer_append_format(text, "(SELECT key FROM principal WHERE id = ?%d)", n);
	else if (c->flags & COLUMN_UNIT_KEY)
		buffer_append_format(text, "(SELECT key FROM unit WHERE id = ?%d)", n);
	else
		buffer_append_format(text, "?%d", n);
}

static const char *const op_text[] = { "", " IS ", " IS NOT ", " > ", " >= ", " < ", " <= " };
static const enum compare_op op_negated[] = { 0, COMPARE_NE, COMPARE_EQ, COMPARE_LE, COMPARE_LT, COMPARE_GE, COMPARE_GT };

static void column_name(struct buffer *text, const struct column *c)
{
	buffer_append_format(text, "r.%.*s", STR_ARG(c->sql));
}

/* owninguser and owningteam share the owner's place: one of them is null on the wire. */
static bool is_half_of_owner(const struct column *c)
{
	return c->type == TYPE_LOOKUP && c->flags & COLUMN_OWNER_KEY && str_equal(c->sql, S("owner"));
}

/* An unknown owner gives NULL for the subquery: "= x" is what must not match a row without one, so IS is for null only. */
static void compare_sql(struct sql_builder *b, struct buffer *text, const struct filter *f, bool negated)
{
	bool null = f->values[0].kind == VALUE_NULL;
	bool keyed = f->column->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY);
	enum compare_op op = negated ? op_negated[f->op] : f->op;
	bool ordered = op != COMPARE_EQ && op != COMPARE_NE;
	buffer_append_char(text, '(');
	column_name(text, f->column);
	if (null && is_half_of_owner(f->column)) {
		int kind = str_equal(f->column->targets[0], S("team")) ? 2 : 1;
		buffer_append_format(text, " %sIN (SELECT key FROM principal WHERE kind = %d))", op == COMPARE_EQ ? "NOT " : "", kind);
		return;
	}
	if (null) {
		buffer_append_str(text, op == COMPARE_EQ ? S(" IS NULL)") : S(" IS NOT NULL)"));
		return;
	}
	if (op == COMPARE_EQ)
		buffer_append_str(text, S(" = "));
	else if (op == COMPARE_NE && keyed)
		buffer_append_str(text, S(" IS NOT coalesce("));
	else
		buffer_append_str(text, str_of(op_text[op]));
	operand(b, text, f->column, &f->values[0]);
	if (op == COMPARE_NE && keyed)
		buffer_append_str(text, S(", 0)"));
	if (negated && ordered) {
		buffer_append_str(text, S(" OR "));
		column_name(text, f->column);
		buffer_append_str(text, S(" IS NULL"));
	}
	buffer_append_char(text, ')');
}

static void compare_columns_sql(struct buffer *text, const struct filter *f, bool negated)
{
	enum compare_op op = negated ? op_negated[f->op] : f->op;
	buffer_append_format(text, negated && op != COMPARE_EQ && op != COMPARE_NE ? "coalesce(" : "(");
	column_name(text, f->column);
	buffer_append_str(text, str_of(op_text[op]));
	column_name(text, f->other);
	/* a null on either side: false, so true when negated */
	buffer_append_str(text, negated && op != COMPARE_EQ && op != COMPARE_NE ? S(", 1)") : S(")"));
}

/* The text with % _ and \ escaped, between the wildcards. */
static err like_pattern(const struct filter *f, struct arena *arena, struct value *out)
{
	str in = f->values[0].text;
	char *at = arena_alloc(arena, in.len * 2 + 2);
	size_t n = 0;
	TRY_NEW(at);
	if (f->like != LIKE_STARTS)
		at[n++] = '%';
	for (size_t i = 0; i < in.len; i++) {
		if (in.at[i] == '%' || in.at[i] == '_' || in.at[i] == '\\')
			at[n++] = '\\';
		at[n++] = in.at[i];
	}
	if (f->like != LIKE_ENDS)
		at[n++] = '%';
	*out = (struct value){ .kind = VALUE_TEXT, .text = { at, n } };
	return OK;
}

static err like_sql(struct sql_builder *b, struct buffer *text, const struct filter *f, bool negated, struct arena *arena)
{
	struct value pattern;
	TRY(like_pattern(f, arena, &pattern));
	buffer_append_str(text, negated ? S("NOT coalesce(") : S("("));
	column_name(text, f->column);
	buffer_append_format(text, " LIKE ?%d ESCAPE '\\'%s)", sql_parameter(b, &pattern), negated ? ", 0" : "");
	return OK;
}

static void in_sql(struct sql_builder *b, struct buffer *text, const struct filter *f, bool negated)
{
	buffer_append_str(text, negated ? S("NOT coalesce(") : S("("));
	column_name(text, f->column);
	buffer_append_str(text, S(" IN ("));
	for (size_t i = 0; i < f->value_count; i++) {
		if (i)
			buffer_append_str(text, S(", "));
		operand(b, text, f->column, &f->values[i]);
	}
	/* a null in the list makes "not in it" null: that too counts as not in it */
	buffer_append_str(text, negated ? S("), 0)") : S("))"));
}

static void between_sql(struct sql_builder *b, struct buffer *text, const struct filter *f, bool negated)
{
	buffer_append_str(text, negated ? S("NOT coalesce(") : S("("));
	column_name(text, f->column);
	buffer_append_str(text, S(" BETWEEN "));
	operand(b, text, f->column, &f->values[0]);
	buffer_append_str(text, S(" AND "));
	operand(b, text, f->column, &f->values[1]);
	buffer_append_str(text, negated ? S(", 0)") : S(")"));
}

static void keys_sql(struct sql_builder *b, struct buffer *text, const struct filter *f, bool negated)
{
	buffer_append_str(text, negated ? S("NOT coalesce(") : S("("));
	column_name(text, f->column);
	buffer_append_format(text, " IN (SELECT value FROM i64_array(?%d))%s)", sql_parameter(b, &f->values[0]), negated ? ", 0" : "");
}

/* `not` is pushed down to the conditions, where its meaning for null is explicit. The depth of the tree is bounded by the
 * parser: at most FILTER_TERMS_MAX joints and FILTER_DEPTH_MAX brackets. */
static err node_sql(struct sql_builder *b, struct buffer *text, const struct filter *f, bool negated, struct arena *arena)
{
	switch (f->kind) {
	case FILTER_NOT:
		return node_sql(b, text, f->left, !negated, arena);
	case FILTER_AND:
	case FILTER_OR:
		buffer_append_char(text, '(');
		TRY(node_sql(b, text, f->left, negated, arena));
		buffer_append_str(text, (f->kind == FILTER_AND) != negated ? S(" AND ") : S(" OR "));
		TRY(node_sql(b, text, f->right, negated, arena));
		buffer_append_char(text, ')');
		return OK;
	case FILTER_COMPARE:
		compare_sql(b, text, f, negated);
		return OK;
	case FILTER_COMPARE_COLUMNS:
		compare_columns_sql(text, f, negated);
		return OK;
	case FILTER_LIKE:
		return like_sql(b, text, f, negated, arena);
	case FILTER_IN:
		in_sql(b, text, f, negated);
		return OK;
	case FILTER_BETWEEN:
		between_sql(b, text, f, negated);
		return OK;
	case FILTER_KEYS:
		keys_sql(b, text, f, negated);
		return OK;
	}
	FAIL(ERR_INTERNAL, "a filter of no kind");
}

static err fragment_take(struct buffer *text, struct arena *arena, str *out)
{
	if (text->failed)
		FAIL(ERR_LIMIT, "the query needs too long a statement");
	*out = str_copy(arena, buffer_str(text));
	TRY_NEW(out->at);
	return OK;
}

err filter_sql(struct sql_builder *b, const struct filter *f, struct arena *arena, str *out)
{
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	TRY(node_sql(b, &text, f, false, arena));
	return fragment_take(&text, arena, out);
}

/* --- order and keyset --- */

void order_sql(struct buffer *b, const struct order_term *order, size_t order_count, const char *alias)
{
	bool descending = false;
	for (size_t i = 0; i < order_count; i++) {
		descending = order[i].descending;
		buffer_append_format(b, "%s.%.*s%s, ", alias, STR_ARG(order[i].column->sql), descending ? " DESC" : "");
	}
	buffer_append_format(b, "%s.key%s", alias, descending ? " DESC" : "");
}

/* Rows strictly behind `v` on this term alone. Nulls come first when ascending. */
static void strict_sql(struct buffer *text, const struct order_term *t, const struct value *v, int n)
{
	int len = (int)t->column->sql.len;
	const char *c = t->column->sql.at;
	if (t->descending && v->kind == VALUE_NULL)
		buffer_append_str(text, S("0"));
	else if (t->descending)
		buffer_append_format(text, "(r.%.*s < ?%d OR r.%.*s IS NULL)", len, c, n, len, c);
	else if (v->kind == VALUE_NULL)
		buffer_append_format(text, "r.%.*s IS NOT NULL", len, c);
	else
		buffer_append_format(text, "r.%.*s > ?%d", len, c, n);
}

/* strict(1) OR (same(1) AND (strict(2) OR ...)), and in front, where it holds, the plain range that an index can seek. */
err keyset_sql(struct sql_builder *b, const struct order_term *order, size_t order_count, const struct value *after,
	       int64_t after_key, struct arena *arena, str *out)
{
	SCOPED(buffer) text = { 0 };
	int first = 0;
	bool descending = false;
	struct value key = { .kind = VALUE_I64, .i64 = after_key };
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	if (order_count && !order[0].descending && after[0].kind != VALUE_NULL) {
		first = sql_parameter(b, &after[0]);
		buffer_append_format(&text, "r.%.*s >= ?%d AND ", STR_ARG(order[0].column->sql), first);
	}
	for (size_t i = 0; i < order_count; i++) {
		int n = i == 0 && first ? first : sql_parameter(b, &after[i]);
		descending = order[i].descending;
		buffer_append_char(&text, '(');
		strict_sql(&text, &order[i], &after[i], n);
		buffer_append_format(&text, " OR (r.%.*s IS ?%d AND ", STR_ARG(order[i].column->sql), n);
	}
	buffer_append_format(&text, "r.key %s ?%d", descending ? "<" : ">", sql_parameter(b, &key));
	for (size_t i = 0; i < order_count; i++)
		buffer_append_str(&text, S("))"));
	return fragment_take(&text, arena, out);
}
