/* The recorder's core killed at each of its fault points, and at random instants, under load. Afterwards every event that
 * it had told its producer of is there, seq has no gap, and the log verifies as far as it is signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "audit_fixture.h"
#include "host/random.h"

enum { ROUNDS = 40, PER_ROUND = 17 };

static const struct uuid nil = { { 0 } };

/* Records from event *first on, round by round, and says after each how many events are durable. */
NORETURN static void child(const struct audit_fixture *f, unsigned first, int out, const char *fault)
{
	struct recording r;
	struct recorder_log *log;
	if (fault)
		setenv("BAILIWICK_FAULT", fault, 1);
	if (failed(recording_open(f, &r)) || failed(recorder_log_for(r.recorder, &nil, &log)))
		_exit(3);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned end = first + (round + 1) * PER_ROUND;
		for (unsigned n = end - PER_ROUND; n < end; n++) {
			struct uuid id = fixture_id(n);
			if (failed(recorder_add(r.recorder, log, fixture_draft(&id, n))))
				_exit(4);
		}
		if (failed(recorder_flush(r.recorder)) || !recorder_log_is_durable(log) || write(out, &end, sizeof end) != sizeof end)
			_exit(5);
		if (round % 3 == 2 && !recorder_checkpoint(r.recorder))
			_exit(6);
	}
	recording_close(&r);
	_exit(0);
}

/* How many events were told to be durable. kill_after 0: until it dies by itself or is done. */
static unsigned run_child(const struct audit_fixture *f, unsigned first, const char *fault, unsigned kill_after, int *out_status)
{
	int ends[2];
	unsigned heard = first, n;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		child(f, first, ends[1], fault);
	}
	close(ends[1]);
	for (unsigned count = 1; read(ends[0], &n, sizeof n) == sizeof n; count++) {
		heard = n;
		if (count == kill_after) {
			usleep((useconds_t)(random_uuid_v4().b[0] * 8)); /* somewhere inside what comes next */
			kill(pid, SIGKILL);
		}
	}
	close(ends[0]);
	assert_int_equal(waitpid(pid, out_status, 0), pid);
	return heard;
}

static int64_t number(struct recording *r, const char *sql)
{
	SCOPED(statement) s = { 0 };
	bool row = false;
	assert_false(failed(statement_open_text(r->store, str_of(sql), &s)));
	assert_false(failed(statement_step(&s, &row)));
	return row ? column_i64(&s, 0) : -1;
}

static unsigned check(struct audit_fixture *f, unsigned heard, const char *what)
{
	struct recording r;
	struct recorder_log *log;
	struct fixture_findings found;
	struct checkpoint_state last;
	err e = recording_open(f, &r);
	if (failed(e))
		fail_msg("%s: %s", what, err_why(e));
	assert_false(failed(recorder_log_for(r.recorder, &nil, &log)));
	struct audit_log *files = recorder_log_files(r.recorder, log);
	assert_non_null(files);
	if (audit_log_state(files) != LOG_GOOD)
		fail_msg("%s: %s", what, audit_log_why(files));
	int64_t count = number(&r, "SELECT count(*) FROM event"), first_row = recorder_log_first_row(log);
	assert_true(count >= heard && audit_log_size(files) == (uint64_t)count);
	if (count)
		assert_int_equal(number(&r, "SELECT max(row) FROM event") - first_row, count - 1);
	for (unsigned n = 0; n < heard; n++) { /* every one by its id, in its place */
		SCOPED(statement) s = { 0 };
		struct uuid id = fixture_id(n);
		bool row = false;
		assert_false(failed(statement_open_text(r.store, S("SELECT row FROM event WHERE id = ?1"), &s)));
		assert_false(failed(bind_uuid(&s, 1, &id)) || failed(statement_step(&s, &row)));
		if (!row || column_i64(&s, 0) != first_row + n)
			fail_msg("%s: event %u is lost", what, n);
	}
	assert_false(failed(keys_checkpoint_state(&r.keys, &f->tenant, &last)));
	assert_true(last.size <= (uint64_t)count); /* nothing signed beyond what is durable */
	fixture_verify(f, &r, &f->tenant, &found);
	if (found.count)
		fail_msg("%s: %s", what, (char *)found.text.at);
	buffer_release(&found.text);
	assert_true(recorder_checkpoint(r.recorder));
	fixture_verify(f, &r, &f->tenant, &found);
	if (found.count || found.report.bodies != (uint64_t)count)
		fail_msg("%s, signed again: %s", what, (char *)found.text.at);
	buffer_release(&found.text);
	recording_close(&r);
	return (unsigned)count;
}

static void killed_at_every_fault_point(void **state)
{
#ifndef BAILIWICK_FAULTS
	(void)state;
	print_message("SKIPPED: built without -Dfaults=true, so there are no fault points\n");
	skip();
#else
	static const char *const faults[] = {
		"audit.record.begin", "audit.record.begin:7", "audit.record.inserted", "audit.record.inserted:40",
		"audit.record.before_commit", "audit.record.before_commit:5", "audit.record.committed",
		"audit.record.committed:9", "audit.record.done:2", "audit.entries.before_write", "audit.entries.before_write:17",
		"audit.entries.written", "audit.entries.written:16", "audit.entries.before_sync:3", "audit.entries.synced:4",
		"audit.file.created", "audit.file.created:2", "audit.file.created:3", "audit.file.named", "audit.file.named:3",
		"audit.checkpoint.begin", "audit.append.before_tiles:2", "audit.tile.before_write", "audit.tile.written",
		"audit.tile.written:6", "audit.tiles.before_sync", "audit.tiles.before_sync:5", "audit.tiles.synced:3",
		"audit.checkpoint.before_sign", "audit.checkpoint.before_sign:6", "audit.checkpoint.signed",
		"audit.checkpoint.signed:5", "audit.checkpoint.before_write:2", "audit.checkpoint.written:4",
		"audit.open.state_known", "audit.open.edge_loaded", "audit.open.replayed", "store.commit.before:9",
		"store.commit.after:9", "store.log.before_sync:12",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(faults); i++) {
		struct audit_fixture f;
		int status;
		fixture_make(&f);
		unsigned heard = run_child(&f, 0, faults[i], 0, &status);
		if (!WIFSIGNALED(status))
			fail_msg("fault point %s was not reached (status %d)", faults[i], WEXITSTATUS(status));
		unsigned there = check(&f, heard, faults[i]);
		heard = run_child(&f, there, faults[i], 0, &status); /* and once more on a log that exists */
		check(&f, heard, faults[i]);
		fixture_remove(&f);
	}
#endif
}

static void killed_at_random_instants(void **state)
{
	struct audit_fixture f;
	unsigned there = 0;
	(void)state;
	fixture_make(&f);
	for (unsigned round = 0; round < 25; round++) {
		int status;
		unsigned heard = run_child(&f, there, NULL, 1 + random_uuid_v4().b[1] % 8, &status);
		assert_true(WIFSIGNALED(status));
		there = check(&f, heard, "a random instant");
	}
	fixture_remove(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_every_fault_point), cmocka_unit_test(killed_at_random_instants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
