/* Routing, credentials, cookies and answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "web/route.h"

static struct web_call *call_new(enum http_method method, const char *path)
{
	struct web_call *call = calloc(1, sizeof *call);
	call->arena = arena_new(1 << 20);
	call->request.method = method;
	call->request.path = str_of(path);
	return call;
}

static void call_free(struct web_call *call)
{
	buffer_release(&call->response.body);
	arena_free(call->arena);
	free(call);
}

static err say(struct web_call *call, const char *what)
{
	web_text(call, 200, S("text/plain"), str_of(what));
	for (size_t i = 0; i < call->path_arg_count; i++) {
		buffer_append_char(&call->response.body, '|');
		buffer_append_str(&call->response.body, call->path_args[i]);
	}
	return OK;
}

static err list(struct web_call *call) { return say(call, "list"); }
static err one(struct web_call *call) { return say(call, "one"); }
static err by_name(struct web_call *call) { return say(call, "name"); }
static err act(struct web_call *call) { return say(call, "act"); }
static err rest(struct web_call *call) { return say(call, "rest"); }
static err root(struct web_call *call) { return say(call, "root"); }

static err fails(struct web_call *call)
{
	web_text(call, 200, S("text/plain"), S("half an answer"));
	FAIL(ERR_CONFLICT, "it is taken");
}

static err splits(struct web_call *call)
{
	web_set_header(call, S("location"), S("/x\r\nset-cookie: a=b"));
	return OK;
}

static err parks_then_fails(struct web_call *call)
{
	web_park(call);
	FAIL(ERR_UNAVAILABLE, "no");
}

static const struct web_route api[] = {
	{ HTTP_GET, "/things", list },
	{ HTTP_GET, "/things/{}", one },
	{ HTTP_DELETE, "/things/{}", one },
	{ HTTP_GET, "/things(name='{}')", by_name },
	{ HTTP_POST, "/things/{}/act/{}", act },
	{ 0, "/files/*", rest },
	{ HTTP_GET, "/fails", fails },
	{ HTTP_GET, "/splits", splits },
	{ HTTP_GET, "/parks", parks_then_fails },
};
static const struct web_route top[] = { { HTTP_GET, "/", root }, { HTTP_GET, "/api-docs", root } };
static const struct web_surface api_surface = { "/api", api, COUNT_OF(api), NULL, web_problem };
static const struct web_surface top_surface = { "", top, COUNT_OF(top), NULL, NULL };
static const struct web_surface *const surfaces[] = { &top_surface, &api_surface };

static const struct {
	enum http_method method;
	const char *path;
	int status;
	const char *body; /* null: an error */
} routes[] = {
	{ HTTP_GET, "/api/things", 200, "list" },
	{ HTTP_HEAD, "/api/things", 200, "list" },
	{ HTTP_GET, "/api/things/", 404, NULL },
	{ HTTP_GET, "/api/things/a%20b", 200, "one|a b" },
	{ HTTP_GET, "/api/things/a%2Fb", 200, "one|a/b" },
	{ HTTP_GET, "/api/things/a%252Fb", 200, "one|a%2Fb" },
	{ HTTP_GET, "/api/things/a%", 400, NULL },
	{ HTTP_GET, "/api/things/a%00", 400, NULL },
	{ HTTP_GET, "/api/things(name='n')", 200, "name|n" },
	{ HTTP_GET, "/api/things(name='')", 404, NULL },
	{ HTTP_POST, "/api/things/1/act/2", 200, "act|1|2" },
	{ HTTP_POST, "/api/things/1/act", 404, NULL },
	{ HTTP_PUT, "/api/files/a%2Fb/c", 200, "rest|a%2Fb/c" },
	{ HTTP_GET, "/api/files", 404, NULL },
	{ HTTP_PATCH, "/api/things", 405, NULL },
	{ HTTP_GET, "/apithings", 404, NULL },
	{ HTTP_GET, "/api-docs", 200, "root" },
	{ HTTP_GET, "/", 200, "root" },
	{ HTTP_GET, "", 404, NULL },
	{ HTTP_GET, "/api/fails", 409, NULL },
	{ HTTP_GET, "/api/splits", 500, NULL },
	{ HTTP_GET, "/api/parks", 503, NULL },
};

static void each_path_finds_its_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(routes); i++) {
		struct web_call *call = call_new(routes[i].method, routes[i].path);
		web_dispatch(surfaces, COUNT_OF(surfaces), call);
		if (call->response.status != routes[i].status || call->parked ||
		    (routes[i].body && !str_equal(buffer_str(&call->response.body), str_of(routes[i].body))))
			fail_msg("%s: %d %.*s", routes[i].path, call->response.status,
				 STR_ARG(buffer_str(&call->response.body)));
		assert_int_equal(str_find(buffer_str(&call->response.body), S("half"), 0), SIZE_MAX);
		for (size_t h = 0; h < call->response.header_count; h++)
			assert_int_equal(str_find_char(call->response.headers[h].value, '\r', 0), SIZE_MAX);
		call_free(call);
	}
}

static void wrong_method_tells_the_right_ones(void **state)
{
	struct web_call *call = call_new(HTTP_PUT, "/api/things/1");
	str allow = { 0 };

	(void)state;
	web_dispatch(surfaces, COUNT_OF(surfaces), call);
	for (size_t i = 0; i < call->response.header_count; i++) {
		if (str_equal(call->response.headers[i].name, S("allow")))
			allow = call->response.headers[i].value;
	}
	assert_true(str_equal(allow, S("GET, HEAD, DELETE")));
	call_free(call);
}

