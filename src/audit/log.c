#include "audit/log.h"

#include <stdlib.h>

#include "audit/log_internal.h"
#include "host/fault.h"
#include "host/log.h"

void log_mark_corrupt(struct audit_log *log, const char *why)
{
	if (log->state == LOG_CORRUPT)
		return;
	log->state = LOG_CORRUPT;
	log->why = why;
	log_line(LOG_ERROR, "log.corrupt: %s: %s", log->origin_text, why);
}

enum log_state audit_log_state(const struct audit_log *log)
{
	return log->state;
}

const char *audit_log_why(const struct audit_log *log)
{
	return log->why;
}

str audit_log_origin(const struct audit_log *log)
{
	return str_of(log->origin_text);
}

struct note_key audit_log_key(const struct audit_log *log)
{
	return log->key;
}

uint64_t audit_log_size(const struct audit_log *log)
{
	return log->tip.seq;
}

uint64_t audit_log_signed_size(const struct audit_log *log)
{
	return log->last.size;
}

struct log_tip audit_log_tip(const struct audit_log *log)
{
	return log->tip;
}

struct log_tip log_tip_after(const uint8_t entry[static ENTRY_BYTES])
{
	struct log_tip tip = { .chain = sha256_of(bytes_of(entry, ENTRY_BYTES)) };
	for (size_t i = 0; i < 8; i++) {
		tip.seq = tip.seq << 8 | entry[1 + i];
		tip.time_ms_min = tip.time_ms_min << 8 | entry[9 + i];
	}
	tip.seq++;
	return tip;
}

static err keep_hash(void *self, unsigned level, uint64_t index, const struct sha256 *hash)
{
	struct audit_log *log = self;
	if (level % 8)
		return OK;
	struct fresh_hashes *fresh = &log->fresh[level / 8];
	if (fresh->hashes.len == 0)
		fresh->first = index;
	buffer_append(&fresh->hashes, bytes_of(hash->b, SHA256_BYTES));
	if (fresh->hashes.failed)
		FAIL(ERR_LIMIT, "no memory for the log's hashes");
	return OK;
}

err log_take(struct audit_log *log, const uint8_t entry[static ENTRY_BYTES])
{
	struct log_tip next = log_tip_after(entry);
	if (next.seq != log->tip.seq + 1)
		FAIL(ERR_INTERNAL, "an entry that does not follow the last");
	struct sha256 leaf = merkle_leaf(bytes_of(entry, ENTRY_BYTES));
	TRY(tree_edge_append(&log->edge, &leaf, keep_hash, log));
	log->tip = next;
	return OK;
}

struct tile_name log_bundle_of(uint64_t seq)
{
	return (struct tile_name){ TILE_LEVEL_ENTRIES, seq / BUNDLE_ENTRIES, BUNDLE_ENTRIES };
}

/* Entries from seq on, all of one bundle. */
static err write_run(struct audit_log *log, uint64_t seq, const uint8_t (*entries)[ENTRY_BYTES], size_t count)
{
	uint8_t raw[BUNDLE_BYTES_MAX] = { 0 };
	struct tile_name name = log_bundle_of(seq);
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = raw + i * BUNDLE_STEP_BYTES;
		at[0] = ENTRY_BYTES >> 8;
		at[1] = ENTRY_BYTES & 0xff;
		memcpy(at + 2, entries[i], ENTRY_BYTES);
	}
	FAULT("audit.entries.before_write");
	return log_files_write(&log->files, &name, seq % BUNDLE_ENTRIES * BUNDLE_STEP_BYTES,
			       bytes_of(raw, count * BUNDLE_STEP_BYTES));
}

err log_write_entries(struct audit_log *log, uint64_t seq, const uint8_t (*entries)[ENTRY_BYTES], size_t count)
{
	while (count) {
		size_t room = BUNDLE_ENTRIES - seq % BUNDLE_ENTRIES, run = count < room ? count : room;
		TRY(write_run(log, seq, entries, run));
		entries += run;
		count -= run;
		seq += run;
	}
	FAULT("audit.entries.written");
	return OK;
}

