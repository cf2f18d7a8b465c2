/* cli/demo_country.h - which country an organisation of the IEEE registries is in, and which region a country is in.
 *
 * Source:  ISO 3166-1 in the form of Debian's iso-codes ({"3166-1":[{"alpha_2","name","common_name"?}]}); the registries write a
 *          postal address on one line, mostly ending in a two-letter code and a postal code. iso-codes knows no regions: the table of
 *          them is ours.
 * Pure:    bytes in, values out. */
#ifndef CLI_DEMO_COUNTRY_H
#define CLI_DEMO_COUNTRY_H

#include "base/arena.h"
#include "base/err.h"

enum { COUNTRY_CODES = 26 * 26, COUNTRY_NONE = COUNTRY_CODES };

/* Indexed by the two letters: 0 is AA, 1 is AB. An empty name: no such country. */
struct countries {
	str name[COUNTRY_CODES];
};

/* ERR_INVALID when the text is not such a list. Names live in the arena. */
MUST_USE NONNULL err countries_parse(bytes json, struct arena *arena, struct countries *out);
/* The index of a code in capitals, or COUNTRY_NONE. */
NONNULL size_t country_of_code(const struct countries *countries, str code);

/* The last word of the address that is a country's code, unless it belongs to a postal code ("NL 1101 AL") or says that there is
 * none ("HK NA"). COUNTRY_NONE when no word is one: an address may be empty. */
NONNULL size_t country_of_address(const struct countries *countries, str address);

/* The two letters, kept in `to`; empty for COUNTRY_NONE. */
enum { COUNTRY_CODE_BYTES = 2 };
NONNULL str country_code(size_t country, char to[static COUNTRY_CODE_BYTES]);

/* A region's name, of REGION_COUNT; the last one is for what is in no other. */
enum { REGION_COUNT = 9, REGION_EU = 0, REGION_ELSEWHERE = REGION_COUNT - 1 };
const char *region_name(size_t region);
size_t region_of_country(size_t country);

#endif
