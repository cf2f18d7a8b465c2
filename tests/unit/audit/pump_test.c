/* audit_emit and the pump on a real store; the test plays the recorder at the other end of the channel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "audit/event.h"
#include "ipc/audit_message.h"
#include "ipc/channel.h"
#include "keys/client.h"

struct place {
	char folder[64], path[96];
	struct database_keys keys;
	struct store *store;
	struct audit_pump *pump;
	int ends[2]; /* ends[0]: the pump's */
};

static void ensure(err e)
{
	if (failed(e))
		fail_msg("%s (%s:%d)", err_why(e), e.site->file, e.site->line);
}

static void open_place(struct place *p)
{
	struct sql_migration outbox = { 1, "outbox", audit_outbox_schema };
	struct store_options options = { .path = p->path, .keys = &p->keys, .migrations = &outbox, .migration_count = 1 };
	ensure(store_open(&options, &p->store));
	ensure(audit_pump_new(p->store, &p->pump));
	ensure(channel_pair(p->ends));
	audit_pump_set_channel(p->pump, p->ends[0]);
}

static void close_place(struct place *p)
{
	audit_pump_free(p->pump);
	store_close(p->store);
	close(p->ends[0]);
	close(p->ends[1]);
}

static void place_make(struct place *p)
{
	*p = (struct place){ .keys = { .version_count = 1, .versions = { 1 } } };
	snprintf(p->folder, sizeof p->folder, "/tmp/bailiwick-pump-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->path, sizeof p->path, "%s/a.db", p->folder);
	memset(p->keys.page[0].k, 1, 32);
	memset(p->keys.wal_header[0].k, 2, 32);
	memset(p->keys.anchor.k, 3, 32);
	open_place(p);
}

static void place_remove(struct place *p)
{
	char command[128];
	close_place(p);
	snprintf(command, sizeof command, "rm -rf '%s'", p->folder);
	assert_int_equal(system(command), 0);
}

static err emit(struct place *p)
{
	struct audit_event event = { .category = AUDIT_IDENTITY, .op = S("signin.client"), .result = AUDIT_SUCCESS, .severity = 6,
				     .actor_type = AUDIT_ACTOR_APP, .actor_id = S("a") };
	return audit_emit(p->store, (struct instant){ 1795507200000 }, &event);
}

static void emit_committed(struct place *p, int count)
{
	SCOPED(transaction) tx = { 0 };
	ensure(transaction_begin(p->store, &tx));
	for (int i = 0; i < count; i++)
		ensure(emit(p));
	ensure(transaction_commit(&tx));
}

/* What has arrived at the recorder's end; *out_last is the last number. Every draft must be an event. */
static size_t arrived(struct place *p, uint64_t *out_last)
{
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
	static struct audit_message_event events[AUDIT_BATCH_EVENTS_MAX];
	size_t len, count, sum = 0;
	while (!failed(channel_receive(p->ends[1], raw, sizeof raw, &len, NULL)) && len) {
		ensure(audit_batch_decode(bytes_of(raw, len), events, &count));
		for (size_t i = 0; i < count; i++) {
			struct arena *arena = arena_new(1 << 18);
			const struct json *tree;
			struct event_facts facts;
			ensure(event_parse(events[i].draft, arena, &tree, &facts));
			arena_free(arena);
			*out_last = events[i].n;
		}
		sum += count;
	}
	return sum;
}

static void acknowledge(struct place *p, uint64_t n)
{
	uint8_t raw[AUDIT_ACK_BYTES];
	audit_ack_encode(n, raw);
	ensure(channel_send(p->ends[1], bytes_of(raw, sizeof raw), NULL));
	audit_pump_receive(p->pump);
}

static int64_t rows(struct place *p)
{
	SCOPED(statement) s = { 0 };
	bool row;
	ensure(statement_open_text(p->store, S("SELECT count(*) FROM audit_outbox"), &s));
	ensure(statement_step(&s, &row));
	return column_i64(&s, 0);
}

static void committed_events_travel_once(void **state)
{
	struct place p;
	uint64_t last = 0;
	(void)state;
	place_make(&p);
	emit_committed(&p, 3);
	audit_pump_send(p.pump);
	assert_int_equal(arrived(&p, &last), 3);
	audit_pump_send(p.pump);
	assert_int_equal(arrived(&p, &last), 0);
	assert_true(audit_pump_is_busy(p.pump));
	acknowledge(&p, last);
	assert_false(audit_pump_is_busy(p.pump));
	place_remove(&p);
}

static void rolled_back_change_leaves_no_event(void **state)
{
	struct place p;
	uint64_t last = 0;
	(void)state;
	place_make(&p);
	{
		SCOPED(transaction) tx = { 0 };
		ensure(transaction_begin(p.store, &tx));
		ensure(emit(&p));
		audit_pump_send(p.pump); /* inside: must not send what may yet be rolled back */
	}
	audit_pump_send(p.pump);
	assert_int_equal(arrived(&p, &last), 0);
	assert_int_equal(rows(&p), 0);
	place_remove(&p);
}

static void unacknowledged_events_are_sent_again_over_a_new_channel(void **state)
{
	struct place p;
	uint64_t last = 0;
	(void)state;
	place_make(&p);
	emit_committed(&p, 10);
	audit_pump_send(p.pump);
	assert_int_equal(arrived(&p, &last), 10);
	acknowledge(&p, 4);
	audit_pump_set_channel(p.pump, -1);
	emit_committed(&p, 2);
	audit_pump_send(p.pump);
	assert_true(audit_pump_is_busy(p.pump));
	close(p.ends[0]);
	close(p.ends[1]);
	ensure(channel_pair(p.ends));
	audit_pump_set_channel(p.pump, p.ends[0]);
	audit_pump_send(p.pump);
	assert_int_equal(arrived(&p, &last), 8);
	assert_int_equal(last, 12);
	place_remove(&p);
}

static void restart_sends_what_is_left_and_never_reuses_a_number(void **state)
{
	struct place p;
	uint64_t last = 0;
	(void)state;
	place_make(&p);
	for (int i = 0; i < 6; i++)
		emit_committed(&p, 200);
	audit_pump_send(p.pump);
	assert_int_equal(arrived(&p, &last), 1024); /* four batches a call */
	acknowledge(&p, 1024);
	assert_int_equal(arrived(&p, &last), 176);
	acknowledge(&p, 1200);
	assert_int_equal(last, 1200);
	assert_true(rows(&p) >= 1 && rows(&p) <= 177); /* removed in bulk; the last always stays */
	close_place(&p);
	open_place(&p);
	emit_committed(&p, 1);
	audit_pump_send(p.pump);
	assert_true(arrived(&p, &last) >= 2);
	assert_int_equal(last, 1201);
	place_remove(&p);
}

/* The recorder does not read: sending stops at the bound without blocking, and goes on afterwards. */
static void full_channel_does_not_block(void **state)
{
	struct place p;
	uint64_t last = 0;
	size_t sum = 0;
	(void)state;
	place_make(&p);
	for (int i = 0; i < 25; i++)
		emit_committed(&p, 200);
	for (int i = 0; i < 10; i++)
		audit_pump_send(p.pump);
	for (int i = 0; i < 200 && last < 5000; i++) {
		sum += arrived(&p, &last);
		acknowledge(&p, last);
	}
	assert_int_equal(sum, 5000);
	assert_int_equal(last, 5000);
	place_remove(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(committed_events_travel_once), cmocka_unit_test(rolled_back_change_leaves_no_event),
		cmocka_unit_test(unacknowledged_events_are_sent_again_over_a_new_channel),
		cmocka_unit_test(restart_sends_what_is_left_and_never_reuses_a_number),
		cmocka_unit_test(full_channel_does_not_block),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