err audit_log_append(struct audit_log *log, const uint8_t (*entries)[ENTRY_BYTES], size_t count)
{
	if (log->state != LOG_GOOD)
		FAIL(ERR_CORRUPT, "the log has stopped");
	TRY(log_write_entries(log, log->tip.seq, entries, count));
	FAULT("audit.entries.before_sync");
	TRY(log_files_sync(&log->files));
	FAULT("audit.entries.synced");
	for (size_t i = 0; i < count; i++)
		TRY(log_take(log, entries[i]));
	return OK;
}

/* --- checkpoints --- */

static err write_level(struct audit_log *log, int level)
{
	struct fresh_hashes *fresh = &log->fresh[level];
	while (fresh->hashes.len) {
		struct tile_name name = { level, fresh->first / TILE_WIDTH, TILE_WIDTH };
		size_t at = fresh->first % TILE_WIDTH * TILE_HASH_BYTES, len = TILE_BYTES_MAX - at;
		if (len > fresh->hashes.len)
			len = fresh->hashes.len;
		FAULT("audit.tile.before_write");
		TRY(log_files_write(&log->files, &name, at, bytes_of(fresh->hashes.at, len)));
		FAULT("audit.tile.written");
		buffer_consume(&fresh->hashes, len);
		fresh->first += len / TILE_HASH_BYTES;
	}
	return OK;
}

static err write_tiles(struct audit_log *log)
{
	FAULT("audit.append.before_tiles");
	for (int level = 0; level < TILE_LEVELS; level++)
		TRY(write_level(log, level));
	FAULT("audit.tiles.before_sync");
	TRY(log_files_sync(&log->files));
	FAULT("audit.tiles.synced");
	return OK;
}

static err publish(struct audit_log *log, const struct sha256 *root, const uint8_t signature[static ED25519_SIGNATURE_BYTES])
{
	struct checkpoint c = { str_of(log->origin_text), log->edge.size, *root };
	struct arena *arena = arena_new(16384);
	struct buffer text;
	struct note note;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for a checkpoint");
	buffer_init(&text, 4096);
	checkpoint_write(&text, &c);
	buffer_append_char(&text, '\n');
	note_signature_write(&text, &log->key, signature);
	err e = text.failed ? ERR(ERR_LIMIT, "no memory for a checkpoint") : note_parse(buffer_str(&text), arena, &note);
	if (!failed(e) && failed(note_verify(&note, &log->key))) /* the keeper names the log otherwise than we do */
		e = ERR(ERR_INTERNAL, "the keeper signed another text than the log's checkpoint");
	FAULT("audit.checkpoint.before_write");
	if (!failed(e))
		e = log_files_write_checkpoint(&log->files, buffer_str(&text));
	FAULT("audit.checkpoint.written");
	buffer_release(&text);
	arena_free(arena);
	return e;
}

err log_sign(struct audit_log *log)
{
	uint8_t signature[ED25519_SIGNATURE_BYTES];
	struct sha256 root = tree_edge_root(&log->edge), proof[TREE_PROOF_MAX];
	struct tree_source source = { log_node, &log->files };
	uint8_t raw[TREE_PROOF_MAX][32];
	size_t count = 0;
	if (log->last.size)
		TRY(tree_consistency(&source, log->last.size, log->edge.size, proof, &count));
	for (size_t i = 0; i < count; i++)
		memcpy(raw[i], proof[i].b, 32);
	FAULT("audit.checkpoint.before_sign");
	err e = keys_sign_checkpoint(log->keys, &log->id, log->edge.size, root.b, raw, count, signature);
	if (err_kind_of(e) == ERR_CONFLICT)
		log_mark_corrupt(log, "the keeper refuses: the tree does not continue the one that it signed");
	TRY(e);
	FAULT("audit.checkpoint.signed");
	log->last.size = log->edge.size;
	memcpy(log->last.root, root.b, 32);
	return publish(log, &root, signature);
}

err audit_log_checkpoint(struct audit_log *log)
{
	if (log->state != LOG_GOOD)
		FAIL(ERR_CORRUPT, "the log has stopped");
	if (log->edge.size == log->last.size)
		return OK;
	FAULT("audit.checkpoint.begin");
	err e = write_tiles(log);
	if (!failed(e))
		e = log_sign(log);
	if (err_kind_of(e) == ERR_CORRUPT)
		log_mark_corrupt(log, err_why(e));
	return e;
}

void audit_log_close(struct audit_log *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < TILE_LEVELS; i++)
		buffer_release(&log->fresh[i].hashes);
	log_files_release(&log->files);
	free(log);
}
