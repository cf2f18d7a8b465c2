/* The /v1.0 surface through web_dispatch in the operator's lane: the calls of identity 1.12 in the order an administrator
 * makes them, each refused form beside the accepted one. */
#include "api.h"

#include "directory/lookup.h"

#define ADA "{\"accountEnabled\":true,\"displayName\":\"Ada\",\"mailNickname\":\"ada\",\"userPrincipalName\":"           \
	    "\"ada@contoso.example\",\"passwordProfile\":{\"password\":\"correct horse battery\"," \
	    "\"forceChangePasswordNextSignIn\":false}}"
#define PERSON(name_) "{\"accountEnabled\":true,\"displayName\":\"" name_ "\",\"mailNickname\":\"x\"," \
		      "\"userPrincipalName\":\"" name_ "@contoso.test\"}"

static const char *global_administrator = "62e90394-69f5-4237-9190-012177145e10";

static const struct {
	const char *name;
	enum http_method method;
	const char *path, *body;
	int status;
	const char *code;
} refused[] = {
	{ "no route", HTTP_GET, "/v1.0/nothing", NULL, 404, "Request_ResourceNotFound" },
	{ "method", HTTP_PUT, "/v1.0/users", "{}", 405, "Request_MethodNotAllowed" },
	{ "malformed JSON", HTTP_POST, "/v1.0/users", "{", 400, "Request_BadRequest" },
	{ "array", HTTP_POST, "/v1.0/users", "[]", 400, "Request_BadRequest" },
	{ "missing members", HTTP_POST, "/v1.0/users", "{}", 400, "Request_BadRequest" },
	{ "unknown member", HTTP_POST, "/v1.0/groups", "{\"colour\":1}", 400, "Request_BadRequest" },
	{ "foreign domain", HTTP_POST, "/v1.0/users",
	  "{\"accountEnabled\":true,\"displayName\":\"A\",\"mailNickname\":\"a\",\"userPrincipalName\":\"a@other.example\"}", 400,
	  "Request_BadRequest" },
	{ "short password", HTTP_POST, "/v1.0/users",
	  "{\"accountEnabled\":true,\"displayName\":\"A\",\"mailNickname\":\"a\",\"userPrincipalName\":\"a@contoso.example\","
	  "\"passwordProfile\":{\"password\":\"short\"}}",
	  400, "Request_BadRequest" },
	{ "no media type", HTTP_POST, "/v1.0/groups", NULL, 415, "Request_UnsupportedMediaType" },
	{ "unknown user", HTTP_GET, "/v1.0/users/nobody@contoso.example", NULL, 404, "Request_ResourceNotFound" },
	{ "unknown option", HTTP_GET, "/v1.0/users?$expand=manager", NULL, 400, "Request_UnsupportedQuery" },
	{ "bad filter", HTTP_GET, "/v1.0/users?$filter=displayName%20like%20'x'", NULL, 400, "Request_UnsupportedQuery" },
	{ "top too large", HTTP_GET, "/v1.0/users?$top=1000", NULL, 400, "Request_UnsupportedQuery" },
	{ "option twice", HTTP_GET, "/v1.0/users?$top=1&$top=2", NULL, 400, "Request_UnsupportedQuery" },
	{ "unknown select", HTTP_GET, "/v1.0/users?$select=password", NULL, 400, "Request_UnsupportedQuery" },
	{ "http redirect", HTTP_POST, "/v1.0/applications",
	  "{\"displayName\":\"A\",\"web\":{\"redirectUris\":[\"http://example.com/\"]}}", 400, "Request_BadRequest" },
	{ "fragment in redirect", HTTP_POST, "/v1.0/applications",
	  "{\"displayName\":\"A\",\"spa\":{\"redirectUris\":[\"https://example.com/#x\"]}}", 400, "Request_BadRequest" },
	{ "personal accounts", HTTP_POST, "/v1.0/applications",
	  "{\"displayName\":\"A\",\"signInAudience\":\"PersonalMicrosoftAccount\"}", 400, "Request_BadRequest" },
	{ "secrets in body", HTTP_POST, "/v1.0/applications", "{\"displayName\":\"A\",\"passwordCredentials\":[]}", 400,
	  "Request_BadRequest" },
	{ "alg none", HTTP_POST, "/v1.0/applications", "{\"displayName\":\"A\",\"bwk\":{\"idTokenSignedResponseAlg\":\"none\"}}",
	  400, "Request_BadRequest" },
	{ "alg that we do not sign by", HTTP_POST, "/v1.0/applications",
	  "{\"displayName\":\"A\",\"bwk\":{\"idTokenSignedResponseAlg\":\"PS256\"}}", 400, "Request_BadRequest" },
	{ "identifier of the directory", HTTP_POST, "/v1.0/applications",
	  "{\"displayName\":\"A\",\"identifierUris\":[\"https://localhost:8443\"]}", 409,
	  "Request_MultipleObjectsWithSameKeyValue" },
	{ "built-in app", HTTP_DELETE, "/v1.0/applications(appId='00000003-0000-0000-c000-000000000000')", NULL, 403,
	  "Authorization_RequestDenied" },
	{ "principal of unknown app", HTTP_POST, "/v1.0/servicePrincipals",
	  "{\"appId\":\"00000000-0000-4000-8000-000000000000\"}", 400, "Request_BadRequest" },
	{ "second principal", HTTP_POST, "/v1.0/servicePrincipals", "{\"appId\":\"00000003-0000-0000-c000-000000000000\"}", 409,
	  "Request_MultipleObjectsWithSameKeyValue" },
};

