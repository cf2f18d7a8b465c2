/* proc/own_events.h - the audit events of a process that has no database: the keeper and the edges say what they refuse and
 * what they did, in the installation's log.
 *
 * Refusals that repeat are folded (audit/tally.h). Events wait in memory while the recorder is away (audit/memory_outbox.h). */
#ifndef PROC_OWN_EVENTS_H
#define PROC_OWN_EVENTS_H

#include "audit/client.h"
#include "audit/tally.h"
#include "host/loop.h"

struct own_events;

MUST_USE NONNULL err own_events_new(struct loop *loop, struct own_events **out);
/* Tells what was counted, waits a moment for the recorder, frees. Null is accepted. */
void own_events_close(struct own_events *events);
/* The recorder's channel, which becomes the events' own; replaces an older one. */
MUST_USE NONNULL err own_events_set_channel(struct own_events *events, int fd);
/* Adds the actor (the system itself) unless the event has one. */
NONNULL void own_events_say(struct own_events *events, struct audit_event event);
/* A refusal, as `key` says it: op and reason are literals; `who` is the process that was refused a key, null: a client. */
NONNULL void own_events_refused(struct own_events *events, const struct tally_key *key);

#endif
