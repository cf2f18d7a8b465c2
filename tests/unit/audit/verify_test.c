/* Each kind of tampering, done to the files of a stopped recorder as an attacker with the disk would, is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "audit_fixture.h"

enum { EVENTS = 600, STEP = 139 };

static const struct uuid nil = { { 0 } };

struct place {
	struct audit_fixture f;
	struct recording r;
};

static void ensure(err e)
{
	if (failed(e))
		fail_msg("%s (%s:%d)", err_why(e), e.site->file, e.site->line);
}

static void record(struct place *p, unsigned from, unsigned to)
{
	struct recorder_log *log;
	ensure(recorder_log_for(p->r.recorder, &nil, &log));
	for (unsigned n = from; n < to; n++) {
		struct uuid id = fixture_id(n);
		ensure(recorder_add(p->r.recorder, log, fixture_draft(&id, n)));
		if (recorder_is_due(p->r.recorder))
			ensure(recorder_flush(p->r.recorder));
	}
	ensure(recorder_flush(p->r.recorder));
	assert_true(recorder_checkpoint(p->r.recorder));
}

/* --- what an attacker does --- */

static int open_file(const struct place *p, const char *name)
{
	int fd = open(fixture_log_path(&p->f, &p->f.tenant, name), O_RDWR);
	assert_true(fd >= 0);
	return fd;
}

static void flip(const struct place *p, const char *name, off_t at)
{
	uint8_t octet;
	int fd = open_file(p, name);
	assert_int_equal(pread(fd, &octet, 1, at), 1);
	octet ^= 1;
	assert_int_equal(pwrite(fd, &octet, 1, at), 1);
	close(fd);
}

static void flip_entry(struct place *p)
{
	flip(p, "tile/entries/001", 10 * STEP + 2 + 50);
}

static void flip_tile(struct place *p)
{
	flip(p, "tile/0/001", 7 * 32);
}

static void flip_upper_tile(struct place *p)
{
	flip(p, "tile/1/000", 1);
}

static void flip_tile_and_entry(struct place *p)
{
	flip_tile(p);
	flip(p, "tile/entries/000", 3 * STEP + 2 + 100);
}

static void take_entry_out(struct place *p)
{
	static uint8_t raw[256 * STEP];
	int fd = open_file(p, "tile/entries/001");
	assert_int_equal(pread(fd, raw, sizeof raw, 0), sizeof raw);
	memmove(raw + 44 * STEP, raw + 45 * STEP, (256 - 45) * STEP);
	assert_int_equal(pwrite(fd, raw, sizeof raw - STEP, 0), sizeof raw - STEP);
	assert_int_equal(ftruncate(fd, sizeof raw - STEP), 0);
	close(fd);
}

static void swap_entries(struct place *p)
{
	uint8_t a[STEP], b[STEP];
	int fd = open_file(p, "tile/entries/000");
	assert_int_equal(pread(fd, a, STEP, 20 * STEP), STEP);
	assert_int_equal(pread(fd, b, STEP, 21 * STEP), STEP);
	assert_int_equal(pwrite(fd, b, STEP, 20 * STEP), STEP);
	assert_int_equal(pwrite(fd, a, STEP, 21 * STEP), STEP);
	close(fd);
}

static void cut_last_bundle(struct place *p)
{
	assert_int_equal(truncate(fixture_log_path(&p->f, &p->f.tenant, "tile/entries/002"), 30 * STEP), 0);
}

static void remove_bundle(struct place *p)
{
	assert_int_equal(unlink(fixture_log_path(&p->f, &p->f.tenant, "tile/entries/000")), 0);
}

static void remove_tile(struct place *p)
{
	assert_int_equal(unlink(fixture_log_path(&p->f, &p->f.tenant, "tile/0/001")), 0);
}

static void remove_checkpoint(struct place *p)
{
	assert_int_equal(unlink(fixture_log_path(&p->f, &p->f.tenant, "checkpoint")), 0);
}

static void garble_checkpoint(struct place *p)
{
	flip(p, "checkpoint", 3);
}

