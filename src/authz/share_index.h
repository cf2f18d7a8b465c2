/* authz/share_index.h - shares in memory, for decisions about single rows.
 *
 * Source:  authorization-and-data 5.3, 5.4. What a block of rows side by side is shared with, read at the first question about one of them
 *          (authz/share.c) and kept until one of these shares changes. A row without shares costs a bit.
 * Exact:   two rules make it so, whatever is rolled back, savepoints and failed statements included. A block is put in only while no write
 *          transaction goes on, so that it tells what is committed; and it is forgotten at the first change of one of its shares (store_watch),
 *          so that while it is there nobody has changed it. What a transaction has changed is read from the database until it ends.
 * Bounds:  SHARE_INDEX_BYTES of blocks and 2^18 of them; older ones make room. Blocks with more than SHARE_BLOCK_MAX shares are not kept, only
 *          that they are so: about their rows the database is asked each time. A million shares of a million rows take 14 MiB.
 * Pure:    reaches no disk. */
#ifndef AUTHZ_SHARE_INDEX_H
#define AUTHZ_SHARE_INDEX_H

#include <stdint.h>

#include "base/err.h"

enum { SHARE_BLOCK_ROWS = 16, SHARE_BLOCK_MAX = 512, SHARE_INDEX_BYTES = 32 * 1024 * 1024 };

struct share_index;
MUST_USE NONNULL err share_index_new(struct share_index **out);
/* Accepts null. */
void share_index_free(struct share_index *x);

enum share_knowledge {
	SHARES_UNKNOWN = 0, /* the block may be put in     */
	SHARES_KNOWN,       /* *out is the answer          */
	SHARES_ELSEWHERE,   /* never here: ask the database */
};
/* The masks of one row's shares with these principals (sorted), united. */
NONNULL enum share_knowledge share_index_masks(const struct share_index *x, uint16_t table, int64_t row, const int64_t *with, size_t count,
					       uint32_t *out);

/* A block as it is read: its shares in the order of rows, then of principals. */
struct share_draft {
	bool many; /* too many, or a principal that does not fit */
	size_t count;
	uint64_t at[SHARE_BLOCK_MAX];
};
NONNULL void share_draft_add(struct share_draft *d, int64_t row, int64_t principal, uint32_t mask);
/* The block that the row is in. The first of its rows is share_block_first. Without memory it simply stays unknown. */
NONNULL void share_index_put(struct share_index *x, uint16_t table, int64_t row, const struct share_draft *d);
NONNULL void share_index_forget(struct share_index *x, int64_t table, int64_t row);

static inline int64_t share_block_first(int64_t row)
{
	return row & ~(int64_t)(SHARE_BLOCK_ROWS - 1);
}

/* Octets of its blocks. */
NONNULL size_t share_index_bytes(const struct share_index *x);

#endif
