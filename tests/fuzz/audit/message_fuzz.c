/* A batch that is taken can be built again, octet for octet; its drafts are read without harm. */
#include <stdlib.h>

#include "audit/event.h"
#include "ipc/audit_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct audit_message_event events[AUDIT_BATCH_EVENTS_MAX];
	struct audit_batch batch;
	size_t count;
	uint64_t n;
	(void)!failed(audit_ack_decode(bytes_of(data, size), &n));
	if (failed(audit_batch_decode(bytes_of(data, size), events, &count)))
		return 0;
	audit_batch_init(&batch);
	for (size_t i = 0; i < count; i++) {
		struct arena *arena = arena_new(1 << 20);
		const struct json *tree;
		struct event_facts facts;
		if (!audit_batch_add(&batch, events[i].n, events[i].draft))
			abort();
		(void)!failed(event_parse(events[i].draft, arena, &tree, &facts));
		arena_free(arena);
	}
	if (!bytes_equal(audit_batch_message(&batch), bytes_of(data, size)))
		abort();
	audit_batch_release(&batch);
	return 0;
}
