/* What is told of the shares of a row is what the database holds at that moment, whoever changed it and however it was undone; and the index
 * that tells it keeps its bounds. */
#include "fixture.h"

#include "authz/share.h"
#include "authz/share_index.h"

enum { STEPS = 12000, ROWS = 70, PEOPLE = 24, DENSE_ROW = 40, TEAM_KEY = 700000, DEPTH_MAX = 4, WITH_MAX = 6, ASKED_PER_STEP = 4 };

struct run {
	struct fixture *f;
	uint64_t seed;
	struct table other;                     /* a second table, of another ordinal */
	struct transaction open[DEPTH_MAX + 1]; /* the transaction, then its parts */
	int depth;                              /* of those; 0: none goes on */
	size_t asked, known, undone, elsewhere, while_writing;
};

static int below(struct run *r, int n)
{
	r->seed ^= r->seed << 13, r->seed ^= r->seed >> 7, r->seed ^= r->seed << 17;
	return (int)(r->seed % (uint64_t)n);
}

/* --- steps --- */

static const struct table *table_of(struct run *r)
{
	return below(r, 4) ? r->f->cases : &r->other;
}

static int64_t row_of(struct run *r)
{
	return below(r, 3) ? 1 + below(r, ROWS) : DENSE_ROW;
}

static int64_t principal_of(struct run *r)
{
	return below(r, 12) ? TEAM_KEY + below(r, PEOPLE) : EVERYBODY;
}

static err sql_with(struct run *r, str sql, int64_t a, int64_t b)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open_text(r->f->store, sql, &s));
	TRY(bind_i64(&s, 1, a));
	TRY(bind_i64(&s, 2, b));
	return statement_run(&s);
}

static void grant(struct run *r)
{
	must(authz_share_write(r->f->authz, table_of(r), row_of(r), principal_of(r), below(r, 4) ? (uint32_t)(1 + below(r, 127)) << 1 : 0));
}

/* Of many principals at once, past what a block keeps, and away again. */
static void grant_to_many(struct run *r)
{
	int64_t row = row_of(r);
	if (below(r, 2))
		must(sql_with(r, S("INSERT OR REPLACE INTO share (tbl, obj, principal, mask, own) WITH n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE "
				   "i < 600) SELECT ?1, ?2, 800000 + i, 2, 2 FROM n"), r->f->cases->ordinal, row));
	else
		must(sql_with(r, S("DELETE FROM share WHERE principal >= 800000 AND tbl = ?1 AND obj > ?2"), r->f->cases->ordinal, 0));
}

static void row_goes(struct run *r)
{
	must(sql_with(r, S("DELETE FROM share WHERE tbl = ?1 AND obj = ?2"), table_of(r)->ordinal, row_of(r)));
}

static void table_goes(struct run *r)
{
	if (below(r, 8) == 0)
		must(sql_with(r, S("DELETE FROM share WHERE tbl = ?1 AND ?2"), table_of(r)->ordinal, 1));
}

/* A principal's shares go by a trigger; then there is another of the same key. */
static void principal_goes(struct run *r)
{
	int64_t key = TEAM_KEY + below(r, PEOPLE);
	must(sql_with(r, S("DELETE FROM principal WHERE key = ?1 AND ?2"), key, 1));
	must(sql_with(r, S("INSERT INTO principal (key, id, kind, unit, name, version) VALUES (?1, randomblob(16), 2, ?2, 'team', 1)"), key, r->f->authz->root_unit));
}

/* What is kept of shares above ends, which changes or ends the share itself, in triggers of triggers. */
static void kept_comes_and_goes(struct run *r)
{
	int64_t row = row_of(r), who = principal_of(r);
	must(sql_with(r, S("INSERT OR REPLACE INTO share_kept (tbl, obj, principal, via, mask) VALUES (64, ?1, ?2, x'00112233445566778899aabbccddeeff', 8)"), row, who));
	must(sql_with(r, S("INSERT INTO share (tbl, obj, principal, mask, own) VALUES (64, ?1, ?2, 8, 0) ON CONFLICT DO UPDATE SET mask = mask | 8"), row, who));
	if (below(r, 2))
		must(sql_with(r, S("DELETE FROM share_kept WHERE tbl = 64 AND obj = ?1 AND ?2"), row, 1));
}

/* The second row breaks a rule, so that the first, which was there for a moment, goes again. */
static void statement_fails(struct run *r)
{
	err e = sql_with(r, S("INSERT OR REPLACE INTO share (tbl, obj, principal, mask, own) SELECT 64, ?1, ?2, 254, 254 UNION ALL SELECT 64, ?1, ?2, 1, 1"), row_of(r),
			 principal_of(r));
	assert_true(failed(e));
}

static void transaction_starts(struct run *r)
{
	if (r->depth == DEPTH_MAX)
		return;
	must(transaction_begin(r->f->store, &r->open[r->depth]));
	if (r->depth++ == 0)
		transaction_open_to_parts(&r->open[0]);
}

