/* The code flow from the first page to the last token, and what must be refused on the way. */
#include "world.h"

#include <stdio.h>

#include "signin/token_issue.h"

#define STATE "&scope=openid%20profile%20email%20offline_access&state=st%26ate&nonce=n0"

static str redeem_form(struct world *w, str code)
{
	return str_format(w->arena, "grant_type=authorization_code&code=%.*s&redirect_uri=%.*s&client_id=%.*s&client_secret=%.*s",
			  STR_ARG(code), STR_ARG(url_encode(w->arena, S(WORLD_CALLBACK))), STR_ARG(uuid_text(w->arena, &w->web_app)),
			  STR_ARG(w->web_secret));
}

static str refresh_form(struct world *w, str token)
{
	return str_format(w->arena, "grant_type=refresh_token&refresh_token=%.*s&client_id=%.*s&client_secret=%.*s", STR_ARG(token),
			  STR_ARG(uuid_text(w->arena, &w->web_app)), STR_ARG(w->web_secret));
}

static void expect_error(struct world *w, struct reply reply, int status, const char *error)
{
	if (reply.status != status || !str_equal(world_member(w, reply.body, "error"), str_of(error)))
		fail_msg("wanted %d %s, got %d %.*s", status, error, reply.status, STR_ARG(reply.body));
}

static str claim(const struct json *claims, const char *name)
{
	str value = { 0 };
	if (!json_member_is_str(claims, str_of(name), &value))
		fail_msg("no claim %s", name);
	return value;
}

static void the_page_keeps_its_contract(void **state)
{
	struct world *w = *state;
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE "&login_hint=%22%3E%3Cscript%3E"), NULL);
	static const char *const wanted[] = {
		"<meta name=\"bwk-step\" content=\"password\">", "<form method=\"post\"", "type=\"hidden\" name=\"ctx\"",
		"name=\"username\"", "autocomplete=\"username webauthn\"", "type=\"password\"", "autocomplete=\"current-password\"",
		"name=\"remember\" value=\"1\"", "name=\"action\" value=\"signin\"", "name=\"action\" value=\"cancel\"",
		"<label for=\"username\">", "<label for=\"password\">", "Web &lt;i&gt;shop&lt;/i&gt;", "lang=\"en\"", "viewport",
	};

	assert_int_equal(page.status, 200);
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (str_find(page.body, str_of(wanted[i]), 0) == SIZE_MAX)
			fail_msg("the page lacks %s", wanted[i]);
	assert_true(str_find(page.body, S("<script"), 0) == SIZE_MAX);
	assert_true(str_find(page.csp, S("default-src 'none'"), 0) != SIZE_MAX);
	assert_true(str_find(page.csp, S("form-action 'self' https://client.example;"), 0) != SIZE_MAX);
	assert_true(str_find(page.csp, S("frame-ancestors 'none'"), 0) != SIZE_MAX);
	assert_int_equal(page.set_cookies, 1);
}

static void sign_in_gives_tokens_that_verify(void **state)
{
	struct world *w = *state;
	str code = world_sign_in(w, STATE);
	struct reply tokens = world_token(w, redeem_form(w, code), NULL);

	assert_int_equal(tokens.status, 200);
	assert_true(str_equal(world_member(w, tokens.body, "token_type"), S("Bearer")));
	assert_true(world_has_member(w, tokens.body, "refresh_token"));
	const struct json *id = world_claims(w, world_member(w, tokens.body, "id_token"), "JWT");
	const struct json *access = world_claims(w, world_member(w, tokens.body, "access_token"), "at+jwt");
	assert_true(str_equal(claim(id, "iss"), S(WORLD_ISSUER)));
	assert_true(str_equal(claim(id, "aud"), uuid_text(w->arena, &w->web_app)));
	assert_true(str_equal(claim(id, "nonce"), S("n0")));
	assert_true(str_equal(claim(id, "oid"), uuid_text(w->arena, &w->person_id)));
	assert_true(str_equal(claim(access, "aud"), S(DIRECTORY_RESOURCE_APP_ID)));
	assert_true(str_equal(claim(access, "scp"), S("openid profile email offline_access")));
	assert_true(str_equal(claim(access, "sub"), claim(id, "sub")));
	int64_t expires = 0, issued = 0;
	assert_true(json_member_is_i64(access, S("exp"), &expires) && json_member_is_i64(access, S("iat"), &issued));
	assert_in_range(expires - issued, 3600, 5400);
}

