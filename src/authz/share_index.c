/* authz/share_index.c - a table of sets of eight blocks, no set ever larger: what does not fit takes the place of another. */
#include "authz/share_index.h"

#include <stdlib.h>
#include <string.h>

#include "authz/row_filter.h"

enum { SETS_LOG2 = 15, SETS = 1 << SETS_LOG2, WAYS = 8, LINE_BYTES = 64 };
/* A share in a block: row within it, principal, mask. Their order as numbers is that of rows and principals. */
enum { ROW_BITS = 4, ROW_SHIFT = 40, PRINCIPAL_SHIFT = 8, MASK_ALL = 0xff, KEY_TABLE_SHIFT = 48 };
_Static_assert(1 << ROW_BITS == SHARE_BLOCK_ROWS, "a row within its block");
#define ROWS_END ((int64_t)1 << (KEY_TABLE_SHIFT + ROW_BITS))

struct block {
	uint16_t rows;  /* bit: this row is shared with somebody */
	bool many;
	uint32_t count;
	uint64_t at[];
};

struct slot {
	uint64_t key;   /* 0: free */
	struct block *block; /* null: no row of it is shared */
};
struct set {
	struct slot way[WAYS];
};
_Static_assert(sizeof(struct set) == 2 * LINE_BYTES, "a set is two lines of the cache: at a million rows the first is enough for most");

struct share_index {
	void *memory;
	struct set *sets;   /* in it, at the start of a line */
	size_t bytes;
	uint32_t turn, hand; /* whose place is taken next: within a set; among the sets */
};

err share_index_new(struct share_index **out)
{
	struct share_index *x = calloc(1, sizeof *x);
	void *memory = calloc(SETS + 1, sizeof(struct set)); /* pages that nobody touches take no memory */
	if (!x || !memory) {
		free(x);
		free(memory);
		FAIL(ERR_LIMIT, "no memory for shares");
	}
	uintptr_t at = ((uintptr_t)memory + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
	*x = (struct share_index){ .memory = memory, .sets = (struct set *)at };
	*out = x;
	return OK;
}

static size_t bytes_of_block(const struct block *b)
{
	return b ? sizeof *b + b->count * sizeof *b->at + 16 : 0; /* and what the heap adds */
}

static void slot_clear(struct share_index *x, struct slot *s)
{
	x->bytes -= bytes_of_block(s->block);
	free(s->block);
	*s = (struct slot){ 0 };
}

void share_index_free(struct share_index *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < SETS; i++)
		for (size_t w = 0; w < WAYS; w++)
			free(x->sets[i].way[w].block);
	free(x->memory);
	free(x);
}

size_t share_index_bytes(const struct share_index *x)
{
	return x->bytes;
}

/* --- finding --- */

/* 0: a row that the index cannot hold. Tables count from 1. */
static uint64_t key_of(int64_t table, int64_t row)
{
	if (table <= 0 || table > UINT16_MAX || row < 0 || row >= ROWS_END)
		return 0;
	return (uint64_t)table << KEY_TABLE_SHIFT | (uint64_t)row >> ROW_BITS;
}

static struct set *set_of(const struct share_index *x, uint64_t key)
{
	return &x->sets[(key * 0x9e3779b97f4a7c15ULL) >> (64 - SETS_LOG2)];
}

static struct slot *slot_find(const struct share_index *x, uint64_t key)
{
	struct set *set = set_of(x, key);
	for (size_t w = 0; w < WAYS; w++)
		if (set->way[w].key == key)
			return &set->way[w];
	return NULL;
}

static unsigned row_within(int64_t row)
{
	return (unsigned)row % SHARE_BLOCK_ROWS;
}

/* The first share that is not less. */
static const uint64_t *bound(const uint64_t *at, const uint64_t *end, uint64_t least)
{
	while (at < end) {
		const uint64_t *middle = at + (end - at) / 2;
		if (*middle < least)
			at = middle + 1;
		else
			end = middle;
	}
	return at;
}

