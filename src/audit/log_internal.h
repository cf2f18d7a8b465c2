/* audit/log_internal.h - what log.c, log_open.c and log_read.c share. */
#ifndef AUDIT_LOG_INTERNAL_H
#define AUDIT_LOG_INTERNAL_H

#include "audit/log.h"

/* Hashes of one tile level that no tile holds yet. */
struct fresh_hashes {
	uint64_t first;
	struct buffer hashes;
};

struct audit_log {
	struct keys *keys;
	struct uuid id;
	char origin_text[340];
	struct note_key key;
	struct log_files files;
	enum log_state state;
	const char *why;
	struct log_tip tip;
	struct tree_edge edge;
	struct fresh_hashes fresh[TILE_LEVELS];
	struct checkpoint_state last; /* signed by the keeper */
};

/* A subtree's root, from tiles. self: struct log_files. */
MUST_USE NONNULL err log_node(void *self, unsigned level, uint64_t index, struct sha256 *out);
NONNULL void log_mark_corrupt(struct audit_log *log, const char *why);
/* Hashes the entry into the edge and moves the tip; no file is touched. */
MUST_USE NONNULL err log_take(struct audit_log *log, const uint8_t entry[static ENTRY_BYTES]);
struct tile_name log_bundle_of(uint64_t seq);
MUST_USE NONNULL err log_write_entries(struct audit_log *log, uint64_t seq, const uint8_t (*entries)[ENTRY_BYTES], size_t count);
/* Has the keeper sign the tree of the edge, whose hashes are durable, and publishes the note. */
MUST_USE NONNULL err log_sign(struct audit_log *log);

#endif
