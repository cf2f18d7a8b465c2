/* The key store's file: altered at each octet, cut at each octet, filled with zeros. What was acknowledged is either read, or
 * the store says that it is damaged and leaves the file alone; it never forgets in silence. Killed at its fault points it reopens
 * whole. And it finds one record among ten thousand as fast as among ten. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "host/clock.h"
#include "host/file.h"
#include "host/random.h"
#include "keys/key_store.h"

enum { RECORDS = 5, FILE_BYTES_MAX = 65536, HEAD_BYTES = 4 + 1 + 16 + 2 + AEAD_KEY_BYTES + WRAPPED_OVERHEAD };

struct fixture {
	char folder[64], path[96], cut[112];
	struct wrapping_key root;
	struct arena *arena;
	bytes whole; /* the file's octets, all records in it */
	size_t record_end[RECORDS];
};

static bytes read_file(struct fixture *f, const char *path)
{
	bytes raw;
	assert_false(failed(file_read(path, FILE_BYTES_MAX, f->arena, &raw)));
	return raw;
}

static struct record anchor_of(uint8_t number)
{
	struct record record = { .kind = RECORD_ANCHOR };
	record.anchor.database.b[0] = number;
	record.anchor.anchor.change_counter = number;
	return record;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	struct key_store *store;
	strcpy(f->folder, "/dev/shm/key-store-test-XXXXXX"); /* memory: twenty thousand syncs of a disk tell nothing more */
	if (!mkdtemp(f->folder)) {
		strcpy(f->folder, "/tmp/key-store-test-XXXXXX");
		assert_non_null(mkdtemp(f->folder));
	}
	snprintf(f->path, sizeof f->path, "%s/keys.store", f->folder);
	snprintf(f->cut, sizeof f->cut, "%s.cut", f->path);
	f->arena = arena_new(256 << 20);
	random_bytes(&f->root, sizeof f->root);
	assert_false(failed(key_store_create(f->path, &f->root)));
	assert_false(failed(key_store_open(f->path, &f->root, &store)));
	for (uint8_t i = 0; i < RECORDS; i++) {
		struct record record = anchor_of((uint8_t)(i + 1));
		assert_false(failed(key_store_put(store, &record)));
		f->record_end[i] = read_file(f, f->path).len;
	}
	key_store_close(store);
	f->whole = read_file(f, f->path);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	unlink(f->path);
	unlink(f->cut);
	rmdir(f->folder);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* The number of records read, or minus the kind of error. Afterwards the store can be written to. */
static int open_with(struct fixture *f, bytes content)
{
	struct key_store *store;
	int count = 0;
	assert_false(failed(file_write(f->path, content, 0600)));
	err e = key_store_open(f->path, &f->root, &store);
	if (failed(e))
		return -err_kind_of(e);
	while (key_store_at(store, (size_t)count)) {
		assert_int_equal(key_store_at(store, (size_t)count)->anchor.anchor.change_counter, count + 1);
		count++;
	}
	struct record next = anchor_of((uint8_t)(count + 1));
	assert_false(failed(key_store_put(store, &next)));
	key_store_close(store);
	assert_false(failed(key_store_open(f->path, &f->root, &store)));
	assert_non_null(key_store_at(store, (size_t)count));
	key_store_close(store);
	return count;
}

/* The last record cannot be told from one whose content a power cut tore: it is cut, but kept beside. */
static void any_altered_octet_is_noticed_and_nothing_is_cut(void **state)
{
	struct fixture *f = *state;
	uint8_t *copy = arena_alloc(f->arena, f->whole.len);
	for (size_t at = 0; at < f->whole.len; at += 3) {
		memcpy(copy, f->whole.at, f->whole.len);
		copy[at] ^= (uint8_t)(1u << at % 8);
		int got = open_with(f, bytes_of(copy, f->whole.len));
		if (at < f->record_end[RECORDS - 2]) {
			if (got != -ERR_CORRUPT && !(at < HEAD_BYTES && got == -ERR_DENIED))
				fail_msg("octet %zu altered: %d", at, got);
			assert_true(bytes_equal(read_file(f, f->path), bytes_of(copy, f->whole.len)));
		} else if (got == RECORDS - 1) {
			size_t from = f->record_end[RECORDS - 2];
			assert_true(bytes_equal(read_file(f, f->cut), bytes_of(copy + from, f->whole.len - from)));
		} else if (got != -ERR_CORRUPT) {
			fail_msg("octet %zu altered: %d", at, got);
		}
	}
}

static void cut_anywhere_the_whole_records_are_read(void **state)
{
	struct fixture *f = *state;
	int whole = 0;
	for (size_t len = HEAD_BYTES; len <= f->whole.len; len++) {
		whole += whole < RECORDS && len >= f->record_end[whole];
		int got = open_with(f, bytes_of(f->whole.at, len));
		if (got != whole)
			fail_msg("cut to %zu octets: %d records, not %d", len, got, whole);
	}
	assert_int_equal(whole, RECORDS);
}

/* A file system may have made room for an append and not have written it. */
static void a_tail_of_zeros_is_a_torn_record(void **state)
{
	struct fixture *f = *state;
	uint8_t *longer = arena_alloc(f->arena, f->whole.len + 200);
	memcpy(longer, f->whole.at, f->whole.len);
	assert_int_equal(open_with(f, bytes_of(longer, f->whole.len + 200)), RECORDS);
	assert_int_equal(open_with(f, bytes_of(longer, f->whole.len + 3)), RECORDS);
	longer[f->whole.len + 100] = 1;
	assert_int_equal(open_with(f, bytes_of(longer, f->whole.len + 200)), -ERR_CORRUPT);
}

/* Records moved, left out, or taken from another store do not authenticate. */
static void records_in_another_order_are_refused(void **state)
{
	struct fixture *f = *state;
	size_t first = f->record_end[0], second = f->record_end[1], third = f->record_end[2];
	uint8_t *copy = arena_alloc(f->arena, f->whole.len);
	memcpy(copy, f->whole.at, f->whole.len);
	assert_int_equal(second - first, third - second);
	memcpy(copy + first, f->whole.at + second, second - first);
	memcpy(copy + second, f->whole.at + first, second - first);
	assert_int_equal(open_with(f, bytes_of(copy, f->whole.len)), -ERR_CORRUPT);
	memcpy(copy, f->whole.at, first); /* the second is left out */
	memcpy(copy + first, f->whole.at + second, f->whole.len - second);
	assert_int_equal(open_with(f, bytes_of(copy, f->whole.len - (second - first))), -ERR_CORRUPT);
}

/* --- many records --- */

/* A slow and obvious twin of the table: a list, searched from its beginning. */
struct twin {
	struct record records[64];
	size_t count;
};

static void twin_put(struct twin *twin, const struct record *record)
{
	size_t i = 0;
	while (i < twin->count && !record_same_subject(&twin->records[i], record))
		i++;
	twin->records[i] = *record;
	twin->count += i == twin->count;
}

static bool same_place(const struct record_place *a, const struct record_place *b)
{
	return a->kind == b->kind && a->key_kind == b->key_kind && uuid_equal(&a->tenant, &b->tenant) &&
	       uuid_equal(&a->database, &b->database);
}

/* Few names, so that places are shared and subjects come again. */
static struct record random_record(void)
{
	uint8_t r[6];
	struct record record = { .kind = RECORD_KEY };
	random_bytes(r, sizeof r);
	switch (r[0] % 4) {
	case 0:
		record.key = (struct key_record){ .meta = { .version = r[1] % 3, .kind = 1 + r[2] % 2, .state = KEY_ACTIVE } };
		record.key.meta.tenant.b[0] = r[3] % 3;
		record.key.meta.id.b[0] = (uint8_t)(r[2] % 2 * 3 + r[3] % 3); /* a key stays in its place */
		record.key.wrapped_len = r[4];
		memset(record.key.wrapped, r[5], r[4]);
		break;
	case 1:
		record.kind = RECORD_TENANT;
		record.tenant = (struct tenant_record){ .tenant = { { r[1] % 3 } }, .issuer_len = r[4] };
		memset(record.tenant.issuer, r[5], r[4]);
		break;
	case 2:
		record.kind = RECORD_ANCHOR;
		record.anchor = (struct anchor_record){ .database = { { r[1] % 3 } }, .anchor = { .change_counter = r[5] } };
		break;
	default:
		record.kind = RECORD_CHECKPOINT;
		record.checkpoint = (struct checkpoint_record){ .log_id = { { r[1] % 3 } }, .size = r[5] };
	}
	return record;
}

static bool same_content(const struct record *a, const struct record *b)
{
	SCOPED(buffer) one;
	SCOPED(buffer) two;
	buffer_init(&one, RECORD_BYTES_MAX);
	buffer_init(&two, RECORD_BYTES_MAX);
	record_encode(&one, a);
	record_encode(&two, b);
	return bytes_equal(buffer_bytes(&one), buffer_bytes(&two));
}

static void the_table_finds_what_a_search_finds(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct record_table table;
		struct twin *twin = calloc(1, sizeof *twin);
		record_table_init(&table, (struct map_seed){ (uint64_t)round, 7 });
		for (int i = 0; i < 200; i++) {
			struct record record = random_record();
			struct record_place place = record_place_of(&record);
			bool replaced;
			size_t before = twin->count, found = 0, want = 0;
			twin_put(twin, &record);
			assert_false(failed(record_table_put(&table, &record, &replaced)));
			assert_int_equal(replaced, twin->count == before);
			for (const struct record *r = NULL; (r = record_table_find(&table, &place, r)); found++)
				assert_true(record_place_of(r).kind == place.kind);
			for (size_t k = 0; k < twin->count; k++) {
				struct record_place its = record_place_of(&twin->records[k]);
				want += same_place(&its, &place);
				assert_true(same_content(record_table_at(&table, k), &twin->records[k]));
			}
			assert_int_equal(found, want);
		}
		assert_null(record_table_at(&table, twin->count));
		record_table_release(&table);
		free(twin);
	}
}

