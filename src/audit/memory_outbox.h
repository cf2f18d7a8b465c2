/* audit/memory_outbox.h - the outbox of a process that has no database (keeper, edge): events wait in memory until the
 * recorder has them on disk.
 *
 * Bounded: what does not fit is counted, and the count becomes an event itself (audit.gap) as soon as there is room, so that
 * the log says that it is not complete. A process that is killed takes with it what the recorder had not acknowledged.
 *
 * Source: audit-and-trust 3.1, 2.6. The wire is that of the pump (ipc/audit_message.h). */
#ifndef AUDIT_MEMORY_OUTBOX_H
#define AUDIT_MEMORY_OUTBOX_H

#include "audit/client.h"

enum { MEMORY_OUTBOX_EVENTS_MAX = 1024 };

struct memory_outbox;

MUST_USE err memory_outbox_new(struct memory_outbox **out);
void memory_outbox_free(struct memory_outbox *box);
/* Keeps the event; what cannot be kept is counted. */
NONNULL void memory_outbox_emit(struct memory_outbox *box, struct instant now, const struct audit_event *event);
/* channel -1: the recorder is away. The channel stays the caller's. All that is unacknowledged is sent again. */
NONNULL void memory_outbox_set_channel(struct memory_outbox *box, int channel);
/* Sends what waits, as far as the channel takes it. */
NONNULL void memory_outbox_send(struct memory_outbox *box);
/* Takes acknowledgements. False at the channel's end. */
NONNULL bool memory_outbox_receive(struct memory_outbox *box);
/* True while something has not been acknowledged. */
NONNULL bool memory_outbox_is_busy(const struct memory_outbox *box);

#endif
