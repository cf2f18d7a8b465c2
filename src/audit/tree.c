#include "audit/tree.h"

/* The largest power of two smaller than n; n > 1. */
static uint64_t split(uint64_t n)
{
	uint64_t k = 1;
	while (k < n - k)
		k *= 2;
	return k;
}

static unsigned log2_of(uint64_t power)
{
	return (unsigned)__builtin_ctzll(power);
}

/* The root over [from, to), from < to, where `from` is a multiple of the largest power of two in the range. The left part is
 * always whole, so this walks down the right edge only. */
static err range_root(const struct tree_source *source, uint64_t from, uint64_t to, struct sha256 *out)
{
	struct sha256 left[TREE_LEVELS];
	size_t count = 0;
	uint64_t n = to - from;
	while (n & (n - 1)) {
		uint64_t k = split(n);
		TRY(source->node(source->self, log2_of(k), from / k, &left[count++]));
		from += k;
		n -= k;
	}
	TRY(source->node(source->self, log2_of(n), from / n, out));
	while (count--)
		*out = merkle_node(&left[count], out);
	return OK;
}

err tree_root(const struct tree_source *source, uint64_t size, struct sha256 *out)
{
	struct sha256 root = merkle_empty_root();
	if (size)
		TRY(range_root(source, 0, size, &root));
	*out = root;
	return OK;
}

static void turn_round(struct sha256 *hashes, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct sha256 t = hashes[i];
		hashes[i] = hashes[count - 1 - i];
		hashes[count - 1 - i] = t;
	}
}

/* PATH (2.1.3.1), from the root down, then turned round. */
err tree_inclusion(const struct tree_source *source, uint64_t index, uint64_t size,
		   struct sha256 out[static TREE_PROOF_MAX], size_t *out_count)
{
	uint64_t from = 0, to = size;
	size_t count = 0;
	if (index >= size)
		FAIL(ERR_INVALID, "index past the end of the tree");
	while (to - from > 1) {
		uint64_t middle = from + split(to - from);
		bool left = index < middle;
		TRY(range_root(source, left ? middle : from, left ? to : middle, &out[count++]));
		if (left)
			to = middle;
		else
			from = middle;
	}
	turn_round(out, count);
	*out_count = count;
	return OK;
}

/* SUBPROOF (2.1.4.1), likewise. */
err tree_consistency(const struct tree_source *source, uint64_t size1, uint64_t size2,
		     struct sha256 out[static TREE_PROOF_MAX], size_t *out_count)
{
	uint64_t from = 0, to = size2;
	size_t count = 0;
	if (size1 == 0 || size1 > size2)
		FAIL(ERR_INVALID, "a tree continues neither the empty tree nor a larger one provably");
	while (to != size1) {
		uint64_t middle = from + split(to - from);
		bool left = size1 <= middle;
		TRY(range_root(source, left ? middle : from, left ? to : middle, &out[count++]));
		if (left)
			to = middle;
		else
			from = middle;
	}
	if (from != 0) /* else the verifier has root1 already */
		TRY(range_root(source, from, to, &out[count++]));
	turn_round(out, count);
	*out_count = count;
	return OK;
}

err tree_edge_append(struct tree_edge *edge, const struct sha256 *leaf, tree_made made, void *self)
{
	struct sha256 hash = *leaf;
	unsigned level = 0;
	if (made)
		TRY(made(self, 0, edge->size, &hash));
	for (; edge->size >> level & 1; level++) {
		hash = merkle_node(&edge->peak[level], &hash);
		if (made)
			TRY(made(self, level + 1, edge->size >> (level + 1), &hash));
	}
	edge->peak[level] = hash;
	edge->size++;
	return OK;
}

struct sha256 tree_edge_root(const struct tree_edge *edge)
{
	struct sha256 root = merkle_empty_root();
	bool any = false;
	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if (!(edge->size >> level & 1))
			continue;
		root = any ? merkle_node(&edge->peak[level], &root) : edge->peak[level];
		any = true;
	}
	return root;
}

err tree_edge_load(const struct tree_source *source, uint64_t size, struct tree_edge *out)
{
	struct tree_edge edge = { .size = size };
	for (unsigned level = 0; level < TREE_LEVELS; level++)
		if (size >> level & 1)
			TRY(source->node(source->self, level, (size >> level) - 1, &edge.peak[level]));
	*out = edge;
	return OK;
}
