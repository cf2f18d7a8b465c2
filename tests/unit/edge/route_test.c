#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "codec/base64.h"
#include "edge/route.h"
#include "edge/token_tid.h"

#define TENANT "1f3a09bc-0000-4000-8000-000000000001"
#define ENVIRONMENT "3d3a09bc-0000-4000-8000-000000000003"

static const char facts[] = "{\"origin\":\"https://localhost:8443\",\"tenants\":[{\"id\":\"" TENANT
			    "\",\"names\":[\"Contoso.example\"]}],\"environments\":[{\"tenant\":\"" TENANT "\",\"id\":\""
			    ENVIRONMENT "\",\"name\":\"sales\"}]}";

#define W(role_, base_, path_) ROUTE_WORKER, REFUSE_NONE, role_, base_, path_
#define R(refusal_) ROUTE_REFUSED, refusal_, 0, NULL, NULL
#define OWN "localhost:8443"

static const struct {
	const char *host, *path;
	enum channel_lane lane;
	enum route_kind kind;
	enum refusal refusal;
	enum process_role role;
	const char *base, *rest;
} rows[] = {
	{ OWN, "/", LANE_PUBLIC, ROUTE_STATIC, 0, 0, NULL, NULL },
	{ OWN, "/app/main.js", LANE_PUBLIC, ROUTE_STATIC, 0, 0, NULL, NULL },
	{ OWN, "/healthz", LANE_PUBLIC, ROUTE_HEALTH, 0, 0, NULL, NULL },
	{ "LOCALHOST:8443", "/healthz", LANE_PUBLIC, ROUTE_HEALTH, 0, 0, NULL, NULL },
	{ "localhost", "/healthz", LANE_PUBLIC, R(REFUSE_MISDIRECTED) },
	{ "localhost:8444", "/healthz", LANE_PUBLIC, R(REFUSE_MISDIRECTED) },
	{ "other.example:8443", "/healthz", LANE_PUBLIC, R(REFUSE_MISDIRECTED) },
	{ "xlocalhost:8443", "/healthz", LANE_PUBLIC, R(REFUSE_MISDIRECTED) },
	{ "a.b.localhost:8443", "/healthz", LANE_PUBLIC, R(REFUSE_MISDIRECTED) },
	{ "whatever", "/healthz", LANE_OPERATOR, ROUTE_HEALTH, 0, 0, NULL, NULL },
	{ OWN, "/contoso.example/oauth2/v2.0/token", LANE_PUBLIC, W(ROLE_IDENTITY, "/contoso.example", "/oauth2/v2.0/token") },
	{ OWN, "/CONTOSO.example/v2.0/.well-known/openid-configuration", LANE_PUBLIC,
	  W(ROLE_IDENTITY, "/CONTOSO.example", "/v2.0/.well-known/openid-configuration") },
	{ OWN, "/" TENANT "/discovery/v2.0/keys", LANE_PUBLIC, W(ROLE_IDENTITY, "/" TENANT, "/discovery/v2.0/keys") },
	{ OWN, "/audit/logs", LANE_OPERATOR, W(ROLE_RECORDER, "", "/audit/logs") }, /* the installation's own */
	{ OWN, "/contoso.example/audit/v1/events", LANE_PUBLIC, W(ROLE_RECORDER, "/contoso.example", "/audit/v1/events") },
	{ OWN, "/contoso.example/v1.0/environments", LANE_PUBLIC, W(ROLE_IDENTITY, "/contoso.example", "/v1.0/environments") },
	{ OWN, "/contoso.example/v1.0/users('a')", LANE_PUBLIC, W(ROLE_IDENTITY, "/contoso.example", "/v1.0/users('a')") },
	{ OWN, "/contoso.example/signin/password", LANE_PUBLIC, W(ROLE_IDENTITY, "/contoso.example", "/signin/password") },
	{ OWN, "/contoso.example/auditx", LANE_PUBLIC, W(ROLE_IDENTITY, "/contoso.example", "/auditx") },
	{ OWN, "/contoso.example", LANE_PUBLIC, R(REFUSE_NOT_FOUND) },
	{ OWN, "/unknown.example/oauth2/v2.0/token", LANE_PUBLIC, R(REFUSE_TENANT) },
	{ OWN, "/unknown.example/oauth2/v2.0/authorize", LANE_PUBLIC, R(REFUSE_TENANT_PAGE) },
	{ OWN, "/unknown.example/nothing", LANE_PUBLIC, R(REFUSE_NOT_FOUND) },
	{ OWN, "/e/sales/api/data/v9.2/WhoAmI", LANE_PUBLIC, W(ROLE_DATA, "/e/sales", "/api/data/v9.2/WhoAmI") },
	{ OWN, "/e/SALES", LANE_PUBLIC, W(ROLE_DATA, "/e/SALES", "") },
	{ OWN, "/.well-known/authzen-configuration/e/sales", LANE_PUBLIC, W(ROLE_DATA, "/e/sales", "/.well-known/authzen-configuration") },
	{ OWN, "/.well-known/authzen-configuration/e/nothing", LANE_PUBLIC, R(REFUSE_ENVIRONMENT) },
	{ OWN, "/.well-known/authzen-configuration/e/sales/api", LANE_PUBLIC, R(REFUSE_ENVIRONMENT) },
	{ OWN, "/.well-known/authzen-configuration/e/", LANE_PUBLIC, R(REFUSE_ENVIRONMENT) },
	{ OWN, "/.well-known/authzen-configuration/contoso.example", LANE_PUBLIC, R(REFUSE_NOT_FOUND) },
	{ OWN, "/.well-known/authzen-configuration", LANE_PUBLIC, R(REFUSE_NOT_FOUND) },
	{ "sales.localhost:8443", "/.well-known/authzen-configuration", LANE_PUBLIC, W(ROLE_DATA, "", "/.well-known/authzen-configuration") },
	{ OWN, "/e/nothing/api", LANE_PUBLIC, R(REFUSE_ENVIRONMENT) },
	{ OWN, "/e/", LANE_PUBLIC, R(REFUSE_ENVIRONMENT) },
	{ OWN, "/e", LANE_PUBLIC, R(REFUSE_ENVIRONMENT) },
	{ "sales.localhost:8443", "/api/data/v9.2/WhoAmI", LANE_PUBLIC, W(ROLE_DATA, "", "/api/data/v9.2/WhoAmI") },
	{ "nothing.localhost:8443", "/api", LANE_PUBLIC, R(REFUSE_ENVIRONMENT) },
	{ OWN, "/platform/v1/tenants", LANE_PUBLIC, R(REFUSE_NOT_FOUND) },
	{ "", "/platform/v1/tenants", LANE_OPERATOR, W(ROLE_CONTROL, "", "/platform/v1/tenants") },
	{ OWN, "/v1.0/users", LANE_PUBLIC, R(REFUSE_UNAUTHENTICATED) },
	{ OWN, "/oidc/userinfo", LANE_PUBLIC, R(REFUSE_UNAUTHENTICATED) },
	{ OWN, "/api/discovery/v2.0/Instances", LANE_PUBLIC, R(REFUSE_UNAUTHENTICATED) },
	{ OWN, "/contoso.example/api/discovery/v2.0/Instances", LANE_PUBLIC,
	  W(ROLE_IDENTITY, "/contoso.example", "/api/discovery/v2.0/Instances") },
};

