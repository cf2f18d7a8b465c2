/* Every pair of state and event of the refresh state machine, and where the events come from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "signin/refresh_state.h"

static const enum refresh_action wanted[FAMILY_STATE_COUNT][REFRESH_EVENT_COUNT] = {
	{ REFRESH_ROTATE, REFRESH_ANSWER_AGAIN, REFRESH_REVOKE, REFRESH_REVOKE },
	{ REFRESH_EXPIRED, REFRESH_EXPIRED, REFRESH_REVOKE, REFRESH_REVOKE },
	{ REFRESH_REFUSE, REFRESH_REFUSE, REFRESH_REFUSE, REFRESH_REFUSE },
};

static void every_pair_has_its_action(void **state)
{
	(void)state;
	for (int s = 0; s < FAMILY_STATE_COUNT; s++)
		for (int e = 0; e < REFRESH_EVENT_COUNT; e++)
			assert_int_equal(refresh_action_of((enum refresh_family_state)s, (enum refresh_event)e), wanted[s][e]);
}

static void events_follow_number_secret_and_time(void **state)
{
	static const struct {
		const char *name;
		uint64_t presented, current;
		bool fits;
		int64_t grace_ms, now_ms;
		enum refresh_event want;
	} rows[] = {
		{ "the current one", 5, 5, true, 30000, 1000, PRESENTED_CURRENT },
		{ "the current number, wrong secret", 5, 5, false, 30000, 1000, PRESENTED_OTHER },
		{ "previous, at once", 4, 5, true, 30000, 1000, PRESENTED_PREVIOUS_IN_GRACE },
		{ "previous, at the end of grace", 4, 5, true, 30000, 31000, PRESENTED_PREVIOUS_IN_GRACE },
		{ "previous, one millisecond late", 4, 5, true, 30000, 31001, PRESENTED_PREVIOUS_LATE },
		{ "previous, no grace", 4, 5, true, 0, 1000, PRESENTED_PREVIOUS_LATE },
		{ "two behind", 3, 5, true, 30000, 1000, PRESENTED_OTHER },
		{ "from the future", 6, 5, true, 30000, 1000, PRESENTED_OTHER },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct refresh_times times = { .previous_spent_at = { 1000 }, .grace_ms = rows[i].grace_ms };
		struct instant now = { rows[i].now_ms };
		assert_int_equal(refresh_event_of(&times, rows[i].presented, rows[i].current, rows[i].fits, now), rows[i].want);
	}
}

static void a_family_ends_at_the_earlier_of_two_times(void **state)
{
	struct refresh_times times = { .idle_until = { 100 }, .ends_at = { 200 } };

	(void)state;
	assert_int_equal(refresh_state_of(&times, (struct instant){ 99 }), FAMILY_LIVE);
	assert_int_equal(refresh_state_of(&times, (struct instant){ 100 }), FAMILY_ENDED);
	times.idle_until.ms = 300;
	assert_int_equal(refresh_state_of(&times, (struct instant){ 199 }), FAMILY_LIVE);
	assert_int_equal(refresh_state_of(&times, (struct instant){ 200 }), FAMILY_ENDED);
	times.revoked = true;
	assert_int_equal(refresh_state_of(&times, (struct instant){ 50 }), FAMILY_REVOKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_has_its_action),
		cmocka_unit_test(events_follow_number_secret_and_time),
		cmocka_unit_test(a_family_ends_at_the_earlier_of_two_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
