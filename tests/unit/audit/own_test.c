/* What a process without a database says: the tally of refusals, and the outbox in memory; the test plays the recorder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "audit/event.h"
#include "audit/memory_outbox.h"
#include "audit/tally.h"
#include "ipc/audit_message.h"
#include "ipc/channel.h"

static const char refuse_request[] = "refuse.request", malformed[] = "malformed_request", slow[] = "too_slow";

static struct tally_key key_of(const char *reason, unsigned source)
{
	struct tally_key key = { .op = refuse_request, .reason = reason };
	key.address[0] = (uint8_t)(source >> 8);
	key.address[15] = (uint8_t)source;
	return key;
}

static bool add(struct tally *t, int64_t now_ms, const char *reason, unsigned source)
{
	struct tally_key told, key = key_of(reason, source);
	return tally_add(t, now_ms, &key, &told);
}

static void a_repetition_is_counted_until_its_window_ends(void **state)
{
	static struct tally t;
	struct tally_place ended;
	(void)state;
	t = (struct tally){ .places = { { .more = 0 } } };
	assert_true(add(&t, 1000, malformed, 1));
	for (int i = 0; i < 99; i++)
		assert_false(add(&t, 1000 + i, malformed, 1));
	assert_true(add(&t, 1500, slow, 1));
	assert_true(add(&t, 1500, malformed, 2));
	assert_false(tally_take_ended(&t, 1000 + TALLY_WINDOW_MS - 1, &ended));
	assert_true(tally_take_ended(&t, 1000 + TALLY_WINDOW_MS, &ended));
	assert_int_equal(ended.more, 99);
	assert_ptr_equal(ended.key.reason, malformed);
	assert_true(tally_is_busy(&t));
	assert_false(tally_take_ended(&t, 1500 + TALLY_WINDOW_MS, &ended)); /* those came once: nothing more to say */
	assert_false(tally_is_busy(&t));
	assert_true(add(&t, 2000 + TALLY_WINDOW_MS, malformed, 1));
}

static void more_sources_than_places_share_one(void **state)
{
	static struct tally t;
	struct tally_key told = { .op = NULL }, key = key_of(malformed, TALLY_PLACES);
	struct tally_place ended;
	(void)state;
	t = (struct tally){ .places = { { .more = 0 } } };
	for (unsigned i = 0; i < TALLY_PLACES; i++)
		assert_true(add(&t, 0, malformed, i));
	assert_true(tally_add(&t, 0, &key, &told));
	assert_string_equal(told.reason, "many_sources");
	assert_int_equal(told.address[0], 0);
	for (unsigned i = TALLY_PLACES + 1; i < 10 * TALLY_PLACES; i++)
		assert_false(add(&t, 1, malformed, i));
	assert_true(tally_take_ended(&t, TALLY_WINDOW_MS, &ended));
	assert_int_equal(ended.more, 9 * TALLY_PLACES - 1);
	assert_false(tally_take_ended(&t, TALLY_WINDOW_MS, &ended));
	assert_false(tally_is_busy(&t));
}

/* --- the outbox --- */

static void ensure(err e)
{
	if (failed(e))
		fail_msg("%s (%s:%d)", err_why(e), e.site->file, e.site->line);
}

static void emit(struct memory_outbox *box, unsigned count)
{
	struct audit_event event = { .category = AUDIT_NETWORK, .op = S("refuse.request"), .result = AUDIT_DENIED,
				     .severity = AUDIT_NOTICE, .actor_type = AUDIT_ACTOR_SYSTEM };
	while (count--)
		memory_outbox_emit(box, (struct instant){ 1795507200000 }, &event);
}

/* What arrived at the recorder's end: how many events, the numbers of the first and last, and the text of the first. */
struct received {
	unsigned count;
	uint64_t first, last;
	char text[2048];
};

