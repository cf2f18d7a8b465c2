/* Which coding a client takes, and what it has already. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/response.h"

#define OCTETS(text_) { (const uint8_t *)(text_), sizeof(text_) - 1 }

static const struct static_file rows_of_files[] = {
	{ .path = S("/"), .content_type = S("text/html"), .content = OCTETS("plain"), .compressed = OCTETS("gz"), .etag = S("\"a\""),
	  .compressed_etag = S("\"a-gzip\""), .content_security_policy = S("default-src 'self'") },
	{ .path = S("/app/small"), .content_type = S("text/plain"), .content = OCTETS("s"), .etag = S("\"b\"") },
};
static const struct static_files files = { rows_of_files, COUNT_OF(rows_of_files) };

static const struct {
	const char *name;
	enum http_method method;
	const char *path, *accept, *known;
	int status;
	const char *body, *etag;
} answers[] = {
	{ "plain", HTTP_GET, "/", NULL, NULL, 200, "plain", "\"a\"" },
	{ "HEAD has the same fields", HTTP_HEAD, "/", NULL, NULL, 200, "plain", "\"a\"" },
	{ "gzip", HTTP_GET, "/", "gzip, deflate, br", NULL, 200, "gz", "\"a-gzip\"" },
	{ "gzip in capitals with a weight", HTTP_GET, "/", "br;q=1, GZIP ; q=0.5", NULL, 200, "gz", "\"a-gzip\"" },
	{ "gzip refused", HTTP_GET, "/", "gzip;q=0, *", NULL, 200, "plain", "\"a\"" },
	{ "gzip refused at length", HTTP_GET, "/", "gzip; Q=0.000", NULL, 200, "plain", "\"a\"" },
	{ "anything", HTTP_GET, "/", "*", NULL, 200, "gz", "\"a-gzip\"" },
	{ "nothing else", HTTP_GET, "/", "*;q=0", NULL, 200, "plain", "\"a\"" },
	{ "another coding", HTTP_GET, "/", "gzipped, br", NULL, 200, "plain", "\"a\"" },
	{ "empty field", HTTP_GET, "/", "", NULL, 200, "plain", "\"a\"" },
	{ "known", HTTP_GET, "/", NULL, "\"a\"", 304, "", "\"a\"" },
	{ "known as gzip", HTTP_GET, "/", "gzip", "\"a-gzip\"", 304, "", "\"a-gzip\"" },
	{ "known, weak, in a list", HTTP_HEAD, "/", NULL, "\"x\", W/\"a\"", 304, "", "\"a\"" },
	{ "known whatever it is", HTTP_GET, "/", NULL, "*", 304, "", "\"a\"" },
	{ "tag without quotes", HTTP_GET, "/", NULL, "a", 200, "plain", "\"a\"" },
	{ "empty tags", HTTP_GET, "/app/small", NULL, ",,", 200, "s", "\"b\"" },
	{ "not smaller in gzip", HTTP_GET, "/app/small", "gzip", NULL, 200, "s", "\"b\"" },
	{ "no such file", HTTP_GET, "/app/smal", NULL, NULL, 404, NULL, NULL },
	{ "one octet more", HTTP_GET, "/app/small/", NULL, "*", 404, NULL, NULL },
	{ "other case", HTTP_GET, "/APP/small", NULL, NULL, 404, NULL, NULL },
	{ "POST", HTTP_POST, "/", NULL, NULL, 405, NULL, NULL },
	{ "OPTIONS", HTTP_OPTIONS, "/app/small", NULL, NULL, 405, NULL, NULL },
	{ "DELETE of nothing", HTTP_DELETE, "/app/none", NULL, NULL, 404, NULL, NULL },
};

static str field_of(const struct edge_response *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_equal(r->headers[i].name, str_of(name)))
			return r->headers[i].value;
	return S("");
}

static void each_request_is_answered_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		struct http_head head = { .method = answers[i].method, .path = str_of(answers[i].path) };
		struct edge_response r = { 0 };
		print_message("%s\n", answers[i].name);
		if (answers[i].accept)
			head.headers[head.header_count++] = (struct http_header){ S("accept-encoding"), str_of(answers[i].accept) };
		if (answers[i].known)
			head.headers[head.header_count++] = (struct http_header){ S("if-none-match"), str_of(answers[i].known) };
		response_of_static(&files, &head, &r);
		assert_int_equal(r.status, answers[i].status);
		if (answers[i].body) {
			assert_true(str_equal(str_of_bytes(r.body), str_of(answers[i].body)));
			assert_true(str_equal(field_of(&r, "vary"), S("accept-encoding")));
			assert_true(str_equal(field_of(&r, "etag"), str_of(answers[i].etag)));
			bool gzip = str_equal(str_of(answers[i].body), S("gz"));
			assert_true(str_equal(field_of(&r, "content-encoding"), gzip ? S("gzip") : S("")));
		}
		if (r.status == 405)
			assert_true(str_equal(field_of(&r, "allow"), S("GET, HEAD")));
	}
}

static void every_field_of_a_file_has_room(void **state)
{
	struct http_head head = { .method = HTTP_GET, .path = S("/"), .header_count = 1,
				  .headers = { { S("accept-encoding"), S("gzip") } } };
	struct edge_response r = { 0 };
	(void)state;
	response_of_static(&files, &head, &r);
	assert_in_range(r.header_count, 8, RESPONSE_OWN_HEADERS_MAX);
	assert_true(str_equal(field_of(&r, "content-security-policy"), S("default-src 'self'")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_is_answered_as_the_table_says),
		cmocka_unit_test(every_field_of_a_file_has_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
