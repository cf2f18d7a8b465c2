/* base/str.h - borrowed views of text and octets.
 *
 * A `str` is text, a `bytes` is octets; neither is NUL-terminated, neither owns what it points to. Both are
 * passed by value. A zeroed one is empty. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"

typedef struct {
	const char *at;
	size_t len;
} str;

typedef struct {
	const uint8_t *at;
	size_t len;
} bytes;

/* A str from a string literal. */
#define S(literal_) ((str){ (literal_), sizeof(literal_) - 1 })
/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s_) (int)(s_).len, ((s_).at ? (s_).at : "")

static inline str str_of(const char *nul_terminated)
{
	return (str){ nul_terminated, nul_terminated ? strlen(nul_terminated) : 0 };
}

static inline bytes bytes_of(const void *at, size_t len)
{
	return (bytes){ at, len };
}

static inline bytes bytes_of_str(str s)
{
	return (bytes){ (const uint8_t *)s.at, s.len };
}

static inline str str_of_bytes(bytes b)
{
	return (str){ (const char *)b.at, b.len };
}

static inline bool str_is_empty(str s)
{
	return s.len == 0;
}

/* Octet for octet. Not for secrets: see crypto/secret.h. */
static inline bool str_equal(str a, str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}
bool bytes_equal(bytes a, bytes b);
/* ASCII letters compare without case; all other octets exactly. */
bool str_equal_nocase(str a, str b);
/* <0, 0, >0 as memcmp, shorter first. */
int str_compare(str a, str b);
bool str_starts_with(str s, str prefix);
bool str_ends_with(str s, str suffix);
/* Index of the first occurrence at or after `from`, or SIZE_MAX. */
size_t str_find(str s, str what, size_t from);
size_t str_find_char(str s, char c, size_t from);
/* From `from` to before `to`; both are clamped to the length. */
str str_slice(str s, size_t from, size_t to);
str str_from(str s, size_t from);
bytes bytes_from(bytes b, size_t from);
bytes bytes_slice(bytes b, size_t from, size_t to);
/* Without leading and trailing space and tab. */
str str_trim(str s);

/* Splits at `separator`: sets *out_head to what stands before it and *rest to what stands after it. False when
 * *rest was exhausted before the call (a null `at`): `while (str_split(&rest, ',', &item))` visits every item,
 * empty ones too. An empty but non-null str yields one empty item. */
bool str_split(str *rest, char separator, str *out_head);

/* Decimal digits only, no sign, no blanks; false on overflow or anything else. */
bool str_to_u64(str s, uint64_t *out);
/* The same with an optional '-'. */
bool str_to_i64(str s, int64_t *out);

static inline char ascii_lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char)(c + ('a' - 'A')) : c;
}

#endif