static void transaction_ends(struct run *r)
{
	if (r->depth == 0)
		return;
	struct transaction *tx = &r->open[--r->depth];
	if (below(r, 2)) {
		must(transaction_commit(tx));
		return;
	}
	transaction_release(tx);
	r->undone++;
}

static void everything_is_undone(struct run *r)
{
	if (r->depth == 0 || below(r, 6))
		return;
	transaction_release(&r->open[0]);
	r->depth = 0;
	memset(r->open, 0, sizeof r->open);
	r->undone++;
}

static void opened_again(struct run *r)
{
	struct fixture *f = r->f;
	struct authz_options a = { .store = f->store, .metadata = f->metadata, .tenant = f->tenant, .environment = f->environment, .name = S("Contoso"),
				   .state = ENVIRONMENT_READY };
	if (r->depth || below(r, 40))
		return;
	authz_close(f->authz);
	f->authz = NULL;
	grant_to_many(&(struct run){ .f = &(struct fixture){ .store = f->store, .cases = f->cases }, .seed = r->seed }); /* while nobody watches */
	must(authz_open(&a, &f->authz));
}

static void (*const steps[])(struct run *) = { grant, grant, grant, grant, grant, grant, grant_to_many, row_goes, table_goes, principal_goes,
					       kept_comes_and_goes, statement_fails, transaction_starts, transaction_starts, transaction_ends,
					       transaction_ends, everything_is_undone, opened_again };

/* --- questions --- */

static uint32_t read_plainly(struct run *r, const struct table *t, int64_t row, const int64_t *with, size_t count)
{
	uint32_t mask = 0;
	SCOPED(statement) s = { 0 };
	must(statement_open_text(r->f->store, S("SELECT principal, mask FROM share NOT INDEXED WHERE tbl = ?1 AND obj = ?2"), &s));
	must(bind_i64(&s, 1, t->ordinal));
	must(bind_i64(&s, 2, row));
	for (bool more;;) {
		must(statement_step(&s, &more));
		if (!more)
			return mask;
		if (i64s_have(with, count, column_i64(&s, 0)))
			mask |= (uint32_t)column_i64(&s, 1);
	}
}

static void ask(struct run *r, uint64_t seed, int step)
{
	const struct table *t = table_of(r);
	int64_t row = row_of(r), with[WITH_MAX];
	size_t count = 0;
	uint32_t told = 0, again = 0;
	for (int n = 1 + below(r, WITH_MAX); n > 0; n--)
		with[count++] = below(r, 5) ? principal_of(r) : 800000 + below(r, 700);
	count = i64s_normalize(with, count);
	bool writing = store_writing(r->f->store);
	must(authz_shares_with(r->f->authz, t, row, with, count, &told));
	uint32_t want = read_plainly(r, t, row, with, count);
	if (told != want)
		fail_msg("seed %llu, step %d, table %u, row %lld: %x, but %x is in the database", (unsigned long long)seed, step, t->ordinal, (long long)row, told, want);
	enum share_knowledge known = share_index_masks(r->f->authz->shares, t->ordinal, row, with, count, &again);
	assert_true(writing || known != SHARES_UNKNOWN); /* what was asked is known from then on */
	assert_true(known != SHARES_KNOWN || again == want);
	r->asked++;
	r->known += known == SHARES_KNOWN;
	r->elsewhere += known == SHARES_ELSEWHERE;
	r->while_writing += writing;
}

static void shares_told_are_those_of_the_database(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 10) : 0x5eed5eed5eedULL;
	struct run r = { .f = f, .seed = seed, .other = *f->cases };
	r.other.ordinal = f->countries->ordinal;
	for (int i = 0; i < PEOPLE; i++)
		must(sql_with(&r, S("INSERT INTO principal (key, id, kind, unit, name, version) VALUES (?1, randomblob(16), 2, ?2, 'team', 1)"), TEAM_KEY + i,
			      f->authz->root_unit));
	for (int step = 0; step < STEPS; step++) {
		steps[below(&r, (int)COUNT_OF(steps))](&r);
		for (int i = 0; i < ASKED_PER_STEP; i++)
			ask(&r, seed, step);
	}
	while (r.depth)
		transaction_release(&r.open[--r.depth]);
	print_message("seed %llu: %zu questions, %zu while writing; %zu then known, %zu elsewhere; %zu times something was undone\n", (unsigned long long)seed, r.asked,
		      r.while_writing, r.known, r.elsewhere, r.undone);
	assert_true(r.known > 1000 && r.elsewhere > 100 && r.undone > 100 && r.while_writing > 1000);
}

