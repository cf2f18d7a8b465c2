/* codec/json_read.h - JSON text (RFC 8259) into an immutable tree in an arena.
 *
 * Ours rather than a library's because money must keep its digits: a number stays the text that was sent.
 * Stricter than the RFC where laxness becomes a hole: duplicate members, lone surrogates, NUL in strings, invalid
 * UTF-8, bytes after the value, and anything past the limits are refused. */
#ifndef CODEC_JSON_READ_H
#define CODEC_JSON_READ_H

#include "base/arena.h"
#include "base/err.h"

enum json_kind { JSON_NULL = 1, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_kind kind;
	str name;            /* of a member; empty elsewhere                          */
	str text;            /* JSON_STRING: the value. JSON_NUMBER: as it was sent   */
	const struct json *first; /* of an array or object                            */
	const struct json *next;  /* sibling                                          */
	size_t count;        /* elements or members                                   */
};

struct json_limits {
	size_t depth_max;   /* nesting of arrays and objects */
	size_t values_max;  /* of the whole text             */
};

#define JSON_LIMITS_DEFAULT ((struct json_limits){ .depth_max = 32, .values_max = 20000 })

/* ERR_INVALID when it is not such JSON, ERR_LIMIT past a limit or the arena's budget. *out_offset, if not null,
 * tells where reading stopped. Strings are copied into the arena (raw may go away). */
MUST_USE err json_parse(bytes raw, struct json_limits limits, struct arena *arena, const struct json **out,
			size_t *out_offset);

/* The member of that name, or null: also when `object` is null or not an object. */
const struct json *json_member(const struct json *object, str name);
/* True and *out when the member is there and a string (number, boolean, ...). */
bool json_member_is_str(const struct json *object, str name, str *out);
bool json_member_is_i64(const struct json *object, str name, int64_t *out);
bool json_member_is_bool(const struct json *object, str name, bool *out);
/* The number as an integer; false when it has a fraction, an exponent or too many digits. */
bool json_to_i64(const struct json *number, int64_t *out);
static inline bool json_is(const struct json *v, enum json_kind kind)
{
	return v && v->kind == kind;
}

#endif
