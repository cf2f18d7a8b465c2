#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/value.h"

static const struct {
	const char *in;
	uint8_t precision;
	bool ok;
	int64_t want;
	bool inexact;
	const char *back;
} rows[] = {
	{ "0", 0, true, 0, false, "0" },
	{ "12.34", 2, true, 1234, false, "12.34" },
	{ "-12.3", 2, true, -1230, false, "-12.30" },
	{ "0.005", 2, true, 1, true, "0.01" },
	{ "0.004", 2, true, 0, true, "0.00" },
	{ "-0.005", 2, true, -1, true, "-0.01" },
	{ "1.500", 2, true, 150, false, "1.50" },
	{ "9223372036854775807", 0, true, INT64_MAX, false, "9223372036854775807" },
	{ "9223372036854775808", 0, false, 0, false, NULL },
	{ "92233720368547758.07", 2, true, INT64_MAX, false, "92233720368547758.07" },
	{ "92233720368547758.08", 2, false, 0, false, NULL },
	{ "92233720368547758.075", 2, false, 0, false, NULL },
	{ "-0.07", 2, true, -7, false, "-0.07" },
	{ "", 2, false, 0, false, NULL },
	{ "-", 2, false, 0, false, NULL },
	{ "1.", 2, false, 0, false, NULL },
	{ ".5", 2, false, 0, false, NULL },
	{ "1e3", 2, false, 0, false, NULL },
	{ "1.2.3", 2, false, 0, false, NULL },
	{ "1.234x", 2, false, 0, false, NULL },
	{ "+1", 2, false, 0, false, NULL },
};

static void decimals_keep_their_digits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t v = 0;
		bool inexact = false;
		char text[32];
		if (decimal_parse(str_of(rows[i].in), rows[i].precision, &v, &inexact) != rows[i].ok)
			fail_msg("%s", rows[i].in);
		if (!rows[i].ok)
			continue;
		assert_int_equal(v, rows[i].want);
		assert_int_equal(inexact, rows[i].inexact);
		size_t n = decimal_format(v, rows[i].precision, text);
		assert_string_equal(text, rows[i].back);
		assert_int_equal(n, strlen(text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(decimals_keep_their_digits) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
