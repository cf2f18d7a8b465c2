/* Who may call what: tokens signed by a key made here, every kind of caller against a list of calls. */
#include "api.h"

#include "codec/base64.h"
#include "crypto/sign.h"
#include "directory/lookup.h"
#include "token/verify.h"

static const char kid[] = "test-key";

struct world {
	struct api api;
	struct sign_key *key;
	const char *user, *admin, *helper; /* ids: no role, Global Administrator, User Administrator */
};

static const char *make_user(struct fixture *f, struct api *api, const char *name, const char *role)
{
	struct answer a = api_want(api, 201, HTTP_POST, "/v1.0/users",
				   FORMAT(f, "{\"accountEnabled\":true,\"displayName\":\"%s\",\"mailNickname\":\"x\","
					     "\"userPrincipalName\":\"%s@contoso.test\"}",
					  name, name));
	const char *id = api_str(&a, "id");

	if (role)
		api_want(api, 201, HTTP_POST, "/v1.0/roleManagement/directory/roleAssignments",
			 FORMAT(f, "{\"roleDefinitionId\":\"%s\",\"principalId\":\"%s\",\"directoryScopeId\":\"/\"}", role, id));
	return id;
}

static void world_open(struct world *w, struct fixture *f)
{
	struct public_numbers numbers;
	struct public_keys keys = { .count = 1 };

	api_open(&w->api, f);
	must(sign_key_generate(SIGN_ES256, &w->key));
	must(sign_key_public(w->key, &numbers));
	keys.key[0].alg = TOKEN_ES256;
	keys.key[0].active = true;
	memcpy(keys.key[0].kid, kid, sizeof kid);
	memcpy(keys.key[0].x, numbers.x, 32);
	memcpy(keys.key[0].y, numbers.y, 32);
	must(token_verifier_set_keys(f->directory->verifier, &keys));
	w->user = make_user(f, &w->api, "user", NULL);
	w->admin = make_user(f, &w->api, "admin", "62e90394-69f5-4237-9190-012177145e10");
	w->helper = make_user(f, &w->api, "helper", "fe930be7-5e62-47db-91af-98c3a49a38b1");
	make_user(f, &w->api, "admin2", "62e90394-69f5-4237-9190-012177145e10");
	w->api.lane = WEB_LANE_PUBLIC;
}

static void world_close(struct world *w)
{
	sign_key_free(w->key);
	api_close(&w->api);
}

/* rights: scp of a person, or the members of roles of an application. */
static str token(struct world *w, const char *kind, const char *oid, const char *rights, const char *audience, int64_t lives_s)
{
	struct fixture *f = w->api.f;
	uint8_t signature[SIGN_BYTES_MAX];
	size_t len = 0;
	int64_t now = instant_seconds(fixture_now);
	const char *claim = strcmp(kind, "app") == 0 ? FORMAT(f, "\"roles\":[\"%s\"]", rights) : FORMAT(f, "\"scp\":\"%s\"", rights);
	const char *claims = FORMAT(f,
				    "{\"iss\":\"%.*s\",\"tid\":\"1f3a09bc-0000-4000-8000-000000000001\",\"aud\":\"%s\","
				    "\"idtyp\":\"%s\",\"oid\":\"%s\",\"sub\":\"s\",\"azp\":\"" CONSOLE_APP_ID "\",\"iat\":%lld,"
				    "\"nbf\":%lld,\"exp\":%lld,%s}",
				    STR_ARG(f->directory->issuer), audience, kind, oid, (long long)now, (long long)now,
				    (long long)(now + lives_s), claim);
	const char *header = FORMAT(f, "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", kid);
	str head = base64url_text(f->arena, bytes_of_str(str_of(header)));
	str body = base64url_text(f->arena, bytes_of_str(str_of(claims)));
	str signing = str_format(f->arena, "%.*s.%.*s", STR_ARG(head), STR_ARG(body));
	must(sign_message(w->key, bytes_of_str(signing), signature, &len));
	str tail = base64url_text(f->arena, bytes_of(signature, len));
	return str_format(f->arena, "%.*s.%.*s", STR_ARG(signing), STR_ARG(tail));
}

static const char *console_principal(struct fixture *f)
{
	struct uuid id;
	struct client c;

	must(uuid_parse(S(CONSOLE_APP_ID), &id));
	must(lookup_client(f->directory, &id, f->arena, &c));
	return uuid_text(f->arena, &c.service_principal_id).at;
}

