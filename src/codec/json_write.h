/* codec/json_write.h - JSON text (RFC 8259), written straight into a buffer. No tree, no numbers that lose digits.
 *
 * The writer puts the commas; the caller opens and closes what it opened. Text that is not UTF-8 is written with
 * U+FFFD in place of each bad octet. Controls are escaped as \u00XX (or \b \t \n \f \r); nothing else is, so what
 * is written is also the RFC 8785 form when members come in that order. */
#ifndef CODEC_JSON_WRITE_H
#define CODEC_JSON_WRITE_H

#include "base/buffer.h"
#include "base/uuid.h"

struct json_writer {
	struct buffer *to;
	bool comma; /* the next value needs one before it */
};

static inline struct json_writer json_writer_to(struct buffer *to)
{
	return (struct json_writer){ to, false };
}

NONNULL void json_open_object(struct json_writer *w);
NONNULL void json_close_object(struct json_writer *w);
NONNULL void json_open_array(struct json_writer *w);
NONNULL void json_close_array(struct json_writer *w);
/* A member's name; its value follows. */
NONNULL void json_key(struct json_writer *w, str name);
NONNULL void json_str(struct json_writer *w, str value);
NONNULL void json_i64(struct json_writer *w, int64_t value);
NONNULL void json_bool(struct json_writer *w, bool value);
NONNULL void json_null(struct json_writer *w);
/* Text that is JSON already (a decimal number, a stored object). */
NONNULL void json_raw(struct json_writer *w, str json);
NONNULL void json_uuid(struct json_writer *w, const struct uuid *value);

/* Member and value in one call. */
NONNULL void json_member_str(struct json_writer *w, str name, str value);
NONNULL void json_member_i64(struct json_writer *w, str name, int64_t value);
NONNULL void json_member_bool(struct json_writer *w, str name, bool value);
NONNULL void json_member_null(struct json_writer *w, str name);
NONNULL void json_member_raw(struct json_writer *w, str name, str json);
NONNULL void json_member_uuid(struct json_writer *w, str name, const struct uuid *value);

#endif
