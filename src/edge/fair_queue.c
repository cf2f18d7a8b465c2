#include "edge/fair_queue.h"

#include <stdlib.h>

enum { COST_SHIFT = 3, SHORT_QUEUE = 4 };
#define COST_FIRST_NS INT64_C(1000000)   /* before anything was measured: 1 ms */
#define DEBT_MAX_NS INT64_C(1000000000)  /* a tenant never owes more than 1 s  */

struct fair_tenant {
	struct uuid id;
	uint32_t count;
	uint32_t ready_outlets;     /* open and not empty */
	int64_t deficit_ns;
	struct fair_outlet *outlets, *last_served;
	struct fair_tenant *next, *previous; /* in the ring of ready tenants */
	struct fair_tenant *next_known;
};

struct fair_queue {
	struct fair_limits limits;
	void (*dropped)(void *self, struct fair_entry *entry);
	void *self;
	uint32_t count;
	struct fair_tenant *known;
	struct fair_tenant *head, *tail; /* ready tenants, in turn */
};

struct fair_queue *fair_queue_new(struct fair_limits limits, void (*dropped)(void *self, struct fair_entry *), void *self)
{
	struct fair_queue *q = calloc(1, sizeof *q);
	if (!q)
		return NULL;
	q->limits = limits;
	q->dropped = dropped;
	q->self = self;
	return q;
}

void fair_queue_free(struct fair_queue *q)
{
	if (!q)
		return;
	while (q->known) {
		struct fair_tenant *tenant = q->known;
		q->known = tenant->next_known;
		free(tenant);
	}
	free(q);
}

uint32_t fair_queue_count(const struct fair_queue *q)
{
	return q->count;
}

err fair_outlet_init(struct fair_queue *q, const struct uuid *id, struct fair_outlet *out)
{
	struct fair_tenant *tenant = q->known;
	while (tenant && !uuid_equal(&tenant->id, id))
		tenant = tenant->next_known;
	if (!tenant) {
		tenant = calloc(1, sizeof *tenant);
		if (!tenant)
			FAIL(ERR_LIMIT, "no memory for a tenant's queue");
		tenant->id = *id;
		tenant->next_known = q->known;
		q->known = tenant;
	}
	*out = (struct fair_outlet){ .tenant = tenant, .cost_ns = COST_FIRST_NS, .next_of_tenant = tenant->outlets };
	tenant->outlets = out;
	return OK;
}

/* --- the ring of tenants that could be served now --- */

static void ring_append(struct fair_queue *q, struct fair_tenant *t)
{
	t->next = NULL;
	t->previous = q->tail;
	*(q->tail ? &q->tail->next : &q->head) = t;
	q->tail = t;
}

static void ring_remove(struct fair_queue *q, struct fair_tenant *t)
{
	*(t->previous ? &t->previous->next : &q->head) = t->next;
	*(t->next ? &t->next->previous : &q->tail) = t->previous;
	t->next = t->previous = NULL;
}

static bool is_ready(const struct fair_outlet *o)
{
	return o->open && o->count > 0;
}

/* Called around every change of an outlet's `open` or `count`. */
static void readiness_changed(struct fair_queue *q, struct fair_outlet *o, bool was_ready)
{
	struct fair_tenant *t = o->tenant;
	if (is_ready(o) == was_ready)
		return;
	if (was_ready) {
		if (--t->ready_outlets == 0)
			ring_remove(q, t);
	} else if (t->ready_outlets++ == 0) {
		ring_append(q, t);
	}
}

void fair_outlet_set_open(struct fair_queue *q, struct fair_outlet *o, bool open)
{
	bool was_ready = is_ready(o);
	o->open = open;
	readiness_changed(q, o, was_ready);
}

/* --- entries --- */

static void link_entry(struct fair_queue *q, struct fair_outlet *o, struct fair_entry *e)
{
	bool was_ready = is_ready(o);
	struct fair_list *list = &o->buckets[e->bucket];
	e->outlet = o;
	e->next = NULL;
	e->previous = list->tail;
	*(list->tail ? &list->tail->next : &list->head) = e;
	list->tail = e;
	list->count++;
	o->filled |= UINT64_C(1) << e->bucket;
	o->count++;
	o->tenant->count++;
	q->count++;
	readiness_changed(q, o, was_ready);
}

void fair_queue_remove(struct fair_queue *q, struct fair_entry *e)
{
	struct fair_outlet *o = e->outlet;
	if (!o)
		return;
	bool was_ready = is_ready(o);
	struct fair_list *list = &o->buckets[e->bucket];
	*(e->previous ? &e->previous->next : &list->head) = e->next;
	*(e->next ? &e->next->previous : &list->tail) = e->previous;
	if (--list->count == 0)
		o->filled &= ~(UINT64_C(1) << e->bucket);
	o->count--;
	if (--o->tenant->count == 0 && o->tenant->deficit_ns > 0)
		o->tenant->deficit_ns = 0; /* an idle tenant saves nothing up; what it owes it keeps */
	q->count--;
	e->outlet = NULL;
	readiness_changed(q, o, was_ready);
}

