/* What sealing costs: the same work on SQLite's own VFS and on ours, CPU time, interleaved, median of the rounds.
 * usage: bench_sealed_database [rounds [rows]]. One JSON line each: {"name","ours","peer","ratio"}, seconds of CPU. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "keys/client.h"
#include "store/sqlite_internal.h"

enum { WORKS = 7, ROUNDS_MAX = 15, READS = 20000, UPDATES = 10000, COMMITS = 3000 };
static const char *const names[WORKS] = { "bulk_insert", "checkpoint", "cold_random_read", "warm_random_read", "random_update",
					  "one_row_commits", "hot_read" };
static const char schema[] = "CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB NOT NULL, k TEXT NOT NULL); CREATE INDEX t_k ON t(k)";
static const struct sql_migration migrations[] = { { 1, "t", schema } };

static double cpu_seconds(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void must(int held, const char *what)
{
	if (!held) {
		fprintf(stderr, "%s failed\n", what);
		exit(1);
	}
}

static void run(sqlite3 *db, const char *sql)
{
	must(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

struct side {
	bool ours;
	char path[96];
	struct store *store;
	sqlite3 *db;
};

/* Both sides with the same settings; only the VFS differs. */
static void side_open(struct side *s, long cache_kib)
{
	static struct database_keys keys = { .version_count = 1, .versions = { 1 } };
	char sql[400];
	struct store_options o = { .path = s->path, .keys = &keys, .migrations = migrations, .migration_count = 1 };

	if (s->ours) {
		must(!failed(store_open(&o, &s->store)), "store_open");
		s->db = s->store->db;
		s->store->setting_up = true;
	} else {
		must(sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, "unix") == 0, "open");
		run(s->db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=2;"
			   "PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON; PRAGMA cache_spill=OFF; PRAGMA wal_autocheckpoint=0");
		sqlite3_exec(s->db, schema, NULL, NULL, NULL);
	}
	snprintf(sql, sizeof sql, "PRAGMA cache_size=-%ld", cache_kib);
	run(s->db, sql);
}

static void side_close(struct side *s)
{
	if (s->ours)
		store_close(s->store);
	else
		sqlite3_close(s->db);
}

static void side_checkpoint(struct side *s)
{
	if (s->ours)
		must(!failed(store_checkpoint(s->store)), "checkpoint");
	else
		must(sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == 0, "checkpoint");
}

static uint64_t dice;
static long roll(long bound)
{
	dice = dice * 6364136223846793005u + 1442695040888963407u;
	return (long)((dice >> 33) % (uint64_t)bound);
}

static void repeat(sqlite3 *db, const char *sql, long times, long rows)
{
	sqlite3_stmt *q = NULL;
	must(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == 0, sql);
	for (long i = 0; i < times; i++) {
		sqlite3_bind_int64(q, 1, roll(rows) + 1);
		while (sqlite3_step(q) == SQLITE_ROW)
			(void)sqlite3_column_bytes(q, 0);
		must(sqlite3_reset(q) == 0, sql);
	}
	sqlite3_finalize(q);
}

static void insert_all(sqlite3 *db, long rows)
{
	sqlite3_stmt *q = NULL;
	must(sqlite3_prepare_v2(db, "INSERT INTO t(b,k) VALUES(randomblob(100), printf('%08x-%d', ?1*2654435761 % 4294967296, ?1))", -1, &q, NULL) == 0, "prepare");
	for (long i = 0; i < rows; i++) {
		if (i % 10000 == 0)
			run(db, "BEGIN");
		sqlite3_bind_int64(q, 1, i);
		must(sqlite3_step(q) == SQLITE_DONE, "insert");
		sqlite3_reset(q);
		if (i % 10000 == 9999 || i == rows - 1)
			run(db, "COMMIT");
	}
	sqlite3_finalize(q);
}

static double timed(double *since)
{
	double now = cpu_seconds(), spent = now - *since;
	*since = now;
	return spent;
}

static void one_round(struct side *s, long rows, double *out)
{
	static const char read[] = "SELECT b FROM t WHERE id=?1";
	double t;

	dice = 42;
	side_open(s, 2048);
	t = cpu_seconds();
	insert_all(s->db, rows);
	out[0] = timed(&t);
	side_checkpoint(s);
	out[1] = timed(&t);
	side_close(s);
	side_open(s, 2048); /* cold: nothing in the page cache, and only a few pages asked for */
	t = cpu_seconds();
	repeat(s->db, read, READS / 10, rows);
	out[2] = timed(&t);
	repeat(s->db, read, READS, rows); /* page cache far smaller than the database */
	out[3] = timed(&t);
	run(s->db, "BEGIN");
	repeat(s->db, "UPDATE t SET b=randomblob(100) WHERE id=?1", UPDATES, rows);
	run(s->db, "COMMIT");
	out[4] = timed(&t);
	side_checkpoint(s);
	t = cpu_seconds();
	repeat(s->db, "UPDATE t SET b=randomblob(100) WHERE id=?1", COMMITS, rows);
	out[5] = timed(&t);
	side_close(s);
	side_open(s, 400 << 10);
	run(s->db, "SELECT sum(length(b)) FROM t NOT INDEXED");
	t = cpu_seconds();
	repeat(s->db, read, READS * 5, rows);
	out[6] = timed(&t);
	side_close(s);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 3, rows = argc > 2 ? strtol(argv[2], NULL, 10) : 200000;
	static double spent[2][WORKS][ROUNDS_MAX];
	char folder[] = "/tmp/bailiwick-bench-XXXXXX";

	must(rounds >= 1 && rounds <= ROUNDS_MAX && rows >= 1000, "arguments");
	must(mkdtemp(folder) != NULL, "mkdtemp");
	for (long r = 0; r < rounds; r++)
		for (int side = 0; side < 2; side++) {
			static const char *const endings[] = { "", "-wal", ".bwk" };
			struct side s = { .ours = side == (int)(r & 1) }; /* who goes first changes */
			double out[WORKS];
			snprintf(s.path, sizeof s.path, "%s/%s.db", folder, s.ours ? "ours" : "peer");
			one_round(&s, rows, out);
			for (int w = 0; w < WORKS; w++)
				spent[s.ours][w][r] = out[w];
			for (size_t i = 0; i < COUNT_OF(endings); i++) {
				char path[128];
				snprintf(path, sizeof path, "%s%s", s.path, endings[i]);
				unlink(path);
			}
		}
	for (int w = 0; w < WORKS; w++) {
		for (int side = 0; side < 2; side++)
			qsort(spent[side][w], (size_t)rounds, sizeof(double), by_value);
		double ours = spent[1][w][rounds / 2], peer = spent[0][w][rounds / 2];
		printf("{\"name\":\"sealed_database.%s\",\"ours\":%.4f,\"peer\":%.4f,\"ratio\":%.3f}\n", names[w], ours, peer, ours / peer);
	}
	rmdir(folder);
	return 0;
}
