/* store.h over the sealing VFS: round trips, refusals, and tampering with the files between two openings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/client.h"
#include "store/store.h"

enum { PAGE = 4096, COPY_MAX = 1 << 22 };

struct fixture {
	char folder[64], path[96], log[104], sidecar[104];
	struct database_keys keys;
	struct database_anchor kept;
	bool has_kept;
};

static const struct sql_migration migrations[] = {
	{ 1, "note", "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;" },
};

static err anchor_put(void *self, const struct database_anchor *a)
{
	struct fixture *f = self;
	f->kept = *a;
	f->has_kept = true;
	return OK;
}

static err anchor_get(void *self, struct database_anchor *out)
{
	struct fixture *f = self;
	if (!f->has_kept)
		FAIL(ERR_NOT_FOUND, "no anchor yet");
	*out = f->kept;
	return OK;
}

static void keys_fill(struct database_keys *k, uint8_t seed)
{
	memset(k, 0, sizeof *k);
	memset(k->database_id.b, seed, 16);
	k->version_count = 1;
	k->versions[0] = 1;
	memset(k->page[0].k, seed + 1, 32);
	memset(k->wal_header[0].k, seed + 2, 32);
	memset(k->anchor.k, seed + 3, 32);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	snprintf(f->folder, sizeof f->folder, "/tmp/bailiwick-store-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof f->path, "%s/a.db", f->folder);
	snprintf(f->log, sizeof f->log, "%s-wal", f->path);
	snprintf(f->sidecar, sizeof f->sidecar, "%s.bwk", f->path);
	keys_fill(&f->keys, 10);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	unlink(f->path);
	unlink(f->log);
	unlink(f->sidecar);
	rmdir(f->folder);
	free(f);
	return 0;
}

static err open_store(struct fixture *f, struct store **out)
{
	struct store_options o = { .path = f->path, .keys = &f->keys, .migrations = migrations,
				   .migration_count = COUNT_OF(migrations), .anchor = { anchor_put, anchor_get, f } };
	return store_open(&o, out);
}

static err insert(struct store *store, int64_t id, str text)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open_text(store, S("INSERT INTO note VALUES(?1,?2)"), &s));
	TRY(bind_i64(&s, 1, id));
	TRY(bind_text(&s, 2, text));
	return statement_run(&s);
}

static void insert_many(struct store *store, int64_t from, int64_t to)
{
	SCOPED(transaction) tx = { 0 };
	assert_false(failed(transaction_begin(store, &tx)));
	for (int64_t i = from; i < to; i++) {
		char text[300];
		int n = snprintf(text, sizeof text, "PLAINTEXT-MARKER %lld %200d", (long long)i, 7);
		assert_false(failed(insert(store, i, (str){ text, (size_t)n })));
	}
	assert_false(failed(transaction_commit(&tx)));
}

static int64_t number(struct store *store, str sql)
{
	SCOPED(statement) s = { 0 };
	bool row = false;
	assert_false(failed(statement_open_text(store, sql, &s)));
	err e = statement_step(&s, &row);
	return failed(e) || !row ? -1 : column_i64(&s, 0);
}

static size_t slurp(const char *path, uint8_t *to)
{
	FILE *file = fopen(path, "rb");
	size_t n = file ? fread(to, 1, COPY_MAX, file) : 0;
	if (file)
		fclose(file);
	return n;
}

static void put_back(const char *path, const uint8_t *from, size_t n)
{
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(from, 1, n, file), n);
	fclose(file);
}

/* The state a killed process leaves: its files as they are while the handle is open. Copied, then put in place. */
struct snapshot {
	uint8_t database[COPY_MAX], log[COPY_MAX], sidecar[256];
	size_t database_len, log_len, sidecar_len;
	struct database_anchor kept;
};

