#include "base/str.h"

bool bytes_equal(bytes a, bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool str_equal_nocase(str a, str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
			return false;
	return true;
}

int str_compare(str a, str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.at, b.at, common) : 0;
	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts_with(str s, str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

bool str_ends_with(str s, str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.at + s.len - suffix.len, suffix.at, suffix.len) == 0);
}

size_t str_find(str s, str what, size_t from)
{
	if (from > s.len)
		return SIZE_MAX;
	if (what.len == 0)
		return from;
	const char *hit = memmem(s.at + from, s.len - from, what.at, what.len);
	return hit ? (size_t)(hit - s.at) : SIZE_MAX;
}

size_t str_find_char(str s, char c, size_t from)
{
	if (from >= s.len)
		return SIZE_MAX;
	const char *hit = memchr(s.at + from, c, s.len - from);
	return hit ? (size_t)(hit - s.at) : SIZE_MAX;
}

str str_slice(str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (str){ s.at ? s.at + from : NULL, to - from };
}

str str_from(str s, size_t from)
{
	return str_slice(s, from, s.len);
}

bytes bytes_slice(bytes b, size_t from, size_t to)
{
	return bytes_of_str(str_slice(str_of_bytes(b), from, to));
}

bytes bytes_from(bytes b, size_t from)
{
	return bytes_slice(b, from, b.len);
}

str str_trim(str s)
{
	while (s.len && (s.at[0] == ' ' || s.at[0] == '\t')) {
		s.at++;
		s.len--;
	}
	while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

bool str_split(str *rest, char separator, str *out_head)
{
	if (!rest->at)
		return false;
	size_t cut = str_find_char(*rest, separator, 0);
	if (cut == SIZE_MAX) {
		*out_head = *rest;
		*rest = (str){ NULL, 0 };
		return true;
	}
	*out_head = str_slice(*rest, 0, cut);
	*rest = str_from(*rest, cut + 1);
	return true;
}

bool str_to_u64(str s, uint64_t *out)
{
	uint64_t value = 0;
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.at[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

bool str_to_i64(str s, int64_t *out)
{
	bool negative = s.len && s.at[0] == '-';
	uint64_t magnitude;
	if (!str_to_u64(negative ? str_from(s, 1) : s, &magnitude))
		return false;
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}
