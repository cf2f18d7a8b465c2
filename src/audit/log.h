/* audit/log.h - one append-only Merkle log: its right edge in memory, its files, its signed checkpoints.
 *
 * Source:  audit-and-trust 4.1 to 4.5, 4.10.
 * Order:   a batch is committed to audit.db first, then its entries go to their bundles and are synced, then producers hear of
 *          it. At most each second the new hashes go to their tiles, are synced, the keeper signs, the note is renamed in place.
 *          So nothing signed is ever ahead of what is durable, and what a crash left out behind the signed size is made again
 *          from audit.db.
 * States:  LOG_GOOD, LOG_CORRUPT (still readable, takes nothing, is never signed again). Opening finds corruption and says it
 *          by the state; it fails only where a retry may help (no keeper, no memory, no room). */
#ifndef AUDIT_LOG_H
#define AUDIT_LOG_H

#include "audit/entry.h"
#include "audit/log_files.h"
#include "audit/note.h"
#include "audit/tree.h"
#include "keys/client.h"

enum log_state { LOG_GOOD = 1, LOG_CORRUPT };

struct audit_log;

/* Gives entry `seq` again, from audit.db; `chain` is the hash of the one before. */
typedef err (*log_recall)(void *self, uint64_t seq, const struct sha256 *chain, uint8_t out[ENTRY_BYTES]);

struct log_options {
	struct keys *keys;
	struct uuid id;
	str origin;          /* "audit.host/id", copied                          */
	const char *folder;  /* of this log                                      */
	uint64_t row_count;  /* events that audit.db has of it                   */
	log_recall recall;
	void *recall_self;
};
MUST_USE NONNULL err audit_log_open(const struct log_options *options, struct audit_log **out);
void audit_log_close(struct audit_log *log);

NONNULL enum log_state audit_log_state(const struct audit_log *log);
NONNULL const char *audit_log_why(const struct audit_log *log);
NONNULL str audit_log_origin(const struct audit_log *log);
NONNULL struct note_key audit_log_key(const struct audit_log *log);
/* Entries durable, and how many of them the last checkpoint covers. */
NONNULL uint64_t audit_log_size(const struct audit_log *log);
NONNULL uint64_t audit_log_signed_size(const struct audit_log *log);

/* What the next entry must say. */
struct log_tip {
	uint64_t seq, time_ms_min;
	struct sha256 chain;
};
NONNULL struct log_tip audit_log_tip(const struct audit_log *log);
NONNULL struct log_tip log_tip_after(const uint8_t entry[static ENTRY_BYTES]);

/* Appends whole entries that follow the tip, and makes them durable. After an error close the log and open it again. */
MUST_USE NONNULL err audit_log_append(struct audit_log *log, const uint8_t (*entries)[ENTRY_BYTES], size_t count);
/* Signs what has been appended since. Nothing to do: OK. ERR_CONFLICT from the keeper makes the log corrupt. */
MUST_USE NONNULL err audit_log_checkpoint(struct audit_log *log);

/* Reading, within the signed size. ERR_NOT_FOUND outside. */
MUST_USE NONNULL err audit_log_read_checkpoint(const struct audit_log *log, struct arena *arena, str *out);
MUST_USE NONNULL err audit_log_read_tile(const struct audit_log *log, const struct tile_name *name, struct arena *arena,
					 bytes *out);
/* C2SP tlog-proof text of entry `seq`. */
MUST_USE NONNULL err audit_log_prove(const struct audit_log *log, uint64_t seq, struct buffer *out);

#endif