static void success_carries_code_state_and_issuer_only(void **state)
{
	struct world *w = *state;
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE), NULL);
	struct reply done = world_type_password(w, page.body, "ADA@contoso.example", WORLD_PASSWORD);

	assert_int_equal(done.status, 303);
	assert_true(str_starts_with(done.location, S(WORLD_CALLBACK "?code=")));
	assert_true(str_equal(world_parameter(w, done.location, "state"), S("st&ate")));
	assert_true(str_equal(world_parameter(w, done.location, "iss"), S(WORLD_ISSUER)));
	assert_false(world_has_parameter(w, done.location, "session_state"));
	assert_int_equal(world_number(w, S("SELECT count(*) FROM signin_session")), 1);
}

static void a_second_client_signs_on_without_a_page(void **state)
{
	struct world *w = *state;
	(void)world_sign_in(w, STATE);
	struct reply again = world_get(w, world_authorize(w, &w->spa_app, WORLD_SPA_CALLBACK,
							  "&scope=openid&prompt=none&response_mode=fragment&client_info=1"
							  "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"),
				       NULL);

	assert_int_equal(again.status, 303);
	assert_true(str_starts_with(again.location, S(WORLD_SPA_CALLBACK "#code=")));
	assert_true(world_has_parameter(w, again.location, "client_info"));
	str form = str_format(w->arena, "grant_type=authorization_code&code=%.*s&redirect_uri=%.*s&client_id=%.*s&code_verifier="
			      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", STR_ARG(world_parameter(w, again.location, "code")),
			      STR_ARG(url_encode(w->arena, S(WORLD_SPA_CALLBACK))), STR_ARG(uuid_text(w->arena, &w->spa_app)));
	struct reply tokens = world_token(w, form, "origin: https://spa.example");
	assert_int_equal(tokens.status, 200);
	assert_true(str_equal(tokens.allow_origin, S("https://spa.example")));
	assert_true(world_has_member(w, tokens.body, "client_info"));
}

static void subjects_differ_between_clients(void **state)
{
	struct world *w = *state;
	struct signin *s = w->app.signin;
	struct client a = { .app_id = w->web_app, .bwk = S("{}") }, b = { .app_id = w->spa_app, .bwk = S("{}") };

	assert_false(str_equal(token_subject(s, &w->person_id, &a, w->arena), token_subject(s, &w->person_id, &b, w->arena)));
}

/* Every row: what is changed in an otherwise good exchange, and the answer. */
static void wrong_exchanges_are_refused(void **state)
{
	static const struct {
		const char *name, *form;
		int status;
		const char *error;
	} rows[] = {
		{ "wrong secret", "grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fclient.example%%2Fcb&client_id=%s&client_secret=no", 401, "invalid_client" },
		{ "no client authentication", "grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fclient.example%%2Fcb&client_id=%s", 401, "invalid_client" },
		{ "other redirect_uri", "grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fclient.example%%2Fcb2&client_id=%s&client_secret=SECRET", 400, "invalid_grant" },
		{ "redirect_uri left out", "grant_type=authorization_code&code=%s&client_id=%s&client_secret=SECRET", 400, "invalid_grant" },
		{ "verifier without challenge", "grant_type=authorization_code&code=%s&redirect_uri=https%%3A%%2F%%2Fclient.example%%2Fcb&client_id=%s&client_secret=SECRET&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", 400, "invalid_grant" },
		{ "code twice", "grant_type=authorization_code&code=%s&code=x&client_id=%s&client_secret=SECRET", 400, "invalid_request" },
		{ "unknown grant", "grant_type=password&code=%s&client_id=%s&client_secret=SECRET", 400, "unsupported_grant_type" },
		{ "no grant", "code=%s&client_id=%s&client_secret=SECRET", 400, "invalid_request" },
	};
	struct world *w = *state;
	str code = world_sign_in(w, STATE);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		str form = str_of(rows[i].form), made = S("");
		const str values[] = { code, uuid_text(w->arena, &w->web_app) };
		size_t used = 0;
		/* %s: code, then client; SECRET: the secret; %%: a percent sign */
		for (size_t at = 0; at < form.len; at++) {
			if (form.at[at] == '%' && form.at[at + 1] == 's' && used < 2) {
				made = str_join(w->arena, made, values[used++]);
				at++;
			} else if (form.at[at] == '%' && form.at[at + 1] == '%') {
				made = str_join(w->arena, made, S("%"));
				at++;
			} else if (str_starts_with(str_from(form, at), S("SECRET"))) {
				made = str_join(w->arena, made, w->web_secret);
				at += 5;
			} else {
				made = str_join(w->arena, made, str_slice(form, at, at + 1));
			}
		}
		expect_error(w, world_token(w, made, NULL), rows[i].status, rows[i].error);
	}
	assert_int_equal(world_token(w, redeem_form(w, code), NULL).status, 200); /* none of them used it up */
}