static struct snapshot *snapshot_take(const struct fixture *f)
{
	struct snapshot *s = calloc(1, sizeof *s);
	s->database_len = slurp(f->path, s->database);
	s->log_len = slurp(f->log, s->log);
	uint8_t *sidecar = malloc(COPY_MAX);
	s->sidecar_len = slurp(f->sidecar, sidecar);
	memcpy(s->sidecar, sidecar, s->sidecar_len);
	free(sidecar);
	s->kept = f->kept;
	return s;
}

static void snapshot_restore(struct fixture *f, const struct snapshot *s)
{
	put_back(f->path, s->database, s->database_len);
	put_back(f->log, s->log, s->log_len);
	put_back(f->sidecar, s->sidecar, s->sidecar_len);
	f->kept = s->kept;
}

static void rows_survive_closing(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	assert_false(failed(open_store(f, &store)));
	insert_many(store, 0, 3000);
	store_close(store);
	assert_false(failed(open_store(f, &store)));
	assert_int_equal(number(store, S("SELECT count(*) FROM note")), 3000);
	assert_int_equal(number(store, S("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'")), 1);
	store_close(store);
}

static void a_second_owner_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL, *other = NULL;
	assert_false(failed(open_store(f, &store)));
	assert_int_equal(err_kind_of(open_store(f, &other)), ERR_CONFLICT);
	store_close(store);
}

static void constraints_savepoints_and_arrays(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	assert_false(failed(open_store(f, &store)));
	insert_many(store, 0, 10);
	assert_int_equal(err_kind_of(insert(store, 3, S("x"))), ERR_CONFLICT);
	{
		SCOPED(transaction) tx = { 0 };
		assert_false(failed(transaction_begin(store, &tx)));
		assert_false(failed(savepoint_begin(store)));
		assert_false(failed(insert(store, 100, S("gone"))));
		assert_false(failed(savepoint_undo(store)));
		assert_false(failed(insert(store, 101, S("kept"))));
		assert_false(failed(transaction_commit(&tx)));
	}
	{
		SCOPED(transaction) tx = { 0 };
		assert_false(failed(transaction_begin(store, &tx)));
		assert_false(failed(insert(store, 102, S("dropped"))));
	}
	assert_int_equal(number(store, S("SELECT group_concat(id) = '101' FROM note WHERE id >= 100")), 1);
	SCOPED(statement) s = { 0 };
	bool row = false;
	assert_false(failed(statement_open_text(store, S("SELECT count(*) FROM note WHERE id IN (SELECT value FROM i64_array(?1))"), &s)));
	assert_false(failed(bind_i64_array(&s, 1, (const int64_t[]){ 1, 5, 77, 101 }, 4)));
	assert_false(failed(statement_step(&s, &row)));
	assert_true(row);
	assert_int_equal(column_i64(&s, 0), 3);
	statement_release(&s);
	store_close(store);
}

static void a_mark_stands_until_rows_may_differ(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	assert_false(failed(open_store(f, &store)));
	insert_many(store, 1, 4);
	uint64_t mark = store_mark(store);
	assert_int_equal(number(store, S("SELECT count(*) FROM note")), 3);
	{
		SCOPED(transaction) snapshot = { 0 };
		assert_false(failed(transaction_begin_read(store, &snapshot)));
		assert_int_equal(number(store, S("SELECT count(*) FROM note")), 3);
	}
	assert_true(store_mark(store) == mark); /* reading, and its end, move nothing */
	assert_false(failed(insert(store, 9, S("nine"))));
	assert_true(store_mark(store) != mark);
	{
		SCOPED(transaction) undone = { 0 };
		assert_false(failed(transaction_begin(store, &undone)));
		assert_false(failed(insert(store, 10, S("ten"))));
		mark = store_mark(store);
	}
	assert_true(store_mark(store) != mark); /* what was read inside is no longer so */
	{
		SCOPED(transaction) outer = { 0 };
		assert_false(failed(transaction_begin(store, &outer)));
		assert_false(failed(savepoint_begin(store)));
		assert_false(failed(insert(store, 11, S("eleven"))));
		mark = store_mark(store);
		assert_false(failed(savepoint_undo(store)));
		assert_true(store_mark(store) != mark);
	}
	store_close(store);
}

