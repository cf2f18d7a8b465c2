/* The token endpoint as clients and scripts of other origins meet it: client credentials, forms of authentication, CORS; the
 * discovery document; userinfo's refusals. */
#include "world.h"

#include "codec/base64.h"

static str basic(struct world *w, str user, str password)
{
	str pair = str_format(w->arena, "%.*s:%.*s", STR_ARG(user), STR_ARG(password));
	return str_format(w->arena, "authorization: Basic %.*s", STR_ARG(base64_text(w->arena, bytes_of_str(pair))));
}

static void client_credentials_give_an_app_token(void **state)
{
	struct world *w = *state;
	str header = basic(w, uuid_text(w->arena, &w->daemon_app), w->daemon_secret);
	struct reply reply = world_token(w, S("grant_type=client_credentials&scope=https%3A%2F%2Flocalhost%3A8443%2F.default"), header.at);
	str value = { 0 };

	assert_int_equal(reply.status, 200);
	assert_false(world_has_member(w, reply.body, "refresh_token"));
	assert_false(world_has_member(w, reply.body, "id_token"));
	const struct json *claims = world_claims(w, world_member(w, reply.body, "access_token"), "at+jwt");
	assert_true(json_member_is_str(claims, S("idtyp"), &value) && str_equal(value, S("app")));
	assert_null(json_member(claims, S("scp")));
	assert_true(json_member_is_str(claims, S("azp"), &value) && str_equal(value, uuid_text(w->arena, &w->daemon_app)));
	assert_true(json_member_is_str(claims, S("oid"), &value) && !str_equal(value, uuid_text(w->arena, &w->daemon_app)));
	assert_int_equal(world_number(w, S("SELECT count(*) FROM audit_outbox")), 1);
}

#define DEFAULT "scope=https%3A%2F%2Flocalhost%3A8443%2F.default"