#define GROUP "{\"displayName\":\"G\",\"mailEnabled\":false,\"mailNickname\":\"g\",\"securityEnabled\":true}"
#define ROLE_GROUP "{\"displayName\":\"G\",\"mailEnabled\":false,\"mailNickname\":\"g\",\"securityEnabled\":true," \
		   "\"isAssignableToRole\":true}"

enum who { USER, ADMIN, HELPER, APP };

static const struct {
	const char *name;
	enum who who;
	const char *rights;
	enum http_method method;
	const char *path, *body;
	int status;
} rows[] = {
	{ "own profile", USER, "User.Read", HTTP_GET, "/v1.0/me", NULL, 200 },
	{ "own profile by name", USER, "User.Read", HTTP_GET, "/v1.0/users/USER@contoso.test", NULL, 200 },
	{ "another's profile", USER, "User.Read", HTTP_GET, "/v1.0/users/admin@contoso.test", NULL, 403 },
	{ "another's profile, all", USER, "User.Read.All", HTTP_GET, "/v1.0/users/admin@contoso.test", NULL, 200 },
	{ "no scope", USER, "openid", HTTP_GET, "/v1.0/me", NULL, 403 },
	{ "own phone is sensitive", USER, "User.ReadWrite", HTTP_PATCH, "/v1.0/me", "{\"mobilePhone\":\"1\"}", 403 },
	{ "own city", USER, "User.ReadWrite", HTTP_PATCH, "/v1.0/me", "{\"city\":\"Paris\"}", 204 },
	{ "own name", USER, "User.ReadWrite", HTTP_PATCH, "/v1.0/me", "{\"displayName\":\"Boss\"}", 403 },
	{ "own password without the old", USER, "User.ReadWrite.All", HTTP_PATCH, "/v1.0/me",
	  "{\"passwordProfile\":{\"password\":\"a new password\"}}", 403 },
	{ "scope without role", USER, "User.ReadWrite.All", HTTP_PATCH, "/v1.0/users/helper@contoso.test", "{\"city\":\"X\"}", 403 },
	{ "scope without role creates", USER, "Group.ReadWrite.All", HTTP_POST, "/v1.0/groups", GROUP, 403 },
	{ "helper edits user", HELPER, "User.ReadWrite.All", HTTP_PATCH, "/v1.0/users/user@contoso.test", "{\"mobilePhone\":\"1\"}",
	  204 },
	{ "helper lacks scope", HELPER, "User.Read.All", HTTP_PATCH, "/v1.0/users/user@contoso.test", "{\"city\":\"X\"}", 403 },
	{ "helper edits admin's city", HELPER, "User.ReadWrite.All", HTTP_PATCH, "/v1.0/users/admin@contoso.test",
	  "{\"city\":\"X\"}", 204 },
	{ "helper disables admin", HELPER, "User.ReadWrite.All", HTTP_PATCH, "/v1.0/users/admin@contoso.test",
	  "{\"accountEnabled\":false}", 403 },
	{ "helper resets admin", HELPER, "User.ReadWrite.All", HTTP_PATCH, "/v1.0/users/admin@contoso.test",
	  "{\"passwordProfile\":{\"password\":\"a new password\"}}", 403 },
	{ "helper deletes admin", HELPER, "User.ReadWrite.All", HTTP_DELETE, "/v1.0/users/admin@contoso.test", NULL, 403 },
	{ "helper makes group", HELPER, "Group.ReadWrite.All", HTTP_POST, "/v1.0/groups", GROUP, 201 },
	{ "helper makes role group", HELPER, "Group.ReadWrite.All", HTTP_POST, "/v1.0/groups", ROLE_GROUP, 403 },
	{ "helper makes app", HELPER, "Application.ReadWrite.All", HTTP_POST, "/v1.0/applications", "{\"displayName\":\"A\"}", 403 },
	{ "helper assigns role", HELPER, "RoleManagement.ReadWrite.Directory", HTTP_POST,
	  "/v1.0/roleManagement/directory/roleAssignments", "{}", 403 },
	{ "admin makes app", ADMIN, "Application.ReadWrite.All", HTTP_POST, "/v1.0/applications", "{\"displayName\":\"A\"}", 201 },
	{ "admin without scope", ADMIN, "User.Read", HTTP_POST, "/v1.0/applications", "{\"displayName\":\"A\"}", 403 },
	{ "admin makes role group", ADMIN, "Group.ReadWrite.All RoleManagement.ReadWrite.Directory", HTTP_POST, "/v1.0/groups",
	  ROLE_GROUP, 201 },
	{ "environments", USER, "User.Read", HTTP_GET, "/api/discovery/v2.0/Instances", NULL, 200 },
	{ "environments without scope", USER, "openid", HTTP_GET, "/api/discovery/v2.0/Instances", NULL, 403 },
	{ "environments filtered", USER, "User.Read", HTTP_GET, "/api/discovery/v2.0/Instances?$top=1", NULL, 400 },
	{ "environments for an app", APP, "Directory.Read.All", HTTP_GET, "/api/discovery/v2.0/Instances", NULL, 200 },
	{ "app reads", APP, "Directory.Read.All", HTTP_GET, "/v1.0/users", NULL, 200 },
	{ "app reads only", APP, "Directory.Read.All", HTTP_POST, "/v1.0/groups", GROUP, 403 },
	{ "app makes group", APP, "Group.ReadWrite.All", HTTP_POST, "/v1.0/groups", GROUP, 201 },
	{ "app makes role group", APP, "Group.ReadWrite.All", HTTP_POST, "/v1.0/groups", ROLE_GROUP, 403 },
	{ "app resets user", APP, "User.ReadWrite.All", HTTP_PATCH, "/v1.0/users/user@contoso.test",
	  "{\"passwordProfile\":{\"password\":\"a new password\"}}", 204 },
	{ "app resets admin", APP, "User.ReadWrite.All", HTTP_PATCH, "/v1.0/users/admin@contoso.test",
	  "{\"passwordProfile\":{\"password\":\"a new password\"}}", 403 },
	{ "app with User.Read is nobody", APP, "User.Read", HTTP_GET, "/v1.0/users", NULL, 403 },
	{ "app has no me", APP, "User.Read.All", HTTP_POST, "/v1.0/me/changePassword", "{}", 403 },
	{ "app sends no password", APP, "User.ReadWrite.All", HTTP_POST, "/v1.0/users",
	  "{\"accountEnabled\":true,\"displayName\":\"A\",\"mailNickname\":\"a\",\"userPrincipalName\":\"a@contoso.test\"}", 400 },
};