static struct record database_key_of(uint32_t number)
{
	struct record record = { .kind = RECORD_KEY };
	struct key_meta *meta = &record.key.meta;
	*meta = (struct key_meta){ .version = 1, .kind = KEY_DATABASE, .state = KEY_ACTIVE };
	memcpy(meta->id.b, &number, sizeof number);
	memcpy(meta->database.b, &number, sizeof number);
	record.key.wrapped_len = AEAD_KEY_BYTES + WRAPPED_OVERHEAD;
	return record;
}

static int64_t now_ns(void)
{
	return clock_monotonic_ns(&clock_system);
}

/* Finds the keys of databases `step` apart, `times` in all; nanoseconds. */
static int64_t time_to_find(const struct key_store *store, uint32_t count, uint32_t times)
{
	int64_t best = INT64_MAX;
	for (int attempt = 0; attempt < 5; attempt++) {
		int64_t began = now_ns();
		for (uint32_t i = 0; i < times; i++) {
			struct record wanted = database_key_of(i % count);
			struct record_place place = record_place_of(&wanted);
			const struct record *r = key_store_find(store, &place, NULL);
			assert_true(r && uuid_equal(&r->key.meta.id, &wanted.key.meta.id));
		}
		int64_t took = now_ns() - began;
		best = took < best ? took : best;
	}
	return best;
}

