#include "audit/verify.h"

#include <stdlib.h>

#include "audit/verify_internal.h"

static const char *const names[FINDING_KINDS] = {
	[FOUND_CHECKPOINT_MISSING] = "missing checkpoint",
	[FOUND_CHECKPOINT_MALFORMED] = "malformed checkpoint",
	[FOUND_BAD_SIGNATURE] = "bad signature on the checkpoint",
	[FOUND_OTHER_ORIGIN] = "checkpoint of another log",
	[FOUND_CHECKPOINT_OLDER] = "checkpoint older than the last one signed",
	[FOUND_CHECKPOINT_NEWER] = "checkpoint that the keeper did not sign",
	[FOUND_OTHER_ROOT] = "checkpoint with another root than the one signed",
	[FOUND_LOG_SHORTER] = "log shorter than signed",
	[FOUND_MISSING_TILE] = "missing tile",
	[FOUND_ALTERED_TILE] = "altered tile",
	[FOUND_MISSING_ENTRY] = "missing entry",
	[FOUND_ALTERED_ENTRY] = "altered entry",
	[FOUND_ENTRY_OUT_OF_PLACE] = "entry out of place",
	[FOUND_ROOT_UNREACHABLE] = "neither tiles nor entries lead to the signed root",
	[FOUND_BROKEN_CHAIN] = "broken chain",
	[FOUND_TIME_BACKWARDS] = "time goes backwards",
	[FOUND_ID_TWICE] = "event id used twice",
	[FOUND_MISSING_BODY] = "missing body",
	[FOUND_ALTERED_BODY] = "altered body",
	[FOUND_UNREADABLE_BODY] = "unreadable body",
};

const char *finding_name(enum finding_kind kind)
{
	return kind > 0 && kind < FINDING_KINDS ? names[kind] : "?";
}

void finding_write(struct buffer *to, str origin, const struct finding *f)
{
	char id[UUID_TEXT_LEN + 1];
	buffer_append_format(to, "%s: log %.*s", finding_name(f->kind), STR_ARG(origin));
	if (f->has_seq)
		buffer_append_format(to, " seq %llu", (unsigned long long)f->seq);
	if (f->has_seq && f->seq_last > f->seq)
		buffer_append_format(to, " to %llu", (unsigned long long)f->seq_last);
	if (f->has_tile) {
		buffer_append_str(to, S(" tile "));
		tile_name_write(to, &f->tile);
	}
	if (f->has_id) {
		uuid_format(&f->id, id);
		buffer_append_format(to, " event %s", id);
	}
}

void verify_say(struct verify_run *run, struct finding finding)
{
	run->report.findings++;
	run->found(run->found_self, &finding);
}

/* --- the checkpoint --- */

static void judge_checkpoint(struct verify_run *run, const struct checkpoint *c)
{
	const struct verify_source *source = run->source;
	if (!str_equal(c->origin, source->origin))
		verify_say(run, (struct finding){ .kind = FOUND_OTHER_ORIGIN });
	else if (c->size < source->signed_size)
		verify_say(run, (struct finding){ .kind = FOUND_CHECKPOINT_OLDER });
	else if (c->size > source->signed_size)
		verify_say(run, (struct finding){ .kind = FOUND_CHECKPOINT_NEWER });
	else if (memcmp(c->root.b, source->signed_root.b, SHA256_BYTES) != 0)
		verify_say(run, (struct finding){ .kind = FOUND_OTHER_ROOT });
}

err verify_checkpoint(struct verify_run *run)
{
	const struct verify_source *source = run->source;
	struct checkpoint c;
	struct note note;
	str raw;
	err e = source->checkpoint(source->self, run->arena, &raw);
	if (err_kind_of(e) == ERR_NOT_FOUND) {
		if (source->signed_size)
			verify_say(run, (struct finding){ .kind = FOUND_CHECKPOINT_MISSING });
		return OK;
	}
	TRY(e);
	if (failed(note_parse(raw, run->arena, &note)) || failed(checkpoint_parse(note.text, run->arena, &c)))
		verify_say(run, (struct finding){ .kind = FOUND_CHECKPOINT_MALFORMED });
	else if (failed(note_verify(&note, &source->key)))
		verify_say(run, (struct finding){ .kind = FOUND_BAD_SIGNATURE });
	else
		judge_checkpoint(run, &c);
	return OK;
}

/* --- ids --- */

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

void verify_ids(struct verify_run *run)
{
	qsort(run->ids, run->size, sizeof run->ids[0], compare_ids);
	for (uint64_t i = 1; i < run->size; i++)
		if (!uuid_is_nil(&run->ids[i]) && uuid_equal(&run->ids[i], &run->ids[i - 1]))
			verify_say(run, (struct finding){ .kind = FOUND_ID_TWICE, .has_id = true, .id = run->ids[i] });
}

/* --- the whole --- */

static err prepare(struct verify_run *run)
{
	run->group_count = (size_t)((run->size + TILE_WIDTH - 1) / TILE_WIDTH);
	if (run->size > (uint64_t)1 << 32)
		FAIL(ERR_LIMIT, "log too large to verify at once");
	run->arena = arena_new((size_t)64 << 20);
	run->tile_roots = calloc(run->group_count + 1, sizeof *run->tile_roots);
	run->entry_roots = calloc(run->group_count + 1, sizeof *run->entry_roots);
	run->choice = calloc(run->group_count + 1, sizeof *run->choice);
	run->ids = calloc(run->size + 1, sizeof *run->ids);
	if (!run->arena || !run->tile_roots || !run->entry_roots || !run->choice || !run->ids)
		FAIL(ERR_LIMIT, "no memory to verify a log");
	return OK;
}

static err walk(struct verify_run *run, struct verify_group *group)
{
	TRY(verify_checkpoint(run));
	if (run->size == 0)
		return OK;
	TRY(verify_choose(run, group));
	TRY(verify_upper_tiles(run));
	for (uint64_t i = 0; i < run->group_count; i++) {
		arena_reset(run->arena);
		TRY(verify_load_group(run, i, group));
		TRY(verify_entries(run, group));
	}
	verify_ids(run);
	return OK;
}

err verify_log(const struct verify_source *source, verify_found found, void *found_self, struct verify_report *out)
{
	struct verify_run run = { .source = source, .found = found, .found_self = found_self, .size = source->signed_size };
	struct verify_group *group = calloc(1, sizeof *group);
	err e = group ? prepare(&run) : ERR(ERR_LIMIT, "no memory to verify a log");
	if (!failed(e))
		e = walk(&run, group);
	free(group);
	arena_free(run.arena);
	free(run.tile_roots);
	free(run.entry_roots);
	free(run.choice);
	free(run.ids);
	*out = run.report;
	return e;
}
