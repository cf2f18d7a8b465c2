/* access/discovery.c - policy decision point metadata (AuthZEN 1.0, section "Policy Decision Point Metadata").
 *
 * The identifier is the environment's address. https://host/e/sales is described at
 * https://host/.well-known/authzen-configuration/e/sales (the edge hands the environment's part over as the base), and
 * https://sales.host at https://sales.host/.well-known/authzen-configuration. A tenant is no decision point: its environments are. */
#include "access/api.h"
#include "data/request.h"

/* On a host of its own the environment has no base, and the edge passes no authority on: the name in front of the host. */
static str identifier_of(struct web_call *web)
{
	const struct data_app *app = web->app;
	str origin = web->request.origin;
	size_t mark = str_find(origin, S("://"), 0);
	if (web->request.base.len || mark == SIZE_MAX)
		return str_format(web->arena, "%.*s%.*s", STR_ARG(origin), STR_ARG(web->request.base));
	return str_format(web->arena, "%.*s%.*s.%.*s", STR_ARG(str_slice(origin, 0, mark + 3)), STR_ARG(app->unique_name),
			  STR_ARG(str_from(origin, mark + 3)));
}

static err configuration(struct web_call *web)
{
	static const struct {
		str name, path;
	} endpoints[] = { { { "access_evaluation_endpoint", 26 }, { "/evaluation", 11 } },
			  { { "access_evaluations_endpoint", 27 }, { "/evaluations", 12 } },
			  { { "search_subject_endpoint", 23 }, { "/search/subject", 15 } },
			  { { "search_resource_endpoint", 24 }, { "/search/resource", 16 } },
			  { { "search_action_endpoint", 22 }, { "/search/action", 14 } } };
	str identifier = identifier_of(web);
	TRY_NEW(identifier.at);
	struct json_writer w = web_begin_json(web, 200);
	json_open_object(&w);
	json_member_str(&w, S("policy_decision_point"), identifier);
	for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
		str url = str_format(web->arena, "%.*s/access/v1%.*s", STR_ARG(identifier), STR_ARG(endpoints[i].path));
		TRY_NEW(url.at);
		json_member_str(&w, endpoints[i].name, url);
	}
	json_close_object(&w);
	return OK;
}

static const struct web_route routes[] = {
	{ HTTP_GET, "/authzen-configuration", configuration },
};

const struct web_surface access_discovery_surface = {
	.prefix = "/.well-known", .routes = routes, .route_count = COUNT_OF(routes), .write_error = web_problem,
};
