/* Whatever the octets, a batch is operations within their bounds, each written in the body as it is told, or 400. The first line is the
 * Content-Type, the rest the body. */
#include <stdlib.h>

#include "data/batch_parse.h"

static void inside(str text, const char *at, size_t len)
{
	if (len && (at < text.at || at + len > text.at + text.len))
		abort();
}

static void check(str text, const struct batch *batch)
{
	int sets = 0;
	if (batch->count > BATCH_OPERATIONS_MAX)
		abort();
	for (size_t i = 0; i < batch->count; i++) {
		const struct batch_operation *op = &batch->operations[i];
		inside(text, op->url.at, op->url.len);
		inside(text, op->content_id.at, op->content_id.len);
		inside(text, (const char *)op->body.at, op->body.len);
		if (op->url.len == 0 || op->header_count > BATCH_HEADERS_MAX || (op->change_set && (op->method == HTTP_GET || !op->content_id.len)))
			abort();
		if (op->change_set && op->change_set != sets && op->change_set != ++sets)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(8 << 20);
	struct problem problem = { 0 };
	struct batch batch;
	str text = { (const char *)data, size };
	size_t line = str_find_char(text, '\n', 0);
	if (!arena)
		return 0;
	str type = str_slice(text, 0, line == SIZE_MAX ? size : line), body = str_from(text, line == SIZE_MAX ? size : line + 1);
	err e = batch_parse(type, bytes_of_str(body), arena, &problem, &batch);
	if (failed(e) && err_kind_of(e) != ERR_LIMIT && problem.status != 400)
		abort();
	if (!failed(e))
		check(body, &batch);
	arena_free(arena);
	return 0;
}
