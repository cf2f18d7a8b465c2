/* Which hashes are authentic: the tiles' or the entries'. */
#include "audit/verify_internal.h"

/* The root over leaves of one group; for all but the last group a whole subtree. */
static struct sha256 root_over(const struct sha256 *hashes, unsigned count)
{
	struct tree_edge edge = { 0 };
	for (unsigned i = 0; i < count; i++)
		(void)!failed(tree_edge_append(&edge, &hashes[i], NULL, NULL));
	return tree_edge_root(&edge);
}

/* --- loading --- */

/* As many as are there: a file that was cut short still gives its beginning. */
static err load_widest(struct verify_run *run, struct tile_name name, bytes *out, unsigned *out_width)
{
	const struct verify_source *source = run->source;
	unsigned low = 0, high = name.width; /* low is known to be there, high + 1 is not */
	bytes raw = { 0 };
	err e = source->tile(source->self, &name, run->arena, &raw);
	if (!failed(e)) {
		*out = raw;
		*out_width = name.width;
		return OK;
	}
	*out = (bytes){ 0 };
	for (high = name.width - 1; low < high;) {
		name.width = low + (high - low + 1) / 2;
		e = source->tile(source->self, &name, run->arena, &raw);
		if (failed(e) && err_kind_of(e) != ERR_NOT_FOUND)
			return e;
		if (failed(e)) {
			high = name.width - 1;
		} else {
			low = name.width;
			*out = raw;
		}
	}
	*out_width = low;
	return err_kind_of(e) == ERR_NOT_FOUND || !failed(e) ? OK : e;
}

static err load_tile(struct verify_run *run, struct verify_group *g)
{
	bytes raw;
	struct tile_name name = { 0, g->index, g->width };
	TRY(load_widest(run, name, &raw, &g->tile_count));
	if (raw.len != (size_t)g->tile_count * TILE_HASH_BYTES)
		g->tile_count = 0;
	for (unsigned i = 0; i < g->tile_count; i++)
		memcpy(g->tile[i].b, raw.at + (size_t)i * TILE_HASH_BYTES, TILE_HASH_BYTES);
	return OK;
}

static err load_entries(struct verify_run *run, struct verify_group *g)
{
	bytes raw;
	size_t count = 0;
	struct tile_name name = { TILE_LEVEL_ENTRIES, g->index, g->width };
	TRY(load_widest(run, name, &raw, &g->entry_count));
	if (g->entry_count && (failed(bundle_parse(raw, g->entries, &count)) || count != g->entry_count)) {
		for (count = 0; (count + 1) * BUNDLE_STEP_BYTES <= raw.len && count < g->entry_count; count++)
			g->entries[count] = bytes_slice(raw, count * BUNDLE_STEP_BYTES + 2, (count + 1) * BUNDLE_STEP_BYTES);
		g->entry_count = (unsigned)count;
	}
	for (unsigned i = 0; i < g->entry_count; i++)
		g->leaf[i] = merkle_leaf(g->entries[i]);
	return OK;
}

err verify_load_group(struct verify_run *run, uint64_t index, struct verify_group *g)
{
	g->index = index;
	g->width = tile_width_at(&(struct tile_name){ 0, index, 0 }, run->size);
	g->tile_count = g->entry_count = 0;
	TRY(load_tile(run, g));
	return load_entries(run, g);
}

/* --- choosing --- */

/* Joins the groups' roots: each is a whole subtree of level 8 but the last, which may be less. */
static struct sha256 join(const struct verify_run *run, enum verify_choice fallback)
{
	struct tree_edge edge = { 0 };
	size_t whole = (size_t)(run->size / TILE_WIDTH);
	struct sha256 root = merkle_empty_root();
	bool any = false;
	for (size_t i = 0; i < run->group_count; i++) {
		enum verify_choice c = fallback ? fallback : (enum verify_choice)run->choice[i];
		const struct sha256 *hash = c == CHOICE_ENTRIES ? &run->entry_roots[i] : &run->tile_roots[i];
		if (i < whole)
			(void)!failed(tree_edge_append(&edge, hash, NULL, NULL));
		else {
			root = *hash;
			any = true;
		}
	}
	if (!any)
		return tree_edge_root(&edge);
	for (unsigned level = 0; level < TREE_LEVELS; level++)
		if (edge.size >> level & 1)
			root = merkle_node(&edge.peak[level], &root);
	return root;
}

static bool leads(const struct verify_run *run, enum verify_choice choice)
{
	struct sha256 root = join(run, choice);
	return memcmp(root.b, run->source->signed_root.b, SHA256_BYTES) == 0;
}

