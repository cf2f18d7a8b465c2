/* Whatever the address: the answer is none or a country that stands in it as a word, or the Netherlands by their postal code. */
#include <stdlib.h>

#include "cli/demo_country.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct countries *countries = calloc(1, sizeof *countries);
	char code[COUNTRY_CODE_BYTES];
	if (!countries)
		abort();
	for (size_t i = 0; i < COUNTRY_CODES; i += 1 + i % 3)
		countries->name[i] = S("a country");
	countries->name[(size_t)('N' - 'A') * 26 + (size_t)('L' - 'A')] = S("Netherlands");
	str address = { (const char *)data, size };
	size_t found = country_of_address(countries, address);
	if (found > COUNTRY_NONE || (found < COUNTRY_NONE && countries->name[found].len == 0))
		abort();
	if (found < COUNTRY_NONE && str_find(address, country_code(found, code), 0) == SIZE_MAX)
		abort();
	free(countries);
	return 0;
}
