#include "edge/worker_pool.h"

#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "edge/edge_internal.h"
#include "host/log.h"

#define QUANTUM_NS INT64_C(5000000)
#define ASK_AGAIN_NS INT64_C(5000000000)
enum { POOL_ARENA_BYTES = 8 << 20, KEY_BYTES = 36, MESSAGES_PER_TURN = 16 };
/* A worker does one request at a time. More are sent ahead while those that it has take less than ahead_ms together, by the outlet's
 * average: it then goes from one to the next without waiting for us. So few that the queue, not the channel, decides who is served, and
 * that the channel never fills. */
enum { AHEAD_MAX = 8, AHEAD_BYTES_MAX = 64 * 1024 };

enum link_state { LINK_ABSENT = 0, LINK_WANTED, LINK_READY };

struct worker_link {
	struct worker_pool *pool;
	struct worker_name name;
	enum link_state state;
	int64_t asked_ns;
	struct loop_watch watch; /* watch.fd is -1 without a channel */
	struct exchange *running, *parked; /* running: in the order sent */
	uint32_t running_count;
	size_t running_bytes;
	int64_t finished_ns;     /* when the last one was answered or parked: the next began then, or when it was sent */
	struct fair_outlet outlet;
	struct worker_link *next;
	char key[KEY_BYTES];
};

struct worker_pool {
	struct edge *edge;
	struct arena *arena; /* links: as many as there are workers to name, kept for the process's life */
	struct map *links;
	struct worker_link *all;
	struct fair_queue *queue;
	uint32_t running; /* links with something running */
	bool pumping;
	uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
};

static void pump(struct worker_pool *pool);

static void codel_dropped(void *self, struct fair_entry *entry)
{
	(void)self;
	struct exchange *x = (struct exchange *)(void *)((char *)entry - offsetof(struct exchange, entry));
	exchange_refuse(x, REFUSE_OVERLOAD);
}

err worker_pool_new(struct edge *edge, struct worker_pool **out)
{
	const struct edge_settings *s = &edge->settings;
	struct worker_pool *pool = calloc(1, sizeof *pool);
	if (!pool)
		FAIL(ERR_LIMIT, "no memory for the worker pool");
	pool->edge = edge;
	pool->arena = arena_new(POOL_ARENA_BYTES);
	pool->links = pool->arena ? map_new(pool->arena, edge->seed) : NULL;
	pool->queue = fair_queue_new((struct fair_limits){ s->queue_per_tenant_max, s->queue_total_max, QUANTUM_NS,
							   s->codel_target_ms * INT64_C(1000000),
							   s->codel_interval_ms * INT64_C(1000000) },
				     codel_dropped, pool);
	if (!pool->links || !pool->queue) {
		worker_pool_free(pool);
		FAIL(ERR_LIMIT, "no memory for the worker pool");
	}
	*out = pool;
	return OK;
}

bool worker_pool_has_room(const struct worker_pool *pool)
{
	return fair_queue_count(pool->queue) < pool->edge->settings.queue_total_max;
}

/* --- links --- */

static str key_of(const struct worker_name *name, char key[KEY_BYTES])
{
	memset(key, 0, KEY_BYTES);
	key[0] = (char)name->role;
	memcpy(key + 4, name->tenant.b, 16);
	memcpy(key + 20, name->environment.b, 16);
	return (str){ key, KEY_BYTES };
}

static void link_ready(struct loop_watch *watch, unsigned events);

err worker_pool_link(struct worker_pool *pool, const struct worker_name *name, struct worker_link **out)
{
	char key[KEY_BYTES];
	struct worker_link *link = map_get(pool->links, key_of(name, key));
	if (!link) {
		link = NEW(pool->arena, struct worker_link);
		TRY_NEW(link);
		link->pool = pool;
		link->name = *name;
		link->watch = (struct loop_watch){ .fd = -1, .ready = link_ready, .owner = link };
		TRY(fair_outlet_init(pool->queue, &name->tenant, &link->outlet));
		if (!map_set(pool->links, key_of(name, link->key), link))
			FAIL(ERR_LIMIT, "too many workers");
		link->next = pool->all;
		pool->all = link;
	}
	*out = link;
	return OK;
}

static void ask_for_worker(struct worker_link *link)
{
	int64_t now = loop_now_ns(link->pool->edge->loop);
	if (link->state == LINK_READY || (link->state == LINK_WANTED && now - link->asked_ns < ASK_AGAIN_NS))
		return;
	link->state = LINK_WANTED;
	link->asked_ns = now;
	link->pool->edge->ports.worker_wanted(link->pool->edge->ports.self, &link->name);
}

/* About what it takes of the channel. */
static size_t message_bytes(const struct http_request_message *m)
{
	size_t n = m->path.len + m->query.len + m->body.inline_body.len;
	for (size_t i = 0; i < m->header_count; i++)
		n += m->headers[i].name.len + m->headers[i].value.len;
	return n;
}