/* A part undone leaves what the transaction did before it, and the transaction undone leaves nothing. */
static void undone_shares_are_never_told(void **state)
{
	struct fixture *f = *state;
	struct authz *a = f->authz;
	const int64_t with = TEAM_KEY;
	uint32_t mask;
	struct transaction tx = { 0 }, part = { 0 };
	must(authz_share_write(a, f->cases, 1, with, share_bit(RIGHT_READ)));
	must(authz_shares_with(a, f->cases, 1, &with, 1, &mask));
	assert_int_equal(mask, share_bit(RIGHT_READ));
	must(transaction_begin(f->store, &tx));
	transaction_open_to_parts(&tx);
	must(authz_share_write(a, f->cases, 1, with, share_bit(RIGHT_WRITE)));
	must(transaction_begin(f->store, &part));
	must(authz_share_write(a, f->cases, 1, with, share_bit(RIGHT_DELETE)));
	must(authz_shares_with(a, f->cases, 1, &with, 1, &mask));
	assert_int_equal(mask, share_bit(RIGHT_DELETE));
	transaction_release(&part);
	must(authz_shares_with(a, f->cases, 1, &with, 1, &mask));
	assert_int_equal(mask, share_bit(RIGHT_WRITE));
	transaction_release(&tx);
	must(authz_shares_with(a, f->cases, 1, &with, 1, &mask));
	assert_int_equal(mask, share_bit(RIGHT_READ));
}

/* --- bounds --- */

static void draft_fill(struct share_draft *d, int64_t row, int shares)
{
	d->many = false;
	d->count = 0;
	for (int i = 0; i < shares; i++)
		share_draft_add(d, row + i * SHARE_BLOCK_ROWS / shares, i, 2);
}

static void million_shares_take_little(void **state)
{
	struct share_index *x = NULL;
	static struct share_draft d;
	const int64_t with = 3;
	uint32_t mask;
	(void)state;
	must(share_index_new(&x));
	draft_fill(&d, 0, SHARE_BLOCK_ROWS);
	for (int64_t row = 0; row < 1000000; row += SHARE_BLOCK_ROWS)
		share_index_put(x, 64, row, &d);
	assert_true(share_index_bytes(x) < 10 << 20);
	size_t known = 0, blocks = 1000000 / SHARE_BLOCK_ROWS;
	for (int64_t row = 3; row < 1000000; row += SHARE_BLOCK_ROWS)
		if (share_index_masks(x, 64, row, &with, 1, &mask) == SHARES_KNOWN) {
			assert_int_equal(mask, 2);
			known++;
		}
	assert_true(known > blocks - blocks / 100); /* some share a set with too many others */
	draft_fill(&d, 0, SHARE_BLOCK_MAX);
	for (int64_t row = 0; row < 12000 * SHARE_BLOCK_ROWS; row += SHARE_BLOCK_ROWS) {
		share_index_put(x, 65, row, &d);
		assert_true(share_index_bytes(x) <= SHARE_INDEX_BYTES);
		assert_int_equal(share_index_masks(x, 65, row, &with, 1, &mask), SHARES_KNOWN);
	}
	assert_true(share_index_bytes(x) > SHARE_INDEX_BYTES / 2);
	share_index_free(x);
}

static void index_refuses_what_it_cannot_hold(void **state)
{
	static const struct { const char *name; uint16_t table; int64_t row, principal; int shares; enum share_knowledge want; } rows[] = {
		{ "the last row", 64, ((int64_t)1 << 52) - 1, 5, 1, SHARES_KNOWN },
		{ "one further", 64, (int64_t)1 << 52, 5, 1, SHARES_ELSEWHERE },
		{ "no row", 64, -1, 5, 1, SHARES_ELSEWHERE },
		{ "no table", 0, 1, 5, 1, SHARES_ELSEWHERE },
		{ "everybody", 64, 1, 0, 1, SHARES_KNOWN },
		{ "the last principal", 64, 1, UINT32_MAX, 1, SHARES_KNOWN },
		{ "one further", 64, 1, (int64_t)UINT32_MAX + 1, 1, SHARES_ELSEWHERE },
		{ "a negative one", 64, 1, -1, 1, SHARES_ELSEWHERE },
		{ "as many as fit", 64, 1, 7, SHARE_BLOCK_MAX, SHARES_KNOWN },
		{ "one more", 64, 1, 7, SHARE_BLOCK_MAX + 1, SHARES_ELSEWHERE },
	};
	static struct share_draft d;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct share_index *x = NULL;
		uint32_t mask = 0;
		must(share_index_new(&x));
		d.many = false;
		d.count = 0;
		for (int n = 0; n < rows[i].shares; n++)
			share_draft_add(&d, rows[i].row, rows[i].principal + n, 128);
		share_index_put(x, rows[i].table, rows[i].row, &d);
		enum share_knowledge got = share_index_masks(x, rows[i].table, rows[i].row, &rows[i].principal, 1, &mask);
		if (got != rows[i].want || (got == SHARES_KNOWN && mask != 128))
			fail_msg("%s: %d, %x", rows[i].name, got, mask);
		share_index_forget(x, rows[i].table, rows[i].row);
		share_index_free(x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shares_told_are_those_of_the_database, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(undone_shares_are_never_told, fixture_setup, fixture_teardown),
		cmocka_unit_test(million_shares_take_little),
		cmocka_unit_test(index_refuses_what_it_cannot_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
