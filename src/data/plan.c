/* data/plan.c - statements for the plans, and the loop that checks each row. */
#include "data/plan.h"

#include "authz/cascade.h"
#include "data/plan_internal.h"

int rows_select_index(const struct rows *rows)
{
	return table_is_owned(rows->wish->query->table) ? 4 : 2;
}

int rows_order_index(const struct rows *rows)
{
	return rows_select_index(rows) + (int)rows->wish->query->select_count;
}

/* --- text --- */

struct fragments {
	str filter, keyset, also; /* empty: none */
	str order[ORDER_MAX];     /* its columns as expressions */
	int limit;          /* parameter   */
	int shared_table, shared_with, shared_bit; /* parameters; 0: the caller holds no shares */
	const struct cascade *cascade;
};

/* Is row r shared with the caller? An index seek, beside the one that found the row; where shares come from rows above, all rows that
 * they reach are found once, and this one is looked for among them. */
static void shared_write(struct buffer *text, const struct fragments *f)
{
	if (f->shared_bit && f->cascade) {
		buffer_append_str(text, S(", r.key IN ("));
		cascade_rows_sql(text, f->cascade, f->shared_with, f->shared_bit);
		buffer_append_char(text, ')');
	} else if (f->shared_bit)
		buffer_append_format(text, ", EXISTS (SELECT 1 FROM share AS h WHERE h.tbl = ?%d AND h.obj = r.key AND h.principal "
				     "IN (SELECT value FROM i64_array(?%d)) AND (h.mask & ?%d) <> 0)",
				     f->shared_table, f->shared_with, f->shared_bit);
}

/* The rows shared with the caller, as rows r. */
static void shared_from_write(struct buffer *text, const struct table *t, const struct fragments *f)
{
	if (f->cascade) {
		buffer_append_str(text, S(" FROM ("));
		cascade_rows_sql(text, f->cascade, f->shared_with, f->shared_bit);
		buffer_append_format(text, ") AS h CROSS JOIN %.*s AS r ON r.key = h.obj WHERE 1", STR_ARG(t->sql));
		return;
	}
	buffer_append_format(text, " FROM i64_array(?%d) AS q CROSS JOIN share AS h ON h.tbl = ?%d AND h.principal = q.value "
			     "CROSS JOIN %.*s AS r ON r.key = h.obj WHERE (h.mask & ?%d) <> 0",
			     f->shared_with, f->shared_table, STR_ARG(t->sql), f->shared_bit);
}

static void columns_write(struct buffer *text, const struct odata_query *q, const struct fragments *f)
{
	buffer_append_str(text, S("SELECT r.key, r.version"));
	if (table_is_owned(q->table))
		buffer_append_str(text, S(", r.owner, r.unit"));
	for (size_t i = 0; i < q->select_count; i++)
		buffer_append_format(text, ", r.%.*s", STR_ARG(q->select[i]->sql));
	for (size_t i = 0; i < q->order_count; i++)
		buffer_append_format(text, ", %.*s", STR_ARG(f->order[i]));
	shared_write(text, f);
}

static void conditions_write(struct buffer *text, const struct fragments *f, bool first)
{
	const str parts[] = { f->filter, f->keyset, f->also };
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!parts[i].len)
			continue;
		buffer_append_str(text, first ? S(" WHERE ") : S(" AND "));
		buffer_append_str(text, parts[i]);
		first = false;
	}
}

static void plain_write(struct buffer *text, const struct odata_query *q, const struct fragments *f, bool limited)
{
	columns_write(text, q, f);
	buffer_append_format(text, " FROM %.*s AS r", STR_ARG(q->table->sql));
	conditions_write(text, f, true);
	buffer_append_str(text, S(" ORDER BY "));
	order_sql(text, q, f->order);
	if (limited)
		buffer_append_format(text, " LIMIT ?%d", f->limit);
}

static size_t arms_of(size_t count)
{
	size_t n = 1;
	while (n < count)
		n *= 2;
	return count ? n : 0;
}

/* One arm for each value; their number is rounded up to a power of two by repeating the last value, so that statements of few
 * shapes serve all callers. The arms' duplicates go with UNION's own. */
