/* edge/route_internal.h - the routing table's insides, shared by its builder and route_find. */
#ifndef EDGE_ROUTE_INTERNAL_H
#define EDGE_ROUTE_INTERNAL_H

#include "edge/route.h"

struct routed_environment {
	struct uuid tenant, environment;
};

struct routing_table {
	struct arena *arena;
	str origin, host, port;
	struct map *tenants;      /* id text and every name, lower case -> struct uuid           */
	bool provisional;         /* control has not told yet what there is */
	struct map *environments; /* id text and unique name, lower case -> struct routed_environment */
};

#endif
