/* data/filter_sql.c - $filter as SQL. */
#include "data/sql_text.h"

struct target {
	struct sql_builder *b;
	struct buffer *text;
	struct arena *arena;
};

/* Principals and units stand as keys in rows; the wire names them by id. */
static void operand(struct target *t, const struct column *c, const struct value *v)
{
	struct buffer *text = t->text;
	int n = sql_parameter(t->b, v);
	if (c->flags & COLUMN_OWNER_KEY)
		buffer_append_format(text, "(SELECT key FROM principal WHERE id = ?%d)", n);
	else if (c->flags & COLUMN_UNIT_KEY)
		buffer_append_format(text, "(SELECT key FROM unit WHERE id = ?%d)", n);
	else
		buffer_append_format(text, "?%d", n);
}

static const char *const op_text[] = { "", " IS ", " IS NOT ", " > ", " >= ", " < ", " <= " };
static const enum compare_op op_negated[] = { 0, COMPARE_NE, COMPARE_EQ, COMPARE_LE, COMPARE_LT, COMPARE_GE, COMPARE_GT };

/* owninguser and owningteam share the owner's place: one of them is null on the wire. */
static bool is_half_of_owner(const struct column *c)
{
	return c->type == TYPE_LOOKUP && c->flags & COLUMN_OWNER_KEY && str_equal(c->sql, S("owner"));
}

/* An unknown owner gives NULL for the subquery: "= x" is what must not match a row without one, so IS is for null only. */
static void compare_value_sql(struct target *t, const struct filter *f, str column, enum compare_op op)
{
	bool keyed = f->column->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY);
	buffer_append_str(t->text, column);
	if (op == COMPARE_EQ)
		buffer_append_str(t->text, S(" = "));
	else if (op == COMPARE_NE && keyed)
		buffer_append_str(t->text, S(" IS NOT coalesce("));
	else
		buffer_append_str(t->text, str_of(op_text[op]));
	operand(t, f->column, &f->values[0]);
	if (op == COMPARE_NE && keyed)
		buffer_append_str(t->text, S(", 0)"));
}

static void compare_null_sql(struct target *t, const struct filter *f, str column, bool is_null)
{
	if (is_half_of_owner(f->column)) {
		int kind = str_equal(f->column->targets[0], S("team")) ? 2 : 1;
		buffer_append_format(t->text, "coalesce(%.*s, 0) %sIN (SELECT key FROM principal WHERE kind = %d)", STR_ARG(column),
				     is_null ? "NOT " : "", kind);
		return;
	}
	buffer_append_str(t->text, column);
	buffer_append_str(t->text, is_null ? S(" IS NULL") : S(" IS NOT NULL"));
}

/* What is concealed is compared through a subquery, which no index serves: the column itself is compared beside it. */
static err index_help_sql(struct target *t, const struct filter *f, enum compare_op op)
{
	const struct concealment *conceal = t->b->conceal;
	str column;
	if (!conceal || f->route || op != COMPARE_EQ || f->values[0].kind == VALUE_NULL || f->column->type != TYPE_LOOKUP)
		return OK;
	t->b->conceal = NULL;
	err e = column_sql(t->b, f->column, f->route, t->arena, &column);
	t->b->conceal = conceal;
	TRY(e);
	compare_value_sql(t, f, column, op);
	buffer_append_str(t->text, S(" AND "));
	return OK;
}

static err compare_open_sql(struct target *t, const struct filter *f, bool negated);

/* From the server's own comparisons nothing is concealed. */
static err compare_sql(struct target *t, const struct filter *f, bool negated)
{
	const struct concealment *conceal = t->b->conceal;
	t->b->conceal = f->open ? NULL : conceal;
	err e = compare_open_sql(t, f, negated);
	t->b->conceal = conceal;
	return e;
}

static err compare_open_sql(struct target *t, const struct filter *f, bool negated)
{
	enum compare_op op = negated ? op_negated[f->op] : f->op;
	bool ordered = op != COMPARE_EQ && op != COMPARE_NE;
	str column;
	TRY(column_sql(t->b, f->column, f->route, t->arena, &column));
	buffer_append_char(t->text, '(');
	TRY(index_help_sql(t, f, op));
	if (f->values[0].kind == VALUE_NULL)
		compare_null_sql(t, f, column, op == COMPARE_EQ);
	else
		compare_value_sql(t, f, column, op);
	if (negated && ordered)
		buffer_append_format(t->text, " OR %.*s IS NULL", STR_ARG(column));
	buffer_append_char(t->text, ')');
	return OK;
}

