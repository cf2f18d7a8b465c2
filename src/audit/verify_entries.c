/* Entries against the authentic hashes, and bodies against their entries. */
#include "audit/verify_internal.h"

static bool same(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->b, b->b, SHA256_BYTES) == 0;
}

/* --- tiles of level 0 --- */

static void judge_tile(struct verify_run *run, const struct verify_group *g)
{
	struct finding f = { .has_tile = true, .tile = { 0, g->index, g->width } };
	if (g->tile_count < g->width)
		f.kind = FOUND_MISSING_TILE;
	else if (run->choice[g->index] == CHOICE_ENTRIES && memcmp(g->tile, g->leaf, g->width * sizeof g->tile[0]) != 0)
		f.kind = FOUND_ALTERED_TILE;
	if (f.kind)
		verify_say(run, f);
}

/* --- entries --- */

/* The authentic leaf hash at a place of the group, when there is one. */
static const struct sha256 *truth(const struct verify_run *run, const struct verify_group *g, unsigned place)
{
	if (run->choice[g->index] == CHOICE_ENTRIES)
		return place < g->entry_count ? &g->leaf[place] : NULL;
	return place < g->tile_count ? &g->tile[place] : NULL;
}

static void say_missing(struct verify_run *run, uint64_t seq, uint64_t last)
{
	verify_say(run, (struct finding){ .kind = FOUND_MISSING_ENTRY, .has_seq = true, .seq = seq, .seq_last = last });
}

enum place_state { PLACE_EMPTY = 0, PLACE_GOOD, PLACE_ALTERED };

/* The entries of a group that are what was hashed, each in its place whatever stands before it in the file. */
struct placed {
	enum place_state state[TILE_WIDTH];
	struct entry entry[TILE_WIDTH];
	bytes raw[TILE_WIDTH];
};

static void say_entry(struct verify_run *run, enum finding_kind kind, uint64_t seq, const struct entry *e)
{
	struct finding f = { .kind = kind, .has_seq = true, .seq = seq, .has_id = e != NULL };
	if (e)
		f.id = e->event_id;
	verify_say(run, f);
}

static void place_entries(struct verify_run *run, const struct verify_group *g, struct placed *out)
{
	uint64_t first = g->index * TILE_WIDTH;
	unsigned next = 0;
	for (unsigned i = 0; i < g->entry_count; i++) {
		struct entry e;
		bool decoded = !failed(entry_decode(g->entries[i], &e));
		bool inside = decoded && e.seq >= first && e.seq < first + g->width;
		unsigned place = inside ? (unsigned)(e.seq - first) : i;
		const struct sha256 *want = truth(run, g, place);
		if (!inside || !want || !same(want, &g->leaf[i]) || out->state[place] == PLACE_GOOD) {
			if (out->state[i] == PLACE_EMPTY)
				out->state[i] = PLACE_ALTERED;
			say_entry(run, FOUND_ALTERED_ENTRY, first + i, decoded ? &e : NULL);
			continue;
		}
		out->state[place] = PLACE_GOOD;
		out->entry[place] = e;
		out->raw[place] = g->entries[i];
		if (place < next) /* entries behind one that was taken out only move up: that is no finding of its own */
			say_entry(run, FOUND_ENTRY_OUT_OF_PLACE, e.seq, &e);
		next = place + 1;
	}
}

static void judge_missing(struct verify_run *run, const struct verify_group *g, const struct placed *p)
{
	uint64_t first = g->index * TILE_WIDTH;
	for (unsigned i = 0; i < g->width; i++) {
		unsigned from = i;
		while (i < g->width && p->state[i] == PLACE_EMPTY)
			i++;
		if (i == from)
			continue;
		say_missing(run, first + from, first + i - 1);
		if (first + i == run->size)
			verify_say(run, (struct finding){ .kind = FOUND_LOG_SHORTER, .has_seq = true, .seq = first + from });
	}
}

static void judge_order(struct verify_run *run, const struct entry *e, bytes raw, bool follows)
{
	static const struct sha256 zero;
	struct finding f = { .has_seq = true, .seq = e->seq, .has_id = true, .id = e->event_id };
	if (e->seq == 0 ? !same(&e->chain, &zero) : follows && !same(&e->chain, &run->chain)) {
		f.kind = FOUND_BROKEN_CHAIN;
		verify_say(run, f);
	}
	if (follows && e->time_ms < run->time_ms) {
		f.kind = FOUND_TIME_BACKWARDS;
		verify_say(run, f);
	}
	run->chain = sha256_of(raw);
	run->time_ms = e->time_ms;
}

/* --- bodies --- */

static void say_body(struct verify_run *run, enum finding_kind kind, const struct entry *e)
{
	verify_say(run, (struct finding){ .kind = kind, .has_seq = true, .seq = e->seq, .has_id = true, .id = e->event_id });
}

static void judge_body(struct verify_run *run, const struct entry *e, const struct verify_body *b)
{
	if (!b) {
		say_body(run, FOUND_MISSING_BODY, e);
		return;
	}
	if (b->unreadable) {
		say_body(run, FOUND_UNREADABLE_BODY, e);
		return;
	}
	if (b->salt.len == ENTRY_SALT_BYTES) {
		struct sha256 commitment = entry_commitment(b->salt.at, b->body);
		if (same(&commitment, &e->commitment) && uuid_equal(&b->id, &e->event_id)) {
			run->report.bodies++;
			return;
		}
	}
	say_body(run, FOUND_ALTERED_BODY, e);
}

static err check_bodies(struct verify_run *run, const struct verify_group *g, const struct placed *p)
{
	const struct verify_source *source = run->source;
	struct verify_body *bodies = NEW_ARRAY(run->arena, struct verify_body, VERIFY_BODIES_MAX);
	size_t count = 0;
	const struct verify_body *by_place[TILE_WIDTH] = { NULL };
	uint64_t first = g->index * TILE_WIDTH;
	TRY_NEW(bodies);
	TRY(source->bodies(source->self, first, g->width, run->arena, bodies, &count));
	for (size_t i = 0; i < count; i++)
		if (bodies[i].seq >= first && bodies[i].seq < first + g->width)
			by_place[bodies[i].seq - first] = &bodies[i];
	for (unsigned i = 0; i < g->width; i++)
		if (p->state[i] == PLACE_GOOD)
			judge_body(run, &p->entry[i], by_place[i]);
	return OK;
}

err verify_entries(struct verify_run *run, struct verify_group *g)
{
	struct placed *p = NEW(run->arena, struct placed);
	TRY_NEW(p);
	judge_tile(run, g);
	place_entries(run, g, p);
	judge_missing(run, g, p);
	for (unsigned i = 0; i < g->width; i++) {
		bool good = p->state[i] == PLACE_GOOD;
		if (good) {
			judge_order(run, &p->entry[i], p->raw[i], run->has_before);
			run->ids[g->index * TILE_WIDTH + i] = p->entry[i].event_id;
			run->report.entries++;
		}
		run->has_before = good;
	}
	return check_bodies(run, g, p);
}
