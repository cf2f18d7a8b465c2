#include "codec/base64.h"

static const char alphabet_url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char alphabet_std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(const char *alphabet, bytes in, char *out)
{
	size_t i = 0;
	for (; i + 2 < in.len; i += 3) {
		uint32_t group = (uint32_t)in.at[i] << 16 | (uint32_t)in.at[i + 1] << 8 | in.at[i + 2];
		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		*out++ = alphabet[group >> 6 & 63];
		*out++ = alphabet[group & 63];
	}
	if (in.len - i == 1) {
		*out++ = alphabet[in.at[i] >> 2];
		*out++ = alphabet[(in.at[i] & 3) << 4];
	} else if (in.len - i == 2) {
		*out++ = alphabet[in.at[i] >> 2];
		*out++ = alphabet[(in.at[i] & 3) << 4 | in.at[i + 1] >> 4];
		*out++ = alphabet[(in.at[i + 1] & 15) << 2];
	}
}

static size_t padding_of(size_t n)
{
	return n % 3 ? 3 - n % 3 : 0;
}

void base64url_write(struct buffer *b, bytes octets)
{
	size_t len = base64url_len(octets.len);
	uint8_t *at = buffer_reserve(b, len);
	if (!at)
		return;
	encode(alphabet_url, octets, (char *)at);
	b->len += len;
}

void base64_write(struct buffer *b, bytes octets)
{
	size_t len = base64url_len(octets.len);
	uint8_t *at = buffer_reserve(b, len);
	if (!at)
		return;
	encode(alphabet_std, octets, (char *)at);
	b->len += len;
	for (size_t i = 0; i < padding_of(octets.len); i++)
		buffer_append_char(b, '=');
}

str base64url_text(struct arena *arena, bytes octets)
{
	size_t len = base64url_len(octets.len);
	char *at = arena_alloc(arena, len + 1);
	if (at)
		encode(alphabet_url, octets, at);
	return at ? (str){ at, len } : (str){ NULL, 0 };
}

str base64_text(struct arena *arena, bytes octets)
{
	size_t len = base64url_len(octets.len), padding = padding_of(octets.len);
	char *at = arena_alloc(arena, len + padding + 1);
	if (!at)
		return (str){ NULL, 0 };
	encode(alphabet_std, octets, at);
	memset(at + len, '=', padding);
	return (str){ at, len + padding };
}

static int value_of(const char *alphabet, char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == alphabet[62] ? 62 : c == alphabet[63] ? 63 : -1;
}

static err decode(const char *alphabet, str text, struct arena *arena, bytes *out)
{
	if (text.len % 4 == 1)
		FAIL(ERR_INVALID, "base64 of an impossible length");
	size_t len = text.len / 4 * 3 + (text.len % 4 ? text.len % 4 - 1 : 0);
	uint8_t *at = arena_alloc(arena, len + 1);
	TRY_NEW(at);
	uint32_t bits = 0, count = 0;
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++) {
		int value = value_of(alphabet, text.at[i]);
		if (value < 0)
			FAIL(ERR_INVALID, "base64 with a character outside its alphabet");
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			at[n++] = (uint8_t)(bits >> count);
			bits &= (1u << count) - 1;
		}
	}
	if (bits != 0)
		FAIL(ERR_INVALID, "base64 whose unused bits are not zero");
	*out = (bytes){ at, n };
	return OK;
}

err base64url_parse(str text, struct arena *arena, bytes *out)
{
	return decode(alphabet_url, text, arena, out);
}

err base64_parse(str text, struct arena *arena, bytes *out)
{
	if (text.len % 4 != 0)
		FAIL(ERR_INVALID, "base64 without its padding");
	for (int i = 0; i < 2 && text.len && text.at[text.len - 1] == '='; i++)
		text.len--;
	return decode(alphabet_std, text, arena, out);
}