static void arms_write(struct sql_builder *b, const struct odata_query *q, const struct fragments *f, const char *column,
		       const int64_t *values, size_t count, bool *first)
{
	for (size_t i = 0; i < arms_of(count); i++) {
		struct value v = { .kind = VALUE_I64, .i64 = values[i < count ? i : count - 1] };
		buffer_append_str(&b->text, *first ? S("SELECT ") : S(" UNION SELECT "));
		for (size_t o = 0; o < q->order_count; o++)
			buffer_append_format(&b->text, "%.*s, ", STR_ARG(f->order[o]));
		buffer_append_format(&b->text, "r.key FROM %.*s AS r WHERE r.%s = ?%d", STR_ARG(q->table->sql), column,
				     sql_parameter(b, &v));
		conditions_write(&b->text, f, false);
		*first = false;
	}
}

/* All shares in one arm: UNION sorts them in. plan_choose counts them. */
static void shared_arm_write(struct sql_builder *b, const struct odata_query *q, const struct fragments *f, bool first)
{
	if (!f->shared_bit)
		return;
	buffer_append_str(&b->text, first ? S("SELECT ") : S(" UNION SELECT "));
	for (size_t o = 0; o < q->order_count; o++)
		buffer_append_format(&b->text, "%.*s, ", STR_ARG(f->order[o]));
	buffer_append_str(&b->text, S("r.key"));
	shared_from_write(&b->text, q->table, f);
	conditions_write(&b->text, f, false);
	if (first) /* alone, it needs a UNION to lose the duplicates of several principals */
		buffer_append_str(&b->text, S(" GROUP BY r.key"));
}

static void streams_write(struct sql_builder *b, const struct odata_query *q, const struct visible *v, const struct fragments *f)
{
	bool first = true, descending = q->order_count && q->order[q->order_count - 1].descending;
	columns_write(&b->text, q, f);
	buffer_append_str(&b->text, S(" FROM ("));
	arms_write(b, q, f, "owner", v->owners, v->owner_count, &first);
	arms_write(b, q, f, "unit", v->units, v->unit_count, &first);
	shared_arm_write(b, q, f, first);
	buffer_append_str(&b->text, S(" ORDER BY "));
	for (size_t o = 0; o < q->order_count; o++)
		buffer_append_format(&b->text, "%zu%s, ", o + 1, q->order[o].descending ? " DESC" : "");
	buffer_append_format(&b->text, "%zu%s LIMIT ?%d) AS s CROSS JOIN %.*s AS r ON r.key = s.key ORDER BY ", q->order_count + 1,
			     descending ? " DESC" : "", f->limit, STR_ARG(q->table->sql));
	order_sql(&b->text, q, f->order);
}

/* One owner or one unit alone: its index has the order, so nothing is merged, sorted or looked up twice. */
static void stream_write(struct sql_builder *b, const struct odata_query *q, const struct visible *v, const struct fragments *f)
{
	struct value key = { .kind = VALUE_I64, .i64 = v->unit_count ? v->units[0] : v->owners[0] };
	columns_write(&b->text, q, f);
	buffer_append_format(&b->text, " FROM %.*s AS r WHERE r.%s = ?%d", STR_ARG(q->table->sql), v->unit_count ? "unit" : "owner",
			     sql_parameter(b, &key));
	conditions_write(&b->text, f, false);
	buffer_append_str(&b->text, S(" ORDER BY "));
	order_sql(&b->text, q, f->order);
	buffer_append_format(&b->text, " LIMIT ?%d", f->limit);
}

/* `owners` and `units` must live until the statement is open. */
static void visible_keys_write(struct sql_builder *b, const struct table *t, const struct value *owners, const struct value *units,
			       const struct fragments *f)
{
	int o = sql_parameter(b, owners), u = sql_parameter(b, units);
	buffer_append_format(&b->text,
			     "(SELECT t.key FROM i64_array(?%d) AS o CROSS JOIN %.*s AS t ON t.owner = o.value "
			     "UNION SELECT t.key FROM i64_array(?%d) AS u CROSS JOIN %.*s AS t ON t.unit = u.value",
			     o, STR_ARG(t->sql), u, STR_ARG(t->sql));
	if (f->shared_bit) {
		buffer_append_str(&b->text, S(" UNION SELECT r.key"));
		shared_from_write(&b->text, t, f);
	}
	buffer_append_str(&b->text, S(") AS s "));
}

static void shared_parameters(struct sql_builder *b, const struct table *t, const struct visible *v, struct fragments *f)
{
	if (v->everything || !v->shared_count)
		return;
	struct value table = { .kind = VALUE_I64, .i64 = t->ordinal }, bit = { .kind = VALUE_I64, .i64 = v->shared_bit };
	struct value with = value_of_i64s(v->shared_with, v->shared_count);
	f->cascade = v->cascade;
	if (!v->cascade)
		f->shared_table = sql_parameter(b, &table);
	f->shared_with = sql_parameter(b, &with);
	f->shared_bit = sql_parameter(b, &bit);
}

