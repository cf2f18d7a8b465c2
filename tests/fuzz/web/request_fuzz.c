/* One header value as cookie, authorization and content type, and as a path through a route table. A found cookie must be
 * a part of the header; whatever is answered, no header of ours carries a line break. */
#include <stdint.h>
#include <stdlib.h>

#include "web/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static err echo(struct web_call *call)
{
	struct url_params query, form;
	const struct json *json = NULL;
	str user = { 0 }, password = { 0 };

	for (size_t i = 0; i < call->path_arg_count; i++) {
		web_set_header(call, S("x-arg"), call->path_args[i]);
		web_set_cookie(call, S("a"), call->path_args[i], -1);
	}
	if (failed(web_query(call, &query)) && failed(web_form(call, &form)) && failed(web_json(call, &json)))
		return web_basic(call, &user, &password);
	return OK;
}

static const struct web_route routes[] = { { 0, "/a/{}", echo }, { 0, "/b(x='{}')/{}", echo }, { 0, "/c/*", echo } };
static const struct web_surface surface = { "", routes, COUNT_OF(routes), NULL, NULL };
static const struct web_surface *const surfaces[] = { &surface };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = str_of_bytes(bytes_of(data, size)), cookie = { 0 };
	struct http_header headers[] = { { S("cookie"), text }, { S("authorization"), text }, { S("content-type"), text } };
	struct web_call *call = calloc(1, sizeof *call);

	if (!call || !(call->arena = arena_new(1 << 20)))
		abort();
	call->request = (struct web_request){ .method = HTTP_POST, .path = text, .query = text, .headers = headers,
					      .header_count = COUNT_OF(headers), .body = bytes_of(data, size) };
	if (web_cookie(&call->request, S("a"), &cookie) && str_find(text, cookie, 0) == SIZE_MAX)
		abort();
	web_dispatch(surfaces, 1, call);
	for (size_t i = 0; i < call->response.header_count; i++)
		if (str_find_char(call->response.headers[i].value, '\n', 0) != SIZE_MAX ||
		    str_find_char(call->response.headers[i].value, '\r', 0) != SIZE_MAX)
			abort();
	buffer_release(&call->response.body);
	arena_free(call->arena);
	free(call);
	return 0;
}