/* The shorter list leads. */
static uint32_t masks_common(const uint64_t *at, const uint64_t *end, uint64_t row_part, const int64_t *with, size_t count)
{
	uint32_t mask = 0;
	if ((size_t)(end - at) <= count) {
		for (; at < end; at++)
			if (i64s_have(with, count, (int64_t)((*at - row_part) >> PRINCIPAL_SHIFT)))
				mask |= (uint32_t)(*at & MASK_ALL);
		return mask;
	}
	for (size_t i = 0; i < count && at < end; i++) {
		if (with[i] < 0 || with[i] > UINT32_MAX)
			continue;
		uint64_t wanted = row_part | (uint64_t)with[i] << PRINCIPAL_SHIFT;
		at = bound(at, end, wanted);
		if (at < end && *at - wanted <= MASK_ALL)
			mask |= (uint32_t)(*at & MASK_ALL);
	}
	return mask;
}

enum share_knowledge share_index_masks(const struct share_index *x, uint16_t table, int64_t row, const int64_t *with, size_t count, uint32_t *out)
{
	uint64_t key = key_of(table, row);
	const struct slot *s = key ? slot_find(x, key) : NULL;
	if (!s)
		return key ? SHARES_UNKNOWN : SHARES_ELSEWHERE;
	const struct block *b = s->block;
	if (b && b->many)
		return SHARES_ELSEWHERE;
	*out = 0;
	if (!b || !(b->rows & 1u << row_within(row)))
		return SHARES_KNOWN;
	uint64_t part = (uint64_t)row_within(row) << ROW_SHIFT;
	const uint64_t *at = bound(b->at, b->at + b->count, part), *end = bound(at, b->at + b->count, part + ((uint64_t)1 << ROW_SHIFT));
	*out = masks_common(at, end, part, with, count);
	return SHARES_KNOWN;
}

/* --- putting in, forgetting --- */

void share_draft_add(struct share_draft *d, int64_t row, int64_t principal, uint32_t mask)
{
	d->many = d->many || d->count == SHARE_BLOCK_MAX || principal < 0 || principal > UINT32_MAX || mask > MASK_ALL;
	if (!d->many)
		d->at[d->count++] = (uint64_t)row_within(row) << ROW_SHIFT | (uint64_t)principal << PRINCIPAL_SHIFT | mask;
}

static bool block_make(const struct share_draft *d, struct block **out)
{
	size_t count = d->many ? 0 : d->count;
	struct block *b = NULL;
	if (count || d->many) {
		b = calloc(1, sizeof *b + count * sizeof *b->at);
		if (!b)
			return false;
		b->many = d->many;
		b->count = (uint32_t)count;
	}
	for (size_t i = 0; i < count; i++) {
		b->at[i] = d->at[i];
		b->rows |= (uint16_t)(1u << (d->at[i] >> ROW_SHIFT));
	}
	*out = b;
	return true;
}

/* Blocks go round by round until there is room. */
static void room_make(struct share_index *x)
{
	while (x->bytes > SHARE_INDEX_BYTES) {
		struct set *set = &x->sets[x->hand++ % SETS];
		for (size_t w = 0; w < WAYS; w++)
			if (set->way[w].key)
				slot_clear(x, &set->way[w]);
	}
}

/* Where it stands, a free place, or another's. */
static struct slot *place_for(struct share_index *x, uint64_t key)
{
	struct set *set = set_of(x, key);
	struct slot *s = slot_find(x, key);
	for (size_t w = 0; !s && w < WAYS; w++)
		if (!set->way[w].key)
			s = &set->way[w];
	return s ? s : &set->way[x->turn++ % WAYS];
}

void share_index_put(struct share_index *x, uint16_t table, int64_t row, const struct share_draft *d)
{
	uint64_t key = key_of(table, row);
	struct block *b = NULL;
	if (!key || !block_make(d, &b))
		return;
	x->bytes += bytes_of_block(b);
	room_make(x);
	struct slot *s = place_for(x, key);
	slot_clear(x, s);
	*s = (struct slot){ key, b };
}

void share_index_forget(struct share_index *x, int64_t table, int64_t row)
{
	uint64_t key = key_of(table, row);
	struct slot *s = key ? slot_find(x, key) : NULL;
	if (s)
		slot_clear(x, s);
}
