/* codec/utf8.h - RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef CODEC_UTF8_H
#define CODEC_UTF8_H

#include "base/str.h"

bool utf8_is_valid(str s);
/* Decodes the code point at s.at[*index] and moves *index behind it; -1 on a malformed sequence (index + 1). */
NONNULL int32_t utf8_next(str s, size_t *index);
/* Writes 1 to 4 octets; returns how many. code_point must be a scalar value. */
size_t utf8_encode(uint32_t code_point, char out[static 4]);
/* The longest prefix of at most `len_max` octets that does not cut a character in two. */
str utf8_clip(str s, size_t len_max);
/* Number of code points of valid text. */
size_t utf8_count(str s);

#endif
