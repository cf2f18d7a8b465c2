/* edge/exchange.h - one request that a worker must answer, from its parsed head to the answer.
 *
 *   COLLECTING --body complete--> QUEUED --its turn--> RUNNING --parked--> PARKED
 *        |                          |  ^------retry once: worker died, GET or HEAD-----|  |
 *        v                          v                      v                              v
 *      (client gone: freed)      ANSWERED (a worker's response, or a refusal)  <----------+
 *
 * Owns: copies of everything it took from the connection. Its client (a connection or a stream) may go at any time
 * (exchange_release); while a worker still has it, it stays until the worker has answered. Until then it is a debt of its
 * client: it takes the place of a connection of its source, and of a stream of its HTTP/2 connection. Who asks and leaves, again
 * and again ("rapid reset", CVE-2023-44487), so has no more jobs running than who waits for the answers. */
#ifndef EDGE_EXCHANGE_H
#define EDGE_EXCHANGE_H

#include "edge/edge.h"
#include "edge/fair_queue.h"
#include "edge/http_head.h"
#include "edge/response.h"
#include "edge/route.h"
#include "edge/spool.h"
#include "host/file.h"
#include "host/loop.h"

enum exchange_state { EXCHANGE_COLLECTING = 0, EXCHANGE_QUEUED, EXCHANGE_RUNNING, EXCHANGE_PARKED, EXCHANGE_ANSWERED };

struct client {
	uint8_t address[16];
	uint16_t port;
	uint64_t source_hash; /* keyed; of the /32 or /64 */
};

/* Of one connection: exchanges that a worker still has although their stream has gone. Zero it to start. */
struct exchange_debts {
	struct exchange *first;
	uint32_t count;
};

struct exchange {
	struct edge *edge;
	struct arena *arena;
	enum exchange_state state;
	char request_id[UUID_TEXT_LEN + 1];
	struct http_request_message message;
	struct spool body;
	struct worker_link *link;
	struct exchange *next_of_link;           /* running or parked at the same worker */
	struct exchange_debts *debts;             /* of its connection; null without, or when that has ended */
	struct exchange *next_debt, *previous_debt;
	bool owed, owed_by_source;                /* counted among debts; in the table of sources */
	bool for_data;                            /* of a data worker: counted among its caller's */
	uint64_t caller_hash;                     /* of its bearer token, while it is counted; else 0 */
	struct fair_entry entry;
	struct loop_timer deadline;
	uint64_t source_hash;
	int64_t submitted_ns, sent_ns;
	bool in_worker, retried;
	struct edge_response response;  /* when ANSWERED */
	struct memory_view view;        /* what response.body points to, when it came as a file */
	void (*answered)(struct exchange *exchange);
	void *owner;                    /* the client's side; null once it has gone */
};

struct exchange_start {
	struct client client;
	const struct http_head *head;
	const struct route *route;
	const struct uuid *request_id;
	struct exchange_debts *debts; /* null: one request at a time, which needs no count */
	void (*answered)(struct exchange *exchange); /* may be called from within exchange_submit */
	void *owner;
};

MUST_USE NONNULL err exchange_new(struct edge *edge, const struct exchange_start *start, struct exchange **out);
/* More of the body. REFUSE_NONE, or why no more is taken. */
NONNULL MUST_USE enum refusal exchange_take_body(struct exchange *exchange, bytes octets);
/* The body is complete in `body`: queue it. */
NONNULL void exchange_submit(struct exchange *exchange);
/* The client is done with it or has gone; null is accepted. It must not be touched afterwards. */
void exchange_release(struct exchange *exchange);

/* The connection ends before its debts do. */
NONNULL void exchange_debts_forget(struct exchange_debts *debts);

/* For the worker pool: ends it with an answer. */
NONNULL void exchange_refuse(struct exchange *exchange, enum refusal refusal);
NONNULL void exchange_respond(struct exchange *exchange, bytes raw, struct channel_fds *fds);
/* The worker has nothing more to say about it. */
NONNULL void exchange_left_worker(struct exchange *exchange);

#endif