static struct routing_table *table;

static int open_table(void **state)
{
	(void)state;
	return failed(routing_table_new(S(facts), S("https://nowhere"), (struct map_seed){ 1, 2 }, &table)) ? -1 : 0;
}

static int close_table(void **state)
{
	(void)state;
	routing_table_free(table);
	return 0;
}

static void check_row(size_t i, const struct route *got)
{
	if (got->kind != rows[i].kind || (got->kind == ROUTE_REFUSED && got->refusal != rows[i].refusal))
		fail_msg("%s %s: kind %d refusal %d", rows[i].host, rows[i].path, got->kind, got->refusal);
	if (got->kind != ROUTE_WORKER)
		return;
	if (got->worker.role != rows[i].role || !str_equal(got->base, str_of(rows[i].base)) ||
	    !str_equal(got->path, str_of(rows[i].rest)))
		fail_msg("%s: role %d base %.*s path %.*s", rows[i].path, got->worker.role, STR_ARG(got->base), STR_ARG(got->path));
	bool installation = rows[i].role == ROLE_CONTROL || (rows[i].lane == LANE_OPERATOR && *rows[i].base == '\0');
	assert_true(uuid_is_nil(&got->worker.tenant) == installation);
}

static void each_path_finds_its_worker(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_head head = { .method = HTTP_GET, .authority = str_of(rows[i].host), .path = str_of(rows[i].path) };
		struct route got;
		route_find(table, rows[i].lane, &head, &got);
		check_row(i, &got);
	}
}

