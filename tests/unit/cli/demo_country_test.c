/* Countries and addresses of the registries: rows as they stand there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/demo_country.h"
#include "host/file.h"

static const char list[] = "{\"3166-1\":[{\"alpha_2\":\"NL\",\"name\":\"Netherlands\"},{\"alpha_2\":\"HK\",\"name\":\"Hong Kong\"},"
			   "{\"alpha_2\":\"NA\",\"name\":\"Namibia\"},{\"alpha_2\":\"AL\",\"name\":\"Albania\"},"
			   "{\"alpha_2\":\"US\",\"name\":\"United States\"},{\"alpha_2\":\"CA\",\"name\":\"Canada\"},"
			   "{\"alpha_2\":\"GB\",\"name\":\"United Kingdom\"},{\"alpha_2\":\"PT\",\"name\":\"Portugal\"},"
			   "{\"alpha_2\":\"TW\",\"name\":\"Taiwan, Province of China\",\"common_name\":\"Taiwan\"}]}";

static const struct {
	const char *address, *code;
} addresses[] = {
	{ "2181 Buchanan Loop Ferndale WA US 98248", "US" },
	{ "1 State Street CA US 90210", "US" },
	{ "Road Kanata Ontario CA K2K 2E6", "CA" },
	{ "Cowley Road Cambridge GB CB4 0DS", "GB" },
	{ "Stramanweg 105B Amsterdam NL 1101 AL", "NL" },
	{ "De Meern NL NL-3454 PT", "NL" },
	{ "De Meern NL-3454 PT", "NL" },
	{ "Porto 4100 PT", "PT" }, /* four digits, but no Dutch code before them */
	{ "Eindhoven NL 5656AE", "NL" },
	{ "Shatin, N.T. HK NA", "HK" },
	{ "Chaiwan NA HK NA", "HK" },
	{ "Windhoek NA", "NA" },
	{ "Windhoek   NA   9000", "NA" },
	{ "NL", "NL" },
	{ "Hsinchu TW R.O.C.", "TW" },
	{ "nl 1101", "" },
	{ "US98248", "" },
	{ "", "" },
	{ "     ", "" },
	{ "Augustine Drive Santa Clara California  95054", "" },
};

static void the_country_is_the_last_code_outside_a_postal_code(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	struct countries countries;
	(void)state;
	assert_false(failed(countries_parse(bytes_of(list, sizeof list - 1), arena, &countries)));
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		char code[COUNTRY_CODE_BYTES];
		str got = country_code(country_of_address(&countries, str_of(addresses[i].address)), code);
		if (!str_equal(got, str_of(addresses[i].code)))
			fail_msg("%s: %.*s", addresses[i].address, STR_ARG(got));
	}
	assert_true(str_equal(countries.name[country_of_code(&countries, S("TW"))], S("Taiwan")));
	arena_free(arena);
}

static void lists_that_are_wrong_are_refused(void **state)
{
	static const char *const wrong[] = {
		"", "[]", "{}", "{\"3166-1\":[]}", "{\"3166-1\":[{}]}", "{\"3166-1\":[{\"alpha_2\":\"US\"}]}",
		"{\"3166-1\":[{\"alpha_2\":\"us\",\"name\":\"x\"}]}", "{\"3166-1\":[{\"alpha_2\":\"USA\",\"name\":\"x\"}]}",
		"{\"3166-1\":[{\"alpha_2\":\"US\",\"name\":\"x\"},{\"alpha_2\":\"US\",\"name\":\"y\"}]}",
		"{\"3166-1\":[{\"alpha_2\":\"US\",\"name\":\"\"}]}",
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct countries countries;
		if (err_kind_of(countries_parse(bytes_of_str(str_of(wrong[i])), arena, &countries)) != ERR_INVALID)
			fail_msg("%s", wrong[i]);
		arena_free(arena);
	}
}

/* The table of regions is ours: it must know each country that the system's list knows. */
static void every_country_is_in_one_region(void **state)
{
	struct arena *arena = arena_new(8 << 20);
	struct countries countries;
	bytes json;
	size_t known = 0;
	(void)state;
	if (failed(file_read("/usr/share/iso-codes/json/iso_3166-1.json", 1 << 20, arena, &json)))
		skip();
	assert_false(failed(countries_parse(json, arena, &countries)));
	for (size_t i = 0; i < COUNTRY_CODES; i++) {
		char code[COUNTRY_CODE_BYTES];
		if (countries.name[i].len == 0)
			continue;
		known++;
		if (region_of_country(i) == REGION_ELSEWHERE && !memchr("ABGHITU", country_code(i, code).at[0], 7))
			fail_msg("%.2s is in no region", code);
	}
	assert_in_range(known, 240, 260);
	assert_int_equal(region_of_country(country_of_code(&countries, S("DE"))), REGION_EU);
	assert_int_equal(region_of_country(COUNTRY_NONE), REGION_ELSEWHERE);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_country_is_the_last_code_outside_a_postal_code),
		cmocka_unit_test(lists_that_are_wrong_are_refused),
		cmocka_unit_test(every_country_is_in_one_region),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
