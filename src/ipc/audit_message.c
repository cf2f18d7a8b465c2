#include "ipc/audit_message.h"

#include "codec/reader.h"
#include "codec/writer.h"

enum { MESSAGE_BATCH = 1, MESSAGE_ACK = 2, MESSAGE_VERSION = 1, HEAD_BYTES = 4, EVENT_HEAD_BYTES = 10 };

void audit_batch_init(struct audit_batch *batch)
{
	buffer_init(&batch->text, AUDIT_BATCH_BYTES_MAX);
	audit_batch_clear(batch);
}

void audit_batch_release(struct audit_batch *batch)
{
	buffer_release(&batch->text);
	batch->count = 0;
}

void audit_batch_clear(struct audit_batch *batch)
{
	buffer_clear(&batch->text);
	batch->count = 0;
	write_u8(&batch->text, MESSAGE_BATCH);
	write_u8(&batch->text, MESSAGE_VERSION);
	write_u16(&batch->text, 0);
}

bool audit_batch_add(struct audit_batch *batch, uint64_t n, bytes draft)
{
	if (batch->count == AUDIT_BATCH_EVENTS_MAX || draft.len > AUDIT_EVENT_BYTES_MAX ||
	    batch->text.len + EVENT_HEAD_BYTES + draft.len > AUDIT_BATCH_BYTES_MAX)
		return false;
	write_u64(&batch->text, n);
	write_u16(&batch->text, (uint16_t)draft.len);
	buffer_append(&batch->text, draft);
	batch->count++;
	return true;
}

bytes audit_batch_message(struct audit_batch *batch)
{
	if (batch->text.failed || batch->count == 0)
		return (bytes){ NULL, 0 };
	batch->text.at[2] = (uint8_t)(batch->count >> 8);
	batch->text.at[3] = (uint8_t)batch->count;
	return buffer_bytes(&batch->text);
}

err audit_batch_decode(bytes raw, struct audit_message_event out[static AUDIT_BATCH_EVENTS_MAX], size_t *out_count)
{
	struct reader r = reader_of(raw);
	uint8_t kind = read_u8(&r), version = read_u8(&r);
	size_t count = read_u16(&r);
	uint64_t before = 0;
	if (raw.len > AUDIT_BATCH_BYTES_MAX || kind != MESSAGE_BATCH || version != MESSAGE_VERSION)
		FAIL(ERR_INVALID, "not a batch of audit events");
	if (count == 0 || count > AUDIT_BATCH_EVENTS_MAX)
		FAIL(ERR_INVALID, "batch of an impossible number of events");
	for (size_t i = 0; i < count; i++) {
		out[i].n = read_u64(&r);
		out[i].draft = read_bytes(&r, read_u16(&r));
		if (out[i].n <= before || out[i].draft.len == 0 || out[i].draft.len > AUDIT_EVENT_BYTES_MAX)
			FAIL(ERR_INVALID, "batch with an event out of order or of an impossible length");
		before = out[i].n;
	}
	if (!reader_is_exact(&r))
		FAIL(ERR_INVALID, "batch whose length disagrees with its events");
	*out_count = count;
	return OK;
}

void audit_ack_encode(uint64_t n, uint8_t out[static AUDIT_ACK_BYTES])
{
	out[0] = MESSAGE_ACK;
	out[1] = MESSAGE_VERSION;
	out[2] = out[3] = 0;
	for (size_t i = 0; i < 8; i++)
		out[HEAD_BYTES + i] = (uint8_t)(n >> (56 - 8 * i));
}

err audit_ack_decode(bytes raw, uint64_t *out_n)
{
	struct reader r = reader_of(raw);
	uint8_t kind = read_u8(&r), version = read_u8(&r);
	uint16_t zero = read_u16(&r);
	uint64_t n = read_u64(&r);
	if (!reader_is_exact(&r) || kind != MESSAGE_ACK || version != MESSAGE_VERSION || zero != 0)
		FAIL(ERR_INVALID, "not an acknowledgement of audit events");
	*out_n = n;
	return OK;
}
