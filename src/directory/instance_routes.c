/* directory/instance_routes.c - which environments are there: the answer of the vendor's global discovery service.
 *
 * GET /api/discovery/v2.0/Instances, with a person's token for the directory resource. A client that knows only who signed in
 * finds here where that person's data can be: every environment of the tenant that is open. Whether the person is admitted
 * there is the environment's own decision. Members that have no meaning here (Region, Purpose, ...) are left out. */
#include "directory/graph.h"
#include "directory/routes_internal.h"

enum { STATE_ENABLED = 0, STATE_DISABLED = 1 }; /* the vendor's numbers */

static void write_instance(struct web_call *call, struct json_writer *w, const struct environment_fact *e)
{
	struct directory *d = directory_of(call);
	str url = str_format(call->arena, "%.*s/e/%.*s", STR_ARG(d->origin), STR_ARG(e->unique_name));

	json_open_object(w);
	json_member_uuid(w, S("Id"), &e->id);
	json_member_uuid(w, S("EnvironmentId"), &e->id);
	json_member_uuid(w, S("TenantId"), &d->tenant);
	json_member_str(w, S("UniqueName"), e->unique_name);
	json_member_str(w, S("UrlName"), e->unique_name);
	json_member_str(w, S("FriendlyName"), e->display_name);
	json_member_str(w, S("Url"), url);
	json_member_str(w, S("ApiUrl"), url);
	json_member_str(w, S("Version"), S("9.2"));
	json_member_i64(w, S("State"), e->state == 1 ? STATE_ENABLED : STATE_DISABLED);
	json_close_object(w);
}

err instances_list(struct web_call *call)
{
	struct directory *d = directory_of(call);
	str context = str_format(call->arena, "%.*s/api/discovery/v2.0/$metadata#Instances", STR_ARG(d->origin));

	TRY_NEW(context.at);
	if (call->request.query.len)
		return graph_refuse(call, 400, NULL, "Query options are not supported here.");
	struct json_writer w = web_begin_json(call, 200);
	web_no_store(call);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_key(&w, S("value"));
	json_open_array(&w);
	for (size_t i = 0; i < d->environment_count; i++)
		write_instance(call, &w, &d->environments[i]);
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}
