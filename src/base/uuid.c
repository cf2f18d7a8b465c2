#include "base/uuid.h"

/* The digit's value and one: 0 is no digit. */
static const uint8_t hex_digits[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

err uuid_parse(str text, struct uuid *out)
{
	static const uint8_t at[16] = { 0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34 }; /* where each octet stands */
	struct uuid u = { 0 };
	if (text.len != UUID_TEXT_LEN)
		FAIL(ERR_INVALID, "a GUID has 36 characters");
	if (text.at[8] != '-' || text.at[13] != '-' || text.at[18] != '-' || text.at[23] != '-')
		FAIL(ERR_INVALID, "GUID without its hyphens");
	for (size_t i = 0; i < sizeof u.b; i++) {
		uint8_t high = hex_digits[(uint8_t)text.at[at[i]]], low = hex_digits[(uint8_t)text.at[at[i] + 1]];
		if (!high || !low)
			FAIL(ERR_INVALID, "GUID with a character that is not hexadecimal");
		u.b[i] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	*out = u;
	return OK;
}

void uuid_format(const struct uuid *u, char out[static UUID_TEXT_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	char *at = out;
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = digits[u->b[i] >> 4];
		*at++ = digits[u->b[i] & 15];
	}
	*at = '\0';
}

str uuid_text(struct arena *arena, const struct uuid *u)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(u, text);
	return str_copy(arena, (str){ text, UUID_TEXT_LEN });
}

bool uuid_is_nil(const struct uuid *u)
{
	static const struct uuid nil = { { 0 } };
	return uuid_equal(u, &nil);
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

struct uuid uuid_v4_from(const uint8_t random[static 16])
{
	struct uuid u;
	memcpy(u.b, random, sizeof u.b);
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x40);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}

struct uuid uuid_v7_from(const uint8_t random[static 16], int64_t unix_ms)
{
	struct uuid u = uuid_v4_from(random);
	for (size_t i = 0; i < 6; i++)
		u.b[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x70);
	return u;
}
