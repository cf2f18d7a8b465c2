#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/prefer.h"

static const struct {
	const char *header;
	int64_t page;
	bool representation, formatted, lookup, all;
} rows[] = {
	{ "", 0, false, false, false, false },
	{ "odata.maxpagesize=50", 50, false, false, false, false },
	{ "odata.maxpagesize=99999", 5000, false, false, false, false },
	{ "odata.maxpagesize=0", 0, false, false, false, false },
	{ "odata.maxpagesize=x", 0, false, false, false, false },
	{ "return=representation", 0, true, false, false, false },
	{ "return=minimal", 0, false, false, false, false },
	{ "respond-async, return=representation,odata.maxpagesize = 7", 7, true, false, false, false },
	{ "odata.include-annotations=\"*\"", 0, false, true, true, true },
	{ "odata.include-annotations=\"OData.Community.Display.V1.FormattedValue\"", 0, false, true, false, false },
	{ "odata.include-annotations=\"Microsoft.Dynamics.CRM.*\"", 0, false, false, true, false },
	{ "odata.include-annotations=\"OData.*,Microsoft.Dynamics.CRM.lookuplogicalname\",odata.maxpagesize=3", 3, false, true, true, false },
	{ "odata.include-annotations=\"unfinished, odata.maxpagesize=3", 0, false, false, false, false },
	{ ",,;=,\"", 0, false, false, false, false },
};

static void preferences_are_read_and_others_ignored(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct prefer p = { 0 };
		prefer_parse(str_of(rows[i].header), &p);
		if (p.page_size_max != rows[i].page || p.representation != rows[i].representation ||
		    p.formatted != rows[i].formatted || p.lookup_names != rows[i].lookup || p.all_annotations != rows[i].all)
			fail_msg("%s", rows[i].header);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(preferences_are_read_and_others_ignored) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