static struct received receive(int fd)
{
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
	static struct audit_message_event events[AUDIT_BATCH_EVENTS_MAX];
	struct received r = { .count = 0 };
	size_t len, count;
	while (!failed(channel_receive(fd, raw, sizeof raw, &len, NULL)) && len) {
		ensure(audit_batch_decode(bytes_of(raw, len), events, &count));
		for (size_t i = 0; i < count; i++) {
			if (r.count++ == 0) {
				r.first = events[i].n;
				snprintf(r.text, sizeof r.text, "%.*s", (int)events[i].draft.len, (const char *)events[i].draft.at);
			} else {
				assert_int_equal(events[i].n, r.last + 1);
			}
			r.last = events[i].n;
		}
	}
	return r;
}

static void acknowledge(int fd, uint64_t n)
{
	uint8_t raw[AUDIT_ACK_BYTES];
	audit_ack_encode(n, raw);
	ensure(channel_send(fd, bytes_of(raw, sizeof raw), NULL));
}

static void what_is_not_acknowledged_is_sent_again(void **state)
{
	struct memory_outbox *box;
	int first[2], second[2];
	(void)state;
	ensure(memory_outbox_new(&box));
	emit(box, 3); /* before there is a recorder */
	ensure(channel_pair(first));
	memory_outbox_set_channel(box, first[0]);
	struct received r = receive(first[1]);
	assert_int_equal(r.count, 3);
	acknowledge(first[1], 2);
	assert_true(memory_outbox_receive(box));
	assert_true(memory_outbox_is_busy(box));
	close(first[1]); /* the recorder dies */
	assert_false(memory_outbox_receive(box));
	memory_outbox_set_channel(box, -1);
	close(first[0]);
	emit(box, 1);
	ensure(channel_pair(second));
	memory_outbox_set_channel(box, second[0]);
	r = receive(second[1]);
	assert_int_equal(r.first, 3);
	assert_int_equal(r.last, 4);
	acknowledge(second[1], 9); /* of what was never sent: not believed */
	assert_true(memory_outbox_receive(box));
	assert_true(memory_outbox_is_busy(box));
	acknowledge(second[1], 4);
	assert_true(memory_outbox_receive(box));
	assert_false(memory_outbox_is_busy(box));
	memory_outbox_free(box);
	close(second[0]);
	close(second[1]);
}

static void what_does_not_fit_is_told_as_a_gap(void **state)
{
	struct memory_outbox *box;
	int ends[2];
	(void)state;
	ensure(memory_outbox_new(&box));
	emit(box, MEMORY_OUTBOX_EVENTS_MAX + 100);
	ensure(channel_pair(ends));
	memory_outbox_set_channel(box, ends[0]);
	struct received r;
	unsigned kept = 0;
	while (memory_outbox_is_busy(box)) { /* the channel holds less than all of them */
		r = receive(ends[1]);
		assert_int_not_equal(r.count, 0);
		kept += r.count;
		acknowledge(ends[1], r.last);
		assert_true(memory_outbox_receive(box));
	}
	assert_true(kept >= MEMORY_OUTBOX_EVENTS_MAX - 1 && kept <= MEMORY_OUTBOX_EVENTS_MAX);
	emit(box, 1);
	r = receive(ends[1]);
	assert_int_equal(r.count, 2); /* the gap, then the event */
	char lost[64];
	snprintf(lost, sizeof lost, "\"lost\":%u", MEMORY_OUTBOX_EVENTS_MAX + 100 - kept);
	assert_non_null(strstr(r.text, "audit.gap"));
	assert_non_null(strstr(r.text, lost));
	emit(box, 1);
	assert_int_equal(receive(ends[1]).count, 1); /* it is said once */
	memory_outbox_free(box);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repetition_is_counted_until_its_window_ends),
		cmocka_unit_test(more_sources_than_places_share_one),
		cmocka_unit_test(what_is_not_acknowledged_is_sent_again),
		cmocka_unit_test(what_does_not_fit_is_told_as_a_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
