/* Outbox rows to the recorder. Numbers only rise: sent >= acknowledged >= removed.
 *
 * Removing costs a transaction, so it waits until REMOVE_AFTER rows are acknowledged or a second has passed, and never
 * takes the last acknowledged row: a later row then always gets a higher number. That row is sent once more after a restart,
 * and the recorder drops it by its id. */
#include <stdlib.h>

#include "audit/client.h"
#include "audit/sql_catalog.h"
#include "host/clock.h"
#include "host/fault.h"
#include "host/log.h"
#include "ipc/audit_message.h"
#include "ipc/channel.h"

enum { BATCHES_PER_CALL = 4, IN_FLIGHT_MAX = 2048, REMOVE_AFTER = 1024 };
static const int64_t remove_interval_ns = 1000000000;

struct audit_pump {
	struct store *store;
	int channel;
	uint64_t sent, acknowledged, removed; /* outbox numbers */
	uint64_t last;                        /* highest seen   */
	int64_t removed_at_ns;
	bool more;                            /* the last look found more than it could send */
	uint64_t mark;                        /* the store's, before the last look */
	struct audit_batch batch;
};

err audit_pump_new(struct store *store, struct audit_pump **out)
{
	TRY(store_execute(store, str_of(audit_outbox_schema)));
	struct audit_pump *pump = calloc(1, sizeof *pump);
	if (!pump)
		FAIL(ERR_LIMIT, "no memory for the audit pump");
	pump->store = store;
	pump->channel = -1;
	pump->more = true; /* until the outbox has been looked at, it may hold something */
	pump->removed_at_ns = clock_monotonic_ns(&clock_system);
	audit_batch_init(&pump->batch);
	*out = pump;
	return OK;
}

void audit_pump_free(struct audit_pump *pump)
{
	if (!pump)
		return;
	audit_batch_release(&pump->batch);
	free(pump);
}

void audit_pump_set_channel(struct audit_pump *pump, int channel)
{
	pump->channel = channel;
	pump->sent = pump->acknowledged; /* what was under way may be lost */
	pump->more = true;
}

/* Fills the batch with rows after `sent`; *out_last is the number of the last one in it. */
static err fill(struct audit_pump *pump, uint64_t *out_last)
{
	SCOPED(statement) rows = { 0 };
	bool row;
	audit_batch_clear(&pump->batch);
	*out_last = pump->sent;
	pump->more = false;
	pump->mark = store_mark(pump->store);
	TRY(statement_open(pump->store, &SQL_OUTBOX_AFTER, &rows));
	TRY(bind_i64(&rows, 1, (int64_t)pump->sent));
	TRY(bind_i64(&rows, 2, AUDIT_BATCH_EVENTS_MAX));
	for (;;) {
		TRY(statement_step(&rows, &row));
		if (!row)
			break;
		uint64_t n = (uint64_t)column_i64(&rows, 0);
		if (!audit_batch_add(&pump->batch, n, column_bytes(&rows, 1))) {
			pump->more = true;
			return OK;
		}
		*out_last = n;
	}
	pump->more = pump->batch.count == AUDIT_BATCH_EVENTS_MAX;
	return OK;
}

/* False when there is nothing (more) to send now. */
static bool send_one(struct audit_pump *pump)
{
	uint64_t last;
	if (!pump->more && pump->mark == store_mark(pump->store))
		return false;
	err e = fill(pump, &last);
	if (failed(e)) {
		log_err("reading the audit outbox", e);
		pump->more = true;
		return false;
	}
	if (last > pump->last)
		pump->last = last;
	bytes message = audit_batch_message(&pump->batch);
	if (message.len == 0)
		return false;
	if (failed(channel_send(pump->channel, message, NULL))) {
		pump->more = true; /* full, or gone: the channel's owner will tell */
		return false;
	}
	FAULT("audit.pump.sent");
	pump->sent = last;
	return true;
}

static void remove_acknowledged(struct audit_pump *pump)
{
	SCOPED(statement) remove = { 0 };
	int64_t now = clock_monotonic_ns(&clock_system);
	uint64_t waiting = pump->acknowledged - pump->removed;
	if (waiting < 2 || (waiting < REMOVE_AFTER && now - pump->removed_at_ns < remove_interval_ns))
		return;
	pump->removed_at_ns = now; /* also after a failure: not again at once */
	err e = statement_open(pump->store, &SQL_OUTBOX_REMOVE, &remove);
	if (!failed(e))
		e = bind_i64(&remove, 1, (int64_t)pump->acknowledged);
	if (!failed(e))
		e = statement_run(&remove);
	if (failed(e))
		log_err("removing acknowledged audit events", e);
	else
		pump->removed = pump->acknowledged - 1;
	FAULT("audit.pump.removed");
}

void audit_pump_send(struct audit_pump *pump)
{
	if (store_in_transaction(pump->store))
		return;
	for (int i = 0; i < BATCHES_PER_CALL && pump->channel >= 0; i++)
		if (pump->sent - pump->acknowledged >= IN_FLIGHT_MAX || !send_one(pump) || !pump->more)
			break;
	remove_acknowledged(pump);
}

void audit_pump_receive(struct audit_pump *pump)
{
	uint8_t raw[AUDIT_ACK_BYTES];
	size_t len;
	uint64_t n;
	if (pump->channel < 0)
		return;
	while (!failed(channel_receive(pump->channel, raw, sizeof raw, &len, NULL)) && len) {
		err e = audit_ack_decode(bytes_of(raw, len), &n);
		if (failed(e) || n > pump->sent) {
			log_line(LOG_ERROR, "the recorder acknowledged what it was not sent");
			continue;
		}
		if (n > pump->acknowledged)
			pump->acknowledged = n;
	}
	audit_pump_send(pump);
}

bool audit_pump_is_busy(const struct audit_pump *pump)
{
	return pump->more || pump->last > pump->acknowledged;
}
