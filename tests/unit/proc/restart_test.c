/* Every end of a process and what follows from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "base/str.h"
#include "proc/restart.h"

#define S_NS INT64_C(1000000000)
#define MS_NS INT64_C(1000000)

/* One end: who needed the process, how it ended, and what must follow. */
static const struct {
	const char *name;
	uint32_t failures_before;
	int64_t since_failure_ns;
	struct restart_end end;
	enum restart_action want;
	uint32_t want_failures;
	int64_t want_wait_ns;
} ends[] = {
	/* name                                     before  since        asked  needed  served        action          failures wait */
	{ "told to stop, not needed",               0, 0,           { true,  false, 9 * S_NS }, RESTART_FORGET, 0, 0 },
	{ "told to stop, wanted again",             0, 0,           { true,  true,  9 * S_NS }, RESTART_START,  0, 0 },
	{ "told to stop before it was ready",       2, S_NS,        { true,  false, 0 },        RESTART_FORGET, 0, 0 },
	{ "killed after long service, needed",      2, S_NS,        { false, true,  2 * S_NS }, RESTART_START,  0, 0 },
	{ "killed after long service, not needed",  0, 0,           { false, false, 2 * S_NS }, RESTART_FORGET, 0, 0 },
	{ "first failure at the start, needed",     0, 0,           { false, true,  0 },        RESTART_START,  1, 50 * MS_NS },
	{ "first failure at the start, not needed", 0, 0,           { false, false, 0 },        RESTART_REST,   1, 50 * MS_NS },
	{ "a moment short of service is a failure", 0, 0,           { false, true,  2 * S_NS - 1 }, RESTART_START, 1, 50 * MS_NS },
	{ "second failure",                         1, S_NS,        { false, true,  0 },        RESTART_START,  2, 100 * MS_NS },
	{ "third failure, needed",                  2, S_NS,        { false, true,  0 },        RESTART_REFUSE, 3, 200 * MS_NS },
	{ "third failure, not needed",              2, S_NS,        { false, false, 0 },        RESTART_REFUSE, 3, 200 * MS_NS },
	{ "third failure, the window just open",    2, 60 * S_NS - 1, { false, true, 0 },       RESTART_REFUSE, 3, 200 * MS_NS },
	{ "third failure, the window passed",       2, 60 * S_NS,   { false, true,  0 },        RESTART_START,  1, 50 * MS_NS },
	{ "eighth failure",                         7, S_NS,        { false, true,  0 },        RESTART_REFUSE, 8, 6400 * MS_NS },
	{ "the wait is bounded",                    8, S_NS,        { false, true,  0 },        RESTART_REFUSE, 9, 10 * S_NS },
	{ "and stays so",                           4000000000, S_NS, { false, true, 0 },       RESTART_REFUSE, 4000000001, 10 * S_NS },
};

static void every_end_has_its_action(void **state)
{
	const int64_t now = 1000 * S_NS;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		struct restart r = { ends[i].failures_before, now - ends[i].since_failure_ns, 0 };
		enum restart_action got = restart_ended(&r, &ends[i].end, now);
		if (got != ends[i].want || r.failures != ends[i].want_failures || r.not_before_ns - now != ends[i].want_wait_ns)
			fail_msg("%s: action %d, %u failures, wait %lld ns", ends[i].name, got, r.failures,
				 (long long)(r.not_before_ns - now));
	}
}

static const struct {
	const char *name;
	struct restart restart;
	int64_t now_ns;
	enum restart_action want;
	bool failing;
} wishes[] = {
	{ "never failed",                    { 0, 0, 0 },                                  9 * S_NS,             RESTART_START,  false },
	{ "two failures",                    { 2, 100 * S_NS, 100 * S_NS + 100 * MS_NS },  100 * S_NS,           RESTART_START,  false },
	{ "three, before the next try",      { 3, 100 * S_NS, 100 * S_NS + 200 * MS_NS },  100 * S_NS,           RESTART_REFUSE, true },
	{ "three, a moment before",          { 3, 100 * S_NS, 101 * S_NS },                101 * S_NS - 1,       RESTART_REFUSE, true },
	{ "three, when the next try is due", { 3, 100 * S_NS, 101 * S_NS },                101 * S_NS,           RESTART_START,  true },
	{ "three, long ago",                 { 3, 100 * S_NS, 999 * S_NS },                160 * S_NS,           RESTART_START,  false },
};

static void every_wish_has_its_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wishes); i++) {
		struct restart r = wishes[i].restart;
		enum restart_action got = restart_wanted(&r, wishes[i].now_ns);
		if (got != wishes[i].want || restart_is_failing(&r, 0, wishes[i].now_ns) != wishes[i].failing)
			fail_msg("%s: action %d", wishes[i].name, got);
	}
}

/* However often it fails and whoever asks, a start comes within RESTART_WAIT_MAX_NS and not without a wait. */
static void a_process_that_always_fails_is_tried_at_a_bounded_rate(void **state)
{
	struct restart r = { 0 };
	struct restart_end end = { .needed = true };
	int64_t now = 0;
	int starts = 0;
	(void)state;
	for (; now < 600 * S_NS; now += 10 * MS_NS) {
		if (restart_wanted(&r, now) != RESTART_START || now < r.not_before_ns)
			continue;
		starts++;
		restart_ended(&r, &end, now);
		assert_true(r.not_before_ns > now && r.not_before_ns - now <= RESTART_WAIT_MAX_NS);
	}
	assert_in_range(starts, 60, 70);
}

static void service_ends_the_count(void **state)
{
	struct restart r = { 5, 100 * S_NS, 101 * S_NS };
	(void)state;
	assert_int_equal(restart_failures(&r, 0, 101 * S_NS), 5);
	assert_int_equal(restart_failures(&r, RESTART_SERVED_NS - 1, 101 * S_NS), 5);
	assert_int_equal(restart_failures(&r, RESTART_SERVED_NS, 101 * S_NS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_end_has_its_action),
		cmocka_unit_test(every_wish_has_its_answer),
		cmocka_unit_test(a_process_that_always_fails_is_tried_at_a_bounded_rate),
		cmocka_unit_test(service_ends_the_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