static void what_would_read_past_the_cipher_is_denied(void **state)
{
	static const char *const refused[] = {
		"ATTACH ':memory:' AS x", "VACUUM INTO '/tmp/bailiwick-stolen'", "VACUUM", "PRAGMA journal_mode=DELETE",
		"PRAGMA locking_mode=NORMAL", "PRAGMA user_version=9", "PRAGMA temp_store=1", "SELECT load_extension('x')",
		"PRAGMA writable_schema=ON",
	};
	struct fixture *f = *state;
	struct store *store = NULL;
	assert_false(failed(open_store(f, &store)));
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_true(failed(store_execute(store, str_of(refused[i]))));
	assert_int_not_equal(access("/tmp/bailiwick-stolen", F_OK), 0);
	store_close(store);
}

static bool contains(const uint8_t *at, size_t len, const char *marker)
{
	return memmem(at, len, marker, strlen(marker)) != NULL;
}

/* A small cache, so that a big transaction and a big sort would spill if anything may. */
static void no_plaintext_in_any_file(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	struct store_options o = { .path = f->path, .keys = &f->keys, .migrations = migrations, .migration_count = 1,
				   .cache_bytes = 64 << 10, .anchor = { anchor_put, anchor_get, f } };
	assert_false(failed(store_open(&o, &store)));
	insert_many(store, 0, 5000);
	assert_int_equal(number(store, S("SELECT count(*) FROM (SELECT text FROM note ORDER BY substr(text,20),text LIMIT 4000)")), 4000);
	struct snapshot *s = snapshot_take(f);
	store_close(store);
	struct snapshot *closed = snapshot_take(f);
	const struct snapshot *const both[] = { s, closed };
	for (size_t i = 0; i < 2; i++) {
		assert_true(both[i]->database_len > 0);
		assert_false(contains(both[i]->database, both[i]->database_len, "MARKER"));
		assert_false(contains(both[i]->log, both[i]->log_len, "MARKER"));
		assert_false(contains(both[i]->database, both[i]->database_len, "SQLite format"));
		assert_false(contains(both[i]->log, both[i]->log_len, "CREATE TABLE"));
	}
	assert_true(closed->database_len > 1 << 20);
	free(s);
	free(closed);
}

static void a_killed_process_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	assert_false(failed(open_store(f, &store)));
	insert_many(store, 0, 100);
	insert_many(store, 100, 200);
	struct snapshot *s = snapshot_take(f);
	store_close(store);
	snapshot_restore(f, s);
	assert_true(s->log_len > 0);
	assert_false(failed(open_store(f, &store)));
	assert_int_equal(number(store, S("SELECT count(*) FROM note")), 200);
	store_close(store);
	free(s);
}

/* --- tampering: each row changes the files of a cleanly closed (or killed) database --- */

static err read_everything(struct fixture *f)
{
	struct store *store = NULL;
	err e = open_store(f, &store);
	if (failed(e))
		return e;
	SCOPED(statement) s = { 0 };
	bool row = true;
	e = statement_open_text(store, S("SELECT sum(length(text)) FROM note NOT INDEXED"), &s);
	while (!failed(e) && row)
		e = statement_step(&s, &row);
	statement_release(&s);
	if (!failed(e) && number(store, S("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'")) != 1)
		e = ERR(ERR_CORRUPT, "integrity check failed");
	store_close(store);
	return e;
}