static void a_code_used_twice_revokes_what_it_gave(void **state)
{
	struct world *w = *state;
	str code = world_sign_in(w, STATE);
	struct reply tokens = world_token(w, redeem_form(w, code), NULL);
	str bearer = str_format(w->arena, "authorization: Bearer %.*s", STR_ARG(world_member(w, tokens.body, "access_token")));

	assert_int_equal(world_get(w, S("/oidc/userinfo"), bearer.at).status, 200);
	expect_error(w, world_token(w, redeem_form(w, code), NULL), 400, "invalid_grant");
	expect_error(w, world_token(w, refresh_form(w, world_member(w, tokens.body, "refresh_token")), NULL), 400, "invalid_grant");
	assert_int_equal(world_get(w, S("/oidc/userinfo"), bearer.at).status, 401);
}

static void a_code_dies_after_a_minute(void **state)
{
	struct world *w = *state;
	str code = world_sign_in(w, STATE);

	w->now.ms += 60000;
	expect_error(w, world_token(w, redeem_form(w, code), NULL), 400, "invalid_grant");
}

static void refresh_rotates_answers_again_and_detects_reuse(void **state)
{
	struct world *w = *state;
	struct reply first = world_token(w, redeem_form(w, world_sign_in(w, STATE)), NULL);
	str one = world_member(w, first.body, "refresh_token");
	struct reply second = world_token(w, refresh_form(w, one), NULL);
	assert_int_equal(second.status, 200);
	str two = world_member(w, second.body, "refresh_token");
	assert_false(str_equal(one, two));

	w->now.ms += 30000; /* the last moment of grace: the very same answer */
	struct reply again = world_token(w, refresh_form(w, one), NULL);
	assert_int_equal(again.status, 200);
	assert_true(str_equal(again.body, second.body));
	w->now.ms += 1;
	expect_error(w, world_token(w, refresh_form(w, one), NULL), 400, "invalid_grant");
	expect_error(w, world_token(w, refresh_form(w, two), NULL), 400, "invalid_grant"); /* the whole line is dead */
	assert_int_equal(world_number(w, S("SELECT count(*) FROM refresh_family WHERE revoked_why = 'reused'")), 1);
}

static void a_refresh_token_belongs_to_its_client(void **state)
{
	struct world *w = *state;
	struct reply first = world_token(w, redeem_form(w, world_sign_in(w, STATE)), NULL);
	str token = world_member(w, first.body, "refresh_token");
	str form = str_format(w->arena, "grant_type=refresh_token&refresh_token=%.*s&client_id=%.*s&client_secret=%.*s", STR_ARG(token),
			      STR_ARG(uuid_text(w->arena, &w->daemon_app)), STR_ARG(w->daemon_secret));

	expect_error(w, world_token(w, form, NULL), 400, "invalid_grant");
	assert_int_equal(world_token(w, refresh_form(w, token), NULL).status, 200); /* and is none the worse for it */
	expect_error(w, world_token(w, refresh_form(w, S("rt.AAAA.1.x")), NULL), 400, "invalid_grant");
}

