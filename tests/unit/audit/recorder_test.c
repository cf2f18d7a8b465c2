/* The recorder's core on the real keeper, store and files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "audit/tree.h"
#include "audit_fixture.h"
#include "codec/base64.h"

static const struct uuid nil = { { 0 } };

static void ensure(err e)
{
	if (failed(e))
		fail_msg("%s (%s:%d)", err_why(e), e.site->file, e.site->line);
}

static struct recorder_log *log_of(struct recording *r, const struct uuid *environment)
{
	struct recorder_log *log;
	ensure(recorder_log_for(r->recorder, environment, &log));
	return log;
}

static void record(struct recording *r, struct recorder_log *log, unsigned from, unsigned to)
{
	for (unsigned n = from; n < to; n++) {
		struct uuid id = fixture_id(n);
		ensure(recorder_add(r->recorder, log, fixture_draft(&id, n)));
		if (recorder_is_due(r->recorder))
			ensure(recorder_flush(r->recorder));
	}
	ensure(recorder_flush(r->recorder));
}

static void verify_clean(struct audit_fixture *f, struct recording *r, const struct uuid *log, uint64_t events)
{
	struct fixture_findings found;
	fixture_verify(f, r, log, &found);
	if (found.count)
		fail_msg("%s", (char *)found.text.at);
	assert_int_equal(found.report.entries, events);
	assert_int_equal(found.report.bodies, events);
	buffer_release(&found.text);
}

static void events_are_recorded_signed_and_verify(void **state)
{
	static const unsigned ends[] = { 1, 2, 255, 256, 257, 700, 1300 };
	struct audit_fixture f;
	struct recording r;
	unsigned at = 0;
	(void)state;
	fixture_make(&f);
	ensure(recording_open(&f, &r));
	struct recorder_log *log = log_of(&r, &nil);
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		record(&r, log, at, ends[i]);
		at = ends[i];
		assert_true(recorder_log_is_durable(log));
		assert_true(recorder_checkpoint(r.recorder));
		assert_int_equal(audit_log_signed_size(recorder_log_files(r.recorder, log)), at);
		verify_clean(&f, &r, &f.tenant, at);
		if (i % 2) { /* and again after a restart */
			recording_close(&r);
			ensure(recording_open(&f, &r));
			log = log_of(&r, &nil);
		}
	}
	recording_close(&r);
	fixture_remove(&f);
}

static void what_was_sent_again_is_dropped(void **state)
{
	struct audit_fixture f;
	struct recording r;
	(void)state;
	fixture_make(&f);
	ensure(recording_open(&f, &r));
	struct recorder_log *log = log_of(&r, &nil);
	record(&r, log, 0, 10);
	record(&r, log, 5, 15); /* in a later batch, and twice within one */
	for (unsigned n = 14; n < 16; n++) {
		struct uuid id = fixture_id(15);
		ensure(recorder_add(r.recorder, log, fixture_draft(&id, 15)));
	}
	ensure(recorder_flush(r.recorder));
	assert_int_equal(audit_log_size(recorder_log_files(r.recorder, log)), 16);
	recorder_checkpoint(r.recorder);
	verify_clean(&f, &r, &f.tenant, 16);
	recording_close(&r);
	fixture_remove(&f);
}

static void logs_are_apart(void **state)
{
	struct audit_fixture f;
	struct recording r;
	(void)state;
	fixture_make(&f);
	ensure(recording_open(&f, &r));
	record(&r, log_of(&r, &nil), 0, 5);
	record(&r, log_of(&r, &f.environment), 0, 7); /* the same ids: another log */
	assert_true(recorder_checkpoint(r.recorder));
	verify_clean(&f, &r, &f.tenant, 5);
	verify_clean(&f, &r, &f.environment, 7);
	struct recorder_log *stranger;
	assert_int_equal(err_kind_of(recorder_log_find(r.recorder, &(struct uuid){ { 9 } }, &stranger)), ERR_NOT_FOUND);
	recording_close(&r);
	fixture_remove(&f);
}

