/* First octet: which API. Whatever body comes, a request is questions within their bounds whose members have the types they must have,
 * or the refusal says why. */
#include <stdlib.h>

#include "access/request.h"

static void check(const struct access_request *r, enum access_api api)
{
	if (r->count == 0 || r->count > EVALUATIONS_MAX || (!r->batch && r->count != 1) || (r->batch && api != ACCESS_EVALUATIONS))
		abort();
	for (size_t i = 0; i < r->count; i++) {
		const struct access_question *q = &r->questions[i];
		if (q->wrong ? !r->batch : !q->subject.type.at || !q->resource.type.at)
			abort();
		if (!q->wrong && api != ACCESS_SEARCH_SUBJECT && !q->subject.id.at)
			abort();
		if (!q->wrong && (api == ACCESS_SEARCH_ACTION ? q->action.at != NULL : q->action.at == NULL))
			abort();
	}
	if (r->page.limit < -1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(32 << 20);
	struct access_request r;
	const char *wrong = NULL;
	if (!arena || !size) {
		arena_free(arena);
		return 0;
	}
	enum access_api api = (enum access_api)(ACCESS_EVALUATION + data[0] % 5);
	err e = access_request_parse(bytes_of(data + 1, size - 1), api, arena, &r, &wrong);
	if (!failed(e))
		check(&r, api);
	else if (err_kind_of(e) == ERR_INVALID && !wrong)
		abort();
	arena_free(arena);
	return 0;
}
