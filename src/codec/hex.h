/* codec/hex.h - lower-case hexadecimal; both cases are read. */
#ifndef CODEC_HEX_H
#define CODEC_HEX_H

#include "base/arena.h"
#include "base/err.h"

/* Writes 2 * octets.len characters and a NUL. */
NONNULL void hex_format(bytes octets, char *out);
NONNULL str hex_text(struct arena *arena, bytes octets);
/* Exactly 2 * len digits into `out`. */
MUST_USE NONNULL err hex_parse(str text, uint8_t *out, size_t len);

#endif
