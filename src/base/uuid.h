/* base/uuid.h - identifiers. RFC 9562.
 *
 * Each kind of object has an identifier type of its own, so that mixing them up does not compile. On the wire a
 * uuid is 36 characters, lower case; either case is read. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct uuid {
	uint8_t b[16];
};

struct tenant_id { struct uuid u; };
struct environment_id { struct uuid u; };

enum { UUID_TEXT_LEN = 36 };

/* Exactly 8-4-4-4-12 hexadecimal digits. */
MUST_USE NONNULL err uuid_parse(str text, struct uuid *out);
/* Writes 36 characters and a NUL. */
NONNULL void uuid_format(const struct uuid *u, char out[static UUID_TEXT_LEN + 1]);
NONNULL str uuid_text(struct arena *arena, const struct uuid *u);
NONNULL bool uuid_is_nil(const struct uuid *u);
NONNULL bool uuid_equal(const struct uuid *a, const struct uuid *b);
/* Version 4 or 7 from 16 random octets (and, for 7, milliseconds since 1970). */
struct uuid uuid_v4_from(const uint8_t random[static 16]);
struct uuid uuid_v7_from(const uint8_t random[static 16], int64_t unix_ms);

#endif