/* The hash that the tile of level 1 has for a whole group. */
static bool parent_of(struct verify_run *run, size_t group, struct sha256 *out)
{
	const struct verify_source *source = run->source;
	struct tile_name name = { 1, group / TILE_WIDTH, 0 };
	size_t within = group % TILE_WIDTH;
	bytes raw;
	name.width = tile_width_at(&name, run->size);
	if (within >= name.width || failed(source->tile(source->self, &name, run->arena, &raw)) ||
	    raw.len != (size_t)name.width * TILE_HASH_BYTES)
		return false;
	memcpy(out->b, raw.at + within * TILE_HASH_BYTES, TILE_HASH_BYTES);
	return true;
}

/* Some tiles and some entries were altered: their parents tell which. */
static void choose_by_parents(struct verify_run *run)
{
	for (size_t i = 0; i < run->group_count; i++) {
		struct sha256 parent;
		run->choice[i] = CHOICE_TILE;
		if (memcmp(run->tile_roots[i].b, run->entry_roots[i].b, SHA256_BYTES) != 0 && parent_of(run, i, &parent) &&
		    memcmp(parent.b, run->entry_roots[i].b, SHA256_BYTES) == 0)
			run->choice[i] = CHOICE_ENTRIES;
		arena_reset(run->arena);
	}
}

/* The last group has no parent if it is not whole: both are tried. */
static bool settle_last(struct verify_run *run)
{
	uint8_t *last = &run->choice[run->group_count - 1];
	if (leads(run, CHOICE_NONE))
		return true;
	*last = *last == CHOICE_TILE ? CHOICE_ENTRIES : CHOICE_TILE;
	return leads(run, CHOICE_NONE);
}

err verify_choose(struct verify_run *run, struct verify_group *g)
{
	enum verify_choice all = CHOICE_NONE;
	for (size_t i = 0; i < run->group_count; i++) {
		arena_reset(run->arena);
		TRY(verify_load_group(run, i, g));
		if (g->tile_count == g->width)
			run->tile_roots[i] = root_over(g->tile, g->width);
		if (g->entry_count == g->width)
			run->entry_roots[i] = root_over(g->leaf, g->width);
	}
	if (leads(run, CHOICE_TILE))
		all = CHOICE_TILE;
	else if (leads(run, CHOICE_ENTRIES))
		all = CHOICE_ENTRIES;
	else
		choose_by_parents(run);
	for (size_t i = 0; all && i < run->group_count; i++)
		run->choice[i] = (uint8_t)all;
	if (!all && !settle_last(run))
		verify_say(run, (struct finding){ .kind = FOUND_ROOT_UNREACHABLE });
	return OK;
}

/* --- tiles above the leaves --- */

struct above {
	struct verify_run *run;
	struct sha256 hashes[TREE_LEVELS / 8][TILE_WIDTH];
};

static err compare_tile(struct verify_run *run, struct tile_name name, const struct sha256 *want)
{
	bytes raw;
	unsigned width;
	TRY(load_widest(run, name, &raw, &width));
	if (width < name.width)
		verify_say(run, (struct finding){ .kind = FOUND_MISSING_TILE, .has_tile = true, .tile = name });
	else if (raw.len != (size_t)width * TILE_HASH_BYTES || memcmp(raw.at, want[0].b, raw.len) != 0)
		verify_say(run, (struct finding){ .kind = FOUND_ALTERED_TILE, .has_tile = true, .tile = name });
	arena_reset(run->arena);
	return OK;
}

/* Hears of every whole subtree over groups; level here counts from the groups, which are level 8 of the tree. */
static err take_above(void *self, unsigned level, uint64_t index, const struct sha256 *hash)
{
	struct above *a = self;
	if (level % 8)
		return OK;
	struct sha256 *row = a->hashes[level / 8];
	row[index % TILE_WIDTH] = *hash;
	if (index % TILE_WIDTH < TILE_WIDTH - 1)
		return OK;
	return compare_tile(a->run, (struct tile_name){ (int)(level / 8) + 1, index / TILE_WIDTH, TILE_WIDTH }, row);
}

err verify_upper_tiles(struct verify_run *run)
{
	static const struct above empty;
	struct above a = empty;
	struct tree_edge edge = { 0 };
	size_t whole = (size_t)(run->size / TILE_WIDTH);
	a.run = run;
	arena_reset(run->arena);
	for (size_t i = 0; i < whole; i++)
		TRY(tree_edge_append(&edge, run->choice[i] == CHOICE_ENTRIES ? &run->entry_roots[i] : &run->tile_roots[i],
				     take_above, &a));
	for (int level = 1; level < TILE_LEVELS; level++) {
		struct tile_name name = { level, (run->size >> (8 * level)) / TILE_WIDTH, 0 };
		name.width = tile_width_at(&name, run->size);
		if (name.width)
			TRY(compare_tile(run, name, a.hashes[level - 1]));
	}
	return OK;
}