/* Of an environment that is not the tenant's the keeper signs nothing. */
static void foreign_log_is_not_signed(void **state)
{
	struct audit_fixture f;
	struct recording r;
	struct uuid foreign = { { 7, 7, 7 } };
	(void)state;
	fixture_make(&f);
	ensure(recording_open(&f, &r));
	struct recorder_log *log = log_of(&r, &foreign);
	struct uuid id = fixture_id(0);
	ensure(recorder_add(r.recorder, log, fixture_draft(&id, 0)));
	assert_int_equal(err_kind_of(recorder_flush(r.recorder)), ERR_UNAVAILABLE);
	assert_null(recorder_log_files(r.recorder, log));
	/* nor does it keep the others from being recorded */
	struct recorder_log *own = log_of(&r, &nil);
	for (unsigned n = 1; n < 4; n++) {
		id = fixture_id(n);
		ensure(recorder_add(r.recorder, own, fixture_draft(&id, n)));
		assert_int_equal(err_kind_of(recorder_flush(r.recorder)), ERR_UNAVAILABLE);
		assert_true(recorder_log_is_durable(own));
	}
	assert_int_equal(recorder_queued(r.recorder), 1);
	recorder_checkpoint(r.recorder);
	verify_clean(&f, &r, &f.tenant, 3);
	recording_close(&r);
	fixture_remove(&f);
}

static int64_t count_of(struct recording *r, const char *where)
{
	SCOPED(statement) s = { 0 };
	char sql[200];
	bool row;
	snprintf(sql, sizeof sql, "SELECT count(*) FROM event WHERE %s", where);
	ensure(statement_open_text(r->store, str_of(sql), &s));
	ensure(statement_step(&s, &row));
	return column_i64(&s, 0);
}

static void what_is_no_event_is_noted_in_its_place(void **state)
{
	static char numbers[32 * 1024];
	struct audit_fixture f;
	struct recording r;
	struct uuid id = fixture_id(3);
	(void)state;
	fixture_make(&f);
	ensure(recording_open(&f, &r));
	struct recorder_log *log = log_of(&r, &nil);
	ensure(recorder_add(r.recorder, log, bytes_of("{}", 2)));
	ensure(recorder_add(r.recorder, log, bytes_of("\0\xff", 2)));
	/* an event that grows past the limit when its numbers become strings */
	str whole = str_of_bytes(fixture_draft(&id, 3)), find = S("\"changes\":{");
	size_t at = str_find(whole, find, 0) + find.len, len = at;
	memcpy(numbers, whole.at, at);
	for (unsigned i = 0; len < 28000; i++)
		len += (size_t)snprintf(numbers + len, 32, "\"%u\":[1.5,1.5,1.5],", i);
	memcpy(numbers + len, whole.at + at, whole.len - at);
	ensure(recorder_add(r.recorder, log, bytes_of(numbers, len + whole.len - at)));
	ensure(recorder_flush(r.recorder));
	assert_int_equal(count_of(&r, "op='refuse.event'"), 3);
	recorder_checkpoint(r.recorder);
	verify_clean(&f, &r, &f.tenant, 3);
	recording_close(&r);
	fixture_remove(&f);
}

/* --- start-up checks: a damaged log stops, is readable, and is not signed again --- */

static void tear(const char *path)
{
	assert_int_equal(truncate(path, 40), 0);
}

static void flip(const char *path)
{
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, 33, SEEK_SET), 0);
	int c = fgetc(file);
	assert_int_equal(fseek(file, 33, SEEK_SET), 0);
	fputc(c ^ 1, file);
	fclose(file);
}

static void take_away(const char *path)
{
	assert_int_equal(unlink(path), 0);
}

static void damaged_log_stops(void **state)
{
	static const struct { const char *file; void (*harm)(const char *); } rows[] = {
		{ "tile/0/000", flip }, { "tile/0/000", tear }, { "tile/0/000", take_away },
		{ "tile/entries/000", tear }, { "tile/entries/000", take_away },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct audit_fixture f;
		struct recording r;
		struct checkpoint_state before, after;
		struct uuid id = fixture_id(90);
		fixture_make(&f);
		ensure(recording_open(&f, &r));
		record(&r, log_of(&r, &f.environment), 0, 20);
		recorder_checkpoint(r.recorder);
		ensure(keys_checkpoint_state(&r.keys, &f.environment, &before));
		recording_close(&r);
		rows[i].harm(fixture_log_path(&f, &f.environment, rows[i].file));
		ensure(recording_open(&f, &r));
		struct recorder_log *log = log_of(&r, &f.environment);
		struct audit_log *files = recorder_log_files(r.recorder, log);
		assert_non_null(files);
		if (audit_log_state(files) != LOG_CORRUPT)
			fail_msg("row %zu was not noticed", i);
		assert_int_equal(err_kind_of(recorder_add(r.recorder, log, fixture_draft(&id, 90))), ERR_CORRUPT);
		ensure(recorder_flush(r.recorder)); /* the event log.corrupt, in the tenant's own log */
		assert_int_equal(count_of(&r, "op='log.corrupt'"), 1);
		recorder_checkpoint(r.recorder);
		ensure(keys_checkpoint_state(&r.keys, &f.environment, &after));
		assert_int_equal(before.size, after.size);
		verify_clean(&f, &r, &f.tenant, 1);
		recording_close(&r);
		fixture_remove(&f);
	}
}