/* The newest entry of the longest bucket of the tenant's longest outlet. */
static struct fair_entry *victim_of(struct fair_tenant *t)
{
	struct fair_outlet *longest = t->outlets;
	struct fair_list *list;
	for (struct fair_outlet *o = t->outlets; o; o = o->next_of_tenant)
		if (o->count > longest->count)
			longest = o;
	list = &longest->buckets[0];
	for (size_t i = 1; i < FAIR_BUCKETS; i++)
		if (longest->buckets[i].count > list->count)
			list = &longest->buckets[i];
	return list->tail;
}

static struct fair_tenant *longest_tenant(struct fair_queue *q)
{
	struct fair_tenant *longest = q->known;
	for (struct fair_tenant *t = q->known; t; t = t->next_known)
		if (t->count > longest->count)
			longest = t;
	return longest;
}

struct fair_entry *fair_queue_push(struct fair_queue *q, struct fair_outlet *o, struct fair_entry *e,
				   uint64_t source_hash, int64_t now_ns)
{
	struct fair_entry *victim = NULL;
	e->bucket = (uint32_t)(source_hash % FAIR_BUCKETS);
	e->queued_ns = now_ns;
	link_entry(q, o, e);
	if (o->tenant->count > q->limits.per_tenant_max)
		victim = victim_of(o->tenant);
	else if (q->count > q->limits.total_max)
		victim = victim_of(longest_tenant(q));
	if (victim)
		fair_queue_remove(q, victim);
	return victim;
}

/* --- CoDel (RFC 8289 section 5), with requests for packets --- */

static uint32_t integer_root(uint32_t n)
{
	uint32_t root = 1;
	while ((root + 1) * (root + 1) <= n && root < 65535)
		root++;
	return root;
}

/* The target is never below what a few requests take: a handful that wait for a slow worker is no standing queue (RFC 8289
 * section 4.4 says the same of the time that one packet takes). */
static int64_t codel_target(const struct fair_limits *limits, const struct fair_outlet *o)
{
	int64_t few = o->cost_ns * SHORT_QUEUE;
	return few > limits->target_ns ? few : limits->target_ns;
}

static bool codel_drops(const struct fair_limits *limits, struct fair_outlet *o, int64_t waited_ns, int64_t now_ns)
{
	if (waited_ns < codel_target(limits, o) || o->count == 0) {
		o->codel.first_above_ns = 0;
		o->codel.dropping = false;
		return false;
	}
	if (o->codel.first_above_ns == 0)
		o->codel.first_above_ns = now_ns + limits->interval_ns;
	if (now_ns < o->codel.first_above_ns)
		return false;
	if (!o->codel.dropping) {
		bool again = o->codel.drops > 2 && now_ns - o->codel.drop_next_ns < limits->interval_ns;
		o->codel.dropping = true;
		o->codel.drops = again ? o->codel.drops - 2 : 1;
		o->codel.drop_next_ns = now_ns + limits->interval_ns / integer_root(o->codel.drops);
		return true;
	}
	if (now_ns < o->codel.drop_next_ns)
		return false;
	o->codel.drops++;
	o->codel.drop_next_ns += limits->interval_ns / integer_root(o->codel.drops);
	return true;
}

/* --- serving --- */

static struct fair_entry *next_of_outlet(struct fair_outlet *o)
{
	uint64_t ahead = o->filled & ~((UINT64_C(1) << o->turn) - 1);
	unsigned bucket = (unsigned)__builtin_ctzll(ahead ? ahead : o->filled);
	o->turn = (bucket + 1) % FAIR_BUCKETS;
	return o->buckets[bucket].head;
}

/* The tenant's next ready outlet after the one served last. */
static struct fair_outlet *next_outlet(struct fair_tenant *t)
{
	struct fair_outlet *o = t->last_served ? t->last_served->next_of_tenant : NULL;
	for (;; o = o->next_of_tenant) {
		if (!o)
			o = t->outlets;
		if (is_ready(o))
			return o;
	}
}

/* Takes entries until one may be served; those that CoDel throws out go to `dropped`. */
static struct fair_entry *take_from(struct fair_queue *q, struct fair_outlet *o, int64_t now_ns)
{
	while (o->count) {
		struct fair_entry *e = next_of_outlet(o);
		fair_queue_remove(q, e);
		if (!codel_drops(&q->limits, o, now_ns - e->queued_ns, now_ns))
			return e;
		q->dropped(q->self, e);
	}
	return NULL;
}

struct fair_entry *fair_queue_pop(struct fair_queue *q, int64_t now_ns)
{
	while (q->head) {
		struct fair_tenant *t = q->head;
		if (t->deficit_ns <= 0) {
			t->deficit_ns += q->limits.quantum_ns;
			ring_remove(q, t);
			ring_append(q, t);
			continue;
		}
		struct fair_outlet *o = next_outlet(t);
		t->last_served = o;
		struct fair_entry *e = take_from(q, o, now_ns);
		if (!e)
			continue;
		t->deficit_ns -= o->cost_ns;
		fair_outlet_set_open(q, o, false);
		return e;
	}
	return NULL;
}

void fair_queue_charge(struct fair_queue *q, struct fair_outlet *o, int64_t service_ns)
{
	struct fair_tenant *t = o->tenant;
	(void)q;
	t->deficit_ns -= service_ns - o->cost_ns;
	if (t->deficit_ns < -DEBT_MAX_NS)
		t->deficit_ns = -DEBT_MAX_NS;
	o->cost_ns += (service_ns - o->cost_ns) >> COST_SHIFT;
	if (o->cost_ns < 1000)
		o->cost_ns = 1000;
}
