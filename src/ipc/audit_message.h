/* ipc/audit_message.h - audit events from a producer to the recorder, and acknowledgements back.
 *
 * BATCH   0x01 version u8 count u16, then count times: n u64, length u16, draft (canonical JSON, audit/event.h)
 * ACK     0x02 version u8 zero u16, n u64: everything of this channel up to n is on the disk
 * Integers are big-endian. n is the producer's outbox number and only rises. Nothing says who sends or which log is meant:
 * the channel's binding does. A message that breaks any of this closes the channel. */
#ifndef IPC_AUDIT_MESSAGE_H
#define IPC_AUDIT_MESSAGE_H

#include "base/buffer.h"
#include "base/err.h"

enum { AUDIT_BATCH_EVENTS_MAX = 256, AUDIT_BATCH_BYTES_MAX = 64 * 1024, AUDIT_EVENT_BYTES_MAX = 30 * 1024 };

struct audit_message_event {
	uint64_t n;
	bytes draft; /* a view into the message */
};

/* Building a batch: init, add while it says true, send `text`. */
struct audit_batch {
	struct buffer text;
	size_t count;
};
NONNULL void audit_batch_init(struct audit_batch *batch);
NONNULL void audit_batch_release(struct audit_batch *batch);
NONNULL void audit_batch_clear(struct audit_batch *batch);
/* False, and nothing added, when the batch is full. */
NONNULL MUST_USE bool audit_batch_add(struct audit_batch *batch, uint64_t n, bytes draft);
/* The message; empty when there are no events or memory ran out. */
NONNULL bytes audit_batch_message(struct audit_batch *batch);

MUST_USE NONNULL err audit_batch_decode(bytes raw, struct audit_message_event out[static AUDIT_BATCH_EVENTS_MAX],
					size_t *out_count);

enum { AUDIT_ACK_BYTES = 12 };
NONNULL void audit_ack_encode(uint64_t n, uint8_t out[static AUDIT_ACK_BYTES]);
MUST_USE NONNULL err audit_ack_decode(bytes raw, uint64_t *out_n);

#endif
