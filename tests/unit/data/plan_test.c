/* Property: for generated worlds, read page by page under every plan, the rows are exactly those that a slow model says the
 * caller may see, in its order; and the count is their number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "data/plan.h"
#include "world.h"

enum { ROWS = 150, OWNERS = 9, UNITS = 6, WORLDS = 6 };

struct model_row {
	int64_t key, owner, unit;
	int name;          /* index into names; 0: null */
	bool has_count;
	int64_t count;
};

static const char *const names[] = { NULL, "alpha", "Alpha", "beta", "BETA", "gamma%", "de_lta" };

static uint64_t seed = 42;

static int64_t below(int64_t n)
{
	seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
	return (int64_t)(seed % (uint64_t)n);
}

static void row_store(struct world *w, const struct model_row *r)
{
	static const struct sql_text sql = { "test.row", "INSERT INTO t_64 (key, id, version, owner, unit, created_on, created_by,"
		" modified_on, modified_by, c_1, c_2) VALUES (?1, randomblob(16), 1, ?2, ?3, 0, 1, 0, 1, ?4, ?5)" };
	SCOPED(statement) s = { 0 };
	WORLD_TRY(statement_open(w->store, &sql, &s));
	WORLD_TRY(bind_i64(&s, 1, r->key));
	WORLD_TRY(bind_i64(&s, 2, r->owner));
	WORLD_TRY(bind_i64(&s, 3, r->unit));
	WORLD_TRY(r->name ? bind_text(&s, 4, str_of(names[r->name])) : bind_null(&s, 4));
	WORLD_TRY(r->has_count ? bind_i64(&s, 5, r->count) : bind_null(&s, 5));
	WORLD_TRY(statement_run(&s));
}

/* Some rows move and some go, so that the counters are tried as well. */
static size_t rows_make(struct world *w, struct model_row *rows)
{
	size_t n = 0;
	SCOPED(transaction) tx = { 0 };
	WORLD_TRY(transaction_begin(w->store, &tx));
	for (int64_t key = 1; key <= ROWS; key++) {
		struct model_row r = { key, 1 + below(OWNERS), 1 + below(UNITS), (int)below((int64_t)COUNT_OF(names)),
				       below(4) != 0, below(5) };
		struct model_row first = r;
		char sql[128];
		first.owner = 1 + below(OWNERS);
		row_store(w, &first);
		snprintf(sql, sizeof sql, "UPDATE t_64 SET owner = %d WHERE key = %d;", (int)r.owner, (int)key);
		WORLD_TRY(store_execute(w->store, str_of(sql)));
		if (below(10) == 0) {
			snprintf(sql, sizeof sql, "DELETE FROM t_64 WHERE key = %d;", (int)key);
			WORLD_TRY(store_execute(w->store, str_of(sql)));
		} else {
			rows[n++] = r;
		}
	}
	WORLD_TRY(transaction_commit(&tx));
	return n;
}

/* --- the model --- */

static const char *name_of(const struct model_row *r)
{
	return names[r->name];
}

static bool name_is(const struct model_row *r, const char *want)
{
	return name_of(r) && str_equal_nocase(str_of(name_of(r)), str_of(want));
}

static bool all(const struct model_row *r)
{
	(void)r;
	return true;
}

static bool is_alpha(const struct model_row *r)
{
	return name_is(r, "alpha");
}

static bool is_not_alpha(const struct model_row *r)
{
	return !name_is(r, "alpha");
}

static bool count_not_above_2(const struct model_row *r)
{
	return !(r->has_count && r->count > 2);
}

static bool contains_percent(const struct model_row *r)
{
	return name_of(r) && strchr(name_of(r), '%');
}

static bool starts_with_be(const struct model_row *r)
{
	return name_is(r, "beta");
}

static bool lacks_count_or_one(const struct model_row *r)
{
	return !r->has_count || r->count == 1;
}

static bool in_1_3(const struct model_row *r)
{
	return r->has_count && (r->count == 1 || r->count == 3);
}

static bool not_between_1_3(const struct model_row *r)
{
	return !(r->has_count && r->count >= 1 && r->count <= 3);
}

