/* First line: authority; second: path; third: the Authorization value. Property: a route's base and path together are the
 * path that came in, and a worker is only found for tenants and environments of the table. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge/route.h"
#include "edge/token_tid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TENANT "1f3a09bc-0000-4000-8000-000000000001"
static const char facts[] = "{\"origin\":\"https://localhost:8443\",\"tenants\":[{\"id\":\"" TENANT
			    "\",\"names\":[\"contoso.example\"]}],\"environments\":[{\"tenant\":\"" TENANT
			    "\",\"id\":\"3d3a09bc-0000-4000-8000-000000000003\",\"name\":\"sales\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct routing_table *table;
	struct http_head head = { .method = HTTP_GET, .header_count = 1 };
	str rest = { (const char *)data, size }, authority = S(""), path = S(""), token = S("");
	struct uuid tenant, tid;
	if (failed(routing_table_new(str_of(facts), S("https://a"), (struct map_seed){ 1, 2 }, &table)) ||
	    failed(uuid_parse(S(TENANT), &tenant)))
		abort();
	if (size && str_split(&rest, '\n', &authority) && str_split(&rest, '\n', &path))
		(void)str_split(&rest, '\n', &token);
	head.authority = authority;
	head.path = path;
	head.headers[0] = (struct http_header){ S("authorization"), token };
	err e = token_tid_parse(token, &tid);
	(void)e;
	for (int lane = LANE_PUBLIC; lane <= LANE_OPERATOR; lane++) {
		struct route route;
		if (http_path_check(path) != REFUSE_NONE)
			break;
		route_find(table, (enum channel_lane)lane, &head, &route);
		if (route.kind != ROUTE_WORKER)
			continue;
		bool well_known = str_equal(route.path, S("/.well-known/authzen-configuration")) && route.path.at == path.at;
		if (route.base.len + route.path.len != path.len ||
		    (well_known ? route.base.len && route.base.at != path.at + route.path.len : route.path.at != path.at + route.base.len))
			abort();
		bool own_log = lane == LANE_OPERATOR && route.worker.role == ROLE_RECORDER && uuid_is_nil(&route.worker.tenant);
		if (route.worker.role != ROLE_CONTROL && !own_log && !uuid_equal(&route.worker.tenant, &tenant))
			abort();
		if (lane == LANE_PUBLIC && str_starts_with(path, S("/platform/")))
			abort();
	}
	routing_table_free(table);
	return 0;
}
