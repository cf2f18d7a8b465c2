#include "codec/hex.h"

void hex_format(bytes octets, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < octets.len; i++) {
		*out++ = digits[octets.at[i] >> 4];
		*out++ = digits[octets.at[i] & 15];
	}
	*out = '\0';
}

str hex_text(struct arena *arena, bytes octets)
{
	char *at = arena_alloc(arena, octets.len * 2 + 1);
	if (!at)
		return (str){ NULL, 0 };
	hex_format(octets, at);
	return (str){ at, octets.len * 2 };
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

err hex_parse(str text, uint8_t *out, size_t len)
{
	if (text.len != len * 2)
		FAIL(ERR_INVALID, "hexadecimal of the wrong length");
	for (size_t i = 0; i < len; i++)
		if (digit_value(text.at[2 * i]) < 0 || digit_value(text.at[2 * i + 1]) < 0)
			FAIL(ERR_INVALID, "character that is not hexadecimal");
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(digit_value(text.at[2 * i]) << 4 | digit_value(text.at[2 * i + 1]));
	return OK;
}