static void each_caller_may_what_the_table_says(void **state)
{
	struct fixture *f = *state;
	struct world w;

	world_open(&w, f);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *oids[] = { w.user, w.admin, w.helper, console_principal(f) };
		w.api.bearer = token(&w, rows[i].who == APP ? "app" : "user", oids[rows[i].who], rows[i].rights,
				     "https://localhost:8443", 600);
		int64_t events = fixture_number(f, S("SELECT count(*) FROM audit_outbox"));
		struct answer a = api_call(&w.api, rows[i].method, rows[i].path, rows[i].body);
		if (a.status != rows[i].status)
			fail_msg("%s: %d %.*s", rows[i].name, a.status, STR_ARG(a.body));
		bool changed = rows[i].method != HTTP_GET && a.status < 300;
		if (changed)
			assert_int_equal(fixture_number(f, S("SELECT count(*) FROM audit_outbox")), events + 1);
	}
	world_close(&w);
}

static void tokens_that_are_not_good_are_401(void **state)
{
	struct fixture *f = *state;
	struct world w;

	world_open(&w, f);
	const char *users = "/v1.0/users";
	api_want(&w.api, 401, HTTP_GET, users, NULL);
	w.api.bearer = S("not.a.token");
	api_want(&w.api, 401, HTTP_GET, users, NULL);
	w.api.bearer = token(&w, "user", w.admin, "User.Read.All", "https://localhost:8443/e/sales", 600);
	api_want(&w.api, 401, HTTP_GET, users, NULL);
	w.api.bearer = token(&w, "user", w.admin, "User.Read.All", "https://localhost:8443", -1);
	api_want(&w.api, 401, HTTP_GET, users, NULL);
	w.api.bearer = token(&w, "user", "00000000-0000-4000-8000-000000000009", "User.Read.All", "https://localhost:8443", 600);
	api_want(&w.api, 401, HTTP_GET, users, NULL);
	w.api.bearer = token(&w, "app", w.admin, "User.Read.All", "https://localhost:8443", 600); /* a person's id */
	api_want(&w.api, 401, HTTP_GET, users, NULL);
	w.api.bearer = token(&w, "user", w.admin, "User.Read.All", DIRECTORY_RESOURCE_APP_ID, 600);
	api_want(&w.api, 200, HTTP_GET, users, NULL);
	/* disabled: the same token is over at once */
	w.api.lane = WEB_LANE_OPERATOR;
	api_want(&w.api, 204, HTTP_PATCH, FORMAT(f, "/v1.0/users/%s", w.admin), "{\"accountEnabled\":false}");
	w.api.lane = WEB_LANE_PUBLIC;
	api_want(&w.api, 401, HTTP_GET, users, NULL);
	world_close(&w);
}

