/* The store over a disk that loses power or is full.
 *
 * Each cut: a database under load, power off at a random operation, restart. Then every acknowledged transaction is
 * there, at most the one in flight besides, each whole; no page fails its authentication; integrity_check says ok.
 * usage: power_test [cuts [seed]] */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "keys/client.h"
#include "store/sqlite_internal.h"
#include "test_disk.h"

static unsigned long cuts_wanted = 300, seed_first = 1;

struct world {
	char folder[64], path[96], sidecar[104];
	struct database_keys keys;
	struct database_anchor kept, kept_at_cut;
	bool has_kept;
	uint8_t sidecar_at_cut[SIDECAR_BYTES];
	int64_t acknowledged;
};

static const struct sql_migration migrations[] = {
	{ 1, "load", "CREATE TABLE counter(id INTEGER PRIMARY KEY, n INTEGER NOT NULL);"
		     "INSERT INTO counter VALUES(1,0);"
		     "CREATE TABLE row(id INTEGER PRIMARY KEY, made_by INTEGER NOT NULL, filler BLOB NOT NULL);"
		     "CREATE INDEX row_by_maker ON row(made_by);" },
};

static err anchor_put(void *self, const struct database_anchor *a)
{
	struct world *w = self;
	w->kept = *a;
	w->has_kept = true;
	return OK;
}

static err anchor_get(void *self, struct database_anchor *out)
{
	struct world *w = self;
	if (!w->has_kept)
		FAIL(ERR_NOT_FOUND, "none");
	*out = w->kept;
	return OK;
}

static void remember(void *self)
{
	struct world *w = self;
	FILE *file = fopen(w->sidecar, "rb");
	w->kept_at_cut = w->kept;
	assert_non_null(file);
	assert_int_equal(fread(w->sidecar_at_cut, 1, SIDECAR_BYTES, file), SIDECAR_BYTES);
	fclose(file);
}

static void restart(struct world *w)
{
	if (disk_is_off()) { /* what was written to the real folder after the cut never happened */
		FILE *file = fopen(w->sidecar, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(w->sidecar_at_cut, 1, SIDECAR_BYTES, file), SIDECAR_BYTES);
		fclose(file);
		w->kept = w->kept_at_cut;
	}
	disk_power_on();
}

static void world_begin(struct world *w)
{
	memset(w, 0, sizeof *w);
	snprintf(w->folder, sizeof w->folder, "/tmp/bailiwick-power-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->path, sizeof w->path, "%s/a.db", w->folder);
	snprintf(w->sidecar, sizeof w->sidecar, "%s.bwk", w->path);
	w->keys.version_count = 1;
	w->keys.versions[0] = 1;
	memset(w->keys.page[0].k, 1, 32);
	memset(w->keys.wal_header[0].k, 2, 32);
	memset(w->keys.anchor.k, 3, 32);
}

static void world_end(struct world *w)
{
	unlink(w->path);
	unlink(w->sidecar);
	rmdir(w->folder);
}

static err world_open(struct world *w, struct store **out)
{
	struct store_options o = { .path = w->path, .keys = &w->keys, .migrations = migrations, .migration_count = 1,
				   .cache_bytes = 40 << 10, .anchor = { anchor_put, anchor_get, w } };
	return store_open_over(&o, TEST_DISK_NAME, out);
}

static err run3(struct store *store, str sql, int64_t a, int64_t b, int64_t c)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open_text(store, sql, &s));
	TRY(bind_i64(&s, 1, a));
	TRY(bind_i64(&s, 2, b));
	TRY(bind_i64(&s, 3, c));
	return statement_run(&s);
}

/* Every row made by transaction n: 1 + n % 7 rows, until a later one deletes them all. */
static err one_transaction(struct store *store, int64_t n)
{
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(store, &tx));
	int64_t rows = 1 + n % 7;
	for (int64_t i = 0; i < rows; i++)
		TRY(run3(store, S("INSERT INTO row(made_by,filler) VALUES(?1+0*?3,randomblob(?2))"), n,
			 (int64_t)(disk_random() % (disk_random() % 8 ? 300 : 20000)), 0));
	if (disk_random() % 3 == 0)
		TRY(run3(store, S("DELETE FROM row WHERE made_by=?1+0*?2+0*?3"), (int64_t)(disk_random() % (uint64_t)(n + 1)), 0, 0));
	if (disk_random() % 10 == 0) { /* and a change that is undone */
		TRY(savepoint_begin(store));
		TRY(run3(store, S("UPDATE row SET filler=randomblob(900+0*?1+0*?2+0*?3)"), 0, 0, 0));
		TRY(savepoint_undo(store));
	}
	TRY(run3(store, S("UPDATE counter SET n=?1 WHERE id=1+0*?2+0*?3"), n, 0, 0));
	return transaction_commit(&tx);
}