static void wrong_passwords_look_all_the_same(void **state)
{
	struct world *w = *state;
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE), NULL);
	struct reply wrong = world_type_password(w, page.body, "ada@contoso.example", "not this one");
	struct reply nobody = world_type_password(w, page.body, "eve@contoso.example", WORLD_PASSWORD);

	assert_int_equal(wrong.status, 200);
	assert_int_equal(nobody.status, 200);
	assert_true(str_find(wrong.body, S("role=\"alert\""), 0) != SIZE_MAX);
	str alert = S("The user name or password is wrong.");
	assert_true(str_find(wrong.body, alert, 0) != SIZE_MAX && str_find(nobody.body, alert, 0) != SIZE_MAX);
	assert_int_equal(wrong.body.len, nobody.body.len); /* same length of name, of sealed state, of everything */
	assert_int_equal(wrong.set_cookies, 0);
	assert_int_equal(world_number(w, S("SELECT failures FROM signin_lockout")), 1);
	assert_int_equal(world_number(w, S("SELECT count(*) FROM signin_session")), 0);
}

static void ten_wrong_passwords_lock_and_the_right_one_is_refused_too(void **state)
{
	struct world *w = *state;
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE), NULL);
	char guess[16];

	for (int i = 0; i < 10; i++) {
		snprintf(guess, sizeof guess, "guess %d", i);
		assert_int_equal(world_type_password(w, page.body, "ada@contoso.example", guess).status, 200);
	}
	struct reply locked = world_type_password(w, page.body, "ada@contoso.example", WORLD_PASSWORD);
	assert_int_equal(locked.status, 200);
	assert_true(str_find(locked.body, S("The user name or password is wrong."), 0) != SIZE_MAX);
	w->now.ms += 60000;
	assert_int_equal(world_type_password(w, page.body, "ada@contoso.example", WORLD_PASSWORD).status, 303);
}

static void a_form_from_elsewhere_is_refused(void **state)
{
	struct world *w = *state;
	static const char *const foreign[] = { "sec-fetch-site: cross-site", "sec-fetch-site: same-site", "sec-fetch-site: none" };
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE), NULL);
	str form = str_format(w->arena, "ctx=%.*s&username=ada%%40contoso.example&password=correct+horse+battery&action=signin",
			      STR_ARG(world_input(w, page.body, "ctx")));

	for (size_t i = 0; i < COUNT_OF(foreign); i++)
		assert_int_equal(world_post(w, S("/signin/password"), form, foreign[i]).status, 400);
	world_forget_cookies(w); /* another browser cannot go on with this page */
	assert_int_equal(world_post(w, S("/signin/password"), form, NULL).status, 400);
}

/* The table of 2.10: where each refusal of authorize goes. */
static void authorize_refusals_go_where_they_belong(void **state)
{
	static const struct {
		const char *name, *query;
		const char *error; /* null: a page */
	} rows[] = {
		{ "unknown client", "client_id=00000000-0000-4000-8000-00000000dead&redirect_uri=https%3A%2F%2Fclient.example%2Fcb&response_type=code&scope=openid", NULL },
		{ "client no guid", "client_id=x&redirect_uri=https%3A%2F%2Fclient.example%2Fcb&response_type=code&scope=openid", NULL },
		{ "foreign redirect", "client_id=WEB&redirect_uri=https%3A%2F%2Fevil.example%2Fcb&response_type=code&scope=openid", NULL },
		{ "redirect with a query more", "client_id=WEB&redirect_uri=https%3A%2F%2Fclient.example%2Fcb%3Fx&response_type=code&scope=openid", NULL },
		{ "redirect in another case", "client_id=WEB&redirect_uri=https%3A%2F%2Fclient.example%2FCB&response_type=code&scope=openid", NULL },
		{ "client twice", "client_id=WEB&client_id=WEB&redirect_uri=https%3A%2F%2Fclient.example%2Fcb&response_type=code&scope=openid", NULL },
		{ "broken encoding", "client_id=WEB&x=%zz", NULL },
		{ "response_type", "client_id=WEB&response_type=token&scope=openid&state=s", "unsupported_response_type" },
		{ "scope unknown", "client_id=WEB&response_type=code&scope=nothing&state=s", "invalid_scope" },
		{ "resource unknown", "client_id=WEB&response_type=code&scope=api%3A%2F%2Fx%2FA&state=s", "invalid_scope" },
		{ "permission unknown", "client_id=WEB&response_type=code&scope=Nothing.At.All&state=s", "invalid_scope" },
		{ "prompt none, nobody", "client_id=WEB&response_type=code&scope=openid&prompt=none&state=s", "login_required" },
		{ "request object", "client_id=WEB&response_type=code&scope=openid&request=x&state=s", "request_not_supported" },
	};
	struct world *w = *state;
	str web = uuid_text(w->arena, &w->web_app);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		str query = str_of(rows[i].query), made = S("/oauth2/v2.0/authorize?");
		for (size_t at = 0, hit; at < query.len; at = hit + 3) {
			hit = str_find(query, S("WEB"), at);
			made = str_join(w->arena, made, str_slice(query, at, hit == SIZE_MAX ? query.len : hit));
			if (hit == SIZE_MAX)
				break;
			made = str_join(w->arena, made, web);
		}
		struct reply reply = world_get(w, made, NULL);
		if (!rows[i].error) {
			if (reply.status != 400 || reply.location.len || reply.set_cookies ||
			    str_find(reply.body, S("content=\"error\""), 0) == SIZE_MAX)
				fail_msg("%s: %d %.*s", rows[i].name, reply.status, STR_ARG(reply.location));
			continue;
		}
		if (reply.status != 303 || !str_equal(world_parameter(w, reply.location, "error"), str_of(rows[i].error)))
			fail_msg("%s: %d %.*s", rows[i].name, reply.status, STR_ARG(reply.location));
		assert_true(str_equal(world_parameter(w, reply.location, "state"), S("s")));
		assert_true(str_equal(world_parameter(w, reply.location, "iss"), S(WORLD_ISSUER)));
	}
}

