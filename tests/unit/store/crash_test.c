/* A process killed at each fault point and at random instants under load: what it had acknowledged is there afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/random.h"
#include "keys/client.h"
#include "store/store.h"

static const struct sql_migration migrations[] = {
	{ 1, "load", "CREATE TABLE counter(id INTEGER PRIMARY KEY, n INTEGER NOT NULL); INSERT INTO counter VALUES(1,0);"
		     "CREATE TABLE row(id INTEGER PRIMARY KEY, made_by INTEGER NOT NULL, filler BLOB NOT NULL);" },
};

struct place {
	char folder[64], path[96], log[104], sidecar[104];
	struct database_keys keys;
};

static void place_make(struct place *p)
{
	memset(p, 0, sizeof *p);
	snprintf(p->folder, sizeof p->folder, "/tmp/bailiwick-crash-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof p->path, "%s/a.db", p->folder);
	snprintf(p->log, sizeof p->log, "%s-wal", p->path);
	snprintf(p->sidecar, sizeof p->sidecar, "%s.bwk", p->path);
	p->keys.version_count = 1;
	p->keys.versions[0] = 1;
	memset(p->keys.page[0].k, 1, 32);
	memset(p->keys.wal_header[0].k, 2, 32);
	memset(p->keys.anchor.k, 3, 32);
}

static void place_remove(struct place *p)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", p->folder); /* killed writers leave temporary names behind */
	assert_int_equal(system(command), 0);
}

static err place_open(struct place *p, struct store **out)
{
	struct store_options o = { .path = p->path, .keys = &p->keys, .migrations = migrations, .migration_count = 1 };
	return store_open(&o, out);
}

static err run_number(struct store *store, str sql, int64_t n)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open_text(store, sql, &s));
	TRY(bind_i64(&s, 1, n));
	return statement_run(&s);
}

static err one_transaction(struct store *store, int64_t n)
{
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(store, &tx));
	for (int64_t i = 0; i <= n % 5; i++)
		TRY(run_number(store, S("INSERT INTO row(made_by,filler) VALUES(?1,randomblob(2000))"), n));
	TRY(run_number(store, S("UPDATE counter SET n=?1"), n));
	return transaction_commit(&tx);
}

static int64_t number(struct store *store, str sql)
{
	SCOPED(statement) s = { 0 };
	bool row = false;
	assert_false(failed(statement_open_text(store, sql, &s)));
	assert_false(failed(statement_step(&s, &row)));
	return row ? column_i64(&s, 0) : -1;
}

/* Commits from n+1 on and says so, number by number. */
NORETURN static void child(struct place *p, int out, const char *fault)
{
	struct store *store = NULL;
	if (fault)
		setenv("BAILIWICK_FAULT", fault, 1);
	if (failed(place_open(p, &store)))
		_exit(3);
	int64_t n = number(store, S("SELECT n FROM counter"));
	for (int i = 0; i < 400; i++) {
		if (failed(one_transaction(store, ++n)) || write(out, &n, sizeof n) != sizeof n)
			_exit(4);
		if (i % 50 == 49)
			store_idle(store);
	}
	store_close(store);
	_exit(0);
}

/* Runs a child until it dies or `kill_after` acknowledgements were heard (0: never). The last acknowledged number. */
static int64_t run_child(struct place *p, const char *fault, unsigned kill_after, int *out_status)
{
	int pipe_ends[2];
	int64_t heard = 0, n;

	assert_int_equal(pipe(pipe_ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipe_ends[0]);
		child(p, pipe_ends[1], fault);
	}
	close(pipe_ends[1]);
	for (unsigned count = 1; read(pipe_ends[0], &n, sizeof n) == sizeof n; count++) {
		heard = n;
		if (count == kill_after) {
			usleep((useconds_t)(random_uuid_v4().b[0] * 4)); /* somewhere inside what comes next */
			kill(pid, SIGKILL);
		}
	}
	close(pipe_ends[0]);
	assert_int_equal(waitpid(pid, out_status, 0), pid);
	return heard;
}

static void check(struct place *p, int64_t heard)
{
	struct store *store = NULL;
	err e = place_open(p, &store);
	if (failed(e))
		fail_msg("%s", err_why(e));
	int64_t n = number(store, S("SELECT n FROM counter"));
	assert_true(n >= heard && (heard == 0 || n <= heard + 1));
	assert_int_equal(number(store, S("SELECT count(*) FROM (SELECT made_by, count(*) AS c FROM row GROUP BY made_by) "
					 "WHERE c <> 1 + made_by % 5")), 0);
	assert_int_equal(number(store, S("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check='ok'")), 1);
	store_close(store);
}

static void killed_at_every_fault_point(void **state)
{
#ifndef BAILIWICK_FAULTS
	(void)state;
	print_message("SKIPPED: built without -Dfaults=true, so there are no fault points\n");
	skip();
#else
	static const char *const faults[] = {
		"store.create.marked", "store.create.before_ready", "store.sidecar.before_write", "store.sidecar.before_write:2",
		"store.anchor.sidecar_written", "store.anchor.sidecar_written:2", "store.anchor.sidecar_written:3",
		"store.anchor.sidecar_written:4", "store.log.before_header", "store.log.before_header:2",
		"store.log.before_frame", "store.log.before_frame:30", "store.log.before_sync:5", "store.log.synced",
		"store.log.synced:7", "store.database.before_write:2", "store.database.before_write:20",
		"store.database.before_sync:2", "store.checkpoint.before", "store.checkpoint.before_anchor",
		"store.commit.before:9", "store.commit.after:9",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		struct place p;
		int status;
		place_make(&p);
		int64_t heard = run_child(&p, faults[i], 0, &status);
		if (!WIFSIGNALED(status))
			fail_msg("fault point %s was not reached", faults[i]);
		check(&p, heard);
		heard = run_child(&p, faults[i], 0, &status); /* and once more on a database that exists */
		check(&p, heard);
		place_remove(&p);
	}
#endif
}

static void killed_at_random_instants(void **state)
{
	struct place p;
	(void)state;
	place_make(&p);
	for (unsigned round = 0; round < 30; round++) {
		int status;
		int64_t heard = run_child(&p, NULL, 1 + random_uuid_v4().b[1] % 120, &status);
		assert_true(WIFSIGNALED(status));
		check(&p, heard);
	}
	place_remove(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_every_fault_point),
		cmocka_unit_test(killed_at_random_instants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