static void refused_calls_say_why_and_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct api api;
	str code = { 0 };

	api_open(&api, f);
	int64_t objects = fixture_number(f, S("SELECT count(*) FROM directory_object"));
	int64_t events = fixture_number(f, S("SELECT count(*) FROM audit_outbox"));
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct answer a = api_call(&api, refused[i].method, refused[i].path, refused[i].body);
		const struct json *error = json_member(a.json, S("error"));
		json_member_is_str(error, S("code"), &code);
		if (a.status != refused[i].status || !str_equal(code, str_of(refused[i].code)))
			fail_msg("%s: %d %.*s", refused[i].name, a.status, STR_ARG(a.body));
		assert_non_null(json_member(json_member(error, S("innerError")), S("request-id")));
	}
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM directory_object")), objects);
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM audit_outbox")), events);
	api_close(&api);
}

static void user_lives_from_creation_to_deletion(void **state)
{
	struct fixture *f = *state;
	struct api api;
	struct person p;
	bool matches = false, outdated = false;

	api_open(&api, f);
	struct answer a = api_want(&api, 201, HTTP_POST, "/v1.0/users", ADA);
	assert_true(a.parked);
	const char *id = api_str(&a, "id");
	assert_null(json_member(a.json, S("accountEnabled")));
	assert_int_equal(str_find(a.body, S("argon2"), 0), SIZE_MAX);
	must(lookup_person_by_name(f->directory, S("ADA@contoso.example"), f->arena, &p));
	must(password_verify(PASSWORD_STANDARD, bytes_of_str(S("correct horse battery")), p.password_phc, &matches, &outdated));
	assert_true(matches && !p.force_change_password);
	api_want(&api, 409, HTTP_POST, "/v1.0/users", ADA);
	a = api_want(&api, 200, HTTP_GET, "/v1.0/users/ada%40contoso.example?$select=accountEnabled,mailNickname", NULL);
	assert_string_equal(api_str(&a, "mailNickname"), "ada");
	assert_null(json_member(a.json, S("displayName")));
	api_want(&api, 204, HTTP_PATCH, FORMAT(f, "/v1.0/users/%s", id),
		 "{\"jobTitle\":\"Engineer\",\"accountEnabled\":false,\"businessPhones\":[\"+44 1\"]}");
	a = api_want(&api, 200, HTTP_GET, FORMAT(f, "/v1.0/users/%s", id), NULL);
	assert_string_equal(api_str(&a, "jobTitle"), "Engineer");
	must(lookup_person_by_name(f->directory, S("ada@contoso.example"), f->arena, &p));
	assert_false(p.enabled);
	assert_true(str_equal(p.business_phone, S("+44 1")));
	api_want(&api, 204, HTTP_PATCH, FORMAT(f, "/v1.0/users/%s", id), "{\"passwordProfile\":{\"password\":\"another good one\"}}");
	must(lookup_person_by_name(f->directory, S("ada@contoso.example"), f->arena, &p));
	assert_true(p.force_change_password);
	api_want(&api, 204, HTTP_DELETE, FORMAT(f, "/v1.0/users/%s", id), NULL);
	api_want(&api, 404, HTTP_GET, FORMAT(f, "/v1.0/users/%s", id), NULL);
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM credential_password")), 0);
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM audit_outbox")), 4);
	api_close(&api);
}

static void hasher_away_is_503_and_writes_nothing(void **state)
{
	struct fixture *f = *state;
	struct api api;

	api_open(&api, f);
	api_close(&api);
	hash_queue_set_channel(f->directory->hashes, -1);
	api_want(&api, 503, HTTP_POST, "/v1.0/users", ADA);
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM user_account")), 0);
}

