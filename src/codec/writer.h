/* codec/writer.h - the other half of reader.h: appends big-endian integers and counted octets to a buffer, which
 * is sticky as well. */
#ifndef CODEC_WRITER_H
#define CODEC_WRITER_H

#include "base/buffer.h"

static inline void write_uint(struct buffer *b, uint64_t value, size_t width)
{
	uint8_t raw[8] = { 0 };
	for (size_t i = 0; i < width; i++)
		raw[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
	buffer_append(b, bytes_of(raw, width));
}

static inline void write_u8(struct buffer *b, uint8_t v)
{
	write_uint(b, v, 1);
}

static inline void write_u16(struct buffer *b, uint16_t v)
{
	write_uint(b, v, 2);
}

static inline void write_u32(struct buffer *b, uint32_t v)
{
	write_uint(b, v, 4);
}

static inline void write_u64(struct buffer *b, uint64_t v)
{
	write_uint(b, v, 8);
}

/* u16 length, then the text; a longer one fails the buffer. */
static inline void write_str16(struct buffer *b, str s)
{
	if (s.len > UINT16_MAX)
		b->failed = true;
	write_u16(b, (uint16_t)s.len);
	buffer_append_str(b, s);
}

/* u32 length, then the octets. */
static inline void write_bytes32(struct buffer *b, bytes octets)
{
	if (octets.len > UINT32_MAX)
		b->failed = true;
	write_u32(b, (uint32_t)octets.len);
	buffer_append(b, octets);
}

#endif
