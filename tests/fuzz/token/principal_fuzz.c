/* Whatever claims a verified token might hold, a principal has a kind, lists within bounds whose items stand in the claims, and is never
 * half made. */
#include <stdlib.h>

#include "token/principal_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(8 << 20);
	const struct json *claims;
	const struct principal *p = NULL;
	if (!arena)
		return 0;
	if (!failed(json_parse(bytes_of(data, size), JSON_LIMITS_DEFAULT, arena, &claims, NULL))) {
		err e = principal_read(claims, arena, &p);
		if (failed(e) != (p == NULL))
			abort();
		if (p && p->kind != PRINCIPAL_USER && p->kind != PRINCIPAL_APP)
			abort();
		if (p && (p->role_count > PRINCIPAL_LIST_MAX || p->wid_count > PRINCIPAL_LIST_MAX || p->group_count > PRINCIPAL_LIST_MAX ||
			  p->amr_count > PRINCIPAL_LIST_MAX))
			abort();
		if (p && p->group_count && !principal_amr_text(p, arena).at)
			abort();
	}
	arena_free(arena);
	return 0;
}
