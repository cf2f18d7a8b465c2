#include "edge/token_tid.h"

#include "base/arena.h"
#include "codec/base64.h"
#include "codec/json_read.h"

static err tid_of_payload(str payload, struct arena *arena, struct uuid *out)
{
	const struct json *claims;
	bytes raw;
	str tid;
	TRY(base64url_parse(payload, arena, &raw));
	TRY(json_parse(raw, (struct json_limits){ .depth_max = 16, .values_max = 1000 }, arena, &claims, NULL));
	if (!json_is(claims, JSON_OBJECT) || !json_member_is_str(claims, S("tid"), &tid))
		FAIL(ERR_INVALID, "token without tid");
	return uuid_parse(tid, out);
}

err token_tid_parse(str authorization, struct uuid *out)
{
	str scheme = str_slice(authorization, 0, 7), token = str_from(authorization, 7), part[3];
	if (!str_equal_nocase(scheme, S("Bearer ")) || token.len > TOKEN_TEXT_BYTES_MAX)
		FAIL(ERR_INVALID, "not a bearer token");
	for (size_t i = 0; i < COUNT_OF(part); i++)
		if (!str_split(&token, '.', &part[i]) || part[i].len == 0)
			FAIL(ERR_INVALID, "not a compact token");
	if (token.at)
		FAIL(ERR_INVALID, "not a compact token");
	struct arena *arena = arena_new(128 * 1024);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	err e = tid_of_payload(part[1], arena, out);
	arena_free(arena);
	return e;
}
