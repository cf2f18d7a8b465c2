/* edge/edge.h - the network front: connections, TLS, HTTP parsing, admission, fair queues; answers what it can itself
 * and hands the rest to workers as parsed messages.
 *
 * One per process, on the process's loop. It asks for workers through its ports and is told of channels by calls; it
 * never sees a private key or a database. Source: edge-and-network sections 2.5, 2.7, 2.8, 3.7, 4, 8. */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include <sys/types.h>

#include "edge/settings.h"
#include "edge/static_file.h"
#include "host/loop.h"
#include "ipc/supervisor_message.h"

struct edge;
struct tls_context;

struct edge_ports {
	void (*worker_wanted)(void *self, const struct worker_name *name);
	/* The last connection has gone after edge_stop. */
	void (*drained)(void *self);
	void *self;
	/* Something that a client has no good reason for was refused, for a reason of refusal_reason, or a connection was
	 * ("too_many_connections"). Comes as often as clients like. May be null. */
	void (*refused)(void *self, const char *reason, const uint8_t address[static 16]);
};

struct edge_options {
	struct loop *loop;
	struct edge_settings settings; /* texts are copied */
	enum channel_lane lane;
	struct edge_ports ports;
	struct static_files files;
	uid_t owner; /* operator's lane: this uid and root may connect */
};

MUST_USE NONNULL err edge_new(const struct edge_options *options, struct edge **out);
void edge_free(struct edge *edge);

/* A listening socket; the edge owns it. `tls`: speak TLS on it, as soon as a context is there. */
MUST_USE NONNULL err edge_listen(struct edge *edge, int socket, bool tls);
/* The context for new connections; connections that are open keep theirs. The caller keeps ownership of a replaced one
 * (tls_context_free counts references). */
NONNULL void edge_set_tls(struct edge *edge, struct tls_context *tls);
/* New limits for what comes; the number of connections it was made for and the origin stay. Texts are not kept. */
NONNULL void edge_set_settings(struct edge *edge, const struct edge_settings *settings);
/* A new routing table. On failure the old one stays. */
MUST_USE NONNULL err edge_set_facts(struct edge *edge, str facts);
/* A channel to that worker (replaces an older one); the edge owns fd. */
MUST_USE NONNULL err edge_worker_channel(struct edge *edge, const struct worker_name *name, int fd);
/* There is none to be had: err_kind ERR_NOT_FOUND or why it cannot be started. */
NONNULL void edge_no_worker(struct edge *edge, const struct worker_name *name, int result);
/* Stop accepting, end idle connections, let the others finish; ports.drained is called at the end. */
NONNULL void edge_stop(struct edge *edge);

struct edge_counters {
	uint64_t accepted, shed, requests, refused, to_workers, bytes_in, bytes_out, handshake_failures, deadline_closes;
	uint64_t by_status[6]; /* index: first digit */
	uint32_t connections;
};
NONNULL struct edge_counters edge_counters(const struct edge *edge);

#endif
