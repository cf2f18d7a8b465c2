/* codec/reader.h - sticky reading of binary formats.
 *
 * Read everything, judge once: after the first read past the end `bad` is set and every further read answers
 * zero. Integers are big-endian (network order) unless the name ends in _le. Nothing is copied. */
#ifndef CODEC_READER_H
#define CODEC_READER_H

#include "base/str.h"

struct reader {
	bytes rest;
	bool bad;
};

static inline struct reader reader_of(bytes raw)
{
	return (struct reader){ raw, false };
}

/* The next n octets as a view; empty and bad when there are fewer. */
static inline bytes read_bytes(struct reader *r, size_t n)
{
	if (r->bad || n > r->rest.len) {
		r->bad = true;
		return (bytes){ NULL, 0 };
	}
	bytes taken = { r->rest.at, n };
	r->rest = bytes_from(r->rest, n);
	return taken;
}

static inline uint64_t read_uint(struct reader *r, size_t width)
{
	bytes raw = read_bytes(r, width);
	uint64_t value = 0;
	for (size_t i = 0; i < raw.len; i++)
		value = value << 8 | raw.at[i];
	return value;
}

static inline uint8_t read_u8(struct reader *r)
{
	return (uint8_t)read_uint(r, 1);
}

static inline uint16_t read_u16(struct reader *r)
{
	return (uint16_t)read_uint(r, 2);
}

static inline uint32_t read_u32(struct reader *r)
{
	return (uint32_t)read_uint(r, 4);
}

static inline uint64_t read_u64(struct reader *r)
{
	return read_uint(r, 8);
}

/* Copies exactly n octets to `to`, or zeroes it and sets bad. */
static inline void read_into(struct reader *r, void *to, size_t n)
{
	bytes raw = read_bytes(r, n);
	if (raw.len == n && n)
		memcpy(to, raw.at, n);
	else
		memset(to, 0, n);
}

/* u16 length, then that many octets. */
static inline str read_str16(struct reader *r)
{
	return str_of_bytes(read_bytes(r, read_u16(r)));
}

/* u32 length, then that many octets. */
static inline bytes read_bytes32(struct reader *r)
{
	return read_bytes(r, read_u32(r));
}

/* Everything was there and nothing is left over. */
static inline bool reader_is_exact(const struct reader *r)
{
	return !r->bad && r->rest.len == 0;
}

#endif
