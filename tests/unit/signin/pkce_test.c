/* PKCE: the published vector of RFC 7636 appendix B, and verifiers one character from good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "signin/pkce.h"

static void only_the_right_verifier_matches(void **state)
{
	static const struct { const char *name, *verifier; bool want; } rows[] = {
		{ "RFC 7636 appendix B", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", true },
		{ "last character differs", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl", false },
		{ "one too short", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX", false },
		{ "one more", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXkA", false },
		{ "'=' is not allowed", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX=", false },
		{ "empty", "", false },
	};
	struct pkce_challenge challenge = { { 0 } };

	(void)state;
	assert_false(failed(pkce_challenge_parse(S("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"), &challenge)));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(pkce_matches(str_of(rows[i].verifier), &challenge), rows[i].want);
}

static void challenges_are_canonical(void **state)
{
	static const char *const bad[] = { "", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMA",
					   "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN" };
	struct pkce_challenge challenge = { { 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(err_kind_of(pkce_challenge_parse(str_of(bad[i]), &challenge)), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_right_verifier_matches),
		cmocka_unit_test(challenges_are_canonical),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
