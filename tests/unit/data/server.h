/* The data worker's application on a real store, asked through its route table as the worker asks it; with real tokens, signed by a
 * key made for the test. */
#ifndef TESTS_SERVER_H
#define TESTS_SERVER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "authz/authz.h"
#include "authz/sql_catalog.h"
#include "codec/base64.h"
#include "codec/json_read.h"
#include "crypto/jwk.h"
#include "crypto/sign.h"
#include "data/api.h"
#include "data/app.h"
#include "token/verify.h"

#define TENANT "00000000-0000-4000-8000-000000000001"
#define ENVIRONMENT "00000000-0000-4000-8000-000000000002"
#define ISSUER "https://localhost:8443/" TENANT "/v2.0"
#define GLOBAL_ADMINISTRATOR "62e90394-69f5-4237-9190-012177145e10"

enum { SERVER_NOW_S = 1800000000 };

struct server {
	char folder[64], path[96];
	struct database_keys keys;
	struct store *store;
	struct data_app *app;
	struct sign_key *key;
	char kid[44];
	struct arena *arena;      /* for answers, until server_free  */
};

struct answer {
	int status;
	str text;
	const struct json *json;  /* null when the body is not JSON */
	str entity_id, etag;
};

#define MUST(call_) do { err e_ = (call_); if (failed(e_)) fail_msg("%s: %s (%s:%d)", #call_, err_why(e_), e_.site->file, e_.site->line); } while (0)

static void server_open(struct server *s)
{
	struct store_options o = { .path = s->path, .keys = &s->keys, .migrations = authz_migrations,
				   .migration_count = AUTHZ_MIGRATION_COUNT };
	MUST(store_open(&o, &s->store));
	struct data_app_options a = { .store = s->store, .cursor_secret = &s->keys.cookie, .now = { SERVER_NOW_S * 1000LL },
		.facts = S("{\"tenantId\":\"" TENANT "\",\"tenantDisplayName\":\"Contoso\",\"environmentId\":\"" ENVIRONMENT
			   "\",\"uniqueName\":\"sales\",\"displayName\":\"Sales\",\"state\":\"ready\",\"origin\":"
			   "\"https://localhost:8443\",\"issuer\":\"" ISSUER "\"}") };
	MUST(data_app_open(&a, &s->app));
	struct public_keys keys = { .count = 1 };
	struct public_numbers numbers;
	MUST(sign_key_public(s->key, &numbers));
	keys.key[0].alg = TOKEN_ES256;
	keys.key[0].active = true;
	memcpy(keys.key[0].kid, s->kid, sizeof s->kid);
	memcpy(keys.key[0].x, numbers.x, 32);
	memcpy(keys.key[0].y, numbers.y, 32);
	MUST(token_verifier_set_keys(s->app->verifier, &keys));
}

static struct server *server_new(void)
{
	struct server *s = calloc(1, sizeof *s);
	struct public_numbers numbers;
	assert_non_null(s);
	snprintf(s->folder, sizeof s->folder, "/tmp/bailiwick-api-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->path, sizeof s->path, "%s/e.db", s->folder);
	memset(&s->keys, 7, sizeof s->keys);
	s->keys.version_count = 1;
	s->keys.versions[0] = 1;
	s->arena = arena_new(256 << 20);
	MUST(sign_key_generate(SIGN_ES256, &s->key));
	MUST(sign_key_public(s->key, &numbers));
	MUST(jwk_thumbprint(&numbers, s->kid));
	server_open(s);
	return s;
}

static void server_close(struct server *s)
{
	data_app_close(s->app);
	store_close(s->store);
}

static void server_free(struct server *s)
{
	static const char *const suffixes[] = { "", "-wal", ".bwk" };
	char path[112];
	server_close(s);
	sign_key_free(s->key);
	arena_free(s->arena);
	for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
		snprintf(path, sizeof path, "%s%s", s->path, suffixes[i]);
		unlink(path);
	}
	rmdir(s->folder);
	free(s);
}

