#include "codec/url.h"

#include "codec/utf8.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

err url_decode(str raw, bool plus_is_space, struct arena *arena, str *out)
{
	char *at = arena_alloc(arena, raw.len + 1);
	TRY_NEW(at);
	size_t n = 0;
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.at[i];
		if (c == '+' && plus_is_space) {
			c = ' ';
		} else if (c == '%') {
			if (raw.len - i < 3 || digit_value(raw.at[i + 1]) < 0 ||
			    digit_value(raw.at[i + 2]) < 0)
				FAIL(ERR_INVALID, "'%' without two hexadecimal digits");
			c = (char)(digit_value(raw.at[i + 1]) << 4 | digit_value(raw.at[i + 2]));
			i += 2;
		}
		if (c == '\0')
			FAIL(ERR_INVALID, "NUL in a URL");
		at[n++] = c;
	}
	str decoded = { at, n };
	if (!utf8_is_valid(decoded))
		FAIL(ERR_INVALID, "URL that is not UTF-8");
	*out = decoded;
	return OK;
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_' || c == '~';
}

static size_t encode(str s, char *out)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.at[i];
		if (is_unreserved((char)c)) {
			out[n++] = (char)c;
		} else {
			out[n++] = '%';
			out[n++] = digits[c >> 4];
			out[n++] = digits[c & 15];
		}
	}
	return n;
}

void url_encode_write(struct buffer *b, str s)
{
	uint8_t *at = buffer_reserve(b, s.len * 3);
	if (at)
		b->len += encode(s, (char *)at);
}

str url_encode(struct arena *arena, str s)
{
	char *at = arena_alloc(arena, s.len * 3 + 1);
	return at ? (str){ at, encode(s, at) } : (str){ NULL, 0 };
}

err url_params_parse(str raw, size_t count_max, struct arena *arena, struct url_params *out)
{
	struct url_params params = { 0 };
	size_t pieces = 1;
	for (size_t i = 0; i < raw.len; i++)
		pieces += raw.at[i] == '&';
	if (pieces > count_max)
		FAIL(ERR_LIMIT, "too many parameters");
	params.items = NEW_ARRAY(arena, struct url_param, pieces);
	TRY_NEW(params.items);
	str piece;
	while (str_split(&raw, '&', &piece)) {
		if (piece.len == 0)
			continue;
		size_t cut = str_find_char(piece, '=', 0);
		str name = cut == SIZE_MAX ? piece : str_slice(piece, 0, cut);
		str value = cut == SIZE_MAX ? S("") : str_from(piece, cut + 1);
		struct url_param *item = &params.items[params.count];
		TRY(url_decode(name, true, arena, &item->name));
		TRY(url_decode(value, true, arena, &item->value));
		params.count++;
	}
	*out = params;
	return OK;
}

bool url_param_find(const struct url_params *params, str name, str *out)
{
	for (size_t i = 0; i < params->count; i++) {
		if (str_equal(params->items[i].name, name)) {
			*out = params->items[i].value;
			return true;
		}
	}
	return false;
}

size_t url_param_count(const struct url_params *params, str name)
{
	size_t count = 0;
	for (size_t i = 0; i < params->count; i++)
		count += str_equal(params->items[i].name, name);
	return count;
}

err url_params_without(const struct url_params *params, str name, struct arena *arena, struct url_params *out)
{
	struct url_params in = *params;
	*out = (struct url_params){ .items = NEW_ARRAY(arena, struct url_param, in.count) };
	TRY_NEW(out->items);
	for (size_t i = 0; i < in.count; i++)
		if (!str_equal(in.items[i].name, name))
			out->items[out->count++] = in.items[i];
	return OK;
}

static bool scheme_is_valid(str s)
{
	if (s.len == 0 || ascii_lower(s.at[0]) < 'a' || ascii_lower(s.at[0]) > 'z')
		return false;
	for (size_t i = 1; i < s.len; i++) {
		char c = ascii_lower(s.at[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.')
			return false;
	}
	return true;
}

static err split_authority(struct url *url)
{
	str a = url->authority;
	if (str_find_char(a, '@', 0) != SIZE_MAX)
		FAIL(ERR_INVALID, "user information in a URL");
	size_t host_end = 0;
	if (a.len && a.at[0] == '[') {
		host_end = str_find_char(a, ']', 0);
		if (host_end == SIZE_MAX)
			FAIL(ERR_INVALID, "IPv6 address without its bracket");
		host_end++;
	} else {
		host_end = str_find_char(a, ':', 0);
		if (host_end == SIZE_MAX)
			host_end = a.len;
	}
	url->host = str_slice(a, 0, host_end);
	str rest = str_from(a, host_end);
	if (rest.len) {
		uint64_t port;
		if (rest.at[0] != ':' || !str_to_u64(str_from(rest, 1), &port) || port > 65535)
			FAIL(ERR_INVALID, "not a port");
		url->port = str_from(rest, 1);
	}
	return OK;
}

err url_parse(str text, struct url *out)
{
	struct url url = { 0 };
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)text.at[i] <= 0x20 || (uint8_t)text.at[i] >= 0x7f || text.at[i] == '\\' ||
		    text.at[i] == '"' || text.at[i] == '<' || text.at[i] == '>')
			FAIL(ERR_INVALID, "character that a URL cannot hold");
	size_t colon = str_find_char(text, ':', 0);
	if (colon == SIZE_MAX || !scheme_is_valid(str_slice(text, 0, colon)))
		FAIL(ERR_INVALID, "URL without a scheme");
	url.scheme = str_slice(text, 0, colon);
	str rest = str_from(text, colon + 1);
	size_t cut = str_find_char(rest, '#', 0);
	if (cut != SIZE_MAX) {
		url.has_fragment = true;
		url.fragment = str_from(rest, cut + 1);
		rest = str_slice(rest, 0, cut);
	}
	cut = str_find_char(rest, '?', 0);
	if (cut != SIZE_MAX) {
		url.has_query = true;
		url.query = str_from(rest, cut + 1);
		rest = str_slice(rest, 0, cut);
	}
	if (str_starts_with(rest, S("//"))) {
		url.has_authority = true;
		rest = str_from(rest, 2);
		cut = str_find_char(rest, '/', 0);
		url.authority = str_slice(rest, 0, cut);
		url.path = cut == SIZE_MAX ? str_from(rest, rest.len) : str_from(rest, cut);
		TRY(split_authority(&url));
	} else {
		url.path = rest;
	}
	bool web = str_equal_nocase(url.scheme, S("https")) || str_equal_nocase(url.scheme, S("http"));
	if (web && url.host.len == 0)
		FAIL(ERR_INVALID, "URL without a host");
	*out = url;
	return OK;
}