static void list_pages_through_everybody_once(void **state)
{
	struct fixture *f = *state;
	struct api api;
	const char *orders[] = { "", "&$orderby=displayName%20desc" };

	api_open(&api, f);
	for (int i = 0; i < 7; i++)
		api_want(&api, 201, HTTP_POST, "/v1.0/users",
			 FORMAT(f, "{\"accountEnabled\":%s,\"displayName\":\"P%d\",\"mailNickname\":\"p\","
				   "\"userPrincipalName\":\"p%d@contoso.test\"}",
				i % 2 ? "true" : "false", i, i));
	for (size_t o = 0; o < COUNT_OF(orders); o++) {
		const char *path = FORMAT(f, "/v1.0/users?$top=3&$count=true%s", orders[o]);
		size_t seen = 0, pages = 0;
		for (;;) {
			struct answer a = api_want(&api, 200, HTTP_GET, path, NULL);
			int64_t count = 0;
			str next = { 0 };
			assert_true(json_member_is_i64(a.json, S("@odata.count"), &count));
			assert_int_equal(count, 7);
			seen += api_count(&a);
			pages++;
			if (!json_member_is_str(a.json, S("@odata.nextLink"), &next))
				break;
			assert_true(str_starts_with(next, S("https://localhost:8443/contoso.example/v1.0/users?")));
			path = str_copy(f->arena, str_from(next, strlen("https://localhost:8443/contoso.example"))).at;
		}
		assert_int_equal(seen, 7);
		assert_int_equal(pages, 3);
	}
	static const struct {
		const char *filter;
		size_t count;
	} filters[] = {
		{ "userPrincipalName%20eq%20'P3@contoso.test'", 1 },
		{ "accountEnabled%20eq%20true", 3 },
		{ "not%20(accountEnabled%20eq%20true)%20and%20startsWith(displayName,'p')", 4 },
		{ "displayName%20in%20('P1','P2','Q')%20or%20displayName%20eq%20'P6'", 3 },
		{ "jobTitle%20eq%20null", 7 },
		{ "jobTitle%20ne%20'x'", 7 },
		{ "displayName%20eq%20'it''s'", 0 },
	};
	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		struct answer a = api_want(&api, 200, HTTP_GET, FORMAT(f, "/v1.0/users?$filter=%s", filters[i].filter), NULL);
		if (api_count(&a) != filters[i].count)
			fail_msg("%s: %zu", filters[i].filter, api_count(&a));
	}
	api_close(&api);
}

static void groups_hold_members_without_circles(void **state)
{
	struct fixture *f = *state;
	struct api api;
	const char *ids[18];

	api_open(&api, f);
	struct answer a = api_want(&api, 201, HTTP_POST, "/v1.0/users", PERSON("eve"));
	const char *eve = api_str(&a, "id");
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		a = api_want(&api, 201, HTTP_POST, "/v1.0/groups",
			     "{\"displayName\":\"G\",\"mailEnabled\":false,\"mailNickname\":\"g\",\"securityEnabled\":true}");
		ids[i] = api_str(&a, "id");
	}
	for (size_t i = 0; i + 1 < COUNT_OF(ids); i++)
		api_want(&api, i < 16 ? 204 : 400, HTTP_POST, FORMAT(f, "/v1.0/groups/%s/members/$ref", ids[i]),
			 FORMAT(f, "{\"@odata.id\":\"https://localhost:8443/v1.0/directoryObjects/%s\"}", ids[i + 1]));
	const char *add = FORMAT(f, "/v1.0/groups/%s/members/$ref", ids[2]);
	api_want(&api, 400, HTTP_POST, add, FORMAT(f, "{\"@odata.id\":\"https://x/v1.0/directoryObjects/%s\"}", ids[0]));
	api_want(&api, 400, HTTP_POST, add, FORMAT(f, "{\"@odata.id\":\"https://x/v1.0/directoryObjects/%s\"}", ids[2]));
	api_want(&api, 204, HTTP_POST, add, FORMAT(f, "{\"@odata.id\":\"https://x/v1.0/users/%s\"}", eve));
	api_want(&api, 400, HTTP_POST, add, FORMAT(f, "{\"@odata.id\":\"https://x/v1.0/users/%s\"}", eve));
	api_want(&api, 404, HTTP_POST, add, "{\"@odata.id\":\"https://x/v1.0/users/00000000-0000-4000-8000-000000000000\"}");
	a = api_want(&api, 200, HTTP_GET, FORMAT(f, "/v1.0/users/%s/memberOf", eve), NULL);
	assert_int_equal(api_count(&a), 1);
	struct uuid id;
	const struct uuid *groups;
	size_t count = 0;
	must(uuid_parse(str_of(eve), &id));
	must(lookup_groups(f->directory, &id, true, f->arena, &groups, &count));
	assert_int_equal(count, 3);
	api_want(&api, 204, HTTP_DELETE, FORMAT(f, "/v1.0/groups/%s/members/%s/$ref", ids[2], eve), NULL);
	api_want(&api, 404, HTTP_DELETE, FORMAT(f, "/v1.0/groups/%s/members/%s/$ref", ids[2], eve), NULL);
	api_want(&api, 204, HTTP_DELETE, FORMAT(f, "/v1.0/groups/%s", ids[2]), NULL);
	api_close(&api);
}