static const struct {
	const char *first, *second; /* Cookie headers */
	const char *want;           /* null: none */
} cookies[] = {
	{ "a=1", NULL, "1" },
	{ "x=9; a=1;b=2", NULL, "1" },
	{ "a=1", "a=1", "1" },
	{ "a=1; a=2", NULL, NULL },
	{ "a=1", "b=1; a=2", NULL },
	{ "aa=1; A=2", NULL, NULL },
	{ "a", NULL, NULL },
	{ "a=", NULL, "" },
	{ "a=b=c", NULL, "b=c" },
	{ "", NULL, NULL },
};

static void cookie_is_read_when_it_is_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cookies); i++) {
		struct http_header headers[2] = { { S("cookie"), str_of(cookies[i].first) },
						  { S("cookie"), str_of(cookies[i].second) } };
		struct web_request r = { .headers = headers, .header_count = cookies[i].second ? 2 : 1 };
		str value = { 0 };
		bool found = web_cookie(&r, S("a"), &value);
		assert_int_equal(found, cookies[i].want != NULL);
		if (found)
			assert_true(str_equal(value, str_of(cookies[i].want)));
	}
}

static const struct {
	const char *header, *bearer, *user, *password;
} credentials[] = {
	{ "Bearer abc", "abc", NULL, NULL },
	{ "bearer abc", "abc", NULL, NULL },
	{ "Bearer", NULL, NULL, NULL },
	{ "Bearer ", NULL, NULL, NULL },
	{ "BearerX abc", NULL, NULL, NULL },
	{ "Basic YTpiOmM=", NULL, "a", "b:c" },
	{ "Basic Og==", NULL, "", "" },
	{ "Basic YQ==", NULL, NULL, NULL },  /* no colon */
	{ "Basic YTpi!", NULL, NULL, NULL },
};

static void credentials_are_read_strictly(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(credentials); i++) {
		struct web_call *call = call_new(HTTP_GET, "/");
		struct http_header headers[2] = { { S("authorization"), str_of(credentials[i].header) },
						  { S("authorization"), S("Bearer abc") } };
		str bearer = { 0 }, user = { 0 }, password = { 0 };
		call->request.headers = headers;
		call->request.header_count = 1;
		assert_int_equal(web_bearer(&call->request, &bearer), credentials[i].bearer != NULL);
		if (credentials[i].bearer)
			assert_true(str_equal(bearer, str_of(credentials[i].bearer)));
		assert_int_equal(failed(web_basic(call, &user, &password)), credentials[i].user == NULL);
		if (credentials[i].user)
			assert_true(str_equal(user, str_of(credentials[i].user)) &&
				    str_equal(password, str_of(credentials[i].password)));
		call->request.header_count = 2; /* two headers are no credentials */
		assert_false(web_bearer(&call->request, &bearer));
		call_free(call);
	}
}

static void bodies_need_their_media_type(void **state)
{
	static const struct {
		const char *type, *body;
		bool json, form;
	} rows[] = {
		{ "application/json", "{\"a\":1}", true, false },
		{ "Application/JSON; charset=utf-8", "[]", true, false },
		{ "application/scim+json", "{}", true, false },
		{ "text/plain", "{}", false, false },
		{ "application/jsonx", "{}", false, false },
		{ "application/json", "{\"a\":1,\"a\":2}", false, false },
		{ "application/json", "", false, false },
		{ "application/x-www-form-urlencoded", "a=1&b=%41+", false, true },
		{ "application/x-www-form-urlencoded", "a=%zz", false, false },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct web_call *call = call_new(HTTP_POST, "/");
		struct http_header header = { S("content-type"), str_of(rows[i].type) };
		const struct json *json = NULL;
		struct url_params form;
		call->request.headers = &header;
		call->request.header_count = 1;
		call->request.body = bytes_of_str(str_of(rows[i].body));
		assert_int_equal(!failed(web_json(call, &json)), rows[i].json);
		assert_int_equal(!failed(web_form(call, &form)), rows[i].form);
		call_free(call);
	}
}

static void set_cookie_has_its_attributes_or_fails(void **state)
{
	struct web_call *call = call_new(HTTP_GET, "/");

	(void)state;
	buffer_init(&call->response.body, 1000);
	web_set_cookie(call, S("__Host-a"), S("v"), -1);
	web_set_cookie(call, S("__Host-a"), S(""), 0);
	assert_true(str_equal(call->response.headers[0].value, S("__Host-a=v; Secure; HttpOnly; SameSite=Lax; Path=/")));
	assert_true(str_equal(call->response.headers[1].value, S("__Host-a=; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=0")));
	assert_false(call->response.body.failed);
	web_set_cookie(call, S("a"), S("v; Domain=evil"), -1);
	assert_true(call->response.body.failed);
	call_free(call);
}

static void client_address_is_text(void **state)
{
	static const struct {
		uint8_t address[16];
		const char *text;
	} rows[] = {
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1 }, "192.0.2.1" },
		{ { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, "2001:db8::1" },
		{ { 0 }, "::" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct web_call *call = call_new(HTTP_GET, "/");
		memcpy(call->request.client_address, rows[i].address, 16);
		assert_true(str_equal(web_client_text(call), str_of(rows[i].text)));
		call_free(call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_finds_its_row),
		cmocka_unit_test(wrong_method_tells_the_right_ones),
		cmocka_unit_test(cookie_is_read_when_it_is_one),
		cmocka_unit_test(credentials_are_read_strictly),
		cmocka_unit_test(bodies_need_their_media_type),
		cmocka_unit_test(set_cookie_has_its_attributes_or_fails),
		cmocka_unit_test(client_address_is_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
