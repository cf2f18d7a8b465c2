/* The strictness table of edge-and-network section 4, row by row: the good, the bad, and the good one octet away from bad.
 * Every row is also cut into two reads at every place: the verdict must be the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edge/http1_parse.h"

#define H "Host: a.example\r\n"
#define GET(rest_) "GET / HTTP/1.1\r\n" H rest_ "\r\n"
#define POST(rest_) "POST / HTTP/1.1\r\n" H rest_ "\r\n"

static const struct {
	const char *name, *in;
	enum refusal want; /* REFUSE_NONE: accepted */
} rows[] = {
	{ "plain", GET(""), REFUSE_NONE },
	{ "1.0 without host", "GET / HTTP/1.0\r\n\r\n", REFUSE_NONE },
	/* transfer-encoding and content-length */
	{ "chunked", POST("Transfer-Encoding: chunked\r\n"), REFUSE_NONE },
	{ "chunked in capitals", POST("Transfer-Encoding: CHUNKED\r\n"), REFUSE_NONE },
	{ "both lengths", POST("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), REFUSE_BAD_REQUEST },
	{ "both lengths, other order", POST("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), REFUSE_BAD_REQUEST },
	{ "coding list", POST("Transfer-Encoding: gzip, chunked\r\n"), REFUSE_BAD_REQUEST },
	{ "coding twice", POST("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), REFUSE_BAD_REQUEST },
	{ "coding with parameter", POST("Transfer-Encoding: chunked;a=b\r\n"), REFUSE_BAD_REQUEST },
	{ "unknown coding", POST("Transfer-Encoding: xchunked\r\n"), REFUSE_CODING },
	{ "identity", POST("Transfer-Encoding: identity\r\n"), REFUSE_CODING },
	{ "empty coding", POST("Transfer-Encoding:\r\n"), REFUSE_BAD_REQUEST },
	{ "vertical tab before the coding", POST("Transfer-Encoding: \vchunked\r\n"), REFUSE_BAD_REQUEST },
	{ "coding in 1.0", "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n", REFUSE_BAD_REQUEST },
	{ "length", POST("Content-Length: 3\r\n"), REFUSE_NONE },
	{ "length of 19 digits", POST("Content-Length: 1000000000000000000\r\n"), REFUSE_NONE },
	{ "length of 20 digits", POST("Content-Length: 00000000000000000003\r\n"), REFUSE_BAD_REQUEST },
	{ "length twice, equal", POST("Content-Length: 3\r\nContent-Length: 3\r\n"), REFUSE_BAD_REQUEST },
	{ "length list", POST("Content-Length: 3, 3\r\n"), REFUSE_BAD_REQUEST },
	{ "length with plus", POST("Content-Length: +3\r\n"), REFUSE_BAD_REQUEST },
	{ "length with minus", POST("Content-Length: -3\r\n"), REFUSE_BAD_REQUEST },
	{ "length with inner blank", POST("Content-Length: 3 0\r\n"), REFUSE_BAD_REQUEST },
	{ "length in hex", POST("Content-Length: 0x3\r\n"), REFUSE_BAD_REQUEST },
	{ "empty length", POST("Content-Length:\r\n"), REFUSE_BAD_REQUEST },
	/* line ends and blanks */
	{ "bare LF", "GET / HTTP/1.1\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "bare LF in fields", "GET / HTTP/1.1\r\nHost: a.example\n\r\n", REFUSE_BAD_REQUEST },
	{ "bare CR", GET("A: b\rc\r\n"), REFUSE_BAD_REQUEST },
	{ "CR CR LF", GET("A: b\r\r\n"), REFUSE_BAD_REQUEST },
	{ "folded field", GET("A: b\r\n c\r\n"), REFUSE_BAD_REQUEST },
	{ "blank before the colon", GET("A : b\r\n"), REFUSE_BAD_REQUEST },
	{ "tab before the colon", GET("A\t: b\r\n"), REFUSE_BAD_REQUEST },
	{ "no blank after the colon", GET("A:b\r\n"), REFUSE_NONE },
	{ "empty name", GET(": b\r\n"), REFUSE_BAD_REQUEST },
	{ "no colon", GET("Ab\r\n"), REFUSE_BAD_REQUEST },
	{ "blank before the first field", "GET / HTTP/1.1\r\n " H "\r\n", REFUSE_BAD_REQUEST },
	{ "empty line first", "\r\nGET / HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "name with a bracket", GET("A(b): c\r\n"), REFUSE_BAD_REQUEST },
	{ "name with underscore", GET("A_b: c\r\n"), REFUSE_BAD_REQUEST },
	{ "name with dash", GET("A-b: c\r\n"), REFUSE_NONE },
	{ "value with tab", GET("A: b\tc\r\n"), REFUSE_NONE },
	{ "value with a control", GET("A: b\001c\r\n"), REFUSE_BAD_REQUEST },
	{ "value with DEL", GET("A: b\177c\r\n"), REFUSE_BAD_REQUEST },
	{ "value above ASCII", GET("A: b\xe9\r\n"), REFUSE_BAD_REQUEST },
	/* request line */
	{ "every method", "PATCH / HTTP/1.1\r\n" H "\r\n", REFUSE_NONE },
	{ "unknown method", "BREW / HTTP/1.1\r\n" H "\r\n", REFUSE_METHOD },
	{ "lower-case method", "get / HTTP/1.1\r\n" H "\r\n", REFUSE_METHOD },
	{ "TRACE", "TRACE / HTTP/1.1\r\n" H "\r\n", REFUSE_METHOD },
	{ "CONNECT", "CONNECT a.example:443 HTTP/1.1\r\n" H "\r\n", REFUSE_METHOD },
	{ "method with a bracket", "GE(T / HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "two blanks", "GET  / HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "two blanks before the version", "GET /  HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "tab for blank", "GET\t/ HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "trailing blank", "GET / HTTP/1.1 \r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "no version", "GET /\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "version 1.2", "GET / HTTP/1.2\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "version 2.0", "GET / HTTP/2.0\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "version in lower case", "GET / http/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "version 01.1", "GET / HTTP/01.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "absolute form to the host", "GET http://a.example/x HTTP/1.1\r\n" H "\r\n", REFUSE_NONE },
	{ "absolute form to another", "GET http://b.example/x HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "authority form", "GET a.example HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "asterisk", "OPTIONS * HTTP/1.1\r\n" H "\r\n", REFUSE_NONE },
	{ "asterisk with GET", "GET * HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	/* host */
	{ "no host", "GET / HTTP/1.1\r\n\r\n", REFUSE_BAD_REQUEST },
	{ "two hosts", GET("Host: a.example\r\n"), REFUSE_BAD_REQUEST },
	{ "host with a port", "GET / HTTP/1.1\r\nHost: a.example:8443\r\n\r\n", REFUSE_NONE },
	{ "host with port 0", "GET / HTTP/1.1\r\nHost: a.example:0\r\n\r\n", REFUSE_BAD_REQUEST },
	{ "host with a user", "GET / HTTP/1.1\r\nHost: u@a.example\r\n\r\n", REFUSE_BAD_REQUEST },
	{ "host list", "GET / HTTP/1.1\r\nHost: a.example, b\r\n\r\n", REFUSE_BAD_REQUEST },
	{ "empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", REFUSE_BAD_REQUEST },
	{ "address", "GET / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", REFUSE_NONE },
	/* path */
	{ "escapes", "GET /a%20b/%C3%A9 HTTP/1.1\r\n" H "\r\n", REFUSE_NONE },
	{ "encoded NUL", "GET /a%00 HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "encoded slash", "GET /a%2fb HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "encoded backslash", "GET /a%5Cb HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "backslash", "GET /a\\b HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "dot dot", "GET /a/../b HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "encoded dot dot", "GET /a/%2e%2E/b HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "dot dot at the end", "GET /a/.. HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "three dots", "GET /a/... HTTP/1.1\r\n" H "\r\n", REFUSE_NONE },
	{ "well-known", "GET /.well-known/x HTTP/1.1\r\n" H "\r\n", REFUSE_NONE },
	{ "double slash", "GET /a//b HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "overlong UTF-8", "GET /%C0%AF HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "half an escape", "GET /a%2 HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	{ "OData path", "GET /api/data/v9.2/accounts(name='x')?$select=a,b HTTP/1.1\r\n" H "\r\n", REFUSE_NONE },
	{ "query with NUL", "GET /?a=%00 HTTP/1.1\r\n" H "\r\n", REFUSE_BAD_REQUEST },
	/* expectations and bodies */
	{ "continue", POST("Expect: 100-continue\r\nContent-Length: 1\r\n"), REFUSE_NONE },
	{ "other expectation", POST("Expect: 200-ok\r\nContent-Length: 1\r\n"), REFUSE_EXPECTATION },
	{ "GET with a body", GET("Content-Length: 1\r\n"), REFUSE_BAD_REQUEST },
	{ "GET with an empty body", GET("Content-Length: 0\r\n"), REFUSE_NONE },
	{ "DELETE with chunks", "DELETE / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", REFUSE_BAD_REQUEST },
	{ "two authorizations", GET("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), REFUSE_BAD_REQUEST },
};

static enum refusal verdict_in_two(const char *in, size_t cut, struct http1_request *out)
{
	size_t len = strlen(in);
	uint8_t *copy = malloc(len);
	enum refusal refusal = REFUSE_NONE;
	struct http1_parser parser;
	memcpy(copy, in, len);
	http1_parser_init(&parser);
	enum http1_progress progress = http1_parse(&parser, copy, cut, out, &refusal);
	if (progress == HTTP1_MORE)
		progress = http1_parse(&parser, copy, len, out, &refusal);
	free(copy);
	assert_int_not_equal(progress, HTTP1_MORE);
	return progress == HTTP1_DONE ? REFUSE_NONE : refusal;
}

static void each_row_has_its_verdict_however_it_is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t cut = 0; cut <= strlen(rows[i].in); cut++) {
			struct http1_request request;
			enum refusal got = verdict_in_two(rows[i].in, cut, &request);
			if (got != rows[i].want)
				fail_msg("%s, cut at %zu: got %d, want %d", rows[i].name, cut, got, rows[i].want);
		}
	}
}

static enum refusal verdict_of_sizes(size_t path_len, size_t field_len, size_t fields)
{
	char *in = malloc(64 * 1024), *at = in;
	struct http1_request request;
	at += sprintf(at, "GET /");
	memset(at, 'a', path_len);
	at += path_len;
	at += sprintf(at, " HTTP/1.1\r\n" H);
	for (size_t i = 0; i < fields; i++) {
		at += sprintf(at, "a: ");
		memset(at, 'b', field_len);
		at += field_len;
		at += sprintf(at, "\r\n");
	}
	sprintf(at, "\r\n");
	enum refusal refusal = verdict_in_two(in, strlen(in), &request);
	assert_int_equal(refusal, verdict_in_two(in, strlen(in) / 2, &request));
	free(in);
	return refusal;
}

static void sizes_have_their_limits(void **state)
{
	size_t line_rest = sizeof "GET / HTTP/1.1" - 1;
	(void)state;
	assert_int_equal(verdict_of_sizes(HTTP_LINE_BYTES_MAX - line_rest - 1, 0, 0), REFUSE_NONE);
	assert_int_equal(verdict_of_sizes(HTTP_LINE_BYTES_MAX - line_rest, 0, 0), REFUSE_URI_SIZE);
	assert_int_equal(verdict_of_sizes(0, 1, HTTP_HEADERS_MAX - 1), REFUSE_NONE); /* host is one, too */
	assert_int_equal(verdict_of_sizes(0, 1, HTTP_HEADERS_MAX), REFUSE_HEAD_SIZE);
	size_t head_rest = sizeof "GET / HTTP/1.1\r\n" H "a: \r\n\r\n" - 1;
	assert_int_equal(verdict_of_sizes(0, HTTP_HEAD_BYTES_MAX - head_rest, 1), REFUSE_NONE);
	assert_int_equal(verdict_of_sizes(0, HTTP_HEAD_BYTES_MAX - head_rest + 1, 1), REFUSE_HEAD_SIZE);
}

static void connection_names_are_dropped(void **state)
{
	struct http1_request request;
	static const char in[] = GET("Connection: close, X-Secret\r\nX-Secret: 1\r\nX-Other: 2\r\n");
	uint8_t *copy = malloc(sizeof in);
	struct http1_parser parser;
	enum refusal refusal;
	(void)state;
	memcpy(copy, in, sizeof in);
	http1_parser_init(&parser);
	assert_int_equal(http1_parse(&parser, copy, sizeof in - 1, &request, &refusal), HTTP1_DONE);
	assert_false(request.keep_alive);
	assert_null(http_head_field(&request.head, S("x-secret")).at);
	assert_non_null(http_head_field(&request.head, S("x-other")).at);
	free(copy);
}

/* --- chunks --- */

static const struct {
	const char *name, *in, *body; /* body null: broken. in may go on behind the end */
} chunk_rows[] = {
	{ "one", "3\r\nabc\r\n0\r\n\r\n", "abc" },
	{ "two", "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", "abcd" },
	{ "hex and zeros", "0000000A\r\n0123456789\r\n0\r\n\r\n", "0123456789" },
	{ "empty", "0\r\n\r\n", "" },
	{ "nine digits", "000000003\r\nabc\r\n0\r\n\r\n", NULL },
	{ "no digits", "\r\nabc\r\n0\r\n\r\n", NULL },
	{ "minus", "-3\r\nabc\r\n0\r\n\r\n", NULL },
	{ "blank", "3 \r\nabc\r\n0\r\n\r\n", NULL },
	{ "0x", "0x3\r\nabc\r\n0\r\n\r\n", NULL },
	{ "bare LF after the size", "3\nabc\r\n0\r\n\r\n", NULL },
	{ "bare LF after the data", "3\r\nabc\n0\r\n\r\n", NULL },
	{ "data longer than said", "2\r\nabc\r\n0\r\n\r\n", NULL },
	{ "extension of 17", "3;234567890123456x\r\nabc\r\n0\r\n\r\n", NULL },
	{ "extension of 16", "3;23456789012345x\r\nabc\r\n0\r\n\r\n", "abc" },
	{ "extension with LF", "3;a\nb\r\nabc\r\n0\r\n\r\n", NULL },
	{ "extension with CR", "3;a\rb\r\nabc\r\n0\r\n\r\n", NULL },
	{ "trailer", "0\r\nA: b\r\n\r\n", NULL },
	{ "end without CR", "0\r\n\n", NULL },
};

static bool decode_in_two(const char *in, size_t cut, char *body)
{
	struct http1_chunks chunks = { .state = CHUNK_SIZE };
	size_t len = strlen(in), n = 0;
	bytes parts[2] = { bytes_of(in, cut), bytes_of(in + cut, len - cut) };
	for (size_t i = 0; i < 2; i++) {
		while (parts[i].len && chunks.state != CHUNK_FINISHED && chunks.state != CHUNK_BROKEN) {
			bytes data;
			http1_chunks_take(&chunks, &parts[i], &data);
			if (data.len)
				memcpy(body + n, data.at, data.len);
			n += data.len;
		}
	}
	body[n] = '\0';
	return chunks.state == CHUNK_FINISHED;
}

static void chunks_decode_however_they_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof chunk_rows / sizeof *chunk_rows; i++) {
		for (size_t cut = 0; cut <= strlen(chunk_rows[i].in); cut++) {
			char body[256];
			bool good = decode_in_two(chunk_rows[i].in, cut, body);
			if (good != (chunk_rows[i].body != NULL) || (good && strcmp(body, chunk_rows[i].body) != 0))
				fail_msg("%s, cut at %zu", chunk_rows[i].name, cut);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_has_its_verdict_however_it_is_cut),
		cmocka_unit_test(sizes_have_their_limits),
		cmocka_unit_test(connection_names_are_dropped),
		cmocka_unit_test(chunks_decode_however_they_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
