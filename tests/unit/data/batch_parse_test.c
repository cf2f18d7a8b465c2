#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "data/batch_parse.h"

#define B "multipart/mixed; boundary=b"
#define HTTP "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
#define GET_PART "--b\r\n" HTTP "\r\nGET accounts HTTP/1.1\r\n\r\n\r\n"
#define SET_OPEN "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"
#define SET_PART(id_, line_) "--c\r\n" HTTP "Content-ID: " id_ "\r\n\r\n" line_ " HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{}\r\n"
#define SET SET_OPEN SET_PART("1", "POST a") SET_PART("2", "DELETE $1") "--c--\r\n"

static const struct {
	const char *type, *body;
	size_t count; /* 0: refused */
} rows[] = {
	{ B, GET_PART "--b--\r\n", 1 },
	{ B, GET_PART GET_PART "--b--", 2 },
	{ B, "\r\n" GET_PART "--b--\r\n\r\n", 1 },
	{ "Multipart/Mixed;boundary=\"b\"", GET_PART "--b--\r\n", 1 },
	{ B, SET "--b--\r\n", 2 },
	{ B, GET_PART SET GET_PART SET "--b--\r\n", 6 },
	{ B, "--b\nContent-Type: application/http\n\nGET a HTTP/1.1\n\n--b--", 1 },
	{ B, "--b\r\n" HTTP "\r\nGET a HTTP/1.1\r\n--b--", 1 },
	{ B, "--b  \r\n" HTTP "\r\nGET a HTTP/1.1\r\n\r\n--b--  \r\n", 1 },
	/* a line that only begins like the boundary is content */
	{ B, "--b\r\n" HTTP "\r\nPOST a HTTP/1.1\r\n\r\n--bc\r\nx\r\n--b--", 1 },
	{ B, "--b--", 0 + 0 },
	{ "multipart/mixed", GET_PART "--b--", 0 },
	{ "multipart/form-data; boundary=b", GET_PART "--b--", 0 },
	{ "multipart/mixed; boundary=b; boundary=c", GET_PART "--b--", 0 },
	{ "multipart/mixed; boundary=\"b\x01\"", GET_PART "--b--", 0 },
	{ "multipart/mixed; boundary=", GET_PART "--b--", 0 },
	{ "multipart/mixed; boundary=1234567890123456789012345678901234567890123456789012345678901234567890x", GET_PART "--b--", 0 },
	{ B, "", 0 },
	{ B, "x" GET_PART "--b--", 0 },
	{ B, GET_PART, 0 },
	{ B, GET_PART "--b--\r\nmore", 0 },
	{ B, SET_OPEN SET_PART("1", "POST a") "--b--", 0 },
	{ B, SET_OPEN "--c--\r\n--b--", 0 },
	{ B, SET_OPEN SET_PART("1", "GET a") "--c--\r\n--b--", 0 },
	{ B, SET_OPEN SET_PART("", "POST a") "--c--\r\n--b--", 0 },
	{ B, SET_OPEN SET_PART("1", "POST a") SET_PART("1", "POST a") "--c--\r\n--b--", 0 },
	{ B, SET_OPEN "--c\r\nContent-Type: multipart/mixed; boundary=d\r\n\r\n--d--\r\n--c--\r\n--b--", 0 },
	{ B, "--b\r\nContent-Type: text/plain\r\n\r\nGET a HTTP/1.1\r\n\r\n--b--", 0 },
	{ B, "--b\r\n\r\nGET a HTTP/1.1\r\n\r\n--b--", 0 },
	{ B, "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: base64\r\n\r\nGET a HTTP/1.1\r\n\r\n--b--", 0 },
	{ B, "--b\r\n" HTTP "\r\nGET a HTTP/1.0\r\n\r\n--b--", 0 },
	{ B, "--b\r\n" HTTP "\r\nGET a b HTTP/1.1\r\n\r\n--b--", 0 },
	{ B, "--b\r\n" HTTP "\r\nGET  HTTP/1.1\r\n\r\n--b--", 0 },
	{ B, "--b\r\n" HTTP "\r\nGET HTTP/1.1\r\n\r\n--b--", 0 },
	{ B, "--b\r\n" HTTP "\r\nBREW a HTTP/1.1\r\n\r\n--b--", 0 },
	{ B, "--b\r\n" HTTP "\r\n--b--", 0 },
	{ B, "--b\r\n" HTTP "\r\nGET a HTTP/1.1\r\nno colon\r\n\r\n--b--", 0 },
	{ B, "--b\r\n" HTTP "\r\nGET a HTTP/1.1\r\nbad name: x\r\n\r\n--b--", 0 },
};

static void a_batch_is_its_operations_or_400(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(4 << 20);
		struct problem problem = { 0 };
		struct batch batch;
		err e = batch_parse(str_of(rows[i].type), bytes_of_str(str_of(rows[i].body)), arena, &problem, &batch);
		bool empty = !failed(e) && batch.count == 0; /* "--b--": no operation at all */
		if (failed(e) ? rows[i].count != 0 || problem.status != 400 : batch.count != rows[i].count || (empty && i != 10))
			fail_msg("row %zu: %s: %s", i, rows[i].body, failed(e) ? problem.message.at : "taken");
		arena_free(arena);
	}
}

static void sets_bodies_and_ids_are_told(void **state)
{
	struct arena *arena = arena_new(4 << 20);
	struct problem problem = { 0 };
	struct batch b;
	(void)state;
	assert_false(failed(batch_parse(S(B), bytes_of_str(S(GET_PART SET SET GET_PART "--b--")), arena, &problem, &b)));
	static const int sets[] = { 0, 1, 1, 2, 2, 0 };
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		assert_int_equal(b.operations[i].change_set, sets[i]);
	assert_true(str_equal(b.operations[2].url, S("$1")) && str_equal(b.operations[2].content_id, S("2")));
	assert_int_equal(b.operations[2].method, HTTP_DELETE);
	assert_true(bytes_equal(b.operations[1].body, bytes_of_str(S("{}"))));
	assert_true(str_equal(b.operations[1].headers[0].name, S("content-type")));
	arena_free(arena);
}

static void a_thousand_operations_and_no_more(void **state)
{
	(void)state;
	for (size_t n = BATCH_OPERATIONS_MAX; n <= BATCH_OPERATIONS_MAX + 1; n++) {
		struct arena *arena = arena_new(16 << 20);
		struct problem problem = { 0 };
		struct batch batch;
		SCOPED(buffer) text = { 0 };
		buffer_init(&text, 1 << 20);
		for (size_t i = 0; i < n; i++)
			buffer_append_str(&text, S(GET_PART));
		buffer_append_str(&text, S("--b--"));
		assert_int_equal(failed(batch_parse(S(B), buffer_bytes(&text), arena, &problem, &batch)), n > BATCH_OPERATIONS_MAX);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_batch_is_its_operations_or_400), cmocka_unit_test(sets_bodies_and_ids_are_told),
					    cmocka_unit_test(a_thousand_operations_and_no_more) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