static void flipped_zeroed_and_swapped_pages_are_found(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	assert_false(failed(open_store(f, &store)));
	insert_many(store, 0, 200);
	store_close(store);
	struct snapshot *s = snapshot_take(f);
	size_t pages = s->database_len / PAGE;
	uint8_t *changed = malloc(s->database_len);
	assert_true(pages > 8);
	for (size_t page = 0; page < pages; page++)
		for (int how = 0; how < 3; how++) {
			size_t other = (page + 1) % pages;
			memcpy(changed, s->database, s->database_len);
			if (how == 0)
				changed[page * PAGE + (page * 977) % PAGE] ^= 0x10;
			else if (how == 1)
				memset(changed + page * PAGE, 0, PAGE);
			else {
				memcpy(changed + page * PAGE, s->database + other * PAGE, PAGE);
				memcpy(changed + other * PAGE, s->database + page * PAGE, PAGE);
			}
			snapshot_restore(f, s);
			put_back(f->path, changed, s->database_len);
			assert_int_equal(err_kind_of(read_everything(f)), ERR_CORRUPT);
		}
	snapshot_restore(f, s);
	assert_false(failed(read_everything(f)));
	free(changed);
	free(s);
}

static void old_copies_and_foreign_keys_are_found(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	assert_false(failed(open_store(f, &store)));
	insert_many(store, 0, 50);
	struct snapshot *running_old = snapshot_take(f);
	store_close(store);
	struct snapshot *old = snapshot_take(f);
	assert_false(failed(open_store(f, &store)));
	insert_many(store, 50, 100);
	struct snapshot *running = snapshot_take(f);
	store_close(store);
	struct snapshot *now = snapshot_take(f);

	put_back(f->path, old->database, old->database_len); /* old file, new sidecar */
	assert_int_equal(err_kind_of(read_everything(f)), ERR_CORRUPT);
	put_back(f->sidecar, old->sidecar, old->sidecar_len); /* and old sidecar: only the keeper knows better */
	assert_int_equal(err_kind_of(read_everything(f)), ERR_CORRUPT);

	snapshot_restore(f, now);
	put_back(f->log, running_old->log, running_old->log_len); /* an old log is not replayed */
	assert_false(failed(open_store(f, &store)));
	assert_int_equal(number(store, S("SELECT count(*) FROM note")), 100);
	store_close(store);

	snapshot_restore(f, running);
	unlink(f->log); /* the log of a killed process is gone */
	assert_int_equal(err_kind_of(read_everything(f)), ERR_CORRUPT);

	snapshot_restore(f, now);
	unlink(f->sidecar);
	assert_int_equal(err_kind_of(read_everything(f)), ERR_CORRUPT);

	snapshot_restore(f, now);
	struct database_keys mine = f->keys;
	keys_fill(&f->keys, 99);
	assert_int_equal(err_kind_of(read_everything(f)), ERR_CORRUPT);
	f->keys = mine;
	assert_false(failed(read_everything(f)));
	free(running_old), free(old), free(running), free(now);
}

/* Cut or spoilt at any place, the log gives a prefix of the transactions, each whole. */
static void a_damaged_log_tail_ends_recovery_whole(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	assert_false(failed(open_store(f, &store)));
	store_idle(store);
	for (int64_t i = 0; i < 20; i++)
		insert_many(store, i * 10, i * 10 + 10);
	struct snapshot *s = snapshot_take(f);
	store_close(store);
	for (size_t i = 0; i < 40; i++) {
		size_t cut = 32 + (s->log_len - 32) * i / 40 + i * 13;
		snapshot_restore(f, s);
		if (i % 2) {
			put_back(f->log, s->log, cut);
		} else {
			uint8_t *spoilt = malloc(s->log_len + 512);
			memcpy(spoilt, s->log, s->log_len);
			memset(spoilt + s->log_len, 0xaa, 512);
			spoilt[cut] ^= 1;
			put_back(f->log, spoilt, s->log_len + 512);
			free(spoilt);
		}
		assert_false(failed(open_store(f, &store)));
		assert_int_equal(number(store, S("SELECT count(*) % 10 FROM note")), 0);
		assert_int_equal(number(store, S("SELECT count(*) = coalesce(max(id)+1,0) FROM note")), 1);
		store_close(store);
	}
	free(s);
}

