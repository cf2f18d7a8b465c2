/* Opening a log: audit-and-trust 4.10. The keeper's last signed state is the truth about the past, audit.db about what
 * came after it; the files must agree with the first and are completed from the second. */
#include <stdio.h>
#include <stdlib.h>

#include "audit/log_internal.h"
#include "host/fault.h"
#include "host/log.h"

/* Folds whole subtrees of one tile. */
static err fold(struct sha256 *hashes, size_t count, struct sha256 *out)
{
	for (; count > 1; count /= 2)
		for (size_t i = 0; i < count / 2; i++)
			hashes[i] = merkle_node(&hashes[2 * i], &hashes[2 * i + 1]);
	*out = hashes[0];
	return OK;
}

err log_node(void *self, unsigned level, uint64_t index, struct sha256 *out)
{
	struct sha256 hashes[TILE_WIDTH];
	unsigned within = level % 8;
	uint64_t first = index << within;
	size_t count = (size_t)1 << within;
	struct tile_name name = { (int)(level / 8), first / TILE_WIDTH, TILE_WIDTH };
	TRY(log_files_read(self, &name, first % TILE_WIDTH * TILE_HASH_BYTES, count * TILE_HASH_BYTES, hashes[0].b));
	return fold(hashes, count, out);
}

static err read_entry(const struct audit_log *log, uint64_t seq, uint8_t out[static BUNDLE_STEP_BYTES])
{
	struct tile_name name = log_bundle_of(seq);
	return log_files_read(&log->files, &name, seq % BUNDLE_ENTRIES * BUNDLE_STEP_BYTES, BUNDLE_STEP_BYTES, out);
}

/* The right edge from tiles; its root must be the signed one, and the last entry the one that was hashed. */
static err load_signed(struct audit_log *log)
{
	uint8_t raw[BUNDLE_STEP_BYTES];
	struct tree_source source = { log_node, &log->files };
	struct sha256 leaf, want;
	if (log->last.size == 0)
		return OK;
	TRY(tree_edge_load(&source, log->last.size, &log->edge));
	struct sha256 root = tree_edge_root(&log->edge);
	if (memcmp(root.b, log->last.root, 32) != 0)
		FAIL(ERR_CORRUPT, "the tiles' root is not the one last signed");
	TRY(read_entry(log, log->last.size - 1, raw));
	leaf = merkle_leaf(bytes_of(raw + 2, ENTRY_BYTES));
	TRY(log_node(&log->files, 0, log->last.size - 1, &want));
	if (memcmp(leaf.b, want.b, 32) != 0)
		FAIL(ERR_CORRUPT, "the last signed entry is not the one in the tree");
	log->tip = log_tip_after(raw + 2);
	return OK;
}

static err check_rows(const struct audit_log *log, uint64_t row_count)
{
	uint8_t raw[BUNDLE_STEP_BYTES];
	struct entry entry;
	if (row_count < log->last.size)
		FAIL(ERR_CORRUPT, "audit.db is behind the last signed checkpoint");
	if (failed(read_entry(log, row_count, raw)) || failed(entry_decode(bytes_of(raw + 2, ENTRY_BYTES), &entry)))
		return OK; /* nothing there, or a torn write of a batch that nobody was told of */
	if (entry.seq == row_count)
		FAIL(ERR_CORRUPT, "audit.db is behind the log's entries");
	return OK;
}

/* What is behind the signed size: audit.db says what it is, the files are made to say the same. */
static err replay(struct audit_log *log, const struct log_options *options)
{
	uint8_t entry[1][ENTRY_BYTES], there[BUNDLE_STEP_BYTES];
	uint64_t written = 0;
	for (uint64_t seq = log->last.size; seq < options->row_count; seq++) {
		TRY(options->recall(options->recall_self, seq, &log->tip.chain, entry[0]));
		if (failed(read_entry(log, seq, there)) || there[0] != 0 || there[1] != ENTRY_BYTES ||
		    memcmp(there + 2, entry[0], ENTRY_BYTES) != 0) {
			TRY(log_write_entries(log, seq, (const uint8_t(*)[ENTRY_BYTES])entry, 1));
			written++;
		}
		TRY(log_take(log, entry[0]));
	}
	FAULT("audit.open.replayed");
	if (written)
		log_line(LOG_WARNING, "%s: %llu entries after the signed size written again from audit.db", log->origin_text,
			 (unsigned long long)written);
	return log_files_sync(&log->files);
}

enum published { PUBLISHED_LAST, PUBLISHED_BEFORE };

/* What a crash between signing and publishing leaves is the note before, or none yet. A note that is anything else was put there
 * by somebody: it is left as it is, for `audit verify` to name. */
static err judge_note(const struct audit_log *log, struct arena *arena, enum published *out)
{
	struct note note;
	struct checkpoint c;
	str raw;
	err e = log_files_read_checkpoint(&log->files, arena, &raw);
	*out = PUBLISHED_BEFORE;
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (failed(note_parse(raw, arena, &note)) || failed(note_verify(&note, &log->key)) ||
	    failed(checkpoint_parse(note.text, arena, &c)) || !str_equal(c.origin, str_of(log->origin_text)))
		FAIL(ERR_CORRUPT, "the published checkpoint is not one that this log signed");
	if (c.size > log->last.size || (c.size == log->last.size && memcmp(c.root.b, log->last.root, 32) != 0))
		FAIL(ERR_CORRUPT, "the published checkpoint is not one that the keeper knows");
	if (c.size == log->last.size)
		*out = PUBLISHED_LAST;
	return OK;
}

/* The keeper signs the same tree again. */
static err republish(struct audit_log *log)
{
	enum published published = PUBLISHED_LAST;
	if (log->last.size == 0)
		return OK;
	struct arena *arena = arena_new(NOTE_BYTES_MAX * 4);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory to read a checkpoint");
	err e = judge_note(log, arena, &published);
	arena_free(arena);
	TRY(e);
	if (published == PUBLISHED_LAST)
		return OK;
	log_line(LOG_WARNING, "%s: the published checkpoint is not the last one signed: published again", log->origin_text);
	return log_sign(log);
}

static err settle(struct audit_log *log, const struct log_options *options)
{
	TRY(load_signed(log));
	FAULT("audit.open.edge_loaded");
	TRY(check_rows(log, options->row_count));
	TRY(republish(log));
	return replay(log, options);
}

err audit_log_open(const struct log_options *options, struct audit_log **out)
{
	struct audit_log *log = calloc(1, sizeof *log);
	if (!log)
		FAIL(ERR_LIMIT, "no memory for a log");
	log->keys = options->keys;
	log->id = options->id;
	log->state = LOG_GOOD;
	log->why = "";
	snprintf(log->origin_text, sizeof log->origin_text, "%.*s", STR_ARG(options->origin));
	for (size_t i = 0; i < TILE_LEVELS; i++)
		buffer_init(&log->fresh[i].hashes, 64 << 20);
	err e = log_files_open(&log->files, options->folder);
	if (!failed(e))
		e = keys_checkpoint_state(log->keys, &log->id, &log->last);
	if (!failed(e)) {
		log->key = note_key_of(str_of(log->origin_text), log->last.public_key);
		FAULT("audit.open.state_known");
		e = settle(log, options);
	}
	if (err_kind_of(e) == ERR_CORRUPT) {
		log_mark_corrupt(log, err_why(e));
		e = OK;
	}
	if (failed(e)) {
		audit_log_close(log);
		return e;
	}
	*out = log;
	return OK;
}