static const char *first_role_id(struct fixture *f, struct api *api, const char *value)
{
	struct answer a = api_want(api, 200, HTTP_GET,
				   "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=appRoles", NULL);
	str text = { 0 };

	(void)f;
	for (const struct json *r = json_member(a.json, S("appRoles"))->first; r; r = r->next) {
		json_member_is_str(r, S("value"), &text);
		if (str_equal(text, str_of(value)) && json_member_is_str(r, S("id"), &text))
			return text.at;
	}
	return NULL;
}

static void application_gets_secret_principal_grants_and_roles(void **state)
{
	struct fixture *f = *state;
	struct api api;
	struct client c;
	struct resource directory;
	struct uuid id;
	const str *roles;
	size_t role_count = 0;
	bool matches = false, assigned = false;
	str scopes;

	api_open(&api, f);
	struct answer a = api_want(&api, 201, HTTP_POST, "/v1.0/applications",
				   "{\"displayName\":\"App\",\"web\":{\"redirectUris\":[\"https://app.example/cb\"]},"
				   "\"publicClient\":{\"redirectUris\":[\"http://localhost/\",\"myapp://auth\"]},"
				   "\"identifierUris\":[\"api://app\"],\"appRoles\":[{\"value\":\"Reader\",\"displayName\":\"R\","
				   "\"description\":\"R\",\"allowedMemberTypes\":[\"User\"],\"isEnabled\":true}],\"bwk\":{\"profile\":"
				   "\"default\"}}");
	const char *app_id = api_str(&a, "appId"), *object_id = api_str(&a, "id");
	must(uuid_parse(str_of(app_id), &id));
	must(lookup_client(f->directory, &id, f->arena, &c));
	assert_false(c.has_service_principal);
	assert_int_equal(c.redirect_uri_count, 3);
	a = api_want(&api, 201, HTTP_POST, "/v1.0/servicePrincipals", FORMAT(f, "{\"appId\":\"%s\"}", app_id));
	const char *principal = api_str(&a, "id");
	a = api_want(&api, 200, HTTP_POST, FORMAT(f, "/v1.0/applications/%s/addPassword", object_id), NULL);
	const char *secret = api_str(&a, "secretText"), *key_id = api_str(&a, "keyId");
	must(lookup_client(f->directory, &id, f->arena, &c));
	must(lookup_client_secret(f->directory, c.key, str_of(secret), fixture_now, &matches));
	assert_true(matches);
	a = api_want(&api, 200, HTTP_GET, FORMAT(f, "/v1.0/applications(appId='%s')", app_id), NULL);
	assert_int_equal(str_find(a.body, str_of(secret), 0), SIZE_MAX);
	assert_int_equal(json_member(a.json, S("passwordCredentials"))->count, 1);
	must(lookup_resource(f->directory, S("https://localhost:8443"), f->arena, &directory));
	const char *resource = uuid_text(f->arena, &directory.service_principal_id).at;
	const char *assigned_to = FORMAT(f, "/v1.0/servicePrincipals/%s/appRoleAssignedTo", resource);
	const char *assignment = FORMAT(f, "{\"principalId\":\"%s\",\"resourceId\":\"%s\",\"appRoleId\":\"%s\"}", principal,
					resource, first_role_id(f, &api, "User.ReadWrite.All"));
	api_want(&api, 201, HTTP_POST, assigned_to, assignment);
	api_want(&api, 409, HTTP_POST, assigned_to, assignment);
	must(lookup_app_roles(f->directory, &c.service_principal_id, directory.service_principal_key, f->arena, &roles,
			      &role_count, &assigned));
	assert_true(assigned && role_count == 1 && str_equal(roles[0], S("User.ReadWrite.All")));
	const char *grant = FORMAT(f, "{\"clientId\":\"%s\",\"resourceId\":\"%s\",\"consentType\":\"AllPrincipals\","
				      "\"scope\":\"openid profile openid\"}",
				   principal, resource);
	a = api_want(&api, 201, HTTP_POST, "/v1.0/oauth2PermissionGrants", grant);
	const char *grant_id = api_str(&a, "id");
	api_want(&api, 409, HTTP_POST, "/v1.0/oauth2PermissionGrants", grant);
	must(lookup_granted_scopes(f->directory, c.service_principal_key, 0, directory.service_principal_key, f->arena, &scopes));
	assert_true(str_equal(scopes, S("openid profile")));
	api_want(&api, 204, HTTP_PATCH, FORMAT(f, "/v1.0/oauth2PermissionGrants/%s", grant_id), "{\"scope\":\"email\"}");
	api_want(&api, 204, HTTP_DELETE, FORMAT(f, "/v1.0/oauth2PermissionGrants/%s", grant_id), NULL);
	api_want(&api, 204, HTTP_POST, FORMAT(f, "/v1.0/applications/%s/removePassword", object_id),
		 FORMAT(f, "{\"keyId\":\"%s\"}", key_id));
	must(lookup_client_secret(f->directory, c.key, str_of(secret), fixture_now, &matches));
	assert_false(matches);
	api_want(&api, 204, HTTP_PATCH, FORMAT(f, "/v1.0/applications/%s", object_id),
		 "{\"web\":{\"redirectUris\":[\"https://app.example/other\"]}}");
	must(lookup_client(f->directory, &id, f->arena, &c));
	assert_int_equal(c.redirect_uri_count, 3);
	api_want(&api, 204, HTTP_DELETE, FORMAT(f, "/v1.0/applications/%s", object_id), NULL);
	assert_int_equal(err_kind_of(lookup_client(f->directory, &id, f->arena, &c)), ERR_NOT_FOUND);
	api_want(&api, 404, HTTP_GET, FORMAT(f, "/v1.0/servicePrincipals/%s", principal), NULL);
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM app_role_assignment")), 0);
	api_close(&api);
}

