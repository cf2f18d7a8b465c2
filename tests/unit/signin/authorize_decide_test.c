/* What an authorization needs next: a row per rule, then every combination against the rules that must always hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "signin/authorize_decide.h"

#define FACTS(...) { .max_age_s = MAX_AGE_ABSENT, __VA_ARGS__ }

static void each_rule_has_its_step(void **state)
{
	static const struct {
		const char *name;
		struct authorize_facts facts;
		enum authorize_step step;
		enum refusal refusal;
	} rows[] = {
		{ "nobody", FACTS(), STEP_SIGN_IN, 0 },
		{ "somebody", FACTS(.signed_in = true), STEP_ISSUE, 0 },
		{ "nobody, silent", FACTS(.prompt = PROMPT_NONE), STEP_REFUSE, REFUSAL_LOGIN_REQUIRED },
		{ "login", FACTS(.signed_in = true, .prompt = PROMPT_LOGIN), STEP_SIGN_IN, 0 },
		{ "login, done", FACTS(.signed_in = true, .prompt = PROMPT_LOGIN, .signed_in_here = true), STEP_ISSUE, 0 },
		{ "max_age 0 is login", FACTS(.signed_in = true, .max_age_s = 0), STEP_SIGN_IN, 0 },
		{ "max_age 0, done", FACTS(.signed_in = true, .max_age_s = 0, .signed_in_here = true), STEP_ISSUE, 0 },
		{ "max_age just reached", { .signed_in = true, .max_age_s = 60, .session_age_s = 60 }, STEP_SIGN_IN, 0 },
		{ "max_age not reached", { .signed_in = true, .max_age_s = 60, .session_age_s = 59 }, STEP_ISSUE, 0 },
		{ "max_age reached, silent", { .signed_in = true, .max_age_s = 60, .session_age_s = 61, .prompt = PROMPT_NONE }, STEP_REFUSE, REFUSAL_LOGIN_REQUIRED },
		{ "hint of another", FACTS(.signed_in = true, .other_person = true), STEP_REFUSE, REFUSAL_OTHER_USER },
		{ "choose", FACTS(.signed_in = true, .prompt = PROMPT_SELECT_ACCOUNT), STEP_SELECT_ACCOUNT, 0 },
		{ "chosen", FACTS(.signed_in = true, .prompt = PROMPT_SELECT_ACCOUNT, .chosen_here = true), STEP_ISSUE, 0 },
		{ "not assigned", FACTS(.signed_in = true, .not_assigned = true, .consent_missing = true), STEP_REFUSE, REFUSAL_NOT_ASSIGNED },
		{ "consent", FACTS(.signed_in = true, .consent_missing = true), STEP_CONSENT, 0 },
		{ "consent, silent", FACTS(.signed_in = true, .consent_missing = true, .prompt = PROMPT_NONE), STEP_REFUSE, REFUSAL_CONSENT_REQUIRED },
		{ "consent asked for", FACTS(.signed_in = true, .prompt = PROMPT_CONSENT), STEP_CONSENT, 0 },
		{ "consent asked for, given", FACTS(.signed_in = true, .prompt = PROMPT_CONSENT, .consented_here = true), STEP_ISSUE, 0 },
		{ "administrator's consent", FACTS(.signed_in = true, .consent_missing = true, .admin_consent_missing = true), STEP_REFUSE, REFUSAL_ADMIN_CONSENT },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		enum refusal refusal = REFUSAL_BUSY;
		enum authorize_step step = authorize_decide(&rows[i].facts, &refusal);
		if (step != rows[i].step || refusal != rows[i].refusal)
			fail_msg("%s: step %d refusal %d", rows[i].name, step, refusal);
	}
}

/* Over every combination: no code without a session, an assignment and the consent; no page when silent. */
static void nothing_is_issued_that_is_not_due(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 1u << 14; bits++) {
		struct authorize_facts f = {
			.prompt = bits & 31, .max_age_s = bits >> 5 & 1 ? 10 : MAX_AGE_ABSENT, .session_age_s = bits >> 6 & 1 ? 20 : 5,
			.signed_in = bits >> 7 & 1, .signed_in_here = bits >> 8 & 1, .chosen_here = bits >> 9 & 1,
			.consented_here = bits >> 10 & 1, .other_person = bits >> 11 & 1, .not_assigned = bits >> 12 & 1,
			.consent_missing = bits >> 13 & 1,
		};
		enum refusal refusal = REFUSAL_NONE;
		enum authorize_step step = authorize_decide(&f, &refusal);
		if (step == STEP_ISSUE) {
			assert_true(f.signed_in && !f.other_person && !f.not_assigned && !f.consent_missing);
			assert_true(f.signed_in_here || !(f.prompt & PROMPT_LOGIN));
			assert_true(f.signed_in_here || f.max_age_s == MAX_AGE_ABSENT || f.session_age_s < f.max_age_s);
		}
		if (f.prompt & PROMPT_NONE)
			assert_true(step == STEP_ISSUE || step == STEP_REFUSE || f.prompt != PROMPT_NONE);
		assert_int_equal(step == STEP_REFUSE, refusal != REFUSAL_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_has_its_step),
		cmocka_unit_test(nothing_is_issued_that_is_not_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
