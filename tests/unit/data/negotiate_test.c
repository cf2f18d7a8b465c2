/* Versions and media types: which requests go on, and how the others are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "data/negotiate.h"

static const struct {
	const char *name, *path, *header, *value, *body;
	int status; /* 0: goes on */
} rows[] = {
	{ "nothing said", "accounts", NULL, NULL, "", 0 },
	{ "version 4.0", "accounts", "odata-version", "4.0", "", 0 },
	{ "version 3.0", "accounts", "odata-version", "3.0", "", 400 },
	{ "version 4.01", "accounts", "odata-version", "4.01", "", 400 },
	{ "at most 4.0", "accounts", "odata-maxversion", "4.0", "", 0 },
	{ "at most 4.01", "accounts", "odata-maxversion", "4.01", "", 0 },
	{ "at most 3.0", "accounts", "odata-maxversion", "3.0", "", 400 },
	{ "at most nothing", "accounts", "odata-maxversion", "", "", 400 },
	{ "JSON", "accounts", "content-type", "application/json", "{}", 0 },
	{ "JSON in capitals", "accounts", "content-type", "Application/JSON; Charset=UTF-8", "{}", 0 },
	{ "JSON in quotes", "accounts", "content-type", "application/json;charset=\"utf-8\"", "{}", 0 },
	{ "JSON with a format parameter", "accounts", "content-type", "application/json; odata.metadata=minimal", "{}", 0 },
	{ "another character set", "accounts", "content-type", "application/json; charset=utf-16", "{}", 415 },
	{ "a form", "accounts", "content-type", "application/x-www-form-urlencoded", "a=b", 415 },
	{ "like JSON", "accounts", "content-type", "application/jsonx", "{}", 415 },
	{ "a body of no type", "accounts", NULL, NULL, "{}", 415 },
	{ "a type without a body", "accounts", "content-type", "text/plain", "", 0 },
	{ "takes JSON", "accounts", "accept", "application/json", "", 0 },
	{ "takes JSON with a parameter", "accounts", "accept", "application/json;odata.metadata=full", "", 0 },
	{ "takes anything", "accounts", "accept", "text/html, */*;q=0.1", "", 0 },
	{ "takes any application", "accounts", "accept", "APPLICATION/*", "", 0 },
	{ "takes Atom", "accounts", "accept", "application/atom+xml", "", 406 },
	{ "takes any text", "accounts", "accept", "text/*", "", 406 },
	{ "takes nothing", "accounts", "accept", "", "", 406 },
	{ "takes XML, a set", "accounts", "accept", "application/xml", "", 406 },
	{ "takes XML, the metadata", "$metadata", "accept", "application/xml", "", 0 },
	{ "takes text, a count", "accounts/$count", "accept", "text/plain", "", 0 },
	{ "takes JSON, a count", "accounts/$count", "accept", "application/json", "", 0 },
	{ "takes HTML, a count", "accounts/$count", "accept", "text/html", "", 406 },
};

static void each_row_is_decided_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct http_header header = { .value = { 0 } };
		struct web_call web = { .arena = arena };
		struct data_call dc = { .web = &web, .arena = arena };
		if (rows[i].header) {
			header = (struct http_header){ str_of(rows[i].header), str_of(rows[i].value) };
			web.request.header_count = 1;
		}
		web.request.headers = &header;
		web.request.body = bytes_of_str(str_of(rows[i].body));
		assert_false(failed(odata_path_parse(str_of(rows[i].path), arena, &dc.problem, &dc.path)));
		bool refused = failed(data_negotiate(&dc));
		if (refused != (rows[i].status != 0) || dc.problem.status != rows[i].status)
			fail_msg("%s: %d", rows[i].name, dc.problem.status);
		arena_free(arena);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(each_row_is_decided_as_it_says) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
