/* Accept-Encoding, a line end, If-None-Match. Properties: no compressed answer to a client that never named gzip or "*"; a file is
 * known only by one of its own tags or "*"; an unknown client that refuses every coding still gets the plain file; what is true of
 * a list stays true when unrelated items stand around it. */
#include <stdint.h>
#include <stdlib.h>

#include "edge/response.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OCTETS(text_) { (const uint8_t *)(text_), sizeof(text_) - 1 }

static const struct static_file rows[] = {
	{ .path = S("/"), .content_type = S("text/html"), .content = OCTETS("plain"), .compressed = OCTETS("gz"), .etag = S("\"a\""),
	  .compressed_etag = S("\"a-gzip\"") },
};
static const struct static_files files = { rows, COUNT_OF(rows) };

static bool holds(str text, str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (str_equal_nocase(str_slice(text, i, i + part.len), part))
			return true;
	return false;
}

/* "identity, <text>, br" */
static str surrounded(str text, str before, str after, char *room)
{
	memcpy(room, before.at, before.len);
	if (text.len)
		memcpy(room + before.len, text.at, text.len);
	memcpy(room + before.len + text.len, after.at, after.len);
	return (str){ room, before.len + text.len + after.len };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str all = { (const char *)data, size }, accept, known = { NULL, 0 };
	if (size > 4096)
		return 0;
	char *room = malloc(size + 64);
	if (!room)
		abort();
	size_t cut = size ? str_find_char(all, '\n', 0) : SIZE_MAX;
	accept = cut == SIZE_MAX ? all : str_slice(all, 0, cut);
	known = cut == SIZE_MAX ? known : str_from(all, cut + 1);
	struct http_head head = { .method = HTTP_GET, .path = S("/"), .header_count = 2,
				  .headers = { { S("accept-encoding"), accept }, { S("if-none-match"), known } } };
	struct edge_response r;
	response_of_static(&files, &head, &r);
	bool gzip = r.body.len == 2;
	if ((r.status != 200 && r.status != 304) || (r.status == 304) != (r.body.len == 0))
		abort();
	if (gzip && !holds(accept, S("gzip")) && !holds(accept, S("*")))
		abort();
	if (r.status == 304 && !holds(known, S("*")) && !holds(known, S("\"a\"")) && !holds(known, S("\"a-gzip\"")))
		abort();
	if (accepts_gzip(surrounded(accept, S("identity, "), S(", br"), room)) != accepts_gzip(accept))
		abort();
	if (static_file_is_known(&rows[0], surrounded(known, S("\"x\", "), S(", W/\"y\""), room)) != static_file_is_known(&rows[0], known))
		abort();
	free(room);
	return 0;
}
