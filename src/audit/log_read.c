/* What a log shows to readers: only what is signed. */
#include "audit/log_internal.h"
#include "codec/base64.h"

err audit_log_read_checkpoint(const struct audit_log *log, struct arena *arena, str *out)
{
	return log_files_read_checkpoint(&log->files, arena, out);
}

err audit_log_read_tile(const struct audit_log *log, const struct tile_name *name, struct arena *arena, bytes *out)
{
	size_t step = name->level == TILE_LEVEL_ENTRIES ? BUNDLE_STEP_BYTES : TILE_HASH_BYTES;
	if (name->width > tile_width_at(name, log->last.size))
		FAIL(ERR_NOT_FOUND, "no such tile in the signed tree");
	uint8_t *at = arena_alloc(arena, name->width * step);
	TRY_NEW(at);
	TRY(log_files_read(&log->files, name, 0, name->width * step, at));
	*out = bytes_of(at, name->width * step);
	return OK;
}

/* The checkpoint is the published one: its size decides the proof. */
static err published(const struct audit_log *log, struct arena *arena, str *out_note, struct checkpoint *out)
{
	struct note note;
	TRY(log_files_read_checkpoint(&log->files, arena, out_note));
	TRY(note_parse(*out_note, arena, &note));
	return checkpoint_parse(note.text, arena, out);
}

static err write_proof(const struct audit_log *log, uint64_t seq, struct arena *arena, struct buffer *out)
{
	struct sha256 proof[TREE_PROOF_MAX];
	struct tree_source source = { log_node, (void *)(uintptr_t)&log->files };
	struct checkpoint c;
	size_t count;
	str note;
	TRY(published(log, arena, &note, &c));
	if (seq >= c.size)
		FAIL(ERR_NOT_FOUND, "no checkpoint covers that entry yet");
	TRY(tree_inclusion(&source, seq, c.size, proof, &count));
	buffer_append_format(out, "c2sp.org/tlog-proof@v1\nindex %llu\n", (unsigned long long)seq);
	for (size_t i = 0; i < count; i++) {
		base64_write(out, bytes_of(proof[i].b, SHA256_BYTES));
		buffer_append_char(out, '\n');
	}
	buffer_append_char(out, '\n');
	buffer_append_str(out, note);
	if (out->failed)
		FAIL(ERR_LIMIT, "no memory for a proof");
	return OK;
}

err audit_log_prove(const struct audit_log *log, uint64_t seq, struct buffer *out)
{
	struct arena *arena = arena_new(NOTE_BYTES_MAX * 4);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for a proof");
	err e = write_proof(log, seq, arena, out);
	arena_free(arena);
	return e;
}
