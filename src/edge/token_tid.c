#include "edge/token_tid.h"

#include "base/arena.h"
#include "crypto/jws.h"

enum { PEEK_BYTES = 128 * 1024 };

static err tid_of(str compact, struct arena *arena, struct uuid *out)
{
	const struct json *header, *claims;
	str tid;
	TRY(jws_peek(compact, arena, &header, &claims));
	if (!json_member_is_str(claims, S("tid"), &tid))
		FAIL(ERR_INVALID, "token without tid");
	return uuid_parse(tid, out);
}

err token_tid_parse(str authorization, struct uuid *out)
{
	str scheme = str_slice(authorization, 0, 7), token = str_from(authorization, 7);
	if (!str_equal_nocase(scheme, S("Bearer ")))
		FAIL(ERR_INVALID, "not a bearer token");
	struct arena *arena = arena_new(PEEK_BYTES);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	err e = tid_of(token, arena, out);
	arena_free(arena);
	return e;
}