static const char *make_administrator(struct fixture *f, struct api *api, const char *user, const char **out_assignment)
{
	struct answer a = api_want(api, 201, HTTP_POST, "/v1.0/users",
				   FORMAT(f, "{\"accountEnabled\":true,\"displayName\":\"%s\",\"mailNickname\":\"x\","
					     "\"userPrincipalName\":\"%s@contoso.test\"}",
					  user, user));
	const char *id = api_str(&a, "id");

	a = api_want(api, 201, HTTP_POST, "/v1.0/roleManagement/directory/roleAssignments",
		     FORMAT(f, "{\"roleDefinitionId\":\"%s\",\"principalId\":\"%s\",\"directoryScopeId\":\"/\"}",
			    global_administrator, id));
	*out_assignment = api_str(&a, "id");
	return id;
}

static void last_administrator_stays(void **state)
{
	struct fixture *f = *state;
	const char *assignment = NULL, *other = NULL;
	struct api api;

	api_open(&api, f);
	const char *id = make_administrator(f, &api, "root", &assignment);
	const char *user = FORMAT(f, "/v1.0/users/%s", id);
	const char *path = FORMAT(f, "/v1.0/roleManagement/directory/roleAssignments/%s", assignment);
	api_want(&api, 400, HTTP_DELETE, path, NULL);
	api_want(&api, 400, HTTP_DELETE, user, NULL);
	api_want(&api, 400, HTTP_PATCH, user, "{\"accountEnabled\":false}");
	api_want(&api, 200, HTTP_GET, path, NULL);
	make_administrator(f, &api, "second", &other);
	api_want(&api, 204, HTTP_DELETE, path, NULL);
	api_want(&api, 204, HTTP_DELETE, user, NULL);
	struct answer a = api_want(&api, 200, HTTP_GET, "/v1.0/roleManagement/directory/roleAssignments", NULL);
	assert_int_equal(api_count(&a), 1);
	a = api_want(&api, 200, HTTP_GET, "/v1.0/organization", NULL);
	assert_int_equal(api_count(&a), 1);
	api_close(&api);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refused_calls_say_why_and_change_nothing, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(user_lives_from_creation_to_deletion, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(hasher_away_is_503_and_writes_nothing, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(list_pages_through_everybody_once, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(groups_hold_members_without_circles, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(application_gets_secret_principal_grants_and_roles, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(last_administrator_stays, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
