/* A request to the token endpoint out of any octets: before the first NUL what the Authorization header held (user:password),
 * after it the form. What is accepted names its client, and used one way of authentication. */
#include <stdint.h>
#include <stdlib.h>

#include "signin/refresh_family.h"
#include "signin/token_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4 << 20);
	str all = str_of_bytes(bytes_of(data, size)), user = S(""), password = S("");
	size_t nul = str_find_char(all, 0, 0);
	bool basic = nul != SIZE_MAX;
	struct url_params params = { 0 };
	struct token_request request = { 0 };
	struct refresh_token token = { 0 };

	if (basic) {
		size_t colon = str_find_char(str_slice(all, 0, nul), ':', 0);
		user = str_slice(all, 0, colon == SIZE_MAX ? nul : colon);
		password = colon == SIZE_MAX ? S("") : str_slice(all, colon + 1, nul);
	}
	if (!failed(url_params_parse(basic ? str_from(all, nul + 1) : all, 1000, arena, &params)) &&
	    !token_request_read(&params, basic, user, password, arena, &request)) {
		if (!request.grant || (!request.client_id.len && !basic) || request.basic != basic)
			abort();
		if (basic && url_param_count(&params, S("client_secret")) && request.has_secret && !request.basic)
			abort();
		(void)!failed(refresh_token_parse(request.refresh_token, &token));
	}
	arena_free(arena);
	return 0;
}