static bool takes_more(const struct worker_link *link)
{
	if (link->state != LINK_READY || !link->running)
		return link->state == LINK_READY;
	int64_t ahead_ns = link->pool->edge->settings.ahead_ms * INT64_C(1000000);
	return link->running_count < AHEAD_MAX && link->running_bytes < AHEAD_BYTES_MAX &&
	       link->outlet.cost_ns * link->running_count < ahead_ns;
}

static void reopen(struct worker_link *link)
{
	fair_outlet_set_open(link->pool->queue, &link->outlet, takes_more(link));
}

/* --- leaving a worker --- */

static struct exchange *unlink_exchange(struct exchange **list, const struct uuid *request_id)
{
	for (struct exchange **at = list; *at; at = &(*at)->next_of_link) {
		struct exchange *x = *at;
		if (!uuid_equal(&x->message.request_id, request_id))
			continue;
		*at = x->next_of_link;
		x->next_of_link = NULL;
		return x;
	}
	return NULL;
}

/* Charged for its own time only: not for what it waited behind those sent before it. */
static void charge(struct worker_link *link, const struct exchange *x)
{
	struct worker_pool *pool = link->pool;
	int64_t now = loop_now_ns(pool->edge->loop), began = x->sent_ns > link->finished_ns ? x->sent_ns : link->finished_ns;
	fair_queue_charge(pool->queue, &link->outlet, now - began);
	link->finished_ns = now;
	if (!link->running)
		pool->running--;
}

static struct exchange *take_running(struct worker_link *link, const struct uuid *request_id)
{
	struct exchange *x = unlink_exchange(&link->running, request_id);
	if (!x)
		return NULL;
	link->running_count--;
	link->running_bytes -= message_bytes(&x->message);
	charge(link, x);
	return x;
}

static struct exchange *take_all_running(struct worker_link *link)
{
	struct exchange *all = link->running;
	link->running = NULL;
	link->running_count = 0;
	link->running_bytes = 0;
	if (all)
		charge(link, all);
	return all;
}

/* A request whose worker died: asked once more when asking twice is harmless, else told so. */
static void orphaned(struct worker_link *link, struct exchange *x)
{
	bool harmless = x->message.method == HTTP_GET || x->message.method == HTTP_HEAD;
	x->in_worker = false;
	if (x->state != EXCHANGE_ANSWERED && x->owner && harmless && !x->retried) {
		x->retried = true;
		x->state = EXCHANGE_QUEUED;
		worker_pool_submit(link->pool, x);
		return;
	}
	x->in_worker = true; /* so that refusing does not free it under us */
	exchange_refuse(x, REFUSE_WORKER_FAILED);
	exchange_left_worker(x);
}

static void orphan_all(struct worker_link *link, struct exchange *first)
{
	while (first) {
		struct exchange *next = first->next_of_link;
		first->next_of_link = NULL;
		orphaned(link, first);
		first = next;
	}
}

static void link_lost(struct worker_link *link)
{
	struct worker_pool *pool = link->pool;
	struct exchange *running = take_all_running(link), *parked = link->parked;
	if (link->watch.fd >= 0) {
		loop_remove(pool->edge->loop, &link->watch);
		close(link->watch.fd);
		link->watch.fd = -1;
	}
	link->state = LINK_ABSENT;
	link->parked = NULL;
	reopen(link);
	orphan_all(link, running);
	orphan_all(link, parked);
	if (link->outlet.count)
		ask_for_worker(link);
}

void worker_pool_free(struct worker_pool *pool)
{
	if (!pool)
		return;
	for (struct worker_link *link = pool->all; link; link = link->next)
		link_lost(link);
	fair_queue_free(pool->queue);
	if (pool->arena)
		arena_free(pool->arena);
	free(pool);
}

/* --- messages from a worker --- */

static void on_parked(struct worker_link *link, bytes raw)
{
	struct uuid id;
	struct exchange *x = failed(http_request_id_decode(raw, &id)) ? NULL : take_running(link, &id);
	if (!x) {
		log_line(LOG_ERROR, "%s worker parked a request that it does not have", process_role_name(link->name.role));
		link_lost(link);
		return;
	}
	x->next_of_link = link->parked;
	link->parked = x;
	if (x->state != EXCHANGE_ANSWERED)
		x->state = EXCHANGE_PARKED;
	reopen(link);
}

static struct exchange *take_by_id(struct worker_link *link, const struct uuid *id)
{
	struct exchange *x = take_running(link, id);
	if (!x)
		return unlink_exchange(&link->parked, id);
	reopen(link);
	return x;
}

static void on_response(struct worker_link *link, bytes raw, struct channel_fds *fds)
{
	struct uuid id = { { 0 } };
	if (raw.len >= 17)
		memcpy(id.b, raw.at + 1, 16);
	struct exchange *x = take_by_id(link, &id);
	if (!x) {
		log_line(LOG_ERROR, "%s worker answered a request that it does not have", process_role_name(link->name.role));
		link_lost(link);
		return;
	}
	exchange_respond(x, raw, fds);
	exchange_left_worker(x);
}

