#include "token/claims.h"

str claims_issuer(struct arena *arena, str origin, const struct uuid *tenant)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(tenant, text);
	return str_format(arena, "%.*s/%s/v2.0", STR_ARG(origin), text);
}

struct json_writer claims_begin(struct buffer *b, str issuer, const struct uuid *tenant)
{
	struct json_writer w = json_writer_to(b);
	json_open_object(&w);
	json_member_str(&w, S("iss"), issuer);
	json_member_uuid(&w, S("tid"), tenant);
	return w;
}

err claims_end(struct json_writer *w)
{
	json_close_object(w);
	if (w->to->failed)
		FAIL(ERR_LIMIT, "claims longer than a token may hold");
	return OK;
}