/* Files behind the signed size are completed from audit.db; the published note from the keeper. */
static void unsigned_tail_is_written_again(void **state)
{
	struct audit_fixture f;
	struct recording r;
	(void)state;
	fixture_make(&f);
	ensure(recording_open(&f, &r));
	record(&r, log_of(&r, &nil), 0, 10);
	recorder_checkpoint(r.recorder);
	record(&r, log_of(&r, &nil), 10, 20);
	recording_close(&r);
	assert_int_equal(truncate(fixture_log_path(&f, &f.tenant, "tile/entries/000"), 139 * 12 + 50), 0);
	take_away(fixture_log_path(&f, &f.tenant, "checkpoint"));
	ensure(recording_open(&f, &r));
	struct recorder_log *log = log_of(&r, &nil);
	assert_int_equal(audit_log_state(recorder_log_files(r.recorder, log)), LOG_GOOD);
	assert_int_equal(audit_log_size(recorder_log_files(r.recorder, log)), 20);
	verify_clean(&f, &r, &f.tenant, 10);
	assert_true(recorder_checkpoint(r.recorder));
	verify_clean(&f, &r, &f.tenant, 20);
	recording_close(&r);
	fixture_remove(&f);
}

static void proof_text_leads_to_the_checkpoint(void **state)
{
	struct audit_fixture f;
	struct recording r;
	struct arena *arena = arena_new(1 << 20);
	struct buffer proof;
	struct sha256 hashes[TREE_PROOF_MAX];
	struct checkpoint c;
	struct note note;
	size_t count = 0;
	str line;
	bytes raw;
	(void)state;
	fixture_make(&f);
	ensure(recording_open(&f, &r));
	record(&r, log_of(&r, &nil), 0, 300);
	recorder_checkpoint(r.recorder);
	struct audit_log *files = recorder_log_files(r.recorder, log_of(&r, &nil));
	buffer_init(&proof, 65536);
	ensure(audit_log_prove(files, 123, &proof));
	str rest = buffer_str(&proof);
	assert_true(str_split(&rest, '\n', &line) && str_equal(line, S("c2sp.org/tlog-proof@v1")));
	assert_true(str_split(&rest, '\n', &line) && str_equal(line, S("index 123")));
	while (str_split(&rest, '\n', &line) && line.len) {
		ensure(base64_parse(line, arena, &raw));
		memcpy(hashes[count++].b, raw.at, 32);
	}
	ensure(note_parse(rest, arena, &note));
	struct note_key key = audit_log_key(files);
	ensure(note_verify(&note, &key));
	ensure(checkpoint_parse(note.text, arena, &c));
	assert_int_equal(c.size, 300);
	struct tile_name bundle = { TILE_LEVEL_ENTRIES, 0, 256 };
	bytes entries[BUNDLE_ENTRIES];
	ensure(audit_log_read_tile(files, &bundle, arena, &raw));
	ensure(bundle_parse(raw, entries, &(size_t){ 0 }));
	struct sha256 leaf = merkle_leaf(entries[123]);
	ensure(merkle_verify_inclusion(123, c.size, &leaf, hashes, count, &c.root));
	assert_int_equal(err_kind_of(audit_log_prove(files, 300, &proof)), ERR_NOT_FOUND);
	buffer_release(&proof);
	arena_free(arena);
	recording_close(&r);
	fixture_remove(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_recorded_signed_and_verify), cmocka_unit_test(what_was_sent_again_is_dropped),
		cmocka_unit_test(logs_are_apart), cmocka_unit_test(foreign_log_is_not_signed),
		cmocka_unit_test(what_is_no_event_is_noted_in_its_place), cmocka_unit_test(damaged_log_stops),
		cmocka_unit_test(unsigned_tail_is_written_again), cmocka_unit_test(proof_text_leads_to_the_checkpoint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
