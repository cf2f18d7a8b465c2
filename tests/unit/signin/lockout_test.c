/* Smart lockout: threshold, growth, bound, and repeats that do not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "signin/lockout.h"

static bool fail_with(struct lockout *l, uint8_t which, int64_t now_ms)
{
	uint8_t digest[LOCKOUT_DIGEST_BYTES] = { which, 1 };
	return lockout_fail(l, digest, (struct instant){ now_ms });
}

static void the_tenth_failure_locks_for_a_minute(void **state)
{
	struct lockout l = { 0 };

	(void)state;
	for (uint8_t i = 0; i < LOCKOUT_THRESHOLD - 1; i++)
		assert_true(fail_with(&l, i, 0));
	assert_false(lockout_is_locked(&l, (struct instant){ 0 }));
	assert_true(fail_with(&l, 99, 0));
	assert_true(lockout_is_locked(&l, (struct instant){ 59999 }));
	assert_false(lockout_is_locked(&l, (struct instant){ 60000 }));
}

static void each_further_failure_doubles_up_to_four_hours(void **state)
{
	static const int64_t want_ms[] = { 60000, 120000, 240000, 480000, 960000, 1920000, 3840000, 7680000, 14400000, 14400000 };
	struct lockout l = { 0 };

	(void)state;
	for (uint8_t i = 0; i < LOCKOUT_THRESHOLD - 1; i++)
		assert_true(fail_with(&l, i, 0));
	for (size_t i = 0; i < COUNT_OF(want_ms); i++) {
		assert_true(fail_with(&l, (uint8_t)(100 + i), 0));
		assert_int_equal(l.locked_until.ms, want_ms[i]);
	}
}

static void one_of_the_last_three_wrong_passwords_does_not_count_again(void **state)
{
	struct lockout l = { 0 };

	(void)state;
	assert_true(fail_with(&l, 1, 0));
	assert_true(fail_with(&l, 2, 0));
	assert_true(fail_with(&l, 3, 0));
	for (int i = 0; i < 50; i++)
		assert_false(fail_with(&l, (uint8_t)(1 + i % 3), 0));
	assert_int_equal(l.failures, 3);
	assert_true(fail_with(&l, 4, 0)); /* 1 is forgotten now */
	assert_true(fail_with(&l, 1, 0));
	lockout_clear(&l);
	assert_int_equal(l.failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tenth_failure_locks_for_a_minute),
		cmocka_unit_test(each_further_failure_doubles_up_to_four_hours),
		cmocka_unit_test(one_of_the_last_three_wrong_passwords_does_not_count_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
