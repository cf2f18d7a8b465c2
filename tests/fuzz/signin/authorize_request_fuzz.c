/* An authorization request out of any octets: it is read without harm, a refused one still has a mode to answer in, and a
 * scope that is accepted survives being written and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "signin/authorize_request.h"
#include "signin/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_scope(str text, struct arena *arena)
{
	struct scope scope = { 0 }, again = { 0 };

	if (scope_parse(text, &scope) || scope.is_default)
		return;
	str written = scope_text(&scope, true, arena);
	if (written.at && (scope_parse(written, &again) || !scope_covers(&scope, &again) || !scope_covers(&again, &scope)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4 << 20);
	struct url_params params = { 0 };
	struct authorize_request request = { 0 };

	if (!failed(url_params_parse(str_of_bytes(bytes_of(data, size)), AUTHORIZE_PARAMETERS_MAX, arena, &params)) &&
	    !authorize_request_begin(&params, &request)) {
		enum refusal refusal = authorize_request_read(&params, size % 2, arena, &request);
		if (request.mode < RESPONSE_QUERY || request.mode > RESPONSE_FORM_POST || request.state.len > STATE_BYTES_MAX)
			abort();
		if (!refusal)
			check_scope(request.scope, arena);
	}
	arena_free(arena);
	return 0;
}