/* A search from the beginning would take a thousand times longer. */
static void ten_thousand_databases_are_found_as_fast_as_ten(void **state)
{
	enum { FEW = 10, MANY = 10000, FINDS = 10000 };
	struct fixture *f = *state;
	struct key_store *store;
	int64_t few = 0;
	unlink(f->path);
	assert_false(failed(key_store_create(f->path, &f->root)));
	assert_false(failed(key_store_open(f->path, &f->root, &store)));
	for (uint32_t i = 0; i < MANY; i++) {
		struct record record = database_key_of(i);
		if (i == FEW)
			few = time_to_find(store, FEW, FINDS);
		assert_false(failed(key_store_put(store, &record)));
	}
	key_store_close(store);
	assert_false(failed(key_store_open(f->path, &f->root, &store)));
	int64_t many = time_to_find(store, MANY, FINDS);
	print_message("%d finds among %d: %lld us, among %d: %lld us\n", FINDS, FEW, (long long)few / 1000, MANY,
		      (long long)many / 1000);
	assert_true(many < 30 * few);
	assert_null(key_store_at(store, MANY));
	key_store_close(store);
}

/* --- killed --- */

/* Puts the one anchor again and again, telling the parent each number that was acknowledged, until the fault point kills it. */
static NORETURN void put_until_killed(const struct fixture *f, const char *fault, int out, uint32_t from, uint32_t puts)
{
	struct key_store *store;
	if (failed(key_store_open(f->path, &f->root, &store)))
		_exit(2);
	setenv("BAILIWICK_FAULT", fault, 1);
	for (uint32_t i = from; i < from + puts; i++) {
		struct record record = anchor_of(1);
		record.anchor.anchor.change_counter = i;
		if (failed(key_store_put(store, &record)) || write(out, &i, sizeof i) != (ssize_t)sizeof i)
			_exit(3);
	}
	_exit(0);
}

