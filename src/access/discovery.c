/* access/discovery.c - policy decision point metadata (AuthZEN 1.0, section "Policy Decision Point Metadata").
 *
 * The identifier is the environment's address. https://host/e/sales is described at
 * https://host/.well-known/authzen-configuration/e/sales (the edge hands the environment's part over as the base), and
 * https://sales.host at https://sales.host/.well-known/authzen-configuration. A tenant is no decision point: its environments are.
 * signed_metadata says the same, signed with the tenant's key by the keeper, who writes it; without a keeper it is left out. */
#include "access/api.h"
#include "access/request_id.h"
#include "codec/decision_point.h"
#include "data/request.h"
#include "host/log.h"

enum { IDENTIFIER_BYTES_MAX = 1024 };

/* On a host of its own the environment has no base, and the edge passes no authority on. */
static err identifier_of(struct web_call *web, str *out)
{
	const struct data_app *app = web->app;
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, IDENTIFIER_BYTES_MAX);
	if (web->request.base.len)
		buffer_append_format(&b, "%.*s%.*s", STR_ARG(web->request.origin), STR_ARG(web->request.base));
	else
		decision_point_identifier(&b, web->request.origin, app->unique_name, true);
	*out = str_copy(web->arena, buffer_str(&b));
	TRY_NEW(out->at);
	return OK;
}

/* Of the address that the keeper knows an environment by, and of no other. */
static str signed_of(struct web_call *web)
{
	const struct data_app *app = web->app;
	str base = web->request.base, token = { 0 };
	bool plain = str_starts_with(base, S("/e/")) && str_equal(str_from(base, 3), app->unique_name);
	if (!app->keys || (base.len && !plain))
		return token;
	err e = keys_sign_metadata(app->keys, app->unique_name, !base.len, web->arena, &token);
	if (failed(e))
		log_err("signed metadata", e);
	return failed(e) ? S("") : token;
}

static err configuration(struct web_call *web)
{
	str identifier, token = signed_of(web);
	TRY(identifier_of(web, &identifier));
	struct json_writer w = web_begin_json(web, 200);
	json_open_object(&w);
	decision_point_members(&w, identifier);
	if (token.len)
		json_member_str(&w, S("signed_metadata"), token);
	json_close_object(&w);
	request_id_echo(web);
	return OK;
}

static const struct web_route routes[] = {
	{ HTTP_GET, "/authzen-configuration", configuration },
};

const struct web_surface access_discovery_surface = {
	.prefix = "/.well-known", .routes = routes, .route_count = COUNT_OF(routes), .write_error = web_problem,
};
