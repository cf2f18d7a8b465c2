/* data/decimal.c - decimal text and scaled integers, exactly. */
#include <stdio.h>

#include "data/value.h"

static bool digit_append(int64_t *v, char digit)
{
	return !__builtin_mul_overflow(*v, (int64_t)10, v) && !__builtin_add_overflow(*v, (int64_t)(digit - '0'), v);
}

static size_t digits_take(str text, size_t from, int64_t *v, size_t count_max)
{
	size_t n = 0;
	while (n < count_max && from + n < text.len && text.at[from + n] >= '0' && text.at[from + n] <= '9') {
		if (!digit_append(v, text.at[from + n]))
			return SIZE_MAX;
		n++;
	}
	return n;
}

/* What stands behind the digits that are kept. False when it is not digits up to the end. */
static bool rest_round(str text, size_t at, int64_t *v, bool *out_inexact)
{
	bool up = at < text.len && text.at[at] >= '5';
	for (; at < text.len; at++) {
		if (text.at[at] < '0' || text.at[at] > '9')
			return false;
		*out_inexact |= text.at[at] != '0';
	}
	return !up || !__builtin_add_overflow(*v, (int64_t)1, v);
}

bool decimal_parse(str text, uint8_t precision, int64_t *out, bool *out_inexact)
{
	bool negative = text.len > 0 && text.at[0] == '-';
	size_t at = negative ? 1 : 0;
	int64_t v = 0;
	*out_inexact = false;
	size_t n = digits_take(text, at, &v, SIZE_MAX);
	if (n == 0 || n == SIZE_MAX)
		return false;
	at += n;
	size_t fraction = 0;
	if (at < text.len) {
		if (text.at[at] != '.' || at + 1 == text.len)
			return false;
		fraction = digits_take(text, at + 1, &v, precision);
		if (fraction == SIZE_MAX)
			return false;
		at += 1 + fraction;
	}
	for (; fraction < precision; fraction++)
		if (!digit_append(&v, '0'))
			return false;
	if (!rest_round(text, at, &v, out_inexact))
		return false;
	*out = negative ? -v : v;
	return true;
}

size_t decimal_format(int64_t scaled, uint8_t precision, char out[static 32])
{
	char digits[24];
	uint64_t magnitude = scaled < 0 ? -(uint64_t)scaled : (uint64_t)scaled;
	int n = snprintf(digits, sizeof digits, "%0*llu", precision + 1, (unsigned long long)magnitude);
	int whole = n - precision;
	int len = precision ? snprintf(out, 32, "%s%.*s.%s", scaled < 0 ? "-" : "", whole, digits, digits + whole)
			    : snprintf(out, 32, "%s%s", scaled < 0 ? "-" : "", digits);
	return (size_t)len;
}
