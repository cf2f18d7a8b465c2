/* A ring by number: event n lies at n % MAX. acknowledged <= sent < next. */
#include "audit/memory_outbox.h"

#include <stdlib.h>

#include "audit/event.h"
#include "host/log.h"
#include "host/random.h"
#include "ipc/audit_message.h"
#include "ipc/channel.h"

struct memory_outbox {
	struct buffer drafts[MEMORY_OUTBOX_EVENTS_MAX];
	uint64_t acknowledged, sent, next; /* numbers; the first is 1 */
	uint64_t lost;                     /* since the last audit.gap */
	int channel;
	struct audit_batch batch;
};

err memory_outbox_new(struct memory_outbox **out)
{
	struct memory_outbox *box = calloc(1, sizeof *box);
	if (!box)
		FAIL(ERR_LIMIT, "no memory for events");
	box->next = 1;
	box->channel = -1;
	audit_batch_init(&box->batch);
	*out = box;
	return OK;
}

static struct buffer *draft_at(struct memory_outbox *box, uint64_t n)
{
	return &box->drafts[n % MEMORY_OUTBOX_EVENTS_MAX];
}

void memory_outbox_free(struct memory_outbox *box)
{
	if (!box)
		return;
	for (uint64_t n = box->acknowledged + 1; n < box->next; n++)
		buffer_release(draft_at(box, n));
	audit_batch_release(&box->batch);
	free(box);
}

static bool has_room(const struct memory_outbox *box)
{
	return box->next - box->acknowledged <= MEMORY_OUTBOX_EVENTS_MAX - 1;
}

static err keep(struct memory_outbox *box, struct instant now, const struct audit_event *event)
{
	struct buffer *draft = draft_at(box, box->next);
	uint8_t random[16];
	if (!has_room(box))
		FAIL(ERR_LIMIT, "the recorder has been away for too many events");
	random_bytes(random, sizeof random);
	struct uuid id = uuid_v7_from(random, now.ms);
	buffer_init(draft, EVENT_DRAFT_BYTES_MAX);
	err e = event_draft(event, &id, now, draft);
	if (!failed(e) && draft->failed)
		e = ERR(ERR_LIMIT, "no memory for an event");
	if (failed(e))
		buffer_release(draft);
	else
		box->next++;
	return e;
}

static err say_gap(struct memory_outbox *box, struct instant now)
{
	struct buffer changes;
	buffer_init(&changes, 64);
	buffer_append_format(&changes, "{\"lost\":%llu}", (unsigned long long)box->lost);
	struct audit_event gap = {
		.category = AUDIT_OPERATOR, .op = S("audit.gap"), .result = AUDIT_FAILURE, .reason = S("outbox_full"),
		.severity = AUDIT_ERROR, .actor_type = AUDIT_ACTOR_SYSTEM, .changes = buffer_str(&changes),
	};
	err e = keep(box, now, &gap);
	buffer_release(&changes);
	return e;
}

/* The gap comes before what follows it, and is said only when that will fit too. */
void memory_outbox_emit(struct memory_outbox *box, struct instant now, const struct audit_event *event)
{
	if (box->lost && has_room(box) && !failed(say_gap(box, now)))
		box->lost = 0;
	err e = keep(box, now, event);
	if (failed(e)) {
		if (box->lost++ == 0)
			log_err("an audit event is lost", e);
		return;
	}
	memory_outbox_send(box);
}

void memory_outbox_set_channel(struct memory_outbox *box, int channel)
{
	box->channel = channel;
	box->sent = box->acknowledged; /* what was under way may be lost; the recorder knows a repeated one by its id */
	memory_outbox_send(box);
}

void memory_outbox_send(struct memory_outbox *box)
{
	while (box->channel >= 0 && box->sent + 1 < box->next) {
		uint64_t n = box->sent + 1;
		audit_batch_clear(&box->batch);
		while (n < box->next && box->batch.count < AUDIT_BATCH_EVENTS_MAX &&
		       audit_batch_add(&box->batch, n, buffer_bytes(draft_at(box, n))))
			n++;
		bytes message = audit_batch_message(&box->batch);
		if (message.len == 0 || failed(channel_send(box->channel, message, NULL)))
			return; /* full, or gone: the channel's owner will tell */
		box->sent = n - 1;
	}
}

static void take_acknowledgement(struct memory_outbox *box, bytes raw)
{
	uint64_t n;
	if (failed(audit_ack_decode(raw, &n)) || n > box->sent) {
		log_line(LOG_ERROR, "the recorder acknowledged what it was not sent");
		return;
	}
	while (box->acknowledged < n)
		buffer_release(draft_at(box, ++box->acknowledged));
}

bool memory_outbox_receive(struct memory_outbox *box)
{
	uint8_t raw[AUDIT_ACK_BYTES];
	size_t len;
	while (box->channel >= 0) {
		err e = channel_receive(box->channel, raw, sizeof raw, &len, NULL);
		if (err_kind_of(e) == ERR_UNAVAILABLE)
			break;
		if (failed(e) || len == 0)
			return false;
		take_acknowledgement(box, bytes_of(raw, len));
	}
	memory_outbox_send(box);
	return true;
}

bool memory_outbox_is_busy(const struct memory_outbox *box)
{
	return box->acknowledged + 1 < box->next;
}