static void taking_a_role_away_works_at_once(void **state)
{
	struct fixture *f = *state;
	struct world w;

	world_open(&w, f);
	w.api.bearer = token(&w, "user", w.helper, "User.ReadWrite.All", "https://localhost:8443", 600);
	const char *path = "/v1.0/users/user@contoso.test";
	api_want(&w.api, 204, HTTP_PATCH, path, "{\"city\":\"X\"}");
	w.api.lane = WEB_LANE_OPERATOR;
	struct answer a = api_want(&w.api, 200, HTTP_GET,
				   FORMAT(f, "/v1.0/roleManagement/directory/roleAssignments?$filter=principalId%%20eq%%20'%s'",
					  w.helper), NULL);
	str id = { 0 };
	assert_int_equal(api_count(&a), 1);
	assert_true(json_member_is_str(json_member(a.json, S("value"))->first, S("id"), &id));
	api_want(&w.api, 204, HTTP_DELETE, FORMAT(f, "/v1.0/roleManagement/directory/roleAssignments/%.*s", STR_ARG(id)), NULL);
	w.api.lane = WEB_LANE_PUBLIC;
	api_want(&w.api, 403, HTTP_PATCH, path, "{\"city\":\"Y\"}");
	world_close(&w);
}

static void environments_are_told_with_their_address(void **state)
{
	struct fixture *f = *state;
	struct world w;

	world_open(&w, f);
	w.api.bearer = token(&w, "user", w.user, "User.Read", "https://localhost:8443", 600);
	struct answer a = api_want(&w.api, 200, HTTP_GET, "/api/discovery/v2.0/Instances", NULL);
	const struct json *list = json_member(a.json, S("value"));
	assert_true(json_is(list, JSON_ARRAY) && list->count == 1);
	struct answer one = { .json = list->first };
	assert_string_equal(api_str(&one, "UniqueName"), "sales");
	assert_string_equal(api_str(&one, "FriendlyName"), "Sales");
	assert_string_equal(api_str(&one, "ApiUrl"), "https://localhost:8443/e/sales");
	assert_string_equal(api_str(&one, "EnvironmentId"), "aaaaaaaa-0000-4000-8000-000000000001");
	assert_true(str_equal(json_member(list->first, S("State"))->text, S("0")));
	w.api.bearer = S("");
	api_want(&w.api, 401, HTTP_GET, "/api/discovery/v2.0/Instances", NULL);
	world_close(&w);
}

static void own_password_needs_the_present_one(void **state)
{
	struct fixture *f = *state;
	struct world w;

	world_open(&w, f);
	w.api.lane = WEB_LANE_OPERATOR;
	api_want(&w.api, 204, HTTP_PATCH, "/v1.0/users/user@contoso.test",
		 "{\"passwordProfile\":{\"password\":\"the first password\"}}");
	w.api.lane = WEB_LANE_PUBLIC;
	w.api.bearer = token(&w, "user", w.user, "User.ReadWrite", "https://localhost:8443", 600);
	const char *path = "/v1.0/me/changePassword";
	api_want(&w.api, 400, HTTP_POST, path, "{\"currentPassword\":\"wrong\",\"newPassword\":\"the second password\"}");
	api_want(&w.api, 400, HTTP_POST, path, "{\"currentPassword\":\"the first password\",\"newPassword\":\"short\"}");
	api_want(&w.api, 400, HTTP_POST, path,
		 "{\"currentPassword\":\"the first password\",\"newPassword\":\"the first password\"}");
	api_want(&w.api, 403, HTTP_POST, FORMAT(f, "/v1.0/users/%s/changePassword", w.helper),
		 "{\"currentPassword\":\"the first password\",\"newPassword\":\"the second password\"}");
	api_want(&w.api, 204, HTTP_POST, path,
		 "{\"currentPassword\":\"the first password\",\"newPassword\":\"the second password\"}");
	api_want(&w.api, 400, HTTP_POST, path,
		 "{\"currentPassword\":\"the first password\",\"newPassword\":\"the third password\"}");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_caller_may_what_the_table_says, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(tokens_that_are_not_good_are_401, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(taking_a_role_away_works_at_once, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(environments_are_told_with_their_address, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(own_password_needs_the_present_one, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