static void cancel_tells_the_client(void **state)
{
	struct world *w = *state;
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE "&response_mode=form_post"), NULL);
	str form = str_format(w->arena, "ctx=%.*s&action=cancel", STR_ARG(world_input(w, page.body, "ctx")));
	struct reply done = world_post(w, S("/signin/password"), form, NULL);

	assert_int_equal(done.status, 200);
	assert_true(str_find(done.body, S("content=\"form-post\""), 0) != SIZE_MAX);
	assert_true(str_equal(world_input(w, done.body, "error"), S("access_denied")));
	assert_true(str_equal(world_input(w, done.body, "state"), S("st&amp;ate")));
}

static void a_posted_request_comes_back_as_a_get(void **state)
{
	struct world *w = *state;
	str query = world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE);
	str form = str_from(query, str_find_char(query, '?', 0) + 1);
	struct reply parked = world_post(w, S("/oauth2/v2.0/authorize"), form, "sec-fetch-site: cross-site");

	assert_int_equal(parked.status, 303);
	struct reply page = world_get(w, parked.location, NULL);
	assert_int_equal(page.status, 200);
	assert_true(str_find(page.body, S("content=\"password\""), 0) != SIZE_MAX);
}

static void max_age_and_prompt_login_ask_again(void **state)
{
	struct world *w = *state;
	(void)world_sign_in(w, STATE);
	w->now.ms += 100000;
	assert_int_equal(world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE "&max_age=101"), NULL).status, 303);
	assert_int_equal(world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE "&max_age=100"), NULL).status, 200);
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE "&prompt=login"), NULL);
	assert_int_equal(page.status, 200);
	struct reply done = world_type_password(w, page.body, "ada@contoso.example", WORLD_PASSWORD);
	assert_int_equal(done.status, 303);
	struct reply tokens = world_token(w, redeem_form(w, world_parameter(w, done.location, "code")), NULL);
	int64_t auth_time = 0;
	assert_true(json_member_is_i64(world_claims(w, world_member(w, tokens.body, "id_token"), "JWT"), S("auth_time"), &auth_time));
	assert_int_equal(auth_time, w->now.ms / 1000);
	assert_int_equal(world_number(w, S("SELECT count(*) FROM signin_session")), 1);
}