static void each_bad_request_has_its_answer(void **state)
{
	struct world *w = *state;
	str id = uuid_text(w->arena, &w->daemon_app), good = basic(w, id, w->daemon_secret);
	str wrong = basic(w, id, S("no")), post = str_format(w->arena, "client_id=%.*s&client_secret=%.*s&", STR_ARG(id), STR_ARG(w->daemon_secret));
	str web = str_format(w->arena, "client_id=%.*s&", STR_ARG(uuid_text(w->arena, &w->spa_app)));
	const struct {
		const char *name;
		str header, before;
		const char *form;
		int status;
		const char *error;
		bool challenge;
	} rows[] = {
		{ "wrong secret", wrong, S(""), "grant_type=client_credentials&" DEFAULT, 401, "invalid_client", true },
		{ "two methods", good, post, "grant_type=client_credentials&" DEFAULT, 400, "invalid_request", false },
		{ "no scope", good, S(""), "grant_type=client_credentials", 400, "invalid_scope", false },
		{ "no .default", good, S(""), "grant_type=client_credentials&scope=https%3A%2F%2Flocalhost%3A8443%2FUser.Read.All", 400, "invalid_scope", false },
		{ "two resources", good, S(""), "grant_type=client_credentials&" DEFAULT "+api%3A%2F%2Fx%2F.default", 400, "invalid_scope", false },
		{ "unknown resource", good, S(""), "grant_type=client_credentials&scope=api%3A%2F%2Fx%2F.default", 400, "invalid_scope", false },
		{ "openid too", good, S(""), "grant_type=client_credentials&scope=openid+https%3A%2F%2Flocalhost%3A8443%2F.default", 400, "invalid_scope", false },
		{ "a public client", S("accept: */*"), web, "grant_type=client_credentials&" DEFAULT, 401, "invalid_client", false },
		{ "nobody", S("accept: */*"), S(""), "grant_type=client_credentials&" DEFAULT, 401, "invalid_client", false },
		{ "unknown client", basic(w, S("00000000-0000-4000-8000-00000000dead"), S("x")), S(""), "grant_type=client_credentials&" DEFAULT, 401, "invalid_client", true },
		{ "broken Basic", S("authorization: Basic %%%"), S(""), "grant_type=client_credentials&" DEFAULT, 401, "invalid_client", true },
		{ "JSON body", S("content-type: application/json"), S(""), "{}", 400, "invalid_request", false },
		{ "an assertion, which we do not know", S("accept: */*"), S(""), "grant_type=client_credentials&client_assertion=x&" DEFAULT, 401, "invalid_client", false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		str form = str_join(w->arena, rows[i].before, str_of(rows[i].form));
		struct reply reply = world_token(w, form, str_copy(w->arena, rows[i].header).at);
		if (reply.status != rows[i].status || !str_equal(world_member(w, reply.body, "error"), str_of(rows[i].error)) ||
		    (reply.www_authenticate.len > 0) != rows[i].challenge)
			fail_msg("%s: %d %.*s", rows[i].name, reply.status, STR_ARG(reply.body));
		assert_true(str_starts_with(world_member(w, reply.body, "error_description"), S("BWK")));
		assert_true(world_has_member(w, reply.body, "trace_id") && world_has_member(w, reply.body, "error_codes"));
	}
}

static void only_registered_origins_may_read(void **state)
{
	static const struct { const char *origin, *allowed; } rows[] = {
		{ "origin: https://spa.example", "https://spa.example" }, { "origin: https://client.example", "" },
		{ "origin: https://spa.example.evil.example", "" }, { "origin: https://spa.exampl", "" }, { "origin: null", "" },
		{ "origin: https://spa.example/app", "" }, { "origin: http://spa.example", "" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct reply reply = world_get(w, S("/v2.0/.well-known/openid-configuration"), rows[i].origin);
		assert_int_equal(reply.status, 200);
		if (!str_equal(reply.allow_origin, str_of(rows[i].allowed)))
			fail_msg("%s: %.*s", rows[i].origin, STR_ARG(reply.allow_origin));
	}
}

static void discovery_says_what_is_true(void **state)
{
	struct world *w = *state;
	struct reply reply = world_get(w, S("/v2.0/.well-known/openid-configuration"), NULL);
	static const char *const absent[] = { "pushed_authorization_request_endpoint", "device_authorization_endpoint",
					      "introspection_endpoint", "dpop_signing_alg_values_supported" };

	assert_true(str_equal(world_member(w, reply.body, "issuer"), S(WORLD_ISSUER)));
	assert_true(str_equal(world_member(w, reply.body, "token_endpoint"), S(WORLD_ORIGIN "/" WORLD_TENANT "/oauth2/v2.0/token")));
	for (size_t i = 0; i < COUNT_OF(absent); i++)
		assert_false(world_has_member(w, reply.body, absent[i]));
	struct reply keys = world_get(w, S("/discovery/v2.0/keys"), NULL);
	assert_true(str_find(keys.body, S("\"kid\""), 0) != SIZE_MAX && str_find(keys.body, S("\"d\""), 0) == SIZE_MAX);
}

static void userinfo_refuses_with_a_challenge(void **state)
{
	struct world *w = *state;
	struct reply none = world_get(w, S("/oidc/userinfo"), NULL);
	assert_int_equal(none.status, 401);
	assert_true(str_starts_with(none.www_authenticate, S("Bearer")));
	struct reply query = world_get(w, S("/oidc/userinfo?access_token=x"), NULL);
	assert_int_equal(query.status, 401);
	struct reply bad = world_get(w, S("/oidc/userinfo"), "authorization: Bearer a.b.c");
	assert_int_equal(bad.status, 401);
	assert_true(str_find(bad.www_authenticate, S("invalid_token"), 0) != SIZE_MAX);
	str header = basic(w, uuid_text(w->arena, &w->daemon_app), w->daemon_secret);
	struct reply app = world_token(w, S("grant_type=client_credentials&" DEFAULT), header.at);
	str bearer = str_format(w->arena, "authorization: Bearer %.*s", STR_ARG(world_member(w, app.body, "access_token")));
	struct reply forbidden = world_get(w, S("/oidc/userinfo"), bearer.at);
	assert_int_equal(forbidden.status, 403);
	assert_true(str_find(forbidden.www_authenticate, S("insufficient_scope"), 0) != SIZE_MAX);
}

static void other_methods_are_refused(void **state)
{
	struct world *w = *state;
	assert_int_equal(world_get(w, S("/oauth2/v2.0/token"), NULL).status, 405);
	assert_int_equal(world_get(w, S("/signin/password"), NULL).status, 405);
	assert_int_equal(world_get(w, S("/signin/nothing"), NULL).status, 404);
}

#define TEST(f_) cmocka_unit_test_setup_teardown(f_, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(client_credentials_give_an_app_token), TEST(each_bad_request_has_its_answer),
		TEST(only_registered_origins_may_read), TEST(discovery_says_what_is_true), TEST(userinfo_refuses_with_a_challenge),
		TEST(other_methods_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