static int64_t number(struct store *store, str sql)
{
	SCOPED(statement) s = { 0 };
	bool row = false;
	err e = statement_open_text(store, sql, &s);
	if (!failed(e))
		e = statement_step(&s, &row);
	if (failed(e))
		fail_msg("%s: %s", sql.at, err_why(e));
	return row ? column_i64(&s, 0) : -1;
}

static void check_whole(struct world *w, struct store *store)
{
	int64_t n = number(store, S("SELECT n FROM counter"));
	if (n != w->acknowledged && n != w->acknowledged + 1)
		fail_msg("acknowledged %lld, found %lld", (long long)w->acknowledged, (long long)n);
	w->acknowledged = n;
	assert_int_equal(number(store, S("SELECT count(*) FROM (SELECT made_by, count(*) AS c FROM row GROUP BY made_by) "
					 "WHERE c <> 1 + made_by % 7")), 0);
	assert_int_equal(number(store, S("SELECT count(*) FROM row WHERE made_by > (SELECT n FROM counter)")), 0);
	assert_int_equal(number(store, S("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'")), 1);
	assert_int_equal(number(store, S("SELECT sum(length(filler)) >= 0 OR count(*) = 0 FROM row NOT INDEXED")), 1);
}

static void load(struct world *w, struct store *store)
{
	for (int i = 0; i < 120 && !disk_is_off(); i++) {
		if (!failed(one_transaction(store, w->acknowledged + 1)))
			w->acknowledged++;
		if (disk_random() % 12 == 0)
			store_idle(store);
	}
}

static void power_cuts_lose_nothing_acknowledged(void **state)
{
	struct world w;
	(void)state;
	for (unsigned long seed = seed_first, cuts = 0; cuts < cuts_wanted; seed++) {
		struct store *store = NULL;
		world_begin(&w);
		disk_reset(seed);
		assert_false(failed(world_open(&w, &store)));
		for (int life = 0; life < 10; life++, cuts++) { /* the same database survives ten cuts */
			disk_cut_after(1 + disk_random() % 700, remember, &w);
			load(&w, store);
			store_close(store);
			restart(&w);
			/* a second cut may fall into recovery itself */
			if (disk_random() % 3 == 0) {
				disk_cut_after(1 + disk_random() % 20, remember, &w);
				if (!failed(world_open(&w, &store)))
					store_close(store);
				restart(&w);
			}
			err e = world_open(&w, &store);
			if (failed(e))
				fail_msg("seed %lu life %d: %s", seed, life, err_why(e));
			check_whole(&w, store);
		}
		store_close(store);
		world_end(&w);
	}
	disk_reset(1);
}

static void a_full_disk_refuses_and_the_handle_goes_on(void **state)
{
	struct world w;
	struct store *store = NULL;
	unsigned refused = 0;

	(void)state;
	world_begin(&w);
	disk_reset(77);
	assert_false(failed(world_open(&w, &store)));
	for (int round = 0; round < 60; round++) {
		disk_capacity(disk_used() + disk_random() % 60000);
		for (int i = 0; i < 30; i++) {
			err e = one_transaction(store, w.acknowledged + 1);
			if (!failed(e)) {
				w.acknowledged++;
				continue;
			}
			assert_int_equal(err_kind_of(e), ERR_FULL);
			assert_false(store_in_transaction(store));
			assert_int_equal(number(store, S("SELECT n FROM counter")), w.acknowledged);
			refused++;
		}
		store_idle(store); /* may fail for want of room as well */
		if (round % 10 == 9) { /* also closed and opened while full */
			store_close(store);
			assert_false(failed(world_open(&w, &store)));
		}
		check_whole(&w, store);
		disk_capacity(SIZE_MAX);
		assert_false(failed(one_transaction(store, w.acknowledged + 1)));
		w.acknowledged++;
	}
	assert_true(refused > 30);
	store_close(store);
	world_end(&w);
	disk_reset(1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_cuts_lose_nothing_acknowledged),
		cmocka_unit_test(a_full_disk_refuses_and_the_handle_goes_on),
	};
	cuts_wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : cuts_wanted;
	seed_first = argc > 2 ? strtoul(argv[2], NULL, 10) : seed_first;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
