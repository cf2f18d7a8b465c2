/* edge/route.h - host and path to the worker that must answer, or to an answer of our own.
 *
 * The routing table comes from the control worker as facts, a JSON text:
 *   {"origin":"https://localhost:8443","tenants":[{"id":uuid,"names":["contoso.example"]}],
 *    "environments":[{"tenant":uuid,"id":uuid,"name":"sales"}]}
 * Before control has told, the supervisor's facts are an empty table with "provisional":true: what it does not know is then
 * answered "temporarily unavailable" instead of "there is no such tenant".
 * A route is a decision about where, never about whether: the worker authorizes. */
#ifndef EDGE_ROUTE_H
#define EDGE_ROUTE_H

#include "base/map.h"
#include "edge/http_head.h"
#include "ipc/supervisor_message.h"

struct routing_table;

/* Builds a table of its own arena. ERR_INVALID when the facts are not such a text. `origin` of the facts replaces
 * `origin_default`. */
MUST_USE NONNULL err routing_table_new(str facts, str origin_default, struct map_seed seed, struct routing_table **out);
void routing_table_free(struct routing_table *table);
NONNULL str routing_table_origin(const struct routing_table *table);
/* "localhost" of "https://localhost:8443". */
NONNULL str routing_table_host(const struct routing_table *table);

enum route_kind { ROUTE_REFUSED = 0, ROUTE_WORKER, ROUTE_HEALTH, ROUTE_STATIC };

struct route {
	enum route_kind kind;
	enum refusal refusal;      /* ROUTE_REFUSED */
	struct worker_name worker; /* ROUTE_WORKER  */
	str base, path;            /* views into head->path; base is what routing consumed: it stands in front, or behind
				    * "/.well-known/authzen-configuration" */
	bool large_body;           /* the route takes uploads */
};

/* Decides. On the public lane the authority must be ours; on the operator's lane it is not looked at. */
NONNULL void route_find(const struct routing_table *table, enum channel_lane lane, const struct http_head *head,
			struct route *out);

#endif
