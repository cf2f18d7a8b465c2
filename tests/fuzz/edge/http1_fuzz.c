/* Any octets as the beginning of a connection. Property: the verdict, and what an accepted head says, do not depend on
 * how the octets were cut into reads; an accepted head keeps the rules that the rest of the edge builds on. The chunk
 * decoder gets what follows. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge/http1_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum http1_progress parse(const uint8_t *data, size_t size, size_t first, struct http1_request *out, uint8_t *copy,
				 enum refusal *refusal)
{
	struct http1_parser parser;
	http1_parser_init(&parser);
	memcpy(copy, data, size);
	enum http1_progress progress = HTTP1_MORE;
	for (size_t have = first; progress == HTTP1_MORE; have = size) {
		progress = http1_parse(&parser, copy, have, out, refusal);
		if (have == size)
			break;
	}
	return progress;
}

static void check_head(const struct http1_request *r)
{
	if (r->chunked && r->head.has_content_length)
		abort();
	if (r->head.path.len == 0 || http_query_check(r->head.query) != REFUSE_NONE)
		abort();
	for (size_t i = 0; i < r->head.header_count; i++)
		if (!http_is_field_name(r->head.headers[i].name) || !http_is_field_value(r->head.headers[i].value))
			abort();
}

static size_t decode(bytes input, size_t cut, uint8_t *to)
{
	struct http1_chunks chunks = { .state = CHUNK_SIZE };
	bytes parts[2] = { bytes_slice(input, 0, cut), bytes_from(input, cut) };
	size_t n = 0;
	for (size_t i = 0; i < 2; i++) {
		while (parts[i].len && chunks.state != CHUNK_FINISHED && chunks.state != CHUNK_BROKEN) {
			bytes data;
			http1_chunks_take(&chunks, &parts[i], &data);
			if (data.len)
				memcpy(to + n, data.at, data.len);
			n += data.len;
		}
	}
	return n << 4 | (size_t)chunks.state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http1_request whole, cut;
	enum refusal refusal_whole = REFUSE_NONE, refusal_cut = REFUSE_NONE;
	if (size < 2 || size > 1 << 17)
		return 0;
	size_t at = (size_t)data[0] * size / 256;
	data++;
	size--;
	if (at > size)
		at = size;
	uint8_t *one = malloc(size), *two = malloc(size);
	if (!one || !two)
		abort();
	enum http1_progress p = parse(data, size, size, &whole, one, &refusal_whole);
	enum http1_progress q = parse(data, size, at, &cut, two, &refusal_cut);
	if (p != q || (p == HTTP1_REFUSED && refusal_whole != refusal_cut))
		abort();
	if (p == HTTP1_DONE) {
		if (whole.head_bytes != cut.head_bytes || whole.head.header_count != cut.head.header_count)
			abort();
		check_head(&whole);
		bytes rest = bytes_of(data + whole.head_bytes, size - whole.head_bytes);
		if (decode(rest, 0, one) != decode(rest, rest.len / 2, two))
			abort();
	}
	free(one);
	free(two);
	return 0;
}