static uint32_t last_number(const struct fixture *f)
{
	struct key_store *store;
	const struct record_place place = { .kind = RECORD_ANCHOR, .database = { { 1 } } };
	assert_false(failed(key_store_open(f->path, &f->root, &store)));
	for (uint8_t other = 2; other <= RECORDS; other++) { /* what the killed process did not touch */
		const struct record_place its = { .kind = RECORD_ANCHOR, .database = { { other } } };
		const struct record *r = key_store_find(store, &its, NULL);
		assert_true(r && r->anchor.anchor.change_counter == other);
	}
	uint32_t number = (uint32_t)key_store_find(store, &place, NULL)->anchor.anchor.change_counter;
	key_store_close(store);
	return number;
}

static const struct {
	const char *fault;
	uint32_t puts;
	bool may_be_further; /* durable before it was acknowledged */
} crashes[] = {
	{ "keys.store.before_append", 10, false },   { "keys.store.before_append:5", 10, false },
	{ "keys.store.written:3", 10, true },        { "keys.store.appended:4", 10, true },
	{ "keys.store.compacting", 4300, false },    { "keys.store.compacted", 4300, false },
};

static void killed_at_every_fault_point_it_reopens_whole(void **state)
{
	struct fixture *f = *state;
	uint32_t from = 100;
#ifndef BAILIWICK_FAULTS
	skip();
#endif
	for (size_t i = 0; i < COUNT_OF(crashes); i++) {
		int ends[2], status;
		uint32_t acknowledged = from - 1, number;
		assert_int_equal(pipe(ends), 0);
		pid_t pid = fork();
		if (pid == 0)
			put_until_killed(f, crashes[i].fault, ends[1], from, crashes[i].puts);
		close(ends[1]);
		while (read(ends[0], &number, sizeof number) == (ssize_t)sizeof number)
			acknowledged = number;
		close(ends[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			fail_msg("%s was not reached: status %x", crashes[i].fault, status);
		number = last_number(f);
		if (acknowledged >= from && number != acknowledged && !(crashes[i].may_be_further && number == acknowledged + 1))
			fail_msg("%s: %u acknowledged, %u found", crashes[i].fault, acknowledged, number);
		from += 10000;
	}
}

#define WITH_STORE(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(any_altered_octet_is_noticed_and_nothing_is_cut),
		WITH_STORE(cut_anywhere_the_whole_records_are_read),
		WITH_STORE(a_tail_of_zeros_is_a_torn_record),
		WITH_STORE(records_in_another_order_are_refused),
		cmocka_unit_test(the_table_finds_what_a_search_finds),
		WITH_STORE(ten_thousand_databases_are_found_as_fast_as_ten),
		WITH_STORE(killed_at_every_fault_point_it_reopens_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
