/* Random operations on the sealed store and on plain SQLite in memory: the same answers, step by step.
 * usage: model_test [operations [seed]] */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "keys/client.h"
#include "store/store.h"

static unsigned long operations = 20000;
static uint64_t dice = 88172645463325252u;

static uint32_t roll(uint32_t bound)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (uint32_t)(dice >> 33) % bound;
}

static const char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, k INTEGER, v TEXT); CREATE INDEX t_k ON t(k);";
static const struct sql_migration migrations[] = { { 1, "t", schema } };

static void write_operation(char *sql, size_t size)
{
	uint32_t id = roll(3000), k = roll(50);
	switch (roll(7)) {
	case 0:
	case 1:
		snprintf(sql, size, "INSERT OR REPLACE INTO t VALUES(%u,%u,printf('%%.*c',%u,'a'))", id, k, roll(9) ? roll(200) : roll(15000));
		break;
	case 2:
		snprintf(sql, size, "UPDATE t SET v=v||'x', k=%u WHERE id=%u", k, id);
		break;
	case 3:
		snprintf(sql, size, "DELETE FROM t WHERE id BETWEEN %u AND %u", id, id + roll(6));
		break;
	case 4: /* fails half way on a taken id: the statement alone is undone */
		snprintf(sql, size, "INSERT INTO t SELECT id+%u,k,substr(v,1,100) FROM t WHERE k=%u", roll(40), k);
		break;
	case 5:
		snprintf(sql, size, "UPDATE t SET k=k+1 WHERE k=%u", k);
		break;
	default:
		snprintf(sql, size, "DELETE FROM t WHERE k=%u AND id %% 3 = 0", k);
	}
}

static int64_t number(struct store *store, const char *sql)
{
	SCOPED(statement) s = { 0 };
	bool row = false;
	assert_false(failed(statement_open_text(store, str_of(sql), &s)));
	assert_false(failed(statement_step(&s, &row)));
	return row ? column_i64(&s, 0) : -1;
}

static int64_t plain_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

static void compare(struct store *store, sqlite3 *db)
{
	static const char *const questions[] = {
		"SELECT count(*) FROM t", "SELECT sum(id*31+k*7+length(v)) FROM t NOT INDEXED", "SELECT sum(k) FROM t INDEXED BY t_k WHERE k>=0",
		"SELECT count(*) FROM t WHERE v LIKE '%xx'",
	};
	for (size_t i = 0; i < COUNT_OF(questions); i++)
		assert_int_equal(number(store, questions[i]), plain_number(db, questions[i]));
}

static void both(struct store *store, sqlite3 *db, const char *sql)
{
	bool failed_here = failed(store_execute(store, str_of(sql)));
	bool failed_there = sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK;
	if (failed_here != failed_there)
		fail_msg("%s: sealed %d, plain %d", sql, failed_here, failed_there);
}

static void random_operations_agree_with_plain_sqlite(void **state)
{
	char folder[] = "/tmp/bailiwick-model-XXXXXX", path[64], log[72], sidecar[72], sql[200];
	struct database_keys keys = { .version_count = 1, .versions = { 1 } };
	struct store *store = NULL;
	sqlite3 *db = NULL;
	bool inside = false;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/a.db", folder);
	snprintf(log, sizeof log, "%s-wal", path);
	snprintf(sidecar, sizeof sidecar, "%s.bwk", path);
	struct store_options o = { .path = path, .keys = &keys, .migrations = migrations, .migration_count = 1,
				   .cache_bytes = 100 << 10 };
	assert_false(failed(store_open(&o, &store)));
	assert_int_equal(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix"), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, schema, NULL, NULL, NULL), SQLITE_OK);
	for (unsigned long i = 0; i < operations; i++) {
		if (!inside && roll(4) == 0) {
			both(store, db, "BEGIN");
			inside = true;
		}
		write_operation(sql, sizeof sql);
		both(store, db, sql);
		if (inside && roll(20) == 0)
			both(store, db, "SAVEPOINT s; DELETE FROM t WHERE id%2; ROLLBACK TO s; RELEASE s");
		if (inside && roll(25) == 0) {
			both(store, db, roll(4) ? "COMMIT" : "ROLLBACK");
			inside = false;
		}
		if (i % 200 == 0)
			compare(store, db);
		if (!inside && roll(300) == 0)
			store_idle(store);
		if (!inside && roll(1000) == 0) {
			store_close(store);
			assert_false(failed(store_open(&o, &store)));
		}
	}
	compare(store, db);
	sqlite3_close(db);
	store_close(store);
	unlink(path), unlink(log), unlink(sidecar), rmdir(folder);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_operations_agree_with_plain_sqlite) };
	operations = argc > 1 ? strtoul(argv[1], NULL, 10) : operations;
	dice ^= argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
