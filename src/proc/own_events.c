#include "proc/own_events.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/memory_outbox.h"
#include "host/clock.h"
#include "host/log.h"
#include "ipc/http_message.h"

enum { CLOSE_WAIT_MS = 500 };
static const int64_t look_again_ns = 5000000000; /* for windows that have ended, and a channel that was full */

struct own_events {
	struct loop *loop;
	struct memory_outbox *outbox;
	struct loop_watch watch; /* fd -1: no recorder */
	struct loop_timer timer;
	struct tally tally;
};

static struct instant now(void)
{
	return clock_now(&clock_system);
}

/* --- what is told --- */

void own_events_say(struct own_events *o, struct audit_event event)
{
	if (event.actor_type == 0)
		event.actor_type = AUDIT_ACTOR_SYSTEM;
	memory_outbox_emit(o->outbox, now(), &event);
}

/* `more`: how many followed the first; 0 for the first itself. */
static void tell(struct own_events *o, const struct tally_key *key, uint64_t more)
{
	static const struct uuid none;
	static const uint8_t nowhere[16];
	char tenant[UUID_TEXT_LEN + 1], address[HTTP_CLIENT_TEXT_BYTES], count[64];
	bool network = key->who == NULL;
	struct audit_event event = {
		.category = network ? AUDIT_NETWORK : AUDIT_KEY, .op = str_of(key->op), .result = AUDIT_DENIED,
		.reason = str_of(key->reason), .severity = network ? AUDIT_NOTICE : AUDIT_WARNING,
		.actor_id = str_of(key->who ? key->who : ""),
	};
	if (memcmp(key->address, nowhere, sizeof nowhere) != 0) {
		http_client_text(key->address, address);
		event.client_ip = str_of(address);
	}
	if (!uuid_equal(&key->tenant, &none)) {
		uuid_format(&key->tenant, tenant);
		event.target_type = S("tenant");
		event.target_id = str_of(tenant);
	}
	if (more) {
		snprintf(count, sizeof count, "{\"repeated\":%llu}", (unsigned long long)more);
		event.changes = str_of(count);
	}
	own_events_say(o, event);
}

static void tell_ended(struct own_events *o, int64_t now_ms)
{
	struct tally_place ended;
	while (tally_take_ended(&o->tally, now_ms, &ended))
		tell(o, &ended.key, ended.more);
}

static void arm(struct own_events *o)
{
	if (o->timer.heap_index == 0 && failed(loop_timer_set(o->loop, &o->timer, loop_now_ns(o->loop) + look_again_ns)))
		log_line(LOG_ERROR, "no memory for a timer");
}

static void on_timer(struct loop_timer *timer)
{
	struct own_events *o = timer->owner;
	tell_ended(o, now().ms);
	memory_outbox_send(o->outbox);
	if (tally_is_busy(&o->tally) || memory_outbox_is_busy(o->outbox))
		arm(o);
}

void own_events_refused(struct own_events *o, const struct tally_key *key)
{
	struct tally_key told;
	if (tally_add(&o->tally, now().ms, key, &told))
		tell(o, &told, 0);
	arm(o);
}

/* --- the recorder --- */

static void drop_channel(struct own_events *o)
{
	if (o->watch.fd < 0)
		return;
	loop_remove(o->loop, &o->watch);
	close(o->watch.fd);
	o->watch.fd = -1;
	memory_outbox_set_channel(o->outbox, -1);
}

static void on_recorder(struct loop_watch *watch, unsigned events)
{
	struct own_events *o = watch->owner;
	(void)events;
	if (!memory_outbox_receive(o->outbox))
		drop_channel(o);
}

err own_events_set_channel(struct own_events *o, int fd)
{
	drop_channel(o);
	o->watch.fd = fd;
	err e = loop_add(o->loop, &o->watch, LOOP_READ);
	if (failed(e)) {
		close(fd);
		o->watch.fd = -1;
		return e;
	}
	memory_outbox_set_channel(o->outbox, fd);
	return OK;
}

err own_events_new(struct loop *loop, struct own_events **out)
{
	struct own_events *o = calloc(1, sizeof *o);
	if (!o)
		FAIL(ERR_LIMIT, "no memory for events");
	o->loop = loop;
	o->watch = (struct loop_watch){ -1, on_recorder, o };
	o->timer = (struct loop_timer){ .fire = on_timer, .owner = o };
	err e = memory_outbox_new(&o->outbox);
	if (failed(e)) {
		free(o);
		return e;
	}
	*out = o;
	return OK;
}

static void wait_for_recorder(struct own_events *o)
{
	const int64_t until = clock_monotonic_ns(&clock_system) + CLOSE_WAIT_MS * 1000000LL;
	while (memory_outbox_is_busy(o->outbox) && o->watch.fd >= 0) {
		struct pollfd ready = { .fd = o->watch.fd, .events = POLLIN };
		int64_t left_ms = (until - clock_monotonic_ns(&clock_system)) / 1000000;
		if (left_ms <= 0 || poll(&ready, 1, (int)left_ms) <= 0 || !memory_outbox_receive(o->outbox))
			break;
	}
}

void own_events_close(struct own_events *o)
{
	if (!o)
		return;
	tell_ended(o, INT64_MAX);
	wait_for_recorder(o);
	loop_timer_stop(o->loop, &o->timer);
	drop_channel(o);
	memory_outbox_free(o->outbox);
	free(o);
}
