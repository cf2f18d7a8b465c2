/* edge/edge_internal.h - what the files of this area share about the edge. */
#ifndef EDGE_EDGE_INTERNAL_H
#define EDGE_EDGE_INTERNAL_H

#include "base/buffer.h"
#include "edge/connection_internal.h"
#include "edge/edge.h"
#include "edge/route.h"
#include "edge/source_table.h"
#include "edge/worker_pool.h"

enum { EDGE_LISTENERS_MAX = 8, BUFFER_POOL_MAX = 256 };

struct edge_listener {
	struct edge *edge;
	struct loop_watch watch;
	bool tls, waiting; /* waiting: not in the loop until a TLS context is there */
};

struct connection_list {
	struct connection *head, *tail;
	uint32_t count;
};

struct edge {
	struct loop *loop;
	struct edge_settings settings;
	enum channel_lane lane;
	struct edge_ports ports;
	struct static_files files;
	uid_t owner;
	struct map_seed seed;
	struct routing_table *routes;
	struct worker_pool *pool;
	struct tls_context *tls;
	struct source_table *sources;
	struct source_table *callers;  /* by a hash of their tokens: requests at data workers */
	struct edge_listener listeners[EDGE_LISTENERS_MAX];
	size_t listener_count;
	int spare_fd;
	struct connection_list connections, heads, graveyard; /* heads: those whose request head is incomplete, oldest first */
	struct loop_timer reaper;
	struct buffer pool_buffers[BUFFER_POOL_MAX]; /* emptied buffers, for the next connection that reads or writes */
	size_t pool_buffer_count;
	int64_t date_second;
	char date[30];
	uint8_t id_pool[1024]; /* random octets for request ids */
	size_t id_pool_left;
	struct edge_counters counters;
	uint64_t body_bytes; /* that all exchanges hold */
	bool stopping;
	char origin[300];
};

/* The current Date field. */
NONNULL const char *edge_date(struct edge *edge);
NONNULL struct uuid edge_request_id(struct edge *edge);
/* A buffer with memory, from the pool when there is one; and back. */
NONNULL void edge_buffer_take(struct edge *edge, struct buffer *out);
NONNULL void edge_buffer_give(struct edge *edge, struct buffer *buffer);
NONNULL void edge_count_response(struct edge *edge, unsigned status);
/* Counts a refusal that the edge gives by itself, and has it told where it matters. */
NONNULL void edge_count_refusal(struct edge *edge, enum refusal refusal, const struct client *client);

/* What the edge answers by itself. True when it has: *out is filled. False: route->worker must answer. */
NONNULL bool edge_answer_constant(struct edge *edge, const struct client *client, const struct http_head *head,
				  const struct route *route, struct edge_response *out);

#endif
