#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "cli/csv.h"

struct source {
	str text;
	size_t piece; /* octets handed out at once */
	bool fails;
};

static int64_t fill(void *self, uint8_t *to, size_t capacity)
{
	struct source *s = self;
	size_t n = s->text.len < s->piece ? s->text.len : s->piece;
	if (s->fails)
		return -1;
	n = n < capacity ? n : capacity;
	memcpy(to, s->text.at, n);
	s->text = str_from(s->text, n);
	return (int64_t)n;
}

/* Records joined: fields by '|', records by '/', a refused one as "!line". */
static const struct {
	str raw;
	const char *expected;
} rows[] = {
	{ S(""), "" },
	{ S("a,b\n"), "a|b" },
	{ S("a,b"), "a|b" },
	{ S("a,b\r\nc,d\r\n"), "a|b/c|d" },
	{ S("\xef\xbb\xbf\"a\",b\n"), "a|b" },
	{ S("\xef\xbb"), "!1" },
	{ S("a,\n"), "a|" },
	{ S(",\n"), "|" },
	{ S("\n"), "" },
	{ S("\n\n"), "/" },
	{ S("\"\"\n"), "" },
	{ S("\"a,b\",\"c\"\"d\"\n"), "a,b|c\"d" },
	{ S("\"a\r\nb\",c\nd,e\n"), "a\r\nb|c/d|e" },
	{ S("a\"b,c\nd\n"), "!1/d" },
	{ S("\"a\"b,c\nd\n"), "!1/d" },
	{ S("x\n\"a\n"), "x/!2" },
	{ S("a\rb\nc\n"), "!1/c" },
	{ S("a\r"), "!1" },
	{ S("\"a\nb\"x\nc\n"), "!1/c" },
	{ S("a\0b\nc\n"), "!1/c" },
	{ S("a\xff\nc\n"), "!1/c" },
	{ S("\xc3\xa9\n"), "\xc3\xa9" },
	{ S("\xc3,\xa9\n"), "!1" },
};

static void read_all(str raw, size_t piece, struct buffer *to)
{
	struct csv_reader *reader = calloc(1, sizeof *reader);
	struct csv_record *record = calloc(1, sizeof *record);
	struct source source = { raw, piece, false };
	bool end = false;
	assert_true(reader && record);
	csv_init(reader, fill, &source, 1, 0);
	for (size_t n = 0;; n++) {
		assert_false(failed(csv_next(reader, record, &end)));
		if (end)
			break;
		if (n)
			buffer_append_char(to, '/');
		if (record->problem)
			buffer_append_format(to, "!%llu", (unsigned long long)record->line);
		for (size_t i = 0; i < record->count; i++) {
			if (i)
				buffer_append_char(to, '|');
			buffer_append_str(to, record->fields[i]);
		}
	}
	assert_int_equal(reader->offset, raw.len);
	csv_release(reader);
	free(reader);
	free(record);
}

static void records_are_the_same_in_whatever_pieces_they_come(void **state)
{
	static const size_t pieces[] = { 1, 2, 3, 1000 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t k = 0; k < COUNT_OF(pieces); k++) {
			struct buffer got;
			buffer_init(&got, 1 << 16);
			read_all(rows[i].raw, pieces[k], &got);
			if (!str_equal(buffer_str(&got), str_of(rows[i].expected)))
				fail_msg("row %zu by %zu: %.*s", i, pieces[k], STR_ARG(buffer_str(&got)));
			buffer_release(&got);
		}
	}
}

/* A job continues at a record's end_offset and tells the same line numbers. */
static void reading_resumes_behind_any_record(void **state)
{
	(void)state;
	str raw = S("a\n\"b\nc\",d\ne\n");
	struct csv_reader *reader = calloc(1, sizeof *reader);
	struct csv_record *record = calloc(1, sizeof *record);
	struct source source = { raw, 4, false };
	bool end;
	csv_init(reader, fill, &source, 1, 0);
	assert_false(failed(csv_next(reader, record, &end)));
	assert_false(failed(csv_next(reader, record, &end)));
	assert_int_equal(record->line, 2);
	uint64_t offset = record->end_offset, line = reader->line;
	csv_release(reader);
	source.text = str_from(raw, (size_t)offset);
	csv_init(reader, fill, &source, line, offset);
	assert_false(failed(csv_next(reader, record, &end)));
	assert_int_equal(record->line, 4);
	assert_true(str_equal(record->fields[0], S("e")));
	csv_release(reader);
	free(reader);
	free(record);
}

static void bounds_hold(void **state)
{
	(void)state;
	struct csv_reader *reader = calloc(1, sizeof *reader);
	struct csv_record *record = calloc(1, sizeof *record);
	size_t len = CSV_RECORD_BYTES_MAX + 100;
	char *text = malloc(len);
	bool end;
	memset(text, 'a', len);
	memcpy(text + len - 3, "\nb\n", 3);
	struct source source = { { text, len }, 1 << 20, false };
	csv_init(reader, fill, &source, 1, 0);
	assert_false(failed(csv_next(reader, record, &end)));
	assert_non_null(record->problem);
	assert_false(failed(csv_next(reader, record, &end)));
	assert_true(!record->problem && str_equal(record->fields[0], S("b")));
	csv_release(reader);
	memset(text, ',', len);
	text[CSV_FIELDS_MAX] = '\n';
	source.text = (str){ text, CSV_FIELDS_MAX + 1 };
	csv_init(reader, fill, &source, 1, 0);
	assert_false(failed(csv_next(reader, record, &end)));
	assert_non_null(record->problem);
	csv_release(reader);
	source.fails = true;
	csv_init(reader, fill, &source, 1, 0);
	assert_int_equal(err_kind_of(csv_next(reader, record, &end)), ERR_UNAVAILABLE);
	csv_release(reader);
	free(text);
	free(reader);
	free(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_the_same_in_whatever_pieces_they_come),
		cmocka_unit_test(reading_resumes_behind_any_record),
		cmocka_unit_test(bounds_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