static bool receive_one(struct worker_link *link)
{
	struct worker_pool *pool = link->pool;
	struct channel_fds fds = { .count = 0 };
	size_t len;
	err e = channel_receive(link->watch.fd, pool->raw, sizeof pool->raw, &len, &fds);
	if (err_kind_of(e) == ERR_UNAVAILABLE)
		return false;
	if (failed(e) || len == 0) {
		link_lost(link);
		return false;
	}
	bytes raw = bytes_of(pool->raw, len);
	if (http_message_kind(raw) == HTTP_MESSAGE_PARKED)
		on_parked(link, raw);
	else
		on_response(link, raw, &fds);
	channel_fds_close(&fds);
	return link->watch.fd >= 0;
}

static void link_ready(struct loop_watch *watch, unsigned events)
{
	struct worker_link *link = watch->owner;
	(void)events;
	for (int i = 0; i < MESSAGES_PER_TURN && receive_one(link); i++)
		;
	pump(link->pool);
}

/* --- sending --- */

static void append_running(struct worker_link *link, struct exchange *x)
{
	struct exchange **end = &link->running;
	while (*end)
		end = &(*end)->next_of_link;
	if (!link->running)
		link->pool->running++;
	*end = x;
	link->running_count++;
	link->running_bytes += message_bytes(&x->message);
}

static void send_to_worker(struct worker_link *link, struct exchange *x)
{
	struct worker_pool *pool = link->pool;
	x->sent_ns = loop_now_ns(pool->edge->loop);
	x->state = EXCHANGE_RUNNING;
	x->in_worker = true;
	append_running(link, x);
	err e = http_request_send(link->watch.fd, &x->message);
	if (!failed(e)) {
		reopen(link);
		return;
	}
	if (err_kind_of(e) == ERR_UNAVAILABLE) {
		link_lost(link); /* it was never read, but a second try counts all the same */
		return;
	}
	log_err("request to a worker", e);
	(void)take_running(link, &x->message.request_id);
	reopen(link);
	exchange_refuse(x, REFUSE_WORKER_FAILED);
	exchange_left_worker(x);
}

static void pump(struct worker_pool *pool)
{
	if (pool->pumping) /* answers given below may submit the next request of their connection */
		return;
	pool->pumping = true;
	while (pool->running < pool->edge->settings.running_max) {
		struct fair_entry *entry = fair_queue_pop(pool->queue, loop_now_ns(pool->edge->loop));
		if (!entry)
			break;
		struct exchange *x = (struct exchange *)(void *)((char *)entry - offsetof(struct exchange, entry));
		send_to_worker(x->link, x);
	}
	pool->pumping = false;
}

void worker_pool_submit(struct worker_pool *pool, struct exchange *x)
{
	struct fair_entry *victim = fair_queue_push(pool->queue, &x->link->outlet, &x->entry, x->source_hash,
						    loop_now_ns(pool->edge->loop));
	ask_for_worker(x->link);
	if (victim)
		exchange_refuse((struct exchange *)(void *)((char *)victim - offsetof(struct exchange, entry)),
				REFUSE_OVERLOAD);
	pump(pool);
}

void worker_pool_cancel(struct worker_pool *pool, struct exchange *x)
{
	fair_queue_remove(pool->queue, &x->entry);
	if (x->in_worker && x->link->watch.fd >= 0) {
		err e = http_cancelled_send(x->link->watch.fd, &x->message.request_id);
		(void)e; /* a courtesy: a worker that cannot be told finishes for nothing */
	}
}

err worker_pool_channel(struct worker_pool *pool, const struct worker_name *name, int fd)
{
	struct worker_link *link = NULL;
	err e = worker_pool_link(pool, name, &link);
	if (!failed(e) && link->watch.fd >= 0)
		link_lost(link);
	if (!failed(e)) {
		link->watch.fd = fd;
		e = loop_add(pool->edge->loop, &link->watch, LOOP_READ);
	}
	if (failed(e)) {
		if (link)
			link->watch.fd = -1;
		close(fd);
		return e;
	}
	link->state = LINK_READY;
	reopen(link);
	pump(pool);
	return OK;
}

static enum refusal refusal_without(const struct worker_name *name, int result)
{
	if (result != ERR_NOT_FOUND)
		return name->role == ROLE_DATA ? REFUSE_NO_DATA :
		       name->role == ROLE_IDENTITY ? REFUSE_NO_IDENTITY : REFUSE_UNAVAILABLE;
	return name->role == ROLE_DATA ? REFUSE_ENVIRONMENT : name->role == ROLE_IDENTITY ? REFUSE_TENANT : REFUSE_NOT_FOUND;
}

void worker_pool_no_worker(struct worker_pool *pool, const struct worker_name *name, int result)
{
	char key[KEY_BYTES];
	struct worker_link *link = map_get(pool->links, key_of(name, key));
	if (!link || link->state == LINK_READY)
		return;
	link->state = LINK_ABSENT;
	for (uint32_t left = link->outlet.count; left && link->outlet.count; left--) {
		struct fair_entry *entry = link->outlet.buckets[__builtin_ctzll(link->outlet.filled)].head;
		fair_queue_remove(pool->queue, entry);
		exchange_refuse((struct exchange *)(void *)((char *)entry - offsetof(struct exchange, entry)),
				refusal_without(name, result));
	}
}
