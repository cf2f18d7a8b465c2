/* edge/worker_pool.h - channels to workers, one request being worked on in each, and the fair queue before them.
 *
 * A link per worker that was ever needed: ABSENT --needed--> WANTED --channel--> READY --end of file--> ABSENT. */
#ifndef EDGE_WORKER_POOL_H
#define EDGE_WORKER_POOL_H

#include "edge/exchange.h"

struct worker_pool;

MUST_USE NONNULL err worker_pool_new(struct edge *edge, struct worker_pool **out);
void worker_pool_free(struct worker_pool *pool);
/* Finds or makes the link. */
MUST_USE NONNULL err worker_pool_link(struct worker_pool *pool, const struct worker_name *name, struct worker_link **out);
NONNULL void worker_pool_submit(struct worker_pool *pool, struct exchange *exchange);
/* Takes a queued exchange out, or tells its worker that nobody waits any more. */
NONNULL void worker_pool_cancel(struct worker_pool *pool, struct exchange *exchange);
MUST_USE NONNULL err worker_pool_channel(struct worker_pool *pool, const struct worker_name *name, int fd);
NONNULL void worker_pool_no_worker(struct worker_pool *pool, const struct worker_name *name, int result);
/* False while the queues are full: refuse before the body is read. */
NONNULL bool worker_pool_has_room(const struct worker_pool *pool);

#endif
