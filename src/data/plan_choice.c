/* data/plan_choice.c - counters and costs. */
#include "data/plan.h"

#include "base/map.h"
#include "data/plan_internal.h"
#include "data/sql_catalog.h"

bool order_is_indexed(const struct odata_query *q)
{
	return q->order_count == 0 || (q->order_count == 1 && q->order[0].column == q->table->primary_name && !q->order[0].route);
}

/* Costs in rows touched. A filter's selectivity is unknown: one row in ten is assumed to pass. */
enum plan_kind plan_choose(const struct rows_wish *wish, int64_t total, int64_t visible_rows)
{
	const struct visible *v = wish->visible;
	size_t streams = v->owner_count + v->unit_count;
	int64_t page = wish->limit * (wish->query->filter ? 10 : 1);
	bool indexed = order_is_indexed(wish->query);
	visible_rows += v->shared_rows;
	if (visible_rows < 1)
		visible_rows = 1;
	if (visible_rows > total)
		visible_rows = total;
	int64_t scan = total;
	if (indexed && visible_rows > 0 && page < visible_rows)
		scan = page * (total / visible_rows + 1);
	int64_t narrow = 2 * visible_rows + (int64_t)streams * 2;
	bool merge = indexed && streams <= PLAN_STREAMS_MAX;
	if (merge)
		narrow = 3 * (page < visible_rows ? page : visible_rows) + (int64_t)streams * 4 + 2 * v->shared_rows; /* shares have no order; found, fetched, sorted */
	if (scan <= narrow)
		return PLAN_SCAN;
	return merge ? PLAN_STREAMS : PLAN_GATHER;
}

static err number_of(struct store *store, const struct sql_text *sql, int64_t table, const struct value *first,
		     const struct value *second, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, table));
	if (first)
		TRY(value_bind(&s, 2, first));
	if (second)
		TRY(value_bind(&s, 3, second));
	TRY(statement_step(&s, &row));
	*out = row ? column_i64(&s, 0) : 0;
	return OK;
}

err counters_read(struct store *store, const struct table *t, const struct visible *v, int64_t *out_total,
		  int64_t *out_visible)
{
	struct value owners, units;
	int64_t by_owner = 0, by_unit = 0;
	TRY(number_of(store, &SQL_COUNT_TABLE, t->ordinal, NULL, NULL, out_total));
	if (v->owner_count) {
		owners = value_of_i64s(v->owners, v->owner_count);
		TRY(number_of(store, &SQL_COUNT_OWNERS, t->ordinal, &owners, NULL, &by_owner));
	}
	if (v->unit_count) {
		units = value_of_i64s(v->units, v->unit_count);
		TRY(number_of(store, &SQL_COUNT_UNITS, t->ordinal, &units, NULL, &by_unit));
	}
	*out_visible = by_owner + by_unit;
	return OK;
}

static uint64_t memory_key(const struct table *t, const struct visible *v)
{
	uint64_t owners = siphash((struct map_seed){ 31, t->ordinal }, bytes_of(v->owners, v->owner_count * sizeof *v->owners));
	return siphash((struct map_seed){ owners, t->ordinal }, bytes_of(v->units, v->unit_count * sizeof *v->units)) | 1;
}

err counters_recall(struct store *store, const struct rows_wish *wish, int64_t *out_total, int64_t *out_visible)
{
	const struct table *t = wish->query->table;
	if (!wish->memory)
		return counters_read(store, t, wish->visible, out_total, out_visible);
	uint64_t key = memory_key(t, wish->visible);
	size_t at = key / 2 % PLAN_MEMORY_SLOTS;
	if (wish->memory->slot[at].key != key || wish->memory->slot[at].uses == 0) {
		TRY(counters_read(store, t, wish->visible, out_total, out_visible));
		wish->memory->slot[at].key = key;
		wish->memory->slot[at].total = *out_total;
		wish->memory->slot[at].visible_rows = *out_visible;
		wish->memory->slot[at].uses = PLAN_MEMORY_USES;
	}
	wish->memory->slot[at].uses--;
	*out_total = wish->memory->slot[at].total;
	*out_visible = wish->memory->slot[at].visible_rows;
	return OK;
}

err counters_exact(struct store *store, const struct table *t, const struct visible *v, int64_t *out)
{
	struct value owners, units;
	int64_t by_unit = 0, elsewhere = 0;
	if (v->everything)
		return number_of(store, &SQL_COUNT_TABLE, t->ordinal, NULL, NULL, out);
	owners = value_of_i64s(v->owners, v->owner_count);
	units = value_of_i64s(v->units, v->unit_count);
	TRY(number_of(store, &SQL_COUNT_UNITS, t->ordinal, &units, NULL, &by_unit));
	TRY(number_of(store, &SQL_COUNT_OWNERS_ELSEWHERE, t->ordinal, &owners, &units, &elsewhere));
	*out = by_unit + elsewhere;
	return OK;
}
