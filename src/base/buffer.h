/* base/buffer.h - octets that grow, up to a bound.
 *
 * Sticky: after a failed append (bound reached, no memory) `failed` stays set and further appends do nothing, so
 * a writer appends everything and judges once at the end. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/attr.h"
#include "base/str.h"

struct buffer {
	uint8_t *at;
	size_t len, capacity, len_max;
	bool failed;
};

/* Fills caller's storage; nothing is allocated yet. */
NONNULL void buffer_init(struct buffer *b, size_t len_max);
/* Wipes and frees. Accepts a zeroed value. */
NONNULL void buffer_release(struct buffer *b);
/* Keeps the memory. */
NONNULL void buffer_clear(struct buffer *b);
/* Room for n more octets after `len`, or null (then `failed` is set). Commit with b->len += n. */
NONNULL uint8_t *buffer_reserve(struct buffer *b, size_t n);
NONNULL void buffer_append(struct buffer *b, bytes octets);
NONNULL void buffer_append_str(struct buffer *b, str s);
/* Inline, as most of what is written is punctuation. */
static inline NONNULL void buffer_append_char(struct buffer *b, char c)
{
	uint8_t *at = b->failed || b->len >= b->capacity || b->len >= b->len_max ? buffer_reserve(b, 1) : b->at + b->len;
	if (!at)
		return;
	*at = (uint8_t)c;
	b->len++;
}
/* In decimal digits. */
NONNULL void buffer_append_i64(struct buffer *b, int64_t value);
NONNULL PRINTF_LIKE(2, 3) void buffer_append_format(struct buffer *b, const char *format, ...);
/* Forgets the first n octets. */
NONNULL void buffer_consume(struct buffer *b, size_t n);

static inline bytes buffer_bytes(const struct buffer *b)
{
	return (bytes){ b->at, b->len };
}

static inline str buffer_str(const struct buffer *b)
{
	return (str){ (const char *)b->at, b->len };
}

#endif
