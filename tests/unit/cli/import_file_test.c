/* A file or a pipe as the source of an import: its head, its digest, its records, and that it stays as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cli/import_file.h"

static char path[64];

static int setup(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof path, "/tmp/bailiwick-import-XXXXXX");
	int fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static void put(str content, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content.at, content.len), content.len);
	close(fd);
}

static void read_all(struct import_source *source, struct buffer *to)
{
	struct import_record r;
	bool end;
	for (size_t i = 0; i < source->column_count; i++)
		buffer_append_format(to, "%s%.*s", i ? "|" : "", STR_ARG(source->columns[i]));
	for (;;) {
		assert_false(failed(source->next(source->self, &r, &end)));
		if (end)
			return;
		buffer_append_format(to, " %llu%s", (unsigned long long)r.line, r.problem ? "!" : ":");
		for (size_t i = 0; i < r.count; i++)
			buffer_append_format(to, "%s%.*s", i ? "|" : "", STR_ARG(r.fields[i]));
	}
}

static const struct {
	str content;
	const char *expected; /* null: it has no head */
} files[] = {
	{ S("a,b\n1,2\n"), "a|b 2:1|2" },
	{ S("a,b\r\n1,2\r\n3,4"), "a|b 2:1|2 3:3|4" },
	{ S("\xef\xbb\xbf\"a\",b\n1,2\n"), "a|b 2:1|2" },
	{ S(" a , b \n 1 , 2 \n"), "a|b 2: 1 | 2 " },
	{ S("a,b\n"), "a|b" },
	{ S("a,b"), "a|b" },
	{ S("a\n\nx\n"), "a 2: 3:x" },
	{ S("a,b\n\n1,2\n\n"), "a|b 3:1|2" },
	{ S("a,b\n1\n1,2,3\n"), "a|b 2:1 3:1|2|3" },
	{ S("a,b\n\"1\n,2\n"), "a|b 2!" },
	{ S("a,b\n\"x\ny\",2\n3,4\n"), "a|b 2:x\ny|2 4:3|4" },
	{ S("a,b\n1\0,2\n\xff,2\n5,6\n"), "a|b 2! 3! 4:5|6" },
	{ S(""), NULL },
	{ S("\xef\xbb\xbf"), NULL },
	{ S("a\"b,c\n1,2\n"), NULL },
	{ S("a\0b\n"), NULL },
	{ S("\xff\n"), NULL },
};

static void files_give_their_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct import_source source;
		struct import_file *file = NULL;
		SCOPED(buffer) got;
		buffer_init(&got, 1 << 16);
		put(files[i].content, O_TRUNC);
		err e = import_file_new(path, S("x.csv"), &source, &file);
		if (failed(e) != (files[i].expected == NULL))
			fail_msg("file %zu: %s", i, err_why(e));
		if (failed(e))
			continue;
		read_all(&source, &got);
		if (!str_equal(buffer_str(&got), str_of(files[i].expected)))
			fail_msg("file %zu: %.*s", i, STR_ARG(buffer_str(&got)));
		assert_int_equal(source.octets, files[i].content.len);
		import_file_free(file);
	}
}

static struct sha256 digest_of(const char *at)
{
	struct import_source source;
	struct import_file *file = NULL;
	assert_false(failed(import_file_new(at, S("x"), &source, &file)));
	import_file_free(file);
	return source.digest;
}

static void a_digest_is_of_the_whole_content_and_of_nothing_else(void **state)
{
	size_t len = 3 * 64 * 1024;
	char *big = malloc(len);
	(void)state;
	memset(big, 'a', len);
	put((str){ big, len }, O_TRUNC);
	struct sha256 first = digest_of(path), again = digest_of(path);
	assert_memory_equal(&first, &again, sizeof first);
	big[len - 1] = 'b';
	put((str){ big, len }, O_TRUNC);
	struct sha256 other = digest_of(path);
	assert_memory_not_equal(&first, &other, sizeof first);
	free(big);
}

/* A pipe gives the same digest as a file of the same content, so a job can be resumed from either. */
static void a_pipe_is_read_as_a_file_is(void **state)
{
	int ends[2];
	char at[32];
	struct import_source source;
	struct import_file *file = NULL;
	SCOPED(buffer) got;
	(void)state;
	buffer_init(&got, 1 << 10);
	put(S("a,b\n1,2\n"), O_TRUNC);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a,b\n1,2\n", 8), 8);
	close(ends[1]);
	(void)snprintf(at, sizeof at, "/dev/fd/%d", ends[0]);
	assert_false(failed(import_file_new(at, S("x"), &source, &file)));
	close(ends[0]);
	struct sha256 of_file = digest_of(path);
	assert_memory_equal(&source.digest, &of_file, sizeof of_file);
	read_all(&source, &got);
	assert_true(str_equal(buffer_str(&got), S("a|b 2:1|2")));
	import_file_free(file);
}

static void a_change_while_it_is_read_ends_the_import(void **state)
{
	struct import_source source;
	struct import_file *file = NULL;
	struct import_record r;
	bool end;
	(void)state;
	put(S("a,b\n1,2\n3,4\n"), O_TRUNC);
	assert_false(failed(import_file_new(path, S("x"), &source, &file)));
	assert_false(failed(source.next(source.self, &r, &end)));
	put(S("5,6\n"), O_APPEND);
	assert_false(failed(source.next(source.self, &r, &end)));
	assert_int_equal(err_kind_of(source.next(source.self, &r, &end)), ERR_CONFLICT);
	import_file_free(file);
}

static void what_is_no_file_is_refused(void **state)
{
	struct import_source source;
	struct import_file *file = NULL;
	(void)state;
	assert_int_equal(err_kind_of(import_file_new("/tmp/bailiwick-none", S("x"), &source, &file)), ERR_NOT_FOUND);
	assert_int_equal(err_kind_of(import_file_new("/tmp", S("x"), &source, &file)), ERR_INVALID);
	assert_int_equal(err_kind_of(import_file_new("/dev/null", S("x"), &source, &file)), ERR_INVALID);
	assert_null(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_give_their_records),
		cmocka_unit_test(a_digest_is_of_the_whole_content_and_of_nothing_else),
		cmocka_unit_test(a_pipe_is_read_as_a_file_is),
		cmocka_unit_test(a_change_while_it_is_read_ends_the_import),
		cmocka_unit_test(what_is_no_file_is_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