static void garble_signature(struct place *p)
{
	struct stat info;
	assert_int_equal(stat(fixture_log_path(&p->f, &p->f.tenant, "checkpoint"), &info), 0);
	char c;
	int fd = open_file(p, "checkpoint");
	assert_int_equal(pread(fd, &c, 1, info.st_size - 12), 1);
	c = c == 'A' ? 'B' : 'A'; /* still base64 */
	assert_int_equal(pwrite(fd, &c, 1, info.st_size - 12), 1);
	close(fd);
}

static char old_checkpoint[4096];
static size_t old_checkpoint_len;

static void put_old_checkpoint_back(struct place *p)
{
	int fd = open_file(p, "checkpoint");
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, old_checkpoint, old_checkpoint_len, 0), old_checkpoint_len);
	close(fd);
}

/* Bodies stand in a sealed database; whoever had its keys could do this. */
static void execute(struct place *p, const char *sql)
{
	ensure(store_execute(p->r.store, str_of(sql)));
}

static void change_body(struct place *p)
{
	execute(p, "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'alice', 'mallory') AS BLOB) "
		   "WHERE row & 1099511627775 = 99");
}

static void remove_body(struct place *p)
{
	execute(p, "DELETE FROM event WHERE row & 1099511627775 = 100");
}

static void swap_bodies(struct place *p)
{
	execute(p, "UPDATE event SET body = (SELECT body FROM event e WHERE e.row & 1099511627775 = 102) "
		   "WHERE row & 1099511627775 = 101");
}

/* --- the table --- */

static const struct {
	const char *name;
	void (*harm)(struct place *);
	size_t findings;
	const char *lines[3]; /* each must be a part of what is found */
	int events[3];        /* -1: no event is named */
} rows[] = {
	{ "nothing", NULL, 0, { NULL }, { -1, -1, -1 } },
	{ "altered entry", flip_entry, 1, { "altered entry: log audit.test:8443/% seq 266" }, { -1, -1, -1 } },
	{ "altered tile", flip_tile, 1, { "altered tile: log audit.test:8443/% tile 0/001" }, { -1, -1, -1 } },
	{ "altered upper tile", flip_upper_tile, 1, { "altered tile: log audit.test:8443/% tile 1/000.p/2" }, { -1, -1, -1 } },
	{ "altered tile and altered entry elsewhere", flip_tile_and_entry, 2,
	  { "altered tile: log audit.test:8443/% tile 0/001", "altered entry: log audit.test:8443/% seq 3" }, { -1, 3, -1 } },
	{ "entry taken out", take_entry_out, 1, { "missing entry: log audit.test:8443/% seq 300" }, { -1, -1, -1 } },
	{ "entries swapped", swap_entries, 1, { "entry out of place: log audit.test:8443/% seq 20" }, { 20, -1, -1 } },
	{ "log cut short", cut_last_bundle, 2,
	  { "missing entry: log audit.test:8443/% seq 542 to 599", "log shorter than signed: log audit.test:8443/% seq 542" },
	  { -1, -1, -1 } },
	{ "bundle removed", remove_bundle, 1, { "missing entry: log audit.test:8443/% seq 0 to 255" }, { -1, -1, -1 } },
	{ "tile removed", remove_tile, 1, { "missing tile: log audit.test:8443/% tile 0/001" }, { -1, -1, -1 } },
	{ "checkpoint removed", remove_checkpoint, 1, { "missing checkpoint: log audit.test:8443/%" }, { -1, -1, -1 } },
	{ "checkpoint altered", garble_checkpoint, 1, { "bad signature on the checkpoint: log audit.test:8443/%" }, { -1, -1, -1 } },
	{ "signature altered", garble_signature, 1, { "bad signature on the checkpoint: log audit.test:8443/%" }, { -1, -1, -1 } },
	{ "old checkpoint put back", put_old_checkpoint_back, 1,
	  { "checkpoint older than the last one signed: log audit.test:8443/%" }, { -1, -1, -1 } },
	{ "altered body", change_body, 1, { "altered body: log audit.test:8443/% seq 99" }, { 99, -1, -1 } },
	{ "missing body", remove_body, 1, { "missing body: log audit.test:8443/% seq 100" }, { 100, -1, -1 } },
	{ "another event's body", swap_bodies, 1, { "altered body: log audit.test:8443/% seq 101" }, { 101, -1, -1 } },
};

