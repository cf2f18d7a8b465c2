/* audit/verify_internal.h - what verify*.c share. */
#ifndef AUDIT_VERIFY_INTERNAL_H
#define AUDIT_VERIFY_INTERNAL_H

#include "audit/tree.h"
#include "audit/verify.h"

/* 256 leaves: the hashes that the tile has, and those of the entries as they are. */
struct verify_group {
	uint64_t index;
	unsigned width;                     /* as signed */
	unsigned tile_count, entry_count;   /* what is there */
	struct sha256 tile[TILE_WIDTH], leaf[TILE_WIDTH];
	bytes entries[BUNDLE_ENTRIES];      /* in the arena */
};

/* Which of the two leads to the signed root. */
enum verify_choice { CHOICE_NONE = 0, CHOICE_TILE, CHOICE_ENTRIES };

struct verify_run {
	const struct verify_source *source;
	verify_found found;
	void *found_self;
	struct verify_report report;
	struct arena *arena;        /* of one group */
	uint64_t size;              /* signed */
	size_t group_count;
	struct sha256 *tile_roots;  /* by group: root over the tile's hashes  */
	struct sha256 *entry_roots; /* by group: root over the entries' leaves */
	uint8_t *choice;            /* by group: enum verify_choice */
	struct uuid *ids;           /* by seq; zero where the entry is not known */
	/* of the entry before */
	bool has_before;
	struct sha256 chain;
	uint64_t time_ms;
};

NONNULL void verify_say(struct verify_run *run, struct finding finding);
MUST_USE NONNULL err verify_checkpoint(struct verify_run *run);
MUST_USE NONNULL err verify_load_group(struct verify_run *run, uint64_t index, struct verify_group *out);
/* Roots of all groups, and which of the two leads to the signed root. */
MUST_USE NONNULL err verify_choose(struct verify_run *run, struct verify_group *group);
MUST_USE NONNULL err verify_upper_tiles(struct verify_run *run);
/* Entries of one group against what is authentic; then their bodies. */
MUST_USE NONNULL err verify_entries(struct verify_run *run, struct verify_group *group);
NONNULL void verify_ids(struct verify_run *run);

#endif
