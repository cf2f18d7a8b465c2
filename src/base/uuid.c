#include "base/uuid.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

err uuid_parse(str text, struct uuid *out)
{
	struct uuid u = { 0 };
	size_t digit = 0;
	if (text.len != UUID_TEXT_LEN)
		FAIL(ERR_INVALID, "a GUID has 36 characters");
	for (size_t i = 0; i < UUID_TEXT_LEN; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text.at[i] != '-')
				FAIL(ERR_INVALID, "GUID without its hyphens");
			continue;
		}
		int value = hex_value(text.at[i]);
		if (value < 0)
			FAIL(ERR_INVALID, "GUID with a character that is not hexadecimal");
		u.b[digit / 2] = (uint8_t)(u.b[digit / 2] << 4 | value);
		digit++;
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
