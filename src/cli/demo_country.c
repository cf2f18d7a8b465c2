#include "cli/demo_country.h"

#include "codec/json_read.h"

/* --- ISO 3166-1 --- */

static size_t index_of(str code)
{
	if (code.len != 2 || code.at[0] < 'A' || code.at[0] > 'Z' || code.at[1] < 'A' || code.at[1] > 'Z')
		return COUNTRY_NONE;
	return (size_t)(code.at[0] - 'A') * 26 + (size_t)(code.at[1] - 'A');
}

size_t country_of_code(const struct countries *countries, str code)
{
	size_t i = index_of(code);
	return i < COUNTRY_CODES && countries->name[i].len ? i : COUNTRY_NONE;
}

str country_code(size_t country, char to[static COUNTRY_CODE_BYTES])
{
	if (country >= COUNTRY_CODES)
		return S("");
	to[0] = (char)('A' + country / 26);
	to[1] = (char)('A' + country % 26);
	return (str){ to, COUNTRY_CODE_BYTES };
}

static err country_add(const struct json *entry, struct countries *out)
{
	str code, name;
	if (!json_member_is_str(entry, S("alpha_2"), &code) ||
	    (!json_member_is_str(entry, S("common_name"), &name) && !json_member_is_str(entry, S("name"), &name)))
		FAIL(ERR_INVALID, "a country lacks its code or its name");
	size_t i = index_of(code);
	if (i == COUNTRY_NONE || out->name[i].len || name.len == 0)
		FAIL(ERR_INVALID, "a country's code is malformed or stands twice");
	out->name[i] = name;
	return OK;
}

err countries_parse(bytes json, struct arena *arena, struct countries *out)
{
	const struct json *root;
	TRY(json_parse(json, JSON_LIMITS_DEFAULT, arena, &root, NULL));
	const struct json *list = json_member(root, S("3166-1"));
	if (!json_is(list, JSON_ARRAY) || list->count == 0)
		FAIL(ERR_INVALID, "this is no list of ISO 3166-1");
	struct countries made = { 0 };
	for (const struct json *entry = list->first; entry; entry = entry->next)
		TRY(country_add(entry, &made));
	*out = made;
	return OK;
}

/* --- addresses --- */

static bool has_digit(str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] >= '0' && word.at[i] <= '9')
			return true;
	return false;
}

/* The word that ends before *end; *end moves before it. Empty at the text's start. */
static str word_before(str text, size_t *end)
{
	while (*end && text.at[*end - 1] == ' ')
		(*end)--;
	size_t last = *end;
	while (*end && text.at[*end - 1] != ' ')
		(*end)--;
	return str_slice(text, *end, last);
}

size_t country_of_address(const struct countries *countries, str address)
{
	size_t end = address.len, found = COUNTRY_NONE;
	str word;
	while (found == COUNTRY_NONE && (word = word_before(address, &end)).len)
		found = country_of_code(countries, word);
	if (found == COUNTRY_NONE)
		return found;
	str before = word_before(address, &end);
	bool dutch = has_digit(before) && before.len >= 4; /* 1101 AL, NL-3454 PT */
	if (dutch) {
		size_t netherlands = country_of_code(countries, S("NL"));
		bool prefixed = str_starts_with(before, S("NL-"));
		if (prefixed || country_of_code(countries, word_before(address, &end)) == netherlands)
			return netherlands;
	} else if (str_equal(word, S("NA"))) {
		size_t country = country_of_code(countries, before);
		return country == COUNTRY_NONE ? found : country;
	}
	return found;
}

/* --- regions --- */

static const struct {
	const char *name, *codes;
} regions[REGION_COUNT] = {
	{ "European Union", "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK" },
	{ "Europe beyond the Union", "AD AL AX BA BY CH FO GB GG GI IM IS JE LI MC MD ME MK NO RS RU SJ SM UA VA" },
	{ "North America", "BM CA GL MX PM US" },
	{ "Latin America and the Caribbean",
	  "AG AI AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GT GY HN HT JM KN KY LC MF MQ MS NI PA PE PR PY SR SV "
	  "SX TC TT UY VC VE VG VI" },
	{ "Asia", "AF BD BN BT CN HK ID IN JP KG KH KP KR KZ LA LK MM MN MO MV MY NP PH PK SG TH TJ TL TM TW UZ VN" },
	{ "Middle East", "AE AM AZ BH GE IL IQ IR JO KW LB OM PS QA SA SY TR YE" },
	{ "Africa",
	  "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC "
	  "SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW" },
	{ "Oceania", "AS AU CC CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV VU WF WS" },
	{ "Elsewhere", "AQ BV GS HM IO TF UM" },
};

const char *region_name(size_t region)
{
	return region < REGION_COUNT ? regions[region].name : "";
}

size_t region_of_country(size_t country)
{
	for (size_t i = 0; i < REGION_COUNT; i++) {
		str rest = str_of(regions[i].codes), code;
		while (str_split(&rest, ' ', &code))
			if (index_of(code) == country)
				return i;
	}
	return REGION_ELSEWHERE;
}