static void an_environment_needs_consent_once(void **state)
{
	struct world *w = *state;
	const char *scope = "&scope=openid%20https%3A%2F%2Flocalhost%3A8443%2Fe%2Fsales%2Fuser_impersonation";
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, scope), NULL);
	struct reply next = world_type_password(w, page.body, "ada@contoso.example", WORLD_PASSWORD);

	assert_int_equal(next.status, 303);
	assert_true(str_starts_with(next.location, S("/contoso.example/signin/continue?ctx=")));
	struct reply consent = world_get(w, next.location, NULL);
	assert_true(str_find(consent.body, S("content=\"consent\""), 0) != SIZE_MAX);
	str form = str_format(w->arena, "ctx=%.*s&action=accept", STR_ARG(world_input(w, consent.body, "ctx")));
	struct reply done = world_post(w, S("/signin/consent"), form, NULL);
	assert_int_equal(done.status, 303);
	struct reply tokens = world_token(w, redeem_form(w, world_parameter(w, done.location, "code")), NULL);
	assert_int_equal(tokens.status, 200);
	str access = world_member(w, tokens.body, "access_token");
	const struct json *claims = world_claims(w, access, "at+jwt");
	assert_true(str_equal(claim(claims, "aud"), S("aaaaaaaa-0000-4000-8000-000000000001")));
	assert_true(str_equal(claim(claims, "scp"), S("user_impersonation")));
	str bearer = str_format(w->arena, "authorization: Bearer %.*s", STR_ARG(access));
	assert_int_equal(world_get(w, S("/oidc/userinfo"), bearer.at).status, 401); /* not userinfo's audience */
	assert_int_equal(world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, scope), NULL).status, 303);
}

static void sign_out_with_a_hint_goes_back_and_ends_the_session(void **state)
{
	struct world *w = *state;
	struct reply tokens = world_token(w, redeem_form(w, world_sign_in(w, STATE)), NULL);
	str hint = world_member(w, tokens.body, "id_token");
	str url = str_format(w->arena, "/oauth2/v2.0/logout?id_token_hint=%.*s&post_logout_redirect_uri=%.*s&state=x", STR_ARG(hint),
			     STR_ARG(url_encode(w->arena, S(WORLD_CALLBACK))));
	str elsewhere = str_format(w->arena, "/oauth2/v2.0/logout?id_token_hint=%.*s&post_logout_redirect_uri=%.*s", STR_ARG(hint),
				   STR_ARG(url_encode(w->arena, S(WORLD_CALLBACK "?more"))));

	struct reply asked = world_get(w, elsewhere, NULL);
	assert_true(str_find(asked.body, S("content=\"signout\""), 0) != SIZE_MAX);
	assert_int_equal(world_number(w, S("SELECT count(*) FROM signin_session")), 1);
	struct reply done = world_get(w, url, NULL);
	assert_int_equal(done.status, 303);
	assert_true(str_equal(done.location, S(WORLD_CALLBACK "?state=x")));
	assert_int_equal(world_number(w, S("SELECT count(*) FROM signin_session")), 0);
	expect_error(w, world_token(w, refresh_form(w, world_member(w, tokens.body, "refresh_token")), NULL), 400, "invalid_grant");
}

static void sign_out_without_a_hint_asks_first(void **state)
{
	struct world *w = *state;
	(void)world_sign_in(w, STATE);
	struct reply page = world_get(w, S("/oauth2/v2.0/logout"), NULL);

	assert_int_equal(page.status, 200);
	assert_int_equal(world_number(w, S("SELECT count(*) FROM signin_session")), 1);
	str form = str_format(w->arena, "ctx=%.*s&action=signout", STR_ARG(world_input(w, page.body, "ctx")));
	struct reply done = world_post(w, S("/signin/signout"), form, NULL);
	assert_true(str_find(done.body, S("content=\"signed-out\""), 0) != SIZE_MAX);
	assert_int_equal(world_number(w, S("SELECT count(*) FROM signin_session")), 0);
}

static void a_disabled_person_gets_nothing(void **state)
{
	struct world *w = *state;
	struct reply tokens = world_token(w, redeem_form(w, world_sign_in(w, STATE)), NULL);
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE "&prompt=login"), NULL);

	must(store_execute(w->store, S("UPDATE user_account SET enabled = 0")));
	struct reply wrong = world_type_password(w, page.body, "ada@contoso.example", WORLD_PASSWORD);
	assert_int_equal(wrong.status, 200);
	assert_true(str_find(wrong.body, S("The user name or password is wrong."), 0) != SIZE_MAX);
	expect_error(w, world_token(w, refresh_form(w, world_member(w, tokens.body, "refresh_token")), NULL), 400, "invalid_grant");
	str bearer = str_format(w->arena, "authorization: Bearer %.*s", STR_ARG(world_member(w, tokens.body, "access_token")));
	assert_int_equal(world_get(w, S("/oidc/userinfo"), bearer.at).status, 401);
}