/* An access token of a person. admin: a Global Administrator. */
static inline str server_token(struct server *s, const char *oid, const char *upn, const char *audience, bool admin)
{
	uint8_t signature[SIGN_BYTES_MAX];
	size_t n;
	str head = str_format(s->arena, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", s->kid);
	str claims = str_format(s->arena, "{\"iss\":\"" ISSUER "\",\"tid\":\"" TENANT "\",\"aud\":\"%s\",\"idtyp\":\"user\",\"oid\":\"%s\","
		"\"azp\":\"00000000-0000-4000-8000-0000000000f0\",\"sub\":\"%s\",\"name\":\"%s\",\"preferred_username\":\"%s\","
		"\"scp\":\"user_impersonation\",\"uti\":\"u-%s\",\"iat\":%d,\"nbf\":%d,\"exp\":%d%s}", audience, oid, oid, upn, upn, oid,
		SERVER_NOW_S - 10, SERVER_NOW_S - 10, SERVER_NOW_S + 3600, admin ? ",\"wids\":[\"" GLOBAL_ADMINISTRATOR "\"]" : "");
	str body = str_format(s->arena, "%s.%s", base64url_text(s->arena, bytes_of_str(head)).at,
			      base64url_text(s->arena, bytes_of_str(claims)).at);
	MUST(sign_message(s->key, bytes_of_str(body), signature, &n));
	return str_format(s->arena, "%s.%s", body.at, base64url_text(s->arena, bytes_of(signature, n)).at);
}

struct ask {
	const char *method, *path, *query, *body;
	const char *token;         /* null: the operator's lane         */
	const char *prefer, *if_match, *if_none_match;
	const char *surface;       /* null: "/api/data/v9.2"            */
};

static struct answer server_ask(struct server *s, struct ask ask)
{
	static const struct web_surface *const surfaces[] = { &data_api_surface, &data_import_surface };
	struct http_header headers[8];
	size_t n = 0;
	struct web_call call = { .arena = arena_new(64 << 20), .now = { SERVER_NOW_S * 1000LL }, .app = s->app };
	if (ask.token)
		headers[n++] = (struct http_header){ S("authorization"), str_format(s->arena, "Bearer %s", ask.token) };
	if (ask.body)
		headers[n++] = (struct http_header){ S("content-type"), S("application/json") };
	if (ask.prefer)
		headers[n++] = (struct http_header){ S("prefer"), str_of(ask.prefer) };
	if (ask.if_match)
		headers[n++] = (struct http_header){ S("if-match"), str_of(ask.if_match) };
	if (ask.if_none_match)
		headers[n++] = (struct http_header){ S("if-none-match"), str_of(ask.if_none_match) };
	call.request = (struct web_request){ .lane = ask.token ? WEB_LANE_PUBLIC : WEB_LANE_OPERATOR,
		.method = http_method_of(str_of(ask.method)), .origin = S("https://localhost:8443"), .base = S("/e/sales"),
		.path = str_format(s->arena, "%s%s", ask.surface ? ask.surface : "/api/data/v9.2", ask.path),
		.query = str_of(ask.query ? ask.query : ""), .headers = headers, .header_count = n,
		.body = bytes_of_str(str_of(ask.body ? ask.body : "")) };
	web_dispatch(surfaces, COUNT_OF(surfaces), &call);
	struct answer a = { .status = call.response.status, .text = str_copy(s->arena, buffer_str(&call.response.body)) };
	for (size_t i = 0; i < call.response.header_count; i++) {
		if (str_equal(call.response.headers[i].name, S("odata-entityid")))
			a.entity_id = str_copy(s->arena, call.response.headers[i].value);
		if (str_equal(call.response.headers[i].name, S("etag")))
			a.etag = str_copy(s->arena, call.response.headers[i].value);
	}
	if (a.text.len && failed(json_parse(bytes_of_str(a.text), JSON_LIMITS_DEFAULT, s->arena, &a.json, NULL)))
		a.json = NULL;
	buffer_release(&call.response.body);
	arena_free(call.arena);
	return a;
}

static void expect_status(struct answer a, int status, const char *file, int line)
{
	if (a.status != status)
		fail_msg("%s:%d: status %d, not %d: %.*s", file, line, a.status, status, STR_ARG(a.text));
}
#define EXPECT(answer_, status_) expect_status((answer_), (status_), __FILE__, __LINE__)

static str member_str(const struct json *object, const char *name)
{
	str out = { 0 };
	if (!json_member_is_str(object, str_of(name), &out))
		fail_msg("no text '%s'", name);
	return out;
}

/* "0x80040220" of an error body. */
static inline bool code_is(struct answer a, const char *code)
{
	return str_equal(member_str(json_member(a.json, S("error")), "code"), str_of(code));
}

/* The GUID in the answer's OData-EntityId. */
static inline const char *new_id(struct server *s, struct answer a)
{
	size_t open = str_find_char(a.entity_id, '(', 0);
	if (open == SIZE_MAX)
		fail_msg("no OData-EntityId: %.*s", STR_ARG(a.text));
	return str_copy(s->arena, str_slice(a.entity_id, open + 1, a.entity_id.len - 1)).at;
}

#endif