static const struct {
	const char *text;
	bool (*holds)(const struct model_row *r);
} filters[] = {
	{ NULL, all },
	{ "new_name eq 'ALPHA'", is_alpha },
	{ "new_name ne 'alpha'", is_not_alpha },
	{ "not (new_name eq 'alpha')", is_not_alpha },
	{ "not (new_count gt 2)", count_not_above_2 },
	{ "contains(new_name,'%')", contains_percent },
	{ "startswith(new_name,'bE')", starts_with_be },
	{ "new_count eq null or new_count eq 1", lacks_count_or_one },
	{ "not (new_count ne null and new_count ne 1)", lacks_count_or_one },
	{ "Microsoft.Dynamics.CRM.In(PropertyName='new_count',PropertyValues=['1','3'])", in_1_3 },
	{ "Microsoft.Dynamics.CRM.NotBetween(PropertyName='new_count',PropertyValues=['1','3'])", not_between_1_3 },
	{ "new_name eq 'alpha' and not (new_name ne 'alpha' or new_name eq null)", is_alpha },
};

static const char *const orders[] = { NULL, "new_name", "new_name desc", "new_count desc,new_name", "new_count,new_name desc" };

static int compare_names(const struct model_row *a, const struct model_row *b)
{
	if (!name_of(a) || !name_of(b))
		return (name_of(a) != NULL) - (name_of(b) != NULL);
	return strcasecmp(name_of(a), name_of(b));
}

static int compare_counts(const struct model_row *a, const struct model_row *b)
{
	if (!a->has_count || !b->has_count)
		return a->has_count - b->has_count;
	return (a->count > b->count) - (a->count < b->count);
}

static int compare(int order, const struct model_row *a, const struct model_row *b)
{
	int keys = (a->key > b->key) - (a->key < b->key), n = compare_names(a, b), c = compare_counts(a, b);
	switch (order) {
	case 0:
		return keys;
	case 1:
		return n ? n : keys;
	case 2:
		return n ? -n : -keys;
	case 3:
		return c ? -c : n ? n : keys;
	default:
		return c ? c : n ? -n : -keys;
	}
}

static size_t model_list(const struct model_row *rows, size_t n, const struct visible *v, size_t filter, int order,
			 struct model_row *out)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		bool seen = v->everything;
		for (size_t k = 0; k < v->owner_count; k++)
			seen |= v->owners[k] == rows[i].owner;
		for (size_t k = 0; k < v->unit_count; k++)
			seen |= v->units[k] == rows[i].unit;
		if (!seen || !filters[filter].holds(&rows[i]))
			continue;
		size_t at = found++;
		for (; at > 0 && compare(order, &out[at - 1], &rows[i]) > 0; at--)
			out[at] = out[at - 1];
		out[at] = rows[i];
	}
	return found;
}

/* --- the product, page by page --- */

static void query_make(struct world *w, struct arena *arena, size_t filter, int order, struct odata_query *q)
{
	struct problem problem = { 0 };
	struct url_param items[2];
	struct url_params params = { items, 0 };
	struct odata_caller who = { .now = { 0 } };
	if (filters[filter].text)
		items[params.count++] = (struct url_param){ S("$filter"), str_of(filters[filter].text) };
	if (orders[order])
		items[params.count++] = (struct url_param){ S("$orderby"), str_of(orders[order]) };
	if (failed(odata_query_parse(w->table, &params, &who, arena, &problem, q)))
		fail_msg("%s", problem.message.at);
}

static int64_t page_read(struct world *w, struct rows_wish *wish, struct arena *arena, struct value *after, int64_t *keys)
{
	SCOPED(rows) rows = { 0 };
	int64_t n = 0;
	const struct odata_query *q = wish->query;
	WORLD_TRY(rows_open(w->store, wish, arena, &rows));
	for (bool row;;) {
		WORLD_TRY(rows_next(&rows, &row));
		if (!row)
			return n;
		keys[n++] = column_i64(&rows.statement, 0);
		wish->after_key = keys[n - 1];
		for (size_t i = 0; i < q->order_count; i++) {
			after[i] = value_of_row(q->order[i].column, &rows.statement, rows_order_index(&rows) + (int)i);
			if (after[i].kind == VALUE_TEXT)
				after[i].text = str_copy(arena, after[i].text);
		}
	}
}