struct told {
	size_t count;
	int64_t sum;
};

static void told(void *self, int64_t a, int64_t b)
{
	struct told *t = self;
	t->count++;
	t->sum += 1000 * a + b;
}

/* Of a table without rowids, changed by a statement, by a trigger and by one that fails; nobody is told who has ended. */
static void a_watcher_is_told_of_every_changed_row(void **state)
{
	static const struct { const char *sql; size_t count; int64_t sum; bool fails; } rows[] = {
		{ "INSERT INTO pair SELECT 1, 5, 0 UNION ALL SELECT 2, 6, 0", 2, 1005 + 2006, false },
		{ "UPDATE pair SET b = 7 WHERE a = 1", 2, 1005 + 1007, false }, /* as it was and as it is */
		{ "UPDATE pair SET c = 1 WHERE a = 9", 0, 0, false },
		{ "INSERT INTO note VALUES(2, 'takes the pair along')", 1, 2006, false },
		{ "INSERT INTO pair SELECT 3, 1, 0 UNION ALL SELECT 3, 1, 0", 1, 3001, true },
		{ "DELETE FROM pair", 1, 1007, false },
	};
	struct fixture *f = *state;
	struct store *store;
	struct told first = { 0 }, second = { 0 };
	assert_false(failed(open_store(f, &store)));
	assert_false(failed(store_execute(store, S("CREATE TABLE pair(a INTEGER, b INTEGER, c INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;"
						   "CREATE TRIGGER note_pair AFTER INSERT ON note BEGIN DELETE FROM pair WHERE a = new.id; END"))));
	assert_false(failed(store_watch(store, "pair", "a", "b", told, &first)));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		first = (struct told){ 0 };
		assert_int_equal(failed(store_execute(store, str_of(rows[i].sql))), rows[i].fails);
		assert_int_equal(first.count, rows[i].count);
		assert_int_equal(first.sum, rows[i].sum);
	}
	store_watch_end(store, "pair");
	assert_false(failed(store_execute(store, S("INSERT INTO pair VALUES(4, 4, 4)"))));
	assert_int_equal(first.count, 1);
	assert_false(failed(store_watch(store, "pair", "a", "b", told, &second)));
	assert_false(failed(store_execute(store, S("DELETE FROM pair"))));
	assert_int_equal(first.count, 1);
	assert_int_equal(second.count, 1);
	store_close(store);
	assert_false(failed(open_store(f, &store))); /* the database itself names no function */
	assert_false(failed(store_execute(store, S("INSERT INTO pair VALUES(5, 5, 5)"))));
	store_close(store);
}

static void writing_is_a_transaction_that_may_have_changed_something(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct transaction tx = { 0 };
	assert_false(failed(open_store(f, &store)));
	assert_false(store_writing(store));
	assert_false(failed(transaction_begin_read(store, &tx)));
	assert_int_equal(number(store, S("SELECT count(*) FROM note")), 0);
	assert_false(store_writing(store));
	assert_false(failed(insert(store, 1, S("x")))); /* what began as a reader */
	assert_true(store_writing(store));
	transaction_release(&tx);
	assert_false(store_writing(store));
	assert_false(failed(transaction_begin(store, &tx)));
	assert_true(store_writing(store));
	assert_false(failed(transaction_commit(&tx)));
	assert_false(store_writing(store));
	store_close(store);
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(rows_survive_closing), T(a_second_owner_is_refused), T(constraints_savepoints_and_arrays), T(a_mark_stands_until_rows_may_differ),
		T(what_would_read_past_the_cipher_is_denied), T(no_plaintext_in_any_file), T(a_killed_process_loses_nothing),
		T(flipped_zeroed_and_swapped_pages_are_found), T(old_copies_and_foreign_keys_are_found),
		T(a_damaged_log_tail_ends_recovery_whole), T(a_watcher_is_told_of_every_changed_row),
		T(writing_is_a_transaction_that_may_have_changed_something),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
