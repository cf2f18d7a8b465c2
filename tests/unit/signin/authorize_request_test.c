/* The rules of an authorization request, a row each: what is sent and what is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "signin/authorize_request.h"

#define BASE "client_id=c&redirect_uri=https%3A%2F%2Fa%2Fcb&"
#define CODE "response_type=code&scope=openid&"
#define CHALLENGE "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"

static enum refusal read_query(const char *query, bool challenge_required, struct arena *arena, struct authorize_request *out)
{
	struct url_params params = { 0 };
	enum refusal refusal = REFUSAL_BAD_QUERY;

	if (failed(url_params_parse(str_of(query), AUTHORIZE_PARAMETERS_MAX, arena, &params)))
		return refusal;
	refusal = authorize_request_begin(&params, out);
	return refusal ? refusal : authorize_request_read(&params, challenge_required, arena, out);
}

static void each_rule_has_its_answer(void **state)
{
	static const struct {
		const char *name, *query;
		bool spa;
		enum refusal want;
	} rows[] = {
		{ "the least", BASE CODE, false, REFUSAL_NONE },
		{ "with PKCE", BASE CODE CHALLENGE "code_challenge_method=S256", true, REFUSAL_NONE },
		{ "no client", CODE, false, REFUSAL_MISSING_CLIENT },
		{ "empty client", "client_id=&" CODE, false, REFUSAL_MISSING_CLIENT },
		{ "client twice", BASE CODE "client_id=c", false, REFUSAL_DUPLICATE_CLIENT },
		{ "redirect twice", BASE CODE "redirect_uri=x", false, REFUSAL_DUPLICATE_CLIENT },
		{ "state twice", BASE CODE "state=a&state=a", false, REFUSAL_DUPLICATE_PARAMETER },
		{ "scope twice", BASE CODE "scope=openid", false, REFUSAL_DUPLICATE_PARAMETER },
		{ "a hint without effect twice", BASE CODE "display=a&display=b", false, REFUSAL_DUPLICATE_PARAMETER },
		{ "an unknown one twice", BASE CODE "x=1&x=2", false, REFUSAL_NONE },
		{ "no response_type", BASE "scope=openid", false, REFUSAL_RESPONSE_TYPE_MISSING },
		{ "response_type token", BASE "scope=openid&response_type=token", false, REFUSAL_RESPONSE_TYPE },
		{ "response_type id_token", BASE "scope=openid&response_type=id_token", false, REFUSAL_RESPONSE_TYPE },
		{ "response_type code id_token", BASE "scope=openid&response_type=code%20id_token", false, REFUSAL_RESPONSE_TYPE },
		{ "no scope", BASE "response_type=code", false, REFUSAL_SCOPE_MISSING },
		{ "unknown mode", BASE CODE "response_mode=web_message", false, REFUSAL_RESPONSE_MODE },
		{ "PKCE missing where required", BASE CODE, true, REFUSAL_PKCE_REQUIRED },
		{ "PKCE plain", BASE CODE CHALLENGE "code_challenge_method=plain", true, REFUSAL_PKCE_METHOD },
		{ "PKCE without method is plain", BASE CODE CHALLENGE, false, REFUSAL_PKCE_METHOD },
		{ "PKCE method alone", BASE CODE "code_challenge_method=S256", false, REFUSAL_PKCE_CHALLENGE },
		{ "PKCE challenge of 42 characters", BASE CODE "code_challenge=9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256", false, REFUSAL_PKCE_CHALLENGE },
		{ "PKCE challenge with unused bits set", BASE CODE "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN&code_challenge_method=S256", false, REFUSAL_PKCE_CHALLENGE },
		{ "prompt none", BASE CODE "prompt=none", false, REFUSAL_NONE },
		{ "prompt none and login", BASE CODE "prompt=none%20login", false, REFUSAL_PROMPT },
		{ "prompt login and consent", BASE CODE "prompt=login%20consent", false, REFUSAL_NONE },
		{ "prompt unknown", BASE CODE "prompt=shout", false, REFUSAL_PROMPT },
		{ "prompt none in capitals", BASE CODE "prompt=NONE", false, REFUSAL_PROMPT },
		{ "max_age 0", BASE CODE "max_age=0", false, REFUSAL_NONE },
		{ "max_age negative", BASE CODE "max_age=-1", false, REFUSAL_MAX_AGE },
		{ "max_age not a number", BASE CODE "max_age=1h", false, REFUSAL_MAX_AGE },
		{ "claims", BASE CODE "claims=%7B%22id_token%22%3A%7B%22unknown%22%3Anull%7D%7D", false, REFUSAL_NONE },
		{ "claims not JSON", BASE CODE "claims=%7B", false, REFUSAL_CLAIMS },
		{ "claims an array", BASE CODE "claims=%5B%5D", false, REFUSAL_CLAIMS },
		{ "claims too deep", BASE CODE "claims=%7B%22a%22%3A%5B%5B%5B%5B%5B%5B%5B1%5D%5D%5D%5D%5D%5D%5D%7D", false, REFUSAL_CLAIMS },
		{ "request object", BASE CODE "request=eyJ", false, REFUSAL_REQUEST_OBJECT },
		{ "foreign request_uri", BASE CODE "request_uri=https%3A%2F%2Fx", false, REFUSAL_REQUEST_URI },
		{ "hints never fail", BASE CODE "display=x&ui_locales=%20&claims_locales=&login_hint=a", false, REFUSAL_NONE },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct authorize_request request = { 0 };
		enum refusal got = read_query(rows[i].query, rows[i].spa, arena, &request);
		if (got != rows[i].want)
			fail_msg("%s: %s", rows[i].name, refusal_row(got)->text);
		arena_free(arena);
	}
}

static void a_long_state_is_refused_and_not_echoed(void **state)
{
	static char query[8000];
	struct arena *arena = arena_new(1 << 20);
	struct authorize_request request = { 0 };

	(void)state;
	for (int extra = 0; extra < 2; extra++) {
		int n = snprintf(query, sizeof query, "%s", BASE CODE "response_mode=fragment&state=");
		memset(query + n, 's', (size_t)(STATE_BYTES_MAX + extra));
		query[n + STATE_BYTES_MAX + extra] = 0;
		assert_int_equal(read_query(query, false, arena, &request), extra ? REFUSAL_STATE_LONG : REFUSAL_NONE);
		assert_int_equal(request.has_state, !extra);
		assert_int_equal(request.mode, RESPONSE_FRAGMENT);
	}
	arena_free(arena);
}

static void a_refused_request_still_says_how_to_answer(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct authorize_request request = { 0 };

	(void)state;
	assert_int_equal(read_query(BASE "response_mode=form_post&state=a%26b", false, arena, &request), REFUSAL_RESPONSE_TYPE_MISSING);
	assert_int_equal(request.mode, RESPONSE_FORM_POST);
	assert_true(str_equal(request.state, S("a&b")));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_has_its_answer),
		cmocka_unit_test(a_long_state_is_refused_and_not_echoed),
		cmocka_unit_test(a_refused_request_still_says_how_to_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
