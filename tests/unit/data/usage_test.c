/* Service-protection limits: a slow count over the window agrees; who asks while barred waits longer; a table that is full forgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/usage.h"

enum { WINDOW_MS = USAGE_WINDOW_S * 1000 };

static void requests_are_counted_over_the_window(void **state)
{
	const struct usage_limits limits = { 10, 0 };
	struct usage *u;
	int64_t retry = 0;
	(void)state;
	assert_false(failed(usage_new(&limits, &u)));
	for (int i = 0; i < 10; i++)
		assert_int_equal(usage_begin(u, 7, 1000000 + i * 1000, &retry), USAGE_FITS);
	assert_int_equal(usage_begin(u, 7, 1010000, &retry), USAGE_TOO_MANY);
	assert_in_range(retry, 280, 300);
	assert_int_equal(usage_begin(u, 8, 1010000, &retry), USAGE_FITS); /* another's count is another's */
	int64_t at = 1010000 + retry * 1000;
	assert_int_equal(usage_begin(u, 7, at, &retry), USAGE_FITS);
	usage_free(u);
}

static void time_is_counted_too(void **state)
{
	const struct usage_limits limits = { 0, 2 };
	struct usage *u;
	int64_t retry = 0;
	(void)state;
	assert_false(failed(usage_new(&limits, &u)));
	assert_int_equal(usage_begin(u, 7, 50000, &retry), USAGE_FITS);
	usage_charge(u, 7, 51000, 1999);
	assert_int_equal(usage_begin(u, 7, 52000, &retry), USAGE_FITS);
	usage_charge(u, 7, 53000, 1);
	assert_int_equal(usage_begin(u, 7, 54000, &retry), USAGE_TOO_LONG);
	assert_int_equal(usage_begin(u, 7, 54000 + retry * 1000, &retry), USAGE_FITS);
	usage_free(u);
}

static void asking_while_barred_puts_it_off(void **state)
{
	const struct usage_limits limits = { 1, 0 };
	struct usage *u;
	int64_t first = 0, retry = 0;
	(void)state;
	assert_false(failed(usage_new(&limits, &u)));
	assert_int_equal(usage_begin(u, 7, 0, &retry), USAGE_FITS);
	assert_int_equal(usage_begin(u, 7, 100000, &first), USAGE_TOO_MANY);
	assert_int_equal(usage_begin(u, 7, 100000, &retry), USAGE_TOO_MANY);
	assert_int_equal(retry, first + 5);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(usage_begin(u, 7, 100000, &retry), USAGE_TOO_MANY);
	assert_int_equal(retry, USAGE_WINDOW_S);
	assert_int_equal(usage_begin(u, 7, 100000 + WINDOW_MS, &retry), USAGE_FITS);
	usage_free(u);
}

/* Never more than the limit within a window, nor refused (once the bar has passed) while the last 310 s held fewer. */
static void a_slow_count_agrees(void **state)
{
	enum { LIMIT = 40, EVENTS = 20000 };
	const struct usage_limits limits = { LIMIT, 0 };
	static int64_t taken[EVENTS];
	struct usage *u;
	int64_t now = 0, retry = 0, barred_until = 0;
	size_t n = 0;
	uint64_t seed = 88172645463325252u;
	(void)state;
	assert_false(failed(usage_new(&limits, &u)));
	for (int i = 0; i < EVENTS; i++) {
		size_t within = 0, about = 0;
		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		now += (int64_t)(seed % 12000);
		for (size_t k = 0; k < n; k++) {
			within += taken[k] > now - WINDOW_MS + 10000;
			about += taken[k] > now - WINDOW_MS - 10000;
		}
		if (usage_begin(u, 3, now, &retry) == USAGE_FITS) {
			assert_true(within < LIMIT);
			assert_true(now >= barred_until);
			taken[n++] = now;
		} else {
			assert_true(now < barred_until + 999 || about >= LIMIT);
			barred_until = now + retry * 1000 - 999; /* the answer is rounded up to seconds */
		}
	}
	assert_true(n > 500);
	usage_free(u);
}

static void a_full_table_forgets_the_oldest(void **state)
{
	const struct usage_limits limits = { 1, 0 };
	struct usage *u;
	int64_t retry = 0;
	(void)state;
	assert_false(failed(usage_new(&limits, &u)));
	for (int64_t user = 1; user <= 4 * USAGE_USERS_MAX; user++)
		assert_int_equal(usage_begin(u, user, user * 20000, &retry), USAGE_FITS);
	assert_int_equal(usage_begin(u, 4 * USAGE_USERS_MAX, 4 * USAGE_USERS_MAX * 20000ll, &retry), USAGE_TOO_MANY);
	assert_int_equal(usage_begin(u, 1, 4 * USAGE_USERS_MAX * 20000ll, &retry), USAGE_FITS);
	usage_free(u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_counted_over_the_window), cmocka_unit_test(time_is_counted_too),
		cmocka_unit_test(asking_while_barred_puts_it_off), cmocka_unit_test(a_slow_count_agrees),
		cmocka_unit_test(a_full_table_forgets_the_oldest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
