#include "signin/cors.h"

#include "signin/sql_catalog.h"

static err is_spa_origin(struct web_call *call, str origin, bool *out)
{
	SCOPED(statement) read = { 0 };
	str prefix = str_format(call->arena, "%.*s/", STR_ARG(origin));

	TRY_NEW(prefix.at);
	TRY(statement_open(signin_of(call)->directory->store, &SQL_SPA_ORIGIN, &read));
	TRY(bind_text(&read, 1, prefix));
	return statement_step(&read, out);
}

/* scheme://host[:port] and nothing else: a path would make the comparison below mean something else. */
static bool is_origin(str text)
{
	struct url url = { 0 };

	return text.len <= 300 && !failed(url_parse(text, &url)) && url.has_authority && !url.path.len && !url.has_query &&
	       !url.has_fragment;
}

err cors_allow(struct web_call *call)
{
	str origin = { 0 };
	bool known = false;

	web_set_header(call, S("vary"), S("origin"));
	if (!web_header(&call->request, S("origin"), &origin) || str_equal(origin, call->request.origin) || !is_origin(origin))
		return OK;
	TRY(is_spa_origin(call, origin, &known));
	if (known)
		web_set_header(call, S("access-control-allow-origin"), origin);
	return OK;
}

err cors_preflight(struct web_call *call)
{
	str wanted = { 0 };

	web_status(call, 204);
	TRY(cors_allow(call));
	web_set_header(call, S("access-control-allow-methods"), S("GET, POST"));
	if (web_header(&call->request, S("access-control-request-headers"), &wanted) && wanted.len <= 1000)
		web_set_header(call, S("access-control-allow-headers"), wanted);
	web_set_header(call, S("access-control-max-age"), S("3600"));
	return OK;
}
