/* codec/url.h - percent-encoding (RFC 3986), query strings and application/x-www-form-urlencoded (WHATWG URL). */
#ifndef CODEC_URL_H
#define CODEC_URL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/err.h"

/* Decodes %XX once. With `plus_is_space` as in forms. ERR_INVALID on a stray '%', on NUL and on invalid UTF-8. */
MUST_USE NONNULL err url_decode(str raw, bool plus_is_space, struct arena *arena, str *out);
/* Encodes everything but the unreserved characters ALPHA DIGIT - . _ ~ */
NONNULL void url_encode_write(struct buffer *b, str s);
NONNULL str url_encode(struct arena *arena, str s);

struct url_param {
	str name, value; /* decoded */
};

struct url_params {
	struct url_param *items;
	size_t count;
};

/* `a=1&b=2`, both halves decoded; empty pieces are skipped. At most `count_max` pairs (ERR_LIMIT). Order and
 * repetitions are kept: the caller decides whether a repetition is an error. */
MUST_USE NONNULL err url_params_parse(str raw, size_t count_max, struct arena *arena, struct url_params *out);
/* The first of that name; false when absent. */
NONNULL bool url_param_find(const struct url_params *params, str name, str *out);
/* How often the name occurs. */
NONNULL size_t url_param_count(const struct url_params *params, str name);

/* All but those of that name, in the arena. */
MUST_USE NONNULL err url_params_without(const struct url_params *params, str name, struct arena *arena, struct url_params *out);

/* An absolute http(s) URL or a custom-scheme URI, split without decoding. Views into the text. */
struct url {
	str scheme; /* as given; compare without case */
	str authority, host, port, path, query, fragment;
	bool has_authority, has_query, has_fragment;
};

/* Refuses blanks, controls, non-ASCII, user information and a host that is empty where the scheme is http(s). */
MUST_USE NONNULL err url_parse(str text, struct url *out);

#endif
