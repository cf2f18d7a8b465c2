/* edge/connection_internal.h - one client connection: socket, TLS, buffers, deadlines; the protocol on top is a table.
 *
 * Octets that arrived wait in `in`; what is to be sent waits in `out`, followed by `tail`, a view that the protocol keeps
 * alive. A closed connection lives until the end of the loop's turn, so that whoever is on the stack may still look at
 * `closed`. */
#ifndef EDGE_CONNECTION_INTERNAL_H
#define EDGE_CONNECTION_INTERNAL_H

#include "base/buffer.h"
#include "edge/exchange.h"
#include "edge/http1_parse.h"
#include "edge/tls_session.h"
#include "host/loop.h"

struct connection;
struct edge;

enum {
	CONNECTION_READ_BYTES = 16 * 1024,
	CONNECTION_IN_BYTES_MAX = 48 * 1024,
	CONNECTION_OUT_BYTES_MAX = 512 * 1024,
	CONNECTION_OUT_HIGH_BYTES = 64 * 1024, /* above it the protocol makes no more */
};

struct protocol {
	/* More input, the end of it, or room for output: go on as far as possible. */
	void (*advance)(struct connection *c);
	/* Its deadline has passed. */
	void (*expired)(struct connection *c);
	bool (*wants_input)(const struct connection *c);
	/* The connection ends: let exchanges go. */
	void (*release)(struct connection *c);
	/* The edge stops: finish what is being done. */
	void (*finish)(struct connection *c);
};

enum connection_phase { PHASE_HANDSHAKE = 0, PHASE_OPEN, PHASE_LINGER };

enum http1_state { HTTP1_HEAD = 0, HTTP1_BODY, HTTP1_WAIT, HTTP1_SEND, HTTP1_LAST };

struct http1 {
	enum http1_state state;
	bool keep_alive, chunked, head_only, advancing, again;
	struct http1_parser parser;
	struct http1_chunks chunks;
	uint64_t body_left, body_received;
	int64_t body_since_ns;
	struct exchange *exchange;
};

struct connection {
	struct edge *edge;
	struct loop_watch watch;
	struct loop_timer timer;
	enum connection_phase phase;
	bool closed, ended, secure, write_blocked, keeper_wait, head_pending;
	unsigned interest;
	struct client client;
	struct tls_session *tls;
	const struct protocol *protocol; /* null during the handshake */
	struct buffer in, out;
	size_t out_sent;
	bytes tail;
	int64_t opened_ns, deadline_ns;  /* INT64_MAX: none */
	int64_t write_deadline_ns;
	uint64_t written, written_mark;  /* at the start of the write window */
	uint32_t requests;
	struct connection *next, *previous;           /* of the edge's list      */
	struct connection *next_head, *previous_head; /* of incomplete heads     */
	struct http1 http1;
	struct http2 *http2;
};

/* Takes over an accepted socket. */
NONNULL void connection_open(struct edge *edge, int fd, const struct client *client, bool tls);
/* Ends it now; the protocol is told, memory goes at the end of the turn. Safe to call twice. */
NONNULL void connection_close(struct connection *c);
/* Sends what it can. False when something is left (or the connection was closed). */
NONNULL bool connection_flush(struct connection *c);
/* Output is complete: half-close, drain a little, then close, so that the answer is not lost to a reset. */
NONNULL void connection_linger(struct connection *c);
/* Goes on with whatever is possible now: handshake, input, protocol, output. */
NONNULL void connection_serve(struct connection *c);
/* The same where nothing has come from the socket, but an answer for it: the socket is not asked for what it will tell by itself. */
NONNULL void connection_go_on(struct connection *c);
/* Reads what is there into `in`, as far as it fits. Sets `ended`. */
NONNULL void connection_read(struct connection *c);
/* What the loop should watch for, from the state of the connection. */
NONNULL void connection_watch(struct connection *c);
NONNULL void connection_set_deadline(struct connection *c, int64_t due_ns);
/* Counts the connection among those with an incomplete head; the oldest go when they are too many. */
NONNULL void connection_head_began(struct connection *c);
NONNULL void connection_head_ended(struct connection *c);
NONNULL void connection_forget_input(struct connection *c, size_t octets);
/* Output buffer with memory. */
NONNULL struct buffer *connection_out(struct connection *c);
NONNULL void connections_reap(struct edge *edge);

static inline bool connection_has_output(const struct connection *c)
{
	return c->out.len > c->out_sent || c->tail.len;
}

NONNULL void http1_start(struct connection *c);
NONNULL void http2_start(struct connection *c);

#endif