/* `line` with % for the log's id and the event's id behind it. */
static void expect(const struct place *p, const struct fixture_findings *found, const char *line, int event)
{
	char want[300], log[UUID_TEXT_LEN + 1], id[UUID_TEXT_LEN + 1];
	const char *gap = strchr(line, '%');
	uuid_format(&p->f.tenant, log);
	int len = snprintf(want, sizeof want, "%.*s%s%s", (int)(gap - line), line, log, gap + 1);
	if (event >= 0) {
		struct uuid known = fixture_id((unsigned)event);
		uuid_format(&known, id);
		snprintf(want + len, sizeof want - (size_t)len, " event %s", id);
	}
	if (!strstr((const char *)found->text.at, want))
		fail_msg("wanted \"%s\" among:\n%s", want, (const char *)found->text.at);
}

static void keep_checkpoint(const struct place *p)
{
	int fd = open_file(p, "checkpoint");
	ssize_t n = pread(fd, old_checkpoint, sizeof old_checkpoint, 0);
	assert_true(n > 0);
	old_checkpoint_len = (size_t)n;
	close(fd);
}

static void tampering_is_found_and_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct place p;
		struct fixture_findings found;
		fixture_make(&p.f);
		ensure(recording_open(&p.f, &p.r));
		record(&p, 0, 400);
		keep_checkpoint(&p);
		record(&p, 400, EVENTS);
		if (rows[i].harm)
			rows[i].harm(&p);
		fixture_verify(&p.f, &p.r, &p.f.tenant, &found);
		if (found.count != rows[i].findings)
			fail_msg("%s: %zu findings:\n%s", rows[i].name, found.count, (const char *)found.text.at);
		for (size_t k = 0; k < COUNT_OF(rows[i].lines) && rows[i].lines[k]; k++)
			expect(&p, &found, rows[i].lines[k], rows[i].events[k]);
		buffer_release(&found.text);
		recording_close(&p.r);
		fixture_remove(&p.f);
	}
}

/* The recorder may have been started again meanwhile: it stops the log, shows what there is, and the finding is the same. */
static void still_found_after_a_restart(void **state)
{
	static void (*const harms[])(struct place *) = { flip_entry, flip_tile, cut_last_bundle, remove_bundle, remove_tile,
							 flip_upper_tile };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(harms); i++) {
		struct place p;
		struct fixture_findings found;
		fixture_make(&p.f);
		ensure(recording_open(&p.f, &p.r));
		record(&p, 0, EVENTS);
		recording_close(&p.r);
		harms[i](&p);
		ensure(recording_open(&p.f, &p.r));
		fixture_verify(&p.f, &p.r, &p.f.tenant, &found);
		if (found.count == 0)
			fail_msg("harm %zu was not found", i);
		buffer_release(&found.text);
		recording_close(&p.r);
		fixture_remove(&p.f);
	}
}

/* An audit.db of last week with the files of today: the newer events have no bodies. A damaged one: none can be read. */
static void lost_database_names_every_event(void **state)
{
	struct place p;
	struct fixture_findings found;
	(void)state;
	fixture_make(&p.f);
	ensure(recording_open(&p.f, &p.r));
	record(&p, 0, 30);
	recording_close(&p.r);
	int fd = open(p.f.database, O_RDWR);
	assert_true(fd >= 0);
	static const uint8_t zeros[65536];
	assert_int_equal(pwrite(fd, zeros, 8192, 0), 8192);
	close(fd);
	ensure(recording_open(&p.f, &p.r));
	assert_null(p.r.store);
	fixture_verify(&p.f, &p.r, &p.f.tenant, &found);
	assert_int_equal(found.count, 30);
	expect(&p, &found, "missing body: log audit.test:8443/% seq 29", 29);
	buffer_release(&found.text);
	recording_close(&p.r);
	fixture_remove(&p.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tampering_is_found_and_named), cmocka_unit_test(still_found_after_a_restart),
		cmocka_unit_test(lost_database_names_every_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