static void a_table_that_is_not_complete_knows_no_strangers(void **state)
{
	struct routing_table *early;
	struct route got;
	(void)state;
	assert_false(failed(routing_table_new(S("{\"origin\":\"https://localhost:8443\",\"tenants\":[],\"environments\":[],"
						"\"provisional\":true}"), S("https://nowhere"), (struct map_seed){ 1, 2 }, &early)));
	static const struct { const char *host, *path; enum refusal want; } cases[] = {
		{ OWN, "/e/sales/api/data/v9.2/WhoAmI", REFUSE_UNAVAILABLE },
		{ OWN, "/contoso.example/oauth2/v2.0/token", REFUSE_UNAVAILABLE },
		{ "sales.localhost:8443", "/api/data/v9.2/WhoAmI", REFUSE_UNAVAILABLE },
		{ "other.example:8443", "/", REFUSE_MISDIRECTED },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct http_head head = { .method = HTTP_GET, .authority = str_of(cases[i].host), .path = str_of(cases[i].path) };
		route_find(early, LANE_PUBLIC, &head, &got);
		assert_int_equal(got.kind, ROUTE_REFUSED);
		assert_int_equal(got.refusal, cases[i].want);
	}
	routing_table_free(early);
}

static str bearer(struct arena *arena, const char *claims)
{
	return str_format(arena, "Bearer eyJhbGciOiJFUzI1NiJ9.%s.c2ln", base64url_text(arena, bytes_of_str(str_of(claims))).at);
}

static const struct { const char *claims; bool good; } token_rows[] = {
	{ "{\"tid\":\"" TENANT "\"}", true },
	{ "{\"tid\":\"" TENANT "\",\"tid\":\"" TENANT "\"}", false },
	{ "{\"tid\":1}", false },
	{ "{\"tid\":\"contoso.example\"}", false },
	{ "{\"a\":\"" TENANT "\"}", false },
	{ "[\"" TENANT "\"]", false },
	{ "", false },
};

static void token_names_its_tenant(void **state)
{
	struct arena *arena = arena_new(64 * 1024);
	(void)state;
	for (size_t i = 0; i < sizeof token_rows / sizeof *token_rows; i++) {
		struct http_head head = { .method = HTTP_GET, .authority = S(OWN), .path = S("/v1.0/users"), .header_count = 1 };
		struct uuid tid;
		struct route got;
		head.headers[0] = (struct http_header){ S("authorization"), bearer(arena, token_rows[i].claims) };
		assert_int_equal(!failed(token_tid_parse(head.headers[0].value, &tid)), token_rows[i].good);
		route_find(table, LANE_PUBLIC, &head, &got);
		assert_int_equal(got.kind == ROUTE_WORKER, token_rows[i].good);
	}
	static const char *const bad[] = { "Bearer", "Bearer ", "Basic a.b.c", "Bearer a.b", "Bearer a.b.c.d", "Bearer ..", "Bearer a.!.c",
		/* a header that no verifier takes: without alg, with a key of its own */
		"Bearer eyJhIjoxfQ.eyJ0aWQiOiIxZjNhMDliYy0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDEifQ.c2ln",
		"Bearer eyJhbGciOiJFUzI1NiIsImp3ayI6e319.eyJ0aWQiOiIxZjNhMDliYy0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDEifQ.c2ln" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct uuid tid;
		assert_true(failed(token_tid_parse(str_of(bad[i]), &tid)));
	}
	arena_free(arena);
}

static void bad_facts_are_refused(void **state)
{
	static const char *const bad[] = { "[]", "{", "{\"tenants\":{}}", "{\"tenants\":[{}]}", "{\"origin\":1}",
					   "{\"origin\":\"https://a b\"}", "{\"tenants\":[{\"id\":\"x\",\"names\":[]}]}",
					   "{\"environments\":[{\"id\":\"" ENVIRONMENT "\",\"name\":\"a\"}]}" };
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct routing_table *none;
		assert_true(failed(routing_table_new(str_of(bad[i]), S("https://nowhere"), (struct map_seed){ 1, 2 }, &none)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_finds_its_worker),
		cmocka_unit_test(a_table_that_is_not_complete_knows_no_strangers),
		cmocka_unit_test(token_names_its_tenant),
		cmocka_unit_test(bad_facts_are_refused),
	};
	return cmocka_run_group_tests(tests, open_table, close_table);
}
