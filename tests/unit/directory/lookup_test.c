/* What a new directory holds, what sign-in finds in it, and what a change of the facts does. */
#include "fixture.h"

#include "audit/client.h"
#include "directory/application.h"
#include "directory/lookup.h"
#include "directory/permission.h"
#include "directory/user.h"

static struct uuid uuid_of(const char *text)
{
	struct uuid u;
	must(uuid_parse(str_of(text), &u));
	return u;
}

static void new_directory_has_console_and_resources(void **state)
{
	struct fixture *f = *state;
	struct client c;
	struct resource r;
	struct uuid console = uuid_of(CONSOLE_APP_ID);

	must(lookup_client(f->directory, &console, f->arena, &c));
	assert_true(c.built_in && c.enabled && c.has_service_principal);
	assert_int_equal(c.redirect_uri_count, 1);
	assert_int_equal(c.redirect_uris[0].platform, PLATFORM_SPA);
	assert_true(str_equal(c.redirect_uris[0].uri, S("https://localhost:8443/app/")));
	static const char *const names[] = { "https://localhost:8443", "https://localhost:8443/", DIRECTORY_RESOURCE_APP_ID };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		must(lookup_resource(f->directory, str_of(names[i]), f->arena, &r));
		assert_true(r.is_directory);
		assert_true(str_equal(r.audience, S("https://localhost:8443")));
		assert_true(r.scope_count > 10);
	}
	str scopes;
	must(lookup_granted_scopes(f->directory, c.service_principal_key, 0, r.service_principal_key, f->arena, &scopes));
	assert_true(str_equal(scopes, S("openid profile email offline_access User.Read")));
}

static void environment_is_a_resource_under_three_names(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = { "https://localhost:8443/e/sales", "https://sales.localhost:8443",
					     "https://sales.localhost:8443/", "aaaaaaaa-0000-4000-8000-000000000001" };
	struct resource r;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		must(lookup_resource(f->directory, str_of(names[i]), f->arena, &r));
		assert_false(r.is_directory);
		assert_int_equal(r.scope_count, 1);
		assert_true(str_equal(r.scopes[0].value, S("user_impersonation")));
	}
	assert_int_equal(err_kind_of(lookup_resource(f->directory, S("https://localhost:8443/e/other"), f->arena, &r)),
			 ERR_NOT_FOUND);
}

static void facts_again_change_nothing_and_new_facts_replace_environments(void **state)
{
	struct fixture *f = *state;
	struct resource r;
	int64_t objects = fixture_number(f, S("SELECT count(*) FROM directory_object"));

	must(directory_reconcile(f->directory, S(FACTS), fixture_now));
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM directory_object")), objects);
	must(directory_reconcile(f->directory,
				 S("{\"tenantId\":\"1f3a09bc-0000-4000-8000-000000000001\",\"displayName\":\"C\","
				   "\"domains\":[\"contoso.example\"],\"origin\":\"https://localhost:8443\",\"environments\":"
				   "[{\"id\":\"bbbbbbbb-0000-4000-8000-000000000001\",\"uniqueName\":\"hr\"}]}"),
				 fixture_now));
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM directory_object")), objects);
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM domain")), 1);
	assert_int_equal(err_kind_of(lookup_resource(f->directory, S("https://localhost:8443/e/sales"), f->arena, &r)),
			 ERR_NOT_FOUND);
	must(lookup_resource(f->directory, S("https://localhost:8443/e/hr"), f->arena, &r));
}

static void another_tenants_facts_are_refused(void **state)
{
	struct fixture *f = *state;
	err e = directory_reconcile(f->directory,
				    S("{\"tenantId\":\"1f3a09bc-0000-4000-8000-000000000002\",\"displayName\":\"X\","
				      "\"domains\":[\"x.example\"],\"origin\":\"https://localhost:8443\"}"),
				    fixture_now);
	assert_int_equal(err_kind_of(e), ERR_CORRUPT);
	assert_true(str_equal(f->directory->domains[0], S("contoso.example")));
}

static void person_is_found_by_name_in_any_case_and_by_id(void **state)
{
	struct fixture *f = *state;
	struct uuid id = random_uuid_v4();
	struct user u;
	struct person p;
	SCOPED(transaction) tx = { 0 };

	user_init(&u, &id, fixture_now);
	u.text[USER_PRINCIPAL_NAME] = S("Ada@contoso.example");
	u.text[USER_DISPLAY_NAME] = S("Ada");
	u.business_phones = S("[\"+44 1\",\"+44 2\"]");
	must(transaction_begin(f->store, &tx));
	must(user_insert(f->store, &u));
	must(user_put_password(f->store, u.key, S("$argon2id$x"), true, fixture_now));
	must(transaction_commit(&tx));
	must(lookup_person_by_name(f->directory, S("ada@CONTOSO.example"), f->arena, &p));
	assert_true(uuid_equal(&p.id, &id));
	assert_true(p.enabled && p.force_change_password && str_equal(p.password_phc, S("$argon2id$x")));
	assert_true(str_equal(p.business_phone, S("+44 1")));
	must(lookup_rehash_password(f->directory, p.key, S("$argon2id$x"), S("$argon2id$y")));
	must(lookup_rehash_password(f->directory, p.key, S("$argon2id$x"), S("$argon2id$z")));
	must(lookup_person(f->directory, &id, f->arena, &p));
	assert_true(str_equal(p.password_phc, S("$argon2id$y")));
	assert_int_equal(err_kind_of(lookup_person_by_name(f->directory, S("bob@contoso.example"), f->arena, &p)),
			 ERR_NOT_FOUND);
}

static void secret_matches_only_while_it_lives(void **state)
{
	struct fixture *f = *state;
	struct uuid console = uuid_of(CONSOLE_APP_ID);
	struct application_secret secret = { .starts = fixture_now, .ends = instant_add_ms(fixture_now, 1000) };
	struct client c;
	SCOPED(transaction) tx = { 0 };
	bool matches = false;

	must(lookup_client(f->directory, &console, f->arena, &c));
	must(transaction_begin(f->store, &tx));
	must(application_add_secret(f->store, c.key, &secret));
	must(transaction_commit(&tx));
	must(lookup_client_secret(f->directory, c.key, str_of(secret.text), fixture_now, &matches));
	assert_true(matches);
	must(lookup_client_secret(f->directory, c.key, str_of(secret.text), instant_add_ms(fixture_now, 1000), &matches));
	assert_false(matches);
	secret.text[42] ^= 1;
	must(lookup_client_secret(f->directory, c.key, str_of(secret.text), fixture_now, &matches));
	assert_false(matches);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(new_directory_has_console_and_resources, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(environment_is_a_resource_under_three_names, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(facts_again_change_nothing_and_new_facts_replace_environments, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(another_tenants_facts_are_refused, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(person_is_found_by_name_in_any_case_and_by_id, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(secret_matches_only_while_it_lives, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
