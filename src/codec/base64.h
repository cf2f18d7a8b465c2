/* codec/base64.h - RFC 4648: base64url without padding (section 5, as JOSE uses it) and base64 with padding
 * (section 4). Decoding is canonical: no blanks, no other alphabet, unused bits zero. */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/err.h"

/* Characters that n octets become without padding. */
static inline size_t base64url_len(size_t n)
{
	return n / 3 * 4 + (n % 3 ? n % 3 + 1 : 0);
}

/* Appends to the buffer. */
NONNULL void base64url_write(struct buffer *b, bytes octets);
NONNULL void base64_write(struct buffer *b, bytes octets);
/* Into the arena; `at` is null when the budget is spent. */
NONNULL str base64url_text(struct arena *arena, bytes octets);
NONNULL str base64_text(struct arena *arena, bytes octets);
/* ERR_INVALID on anything that the encoder would not have written. */
MUST_USE NONNULL err base64url_parse(str text, struct arena *arena, bytes *out);
MUST_USE NONNULL err base64_parse(str text, struct arena *arena, bytes *out);

#endif
