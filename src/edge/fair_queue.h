/* edge/fair_queue.h - who is served next. Pure: time comes in, nothing is allocated per request.
 *
 * Source:  edge-and-network 2.7. Tenants share by deficit round robin, charged with estimated service time and corrected
 *          afterwards; inside a tenant each worker has an outlet, and inside an outlet 64 buckets by source take turns.
 *          CoDel per outlet drops from the head when waiting stays above the target. On overflow the longest queue loses.
 * Shapes:  an outlet stands before one worker and gives one entry at a time: it is open when that worker can take one.
 * Owns:    its tenants. Outlets and entries belong to the caller and must leave before they die. */
#ifndef EDGE_FAIR_QUEUE_H
#define EDGE_FAIR_QUEUE_H

#include "base/err.h"
#include "base/uuid.h"

enum { FAIR_BUCKETS = 64 };

struct fair_limits {
	uint32_t per_tenant_max, total_max;
	int64_t quantum_ns;              /* 5 ms of service time per turn */
	int64_t target_ns, interval_ns;  /* CoDel */
};

struct fair_entry {
	struct fair_entry *next, *previous;
	struct fair_outlet *outlet; /* null while not queued */
	int64_t queued_ns;
	uint32_t bucket;
};

struct fair_list {
	struct fair_entry *head, *tail;
	uint32_t count;
};

struct fair_tenant;

struct fair_outlet {
	struct fair_tenant *tenant;
	bool open;                 /* set by fair_outlet_set_open */
	uint32_t count, turn;
	uint64_t filled;           /* bit per bucket that has entries */
	int64_t cost_ns;           /* moving average of service times */
	struct {
		int64_t first_above_ns, drop_next_ns;
		uint32_t drops;
		bool dropping;
	} codel;
	struct fair_outlet *next_of_tenant;
	struct fair_list buckets[FAIR_BUCKETS];
};

struct fair_queue;

/* `dropped` is told of each entry that CoDel throws out, after it has left the queue. */
MUST_USE struct fair_queue *fair_queue_new(struct fair_limits limits, void (*dropped)(void *self, struct fair_entry *),
					   void *self);
void fair_queue_free(struct fair_queue *queue);
/* Fills the caller's outlet; `tenant` may be nil: the installation counts as one. Starts closed. */
MUST_USE NONNULL err fair_outlet_init(struct fair_queue *queue, const struct uuid *tenant, struct fair_outlet *out);
NONNULL void fair_outlet_set_open(struct fair_queue *queue, struct fair_outlet *outlet, bool open);

/* Queues it; source_hash (keyed) chooses the bucket. Returns null, or the entry that had to leave for it: another one or
 * itself. */
NONNULL MUST_USE struct fair_entry *fair_queue_push(struct fair_queue *queue, struct fair_outlet *outlet,
						    struct fair_entry *entry, uint64_t source_hash, int64_t now_ns);
/* The next to serve, or null when no open outlet has any. Closes its outlet. */
NONNULL struct fair_entry *fair_queue_pop(struct fair_queue *queue, int64_t now_ns);
/* Takes a queued entry out: its client has gone. */
NONNULL void fair_queue_remove(struct fair_queue *queue, struct fair_entry *entry);
/* What the outlet's last entry really cost. */
NONNULL void fair_queue_charge(struct fair_queue *queue, struct fair_outlet *outlet, int64_t service_ns);
NONNULL uint32_t fair_queue_count(const struct fair_queue *queue);

#endif
