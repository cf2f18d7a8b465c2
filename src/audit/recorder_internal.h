/* audit/recorder_internal.h - what recorder.c and recorder_log.c share. */
#ifndef AUDIT_RECORDER_INTERNAL_H
#define AUDIT_RECORDER_INTERNAL_H

#include "audit/recorder.h"
#include "base/buffer.h"

enum { RECORDER_ARENA_BYTES = 48 << 20 };

struct recorder_log {
	struct recorder *recorder;
	struct uuid id, environment;
	int64_t number;             /* 0: audit.db does not have it yet */
	struct audit_log *files;    /* null: to be opened                */
	bool corrupt_said;
	size_t queued;
	/* of the batch being committed */
	struct log_tip tip;
	struct buffer entries;
};

struct queued_event {
	struct recorder_log *log;
	bytes draft; /* in the recorder's arena */
};

struct recorder {
	struct store *store;
	struct keys *keys;
	char folder[LOG_PATH_MAX - 64];
	char host[260];
	struct uuid tenant;
	const struct clock *clock;
	struct recorder_log *logs[RECORDER_LOGS_MAX];
	size_t log_count;
	struct arena *arena; /* drafts of the queue */
	struct queued_event queue[RECORDER_QUEUE_MAX];
	size_t queued, queued_bytes;
};

NONNULL void recorder_log_close(struct recorder_log *log);
/* Gives the log its number in audit.db, inside the transaction of its first event. */
MUST_USE NONNULL err recorder_log_number(struct recorder_log *log);

#endif
