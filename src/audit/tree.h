/* audit/tree.h - roots and proofs of an append-only tree whose hashes somebody keeps. Pure; RFC 9162 section 2.1. */
#ifndef AUDIT_TREE_H
#define AUDIT_TREE_H

#include "crypto/merkle.h"

enum { TREE_LEVELS = 64, TREE_PROOF_MAX = 64 };

/* Gives the root of the whole subtree over leaves [index << level, (index + 1) << level). */
struct tree_source {
	err (*node)(void *self, unsigned level, uint64_t index, struct sha256 *out);
	void *self;
};

MUST_USE NONNULL err tree_root(const struct tree_source *source, uint64_t size, struct sha256 *out);
MUST_USE NONNULL err tree_inclusion(const struct tree_source *source, uint64_t index, uint64_t size,
				    struct sha256 out[static TREE_PROOF_MAX], size_t *out_count);
/* Of 0 < size1 <= size2. */
MUST_USE NONNULL err tree_consistency(const struct tree_source *source, uint64_t size1, uint64_t size2,
				      struct sha256 out[static TREE_PROOF_MAX], size_t *out_count);

/* The right edge: what appending needs. peak[b] is the root of the whole subtree that bit b of size stands for. */
struct tree_edge {
	uint64_t size;
	struct sha256 peak[TREE_LEVELS];
};
/* Appends a leaf; `made` hears of every whole subtree that this completes, from level 0 up. */
typedef err (*tree_made)(void *self, unsigned level, uint64_t index, const struct sha256 *hash);
MUST_USE err tree_edge_append(struct tree_edge *edge, const struct sha256 *leaf, tree_made made, void *self);
struct sha256 tree_edge_root(const struct tree_edge *edge);
MUST_USE NONNULL err tree_edge_load(const struct tree_source *source, uint64_t size, struct tree_edge *out);

#endif