static void gather_write(struct sql_builder *b, const struct odata_query *q, const struct visible *v, const struct fragments *f)
{
	struct value owners = value_of_i64s(v->owners, v->owner_count), units = value_of_i64s(v->units, v->unit_count);
	columns_write(&b->text, q, f);
	buffer_append_str(&b->text, S(" FROM "));
	visible_keys_write(b, q->table, &owners, &units, f);
	buffer_append_format(&b->text, "CROSS JOIN %.*s AS r ON r.key = s.key", STR_ARG(q->table->sql));
	conditions_write(&b->text, f, true);
	buffer_append_str(&b->text, S(" ORDER BY "));
	order_sql(&b->text, q, f->order);
	buffer_append_format(&b->text, " LIMIT ?%d", f->limit);
}

/* --- the cursor --- */

static err plan_settle(struct store *store, const struct rows_wish *wish, enum plan_kind *out)
{
	int64_t total, visible_rows;
	*out = wish->force;
	if (wish->visible->everything)
		*out = PLAN_OPEN;
	else if (wish->query->table->builtin)
		*out = PLAN_SCAN; /* views of a few thousand rows, without counters */
	if (*out != PLAN_CHOOSE)
		return OK;
	TRY(counters_recall(store, wish, &total, &visible_rows));
	*out = plan_choose(wish, total, visible_rows);
	return OK;
}

/* What every row must pass besides the paths that reach it. */
static err also_write(struct sql_builder *b, const struct table *t, const struct visible *v, struct arena *arena, str *out)
{
	SCOPED(buffer) text = { 0 };
	*out = (str){ 0 };
	if (!v->also && !v->policy)
		return OK;
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	if (v->policy) {
		str policy;
		TRY(policy_filter_sql(b, v->policy, arena, &policy));
		buffer_append_str(&text, policy);
	}
	if (v->also) {
		buffer_append_str(&text, v->policy ? S(" AND ") : S(""));
		TRY(visible_sql(b, &text, "r", t, v->also, arena));
	}
	return sql_fragment_take(&text, arena, out);
}

static err fragments_make(struct sql_builder *b, const struct rows_wish *wish, struct arena *arena, struct fragments *out)
{
	const struct odata_query *q = wish->query;
	struct value limit = { .kind = VALUE_I64, .i64 = wish->limit };
	*out = (struct fragments){ 0 };
	shared_parameters(b, q->table, wish->visible, out);
	TRY(order_columns_sql(b, q, arena, out->order));
	if (q->filter)
		TRY(filter_sql(b, q->filter, arena, &out->filter));
	if (wish->after)
		TRY(keyset_sql(b, q, out->order, wish->after, wish->after_key, arena, &out->keyset));
	TRY(also_write(b, q->table, wish->visible, arena, &out->also));
	out->limit = sql_parameter(b, &limit);
	return OK;
}

static err text_make(struct sql_builder *b, const struct rows_wish *wish, enum plan_kind plan, struct arena *arena)
{
	struct fragments f;
	TRY(fragments_make(b, wish, arena, &f));
	switch (plan) {
	case PLAN_STREAMS:
		if (wish->visible->owner_count + wish->visible->unit_count == 1 && !f.shared_bit)
			stream_write(b, wish->query, wish->visible, &f);
		else
			streams_write(b, wish->query, wish->visible, &f);
		return OK;
	case PLAN_GATHER:
		gather_write(b, wish->query, wish->visible, &f);
		return OK;
	default:
		plain_write(&b->text, wish->query, &f, plan == PLAN_OPEN);
		return OK;
	}
}

/* A column compared with itself takes no value, any other condition at most those that the parser counted. */
static size_t values_max(const struct rows_wish *wish, enum plan_kind plan)
{
	const struct odata_query *q = wish->query;
	size_t n = (q->filter ? FILTER_SQL_VALUES_MAX : 0) + 2 * ORDER_MAX + 12 + VISIBLE_SQL_VALUES_MAX;
	for (size_t i = 0; i < q->order_count; i++)
		n += q->order[i].route ? q->order[i].route->count * LINK_SQL_VALUES_MAX : 0;
	if (plan == PLAN_STREAMS)
		n += arms_of(wish->visible->owner_count) + arms_of(wish->visible->unit_count);
	return n;
}

