/* edge/http1_parse.h - one strict reading of an HTTP/1.1 request: head and chunked body. Pure: bytes in, struct out.
 *
 * Source:  RFC 9112; edge-and-network section 4, whose every row is a row of tests/unit/edge/http1_parse_test.c.
 *          Nothing is repaired: what is not exactly right is refused and the connection ends.
 * Shapes:  octets are judged strictly from left to right, so the verdict does not depend on how they were cut into
 *          reads. Field names are lowered in place. */
#ifndef EDGE_HTTP1_PARSE_H
#define EDGE_HTTP1_PARSE_H

#include "edge/http_head.h"

struct http1_field {
	uint16_t name, name_len, value, value_len; /* offsets, since the buffer may move between reads */
};

struct http1_parser {
	size_t at, line; /* next octet to judge; where its line begins */
	bool in_fields;
	enum http_method method;
	uint8_t minor;
	bool absolute;
	struct http1_field target, authority; /* of an absolute-form target: authority in name, scheme in value */
	size_t field_count;
	struct http1_field fields[HTTP_HEADERS_MAX];
};

enum http1_progress { HTTP1_MORE = 0, HTTP1_DONE, HTTP1_REFUSED };

struct http1_request {
	struct http_head head;
	bool chunked, keep_alive;
	size_t head_bytes; /* how much of the input the head was */
};

NONNULL void http1_parser_init(struct http1_parser *parser);
/* `input` is everything since the head began, never less than in the call before. DONE fills *out with views into
 * input; REFUSED sets *out_refusal. */
NONNULL enum http1_progress http1_parse(struct http1_parser *parser, uint8_t *input, size_t input_len,
					struct http1_request *out, enum refusal *out_refusal);

/* --- chunked coding, RFC 9112 7.1: sizes of 1 to 8 digits, extensions of at most 16 octets, no trailers --- */

enum http1_chunk_state { CHUNK_SIZE = 0, CHUNK_EXTENSION, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_DATA_CR, CHUNK_DATA_LF,
			 CHUNK_END_CR, CHUNK_END_LF, CHUNK_FINISHED, CHUNK_BROKEN };

struct http1_chunks { /* zero it to start */
	enum http1_chunk_state state;
	uint32_t digits, extension_len;
	uint64_t left; /* of the chunk */
};

/* Takes octets from *input; sets *out_data to a view of body octets among those taken (may be empty: call again while
 * input is left and the state is neither FINISHED nor BROKEN). */
NONNULL void http1_chunks_take(struct http1_chunks *chunks, bytes *input, bytes *out_data);

#endif