static void check_listing(struct world *w, const struct model_row *rows, size_t n, const struct visible *v, size_t filter, int order,
			  enum plan_kind plan)
{
	struct arena *arena = arena_new(64 << 20);
	struct model_row want[ROWS];
	struct odata_query q;
	struct value after[ORDER_MAX];
	int64_t keys[8], count;
	size_t wanted = model_list(rows, n, v, filter, order, want), got = 0;
	query_make(w, arena, filter, order, &q);
	struct rows_wish wish = { .query = &q, .visible = v, .limit = 1 + below(7), .force = plan };
	for (int64_t page;; wish.after = after) {
		page = page_read(w, &wish, arena, after, keys);
		for (int64_t i = 0; i < page; i++, got++)
			if (got >= wanted || keys[i] != want[got].key)
				fail_msg("plan %d filter %zu order %d row %zu: key %d", plan, filter, order, got, (int)keys[i]);
		if (page < wish.limit)
			break;
	}
	if (got != wanted)
		fail_msg("plan %d filter %zu order %d: %zu rows of %zu", plan, filter, order, got, wanted);
	WORLD_TRY(rows_count(w->store, &q, v, 5000, arena, &count));
	assert_int_equal(count, wanted);
	arena_free(arena);
}

static size_t some_of(int64_t n, int64_t *out)
{
	size_t count = 0;
	int64_t chance = 1 + below(4);
	for (int64_t i = 1; i <= n; i++)
		if (below(5) < chance)
			out[count++] = i;
	return count;
}

static void pages_of_every_plan_are_the_models_rows(void **state)
{
	(void)state;
	static struct model_row rows[ROWS];
	for (int i = 0; i < WORLDS; i++) {
		struct world *w = world_new();
		size_t n = rows_make(w, rows);
		int64_t owners[OWNERS], units[UNITS];
		struct visible v = { .everything = i == 0, .owners = owners, .units = units };
		v.owner_count = i == 1 ? 0 : some_of(OWNERS, owners);
		v.unit_count = i == 1 || i == 2 ? 0 : some_of(UNITS, units);
		for (size_t f = 0; f < COUNT_OF(filters); f++)
			for (int o = 0; o < (int)COUNT_OF(orders); o++)
				for (enum plan_kind p = PLAN_CHOOSE; p <= PLAN_GATHER; p++)
					if (p != PLAN_OPEN)
						check_listing(w, rows, n, &v, f, o, p);
		world_free(w);
	}
}

static const struct {
	const char *name;
	bool filter;
	int order;
	size_t streams;
	int64_t total, visible, limit;
	enum plan_kind want;
} choices[] = {
	{ "a manager of half the rows scans", false, 1, 3, 100000, 50000, 50, PLAN_SCAN },
	{ "a seller with few rows merges streams", false, 1, 2, 100000, 40, 50, PLAN_STREAMS },
	{ "an order without index gathers few rows", false, 3, 2, 100000, 400, 50, PLAN_GATHER },
	{ "an order without index scans for a broad caller", false, 3, 2, 100000, 90000, 50, PLAN_SCAN },
	{ "too many streams gather", false, 1, 500, 100000, 300, 50, PLAN_GATHER },
};

static void the_plan_follows_the_visible_fraction(void **state)
{
	(void)state;
	struct world *w = world_new();
	for (size_t i = 0; i < COUNT_OF(choices); i++) {
		static int64_t units[1000];
		struct odata_query q;
		query_make(w, w->arena, choices[i].filter, choices[i].order, &q);
		struct visible v = { .units = units, .unit_count = choices[i].streams };
		struct rows_wish wish = { .query = &q, .visible = &v, .limit = choices[i].limit };
		if (plan_choose(&wish, choices[i].total, choices[i].visible) != choices[i].want)
			fail_msg("%s", choices[i].name);
	}
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_every_plan_are_the_models_rows),
		cmocka_unit_test(the_plan_follows_the_visible_fraction),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
