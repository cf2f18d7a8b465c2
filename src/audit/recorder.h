/* audit/recorder.h - the core of the recorder process: takes events, commits them to audit.db, appends them to their logs.
 *
 * Source:  audit-and-trust 2.6, 3.4, 4.1, 4.10. Knows no socket and no loop: proc/recorder_main.c drives it, and so do the
 *          crash tests.
 * Logs:    one for the tenant itself (id = tenant; nil for the installation's recorder) and one for each environment.
 * Errors:  what a retry may cure (no room, keeper away) keeps the queued events; a broken page of audit.db is ERR_CORRUPT. */
#ifndef AUDIT_RECORDER_H
#define AUDIT_RECORDER_H

#include "audit/client.h"
#include "audit/log.h"
#include "host/clock.h"

enum { RECORDER_QUEUE_MAX = 1024, RECORDER_BATCH_EVENTS = 256, RECORDER_BATCH_BYTES = 64 * 1024, RECORDER_LOGS_MAX = 2048 };
/* row = number << 40 | seq */
enum { RECORDER_SEQ_BITS = 40 };

struct recorder;
struct recorder_log;

struct recorder_options {
	struct store *store;      /* null: audit.db cannot be opened; files are still shown, nothing is taken */
	struct keys *keys;
	const char *folder;       /* logs stand in FOLDER/<log id>/ */
	struct uuid tenant;       /* nil: the installation */
	str host;                 /* "example.org:8443": origins are "audit.HOST/<log id>" */
	const struct clock *clock;
};
MUST_USE NONNULL err recorder_new(const struct recorder_options *options, struct recorder **out);
void recorder_free(struct recorder *recorder);
/* After the frame has opened the database again. Logs are opened anew when they are next needed. */
__attribute__((nonnull(1))) void recorder_set_store(struct recorder *recorder, struct store *store);
NONNULL struct store *recorder_store(const struct recorder *recorder);

/* The migrations of audit.db. */
extern const struct sql_migration *const recorder_migrations;
extern const size_t recorder_migration_count;

/* The log of that environment (nil: the tenant's own), made when it is new. */
MUST_USE NONNULL err recorder_log_for(struct recorder *recorder, const struct uuid *environment, struct recorder_log **out);
/* By log id, only if it has been used before or is the tenant's own. ERR_NOT_FOUND. */
MUST_USE NONNULL err recorder_log_find(struct recorder *recorder, const struct uuid *id, struct recorder_log **out);
/* All logs, for listing: those that audit.db knows. */
MUST_USE NONNULL err recorder_log_load_all(struct recorder *recorder);
struct recorder_log *recorder_log_at(struct recorder *recorder, size_t index);
/* Opened now if it is not. Null when that is not possible for the moment. */
NONNULL struct audit_log *recorder_log_files(struct recorder *recorder, struct recorder_log *log);
NONNULL const struct uuid *recorder_log_id(const struct recorder_log *log);
/* What the keeper signed last, asked now. */
MUST_USE NONNULL err recorder_keeper_state(struct recorder *recorder, const struct recorder_log *log, struct checkpoint_state *out);
/* First row of the log in audit.db; its rows end at +2^40-1. */
NONNULL int64_t recorder_log_first_row(const struct recorder_log *log);
/* Takes events, and everything taken so far by it is durable. */
NONNULL bool recorder_log_is_durable(const struct recorder_log *log);

/* Queues a draft. ERR_LIMIT when the queue is full: stop reading producers. ERR_CORRUPT when the log has stopped. A draft that
 * is no event is not lost: an event "refuse.event" stands in its place. */
MUST_USE NONNULL err recorder_add(struct recorder *recorder, struct recorder_log *log, bytes draft);
/* The recorder's own events. */
NONNULL void recorder_emit(struct recorder *recorder, struct recorder_log *log, const struct audit_event *event);
NONNULL size_t recorder_queued(const struct recorder *recorder);
/* A whole batch waits: flush without waiting for more. */
NONNULL bool recorder_is_due(const struct recorder *recorder);
/* Commits what is queued and appends it. */
MUST_USE NONNULL err recorder_flush(struct recorder *recorder);
/* Signs every log that has grown. True when all are signed. */
NONNULL bool recorder_checkpoint(struct recorder *recorder);
NONNULL bool recorder_is_signed(const struct recorder *recorder);

#endif