static void a_forced_change_happens_before_anything_else(void **state)
{
	struct world *w = *state;
	must(store_execute(w->store, S("UPDATE credential_password SET force_change = 1")));
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE), NULL);
	struct reply change = world_type_password(w, page.body, "ada@contoso.example", WORLD_PASSWORD);
	static const struct { const char *first, *again; int status; } rows[] = {
		{ "new+password+of+mine", "another+one+than+that", 200 }, { "short", "short", 200 },
		{ "correct+horse+battery", "correct+horse+battery", 200 }, { "new+password+of+mine", "new+password+of+mine", 303 },
	};

	assert_true(str_find(change.body, S("content=\"change-password\""), 0) != SIZE_MAX);
	assert_int_equal(world_number(w, S("SELECT count(*) FROM signin_session")), 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		str form = str_format(w->arena, "ctx=%.*s&proof=%.*s&new_password=%s&new_password_again=%s&action=accept",
				      STR_ARG(world_input(w, change.body, "ctx")), STR_ARG(world_input(w, change.body, "proof")),
				      rows[i].first, rows[i].again);
		assert_int_equal(world_post(w, S("/signin/change-password"), form, NULL).status, rows[i].status);
	}
	world_forget_cookies(w);
	page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, STATE), NULL);
	assert_int_equal(world_type_password(w, page.body, "ada@contoso.example", WORLD_PASSWORD).status, 200);
	assert_int_equal(world_type_password(w, page.body, "ada@contoso.example", "new password of mine").status, 303);
}

static void every_step_is_in_the_outbox(void **state)
{
	struct world *w = *state;
	int64_t before = world_number(w, S("SELECT count(*) FROM audit_outbox"));
	str code = world_sign_in(w, STATE);
	assert_int_equal(world_number(w, S("SELECT count(*) FROM audit_outbox")) - before, 2); /* password, session */
	(void)world_token(w, redeem_form(w, code), NULL);
	(void)world_token(w, redeem_form(w, code), NULL);
	(void)world_token(w, S("grant_type=client_credentials"), NULL);
	assert_int_equal(world_number(w, S("SELECT count(*) FROM audit_outbox")) - before, 5);
}

static void loopback_ports_do_not_matter_to_native_clients(void **state)
{
	struct world *w = *state;
	static const struct { const char *uri; bool page; } rows[] = {
		{ "http://127.0.0.1:51234/cb", false }, { "http://127.0.0.1/cb", false }, { "http://127.0.0.1:51234/other", true },
		{ "http://localhost:51234/cb", true }, { "https://127.0.0.1:51234/cb", true },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct reply reply = world_get(w, world_authorize(w, &w->native_app, rows[i].uri, "&scope=openid&prompt=none"), NULL);
		if (rows[i].page ? reply.status != 400 : reply.status != 303)
			fail_msg("%s: %d", rows[i].uri, reply.status);
		if (!rows[i].page) /* a public client must send a challenge */
			assert_true(str_equal(world_parameter(w, reply.location, "error"), S("invalid_request")));
	}
}

#define TEST(f_) cmocka_unit_test_setup_teardown(f_, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_page_keeps_its_contract), TEST(sign_in_gives_tokens_that_verify),
		TEST(success_carries_code_state_and_issuer_only), TEST(a_second_client_signs_on_without_a_page),
		TEST(subjects_differ_between_clients), TEST(wrong_exchanges_are_refused),
		TEST(a_code_used_twice_revokes_what_it_gave), TEST(a_code_dies_after_a_minute),
		TEST(refresh_rotates_answers_again_and_detects_reuse), TEST(a_refresh_token_belongs_to_its_client),
		TEST(wrong_passwords_look_all_the_same), TEST(ten_wrong_passwords_lock_and_the_right_one_is_refused_too),
		TEST(a_form_from_elsewhere_is_refused), TEST(authorize_refusals_go_where_they_belong), TEST(cancel_tells_the_client),
		TEST(a_posted_request_comes_back_as_a_get), TEST(max_age_and_prompt_login_ask_again),
		TEST(an_environment_needs_consent_once), TEST(sign_out_with_a_hint_goes_back_and_ends_the_session),
		TEST(sign_out_without_a_hint_asks_first), TEST(a_disabled_person_gets_nothing),
		TEST(a_forced_change_happens_before_anything_else), TEST(every_step_is_in_the_outbox),
		TEST(loopback_ports_do_not_matter_to_native_clients),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