err rows_open(struct store *store, const struct rows_wish *wish, struct arena *arena, struct rows *out)
{
	const struct visible *v = wish->visible;
	*out = (struct rows){ .wish = wish };
	if (visible_is_nothing(wish->query->table, v))
		return OK; /* no statement: no rows */
	TRY(plan_settle(store, wish, &out->plan));
	SCOPED(sql_builder) b = { 0 };
	TRY(sql_builder_init(&b, values_max(wish, out->plan), arena));
	b.conceal = wish->query->conceal;
	TRY(text_make(&b, wish, out->plan, arena));
	/* a scan has no limit: the parameter must not stay unused in the text, or binding it would fail */
	if (out->plan == PLAN_SCAN && b.value_count)
		b.value_count--;
	return sql_open(&b, store, &out->statement);
}

err rows_next(struct rows *rows, bool *out_row)
{
	*out_row = false;
	if (!rows->statement.store || rows->given >= rows->wish->limit)
		return OK;
	const struct visible *v = rows->wish->visible;
	bool owned = table_is_owned(rows->wish->query->table);
	int shared = rows_order_index(rows) + (int)rows->wish->query->order_count;
	for (bool row;;) {
		TRY(statement_step(&rows->statement, &row));
		if (!row)
			return OK;
		if (!owned || visible_has(v, column_i64(&rows->statement, 2), column_i64(&rows->statement, 3)) ||
		    (v->shared_count && column_i64(&rows->statement, shared)))
			break;
	}
	rows->given++;
	*out_row = true;
	return OK;
}

void rows_release(struct rows *rows)
{
	statement_release(&rows->statement);
}

/* --- count --- */

void rows_from_sql(struct sql_builder *b, const struct table *t, const struct visible *v)
{
	struct fragments f = { 0 };
	buffer_append_str(&b->text, S(" FROM "));
	if (v->everything) {
		buffer_append_format(&b->text, "%.*s AS r", STR_ARG(t->sql));
		return;
	}
	if (visible_is_nothing(t, v)) {
		buffer_append_str(&b->text, S("(SELECT 0 AS key WHERE 0) AS s "));
	} else {
		struct value owners = value_of_i64s(v->owners, v->owner_count), units = value_of_i64s(v->units, v->unit_count);
		shared_parameters(b, t, v, &f);
		visible_keys_write(b, t, &owners, &units, &f);
	}
	buffer_append_format(&b->text, "CROSS JOIN %.*s AS r ON r.key = s.key", STR_ARG(t->sql));
}

err rows_where_sql(struct sql_builder *b, const struct table *t, const struct visible *v, const struct filter *filter, struct arena *arena)
{
	str condition = { 0 }, also;
	if (filter)
		TRY(filter_sql(b, filter, arena, &condition));
	TRY(also_write(b, t, v, arena, &also));
	struct fragments f = { .filter = condition, .also = also };
	conditions_write(&b->text, &f, true);
	return OK;
}

static err count_filtered(struct store *store, const struct odata_query *q, const struct visible *v, int64_t count_max,
			  struct arena *arena, int64_t *out)
{
	SCOPED(sql_builder) b = { 0 };
	struct value limit = { .kind = VALUE_I64, .i64 = count_max };
	bool row;
	TRY(sql_builder_init(&b, FILTER_SQL_VALUES_MAX + 2 * VISIBLE_SQL_VALUES_MAX + 1, arena));
	b.conceal = q->conceal;
	buffer_append_str(&b.text, S("SELECT count(*) FROM (SELECT 1"));
	rows_from_sql(&b, q->table, v);
	TRY(rows_where_sql(&b, q->table, v, q->filter, arena));
	buffer_append_format(&b.text, " LIMIT ?%d)", sql_parameter(&b, &limit));
	SCOPED(statement) s = { 0 };
	TRY(sql_open(&b, store, &s));
	TRY(statement_step(&s, &row));
	*out = row ? column_i64(&s, 0) : 0;
	return OK;
}

err rows_count(struct store *store, const struct odata_query *q, const struct visible *v, int64_t count_max, struct arena *arena,
	       int64_t *out)
{
	*out = 0;
	if (visible_is_nothing(q->table, v))
		return OK;
	if (q->filter || q->table->builtin || v->also || v->policy || (v->shared_count && !v->everything))
		return count_filtered(store, q, v, count_max, arena, out);
	TRY(counters_exact(store, q->table, v, out));
	if (*out > count_max)
		*out = count_max;
	return OK;
}
