/* The key store's file: altered at each octet, cut at each octet, filled with zeros. What was acknowledged is either read, or
 * the store says that it is damaged and leaves the file alone; it never forgets in silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

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
	strcpy(f->folder, "/tmp/key-store-test-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
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

#define WITH_STORE(test_) cmocka_unit_test_setup_teardown(test_, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(any_altered_octet_is_noticed_and_nothing_is_cut),
		WITH_STORE(cut_anywhere_the_whole_records_are_read),
		WITH_STORE(a_tail_of_zeros_is_a_torn_record),
		WITH_STORE(records_in_another_order_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