static err compare_columns_sql(struct target *t, const struct filter *f, bool negated)
{
	enum compare_op op = negated ? op_negated[f->op] : f->op;
	bool ordered = op != COMPARE_EQ && op != COMPARE_NE;
	str column, other;
	TRY(column_sql(t->b, f->column, f->route, t->arena, &column));
	TRY(column_sql(t->b, f->other, f->other_route, t->arena, &other));
	/* a null on either side: false, so true when negated */
	buffer_append_format(t->text, "%s%.*s%s%.*s%s", negated && ordered ? "coalesce(" : "(", STR_ARG(column), op_text[op],
			     STR_ARG(other), negated && ordered ? ", 1)" : ")");
	return OK;
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

/* A condition that is null for a null column, which then counts as not held. */
static err open_sql(struct target *t, const struct filter *f, bool negated)
{
	str column;
	TRY(column_sql(t->b, f->column, f->route, t->arena, &column));
	buffer_append_str(t->text, negated ? S("NOT coalesce(") : S("("));
	buffer_append_str(t->text, column);
	return OK;
}

static void close_sql(struct target *t, bool negated)
{
	buffer_append_str(t->text, negated ? S(", 0)") : S(")"));
}

static err like_sql(struct target *t, const struct filter *f, bool negated)
{
	struct value pattern;
	TRY(like_pattern(f, t->arena, &pattern));
	TRY(open_sql(t, f, negated));
	buffer_append_format(t->text, " LIKE ?%d ESCAPE '\\'", sql_parameter(t->b, &pattern));
	close_sql(t, negated);
	return OK;
}

/* A null in the list makes "not in it" null: that too counts as not in it. */
static err in_sql(struct target *t, const struct filter *f, bool negated)
{
	TRY(open_sql(t, f, negated));
	buffer_append_str(t->text, S(" IN ("));
	for (size_t i = 0; i < f->value_count; i++) {
		if (i)
			buffer_append_str(t->text, S(", "));
		operand(t, f->column, &f->values[i]);
	}
	buffer_append_char(t->text, ')');
	close_sql(t, negated);
	return OK;
}

static err between_sql(struct target *t, const struct filter *f, bool negated)
{
	TRY(open_sql(t, f, negated));
	buffer_append_str(t->text, S(" BETWEEN "));
	operand(t, f->column, &f->values[0]);
	buffer_append_str(t->text, S(" AND "));
	operand(t, f->column, &f->values[1]);
	close_sql(t, negated);
	return OK;
}

/* Between commas a number is found whole. */
static err holds_sql(struct target *t, const struct filter *f, bool negated)
{
	str column;
	TRY(column_sql(t->b, f->column, f->route, t->arena, &column));
	buffer_append_str(t->text, negated ? S("NOT coalesce(") : S("("));
	for (size_t i = 0; i < f->value_count; i++)
		buffer_append_format(t->text, "%sinstr(',' || %.*s || ',', ',' || ?%d || ',') > 0", i ? " OR " : "", STR_ARG(column),
				     sql_parameter(t->b, &f->values[i]));
	close_sql(t, negated);
	return OK;
}

static err keys_sql(struct target *t, const struct filter *f, bool negated)
{
	TRY(open_sql(t, f, negated));
	buffer_append_format(t->text, " IN (SELECT value FROM i64_array(?%d)%s)", sql_parameter(t->b, &f->values[0]),
			     f->users_only ? " AS a CROSS JOIN principal AS p ON p.key = a.value AND p.kind = 1" : "");
	close_sql(t, negated);
	return OK;
}

/* Row x of the tree's table is one that the caller sees. */
static err tree_row_sql(struct target *t, const struct link *l)
{
	if (l->visible->everything && !l->visible->policy && !l->visible->also)
		return OK;
	buffer_append_str(t->text, S(" AND "));
	return visible_sql(t->b, t->text, "x", l->table, l->visible, t->arena);
}

static err tree_sql(struct target *t, const struct filter *f, bool negated)
{
	const struct link *l = f->paired;
	bool up = f->op == COMPARE_GT || f->op == COMPARE_GE, itself = f->op == COMPARE_GE || f->op == COMPARE_LE;
	int id = sql_parameter(t->b, &f->values[0]);
	buffer_append_format(t->text, "r.id %sIN (WITH RECURSIVE tree (id, up) AS (SELECT x.id, x.%.*s FROM %.*s AS x WHERE x.id = ?%d",
			     negated ? "NOT " : "", STR_ARG(l->via->sql), STR_ARG(l->table->sql), id);
	TRY(tree_row_sql(t, l));
	buffer_append_format(t->text, " UNION SELECT x.id, x.%.*s FROM tree CROSS JOIN %.*s AS x ON ", STR_ARG(l->via->sql), STR_ARG(l->table->sql));
	if (up)
		buffer_append_str(t->text, S("x.id = tree.up"));
	else
		buffer_append_format(t->text, "x.%.*s = tree.id", STR_ARG(l->via->sql));
	TRY(tree_row_sql(t, l));
	buffer_append_str(t->text, S(") SELECT id FROM tree"));
	if (!itself)
		buffer_append_format(t->text, " WHERE id <> ?%d", id);
	buffer_append_char(t->text, ')');
	return OK;
}

static void paired_sql(struct target *t, const struct filter *f, bool negated)
{
	const struct link *l = f->paired;
	buffer_append_format(t->text, "r.key %sIN (SELECT k%d FROM %.*s WHERE k%d = ?%d)", negated ? "NOT " : "", 1 - l->side,
			     STR_ARG(l->through->sql), l->side, sql_parameter(t->b, &f->values[0]));
}

/* Never negated: it is not of a client's making. */
static err since_sql(struct target *t, const struct filter *f)
{
	struct value table = { .kind = VALUE_I64, .i64 = f->table->ordinal };
	int v = sql_parameter(t->b, &f->values[0]), n = sql_parameter(t->b, &table);
	buffer_append_format(t->text, "(r.version > ?%d OR r.key IN (SELECT key FROM row_note WHERE tbl = ?%d AND version > ?%d)", v, n, v);
	if (f->before) {
		buffer_append_str(t->text, S(" OR NOT coalesce("));
		TRY(visible_sql(t->b, t->text, "r", f->table, f->before, t->arena));
		buffer_append_str(t->text, S(", 0)"));
	}
	buffer_append_char(t->text, ')');
	return OK;
}

static err node_sql(struct target *t, const struct filter *f, bool negated);

/* all(p): there is none for which not p. */
static err lambda_sql(struct target *t, const struct filter *f, bool negated)
{
	bool all = f->kind == FILTER_ALL;
	struct alias rows;
	buffer_append_str(t->text, all != negated ? S("NOT EXISTS (SELECT 1") : S("EXISTS (SELECT 1"));
	TRY(route_sql(t->b, t->text, f->route, f->scope, t->arena, &rows));
	if (f->left) {
		buffer_append_str(t->text, S(" AND "));
		TRY(node_sql(t, f->left, all));
	}
	buffer_append_char(t->text, ')');
	return OK;
}

/* `not` is pushed down to the conditions, where its meaning for null is explicit. The depth of the tree is bounded by the
 * parser: at most FILTER_TERMS_MAX joints and FILTER_DEPTH_MAX brackets. */
static err node_sql(struct target *t, const struct filter *f, bool negated)
{
	switch (f->kind) {
	case FILTER_NOT:
		return node_sql(t, f->left, !negated);
	case FILTER_AND:
	case FILTER_OR:
		buffer_append_char(t->text, '(');
		TRY(node_sql(t, f->left, negated));
		buffer_append_str(t->text, (f->kind == FILTER_AND) != negated ? S(" AND ") : S(" OR "));
		TRY(node_sql(t, f->right, negated));
		buffer_append_char(t->text, ')');
		return OK;
	case FILTER_COMPARE:
		return compare_sql(t, f, negated);
	case FILTER_COMPARE_COLUMNS:
		return compare_columns_sql(t, f, negated);
	case FILTER_LIKE:
		return like_sql(t, f, negated);
	case FILTER_IN:
		return in_sql(t, f, negated);
	case FILTER_BETWEEN:
		return between_sql(t, f, negated);
	case FILTER_HOLDS:
		return holds_sql(t, f, negated);
	case FILTER_KEYS:
		return keys_sql(t, f, negated);
	case FILTER_ANY:
	case FILTER_ALL:
		return lambda_sql(t, f, negated);
	case FILTER_TREE:
		return tree_sql(t, f, negated);
	case FILTER_SINCE:
		return since_sql(t, f);
	case FILTER_PAIRED:
		paired_sql(t, f, negated);
		return OK;
	case FILTER_PROPERTY:
		break;
	}
	FAIL(ERR_INTERNAL, "a filter that is not of rows");
}

err filter_sql(struct sql_builder *b, const struct filter *f, struct arena *arena, str *out)
{
	SCOPED(buffer) text = { 0 };
	struct target t = { b, &text, arena };
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	TRY(node_sql(&t, f, false));
	return sql_fragment_take(&text, arena, out);
}
