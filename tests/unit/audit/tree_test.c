/* Proofs and roots against the definition, written out naively. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "audit/tree.h"

enum { LEAVES = 300 };

static struct sha256 leaf_of(uint64_t i)
{
	return merkle_leaf(bytes_of(&i, sizeof i));
}

/* RFC 9162 2.1.1: MTH(D[from:to]), by definition. */
static struct sha256 naive(uint64_t from, uint64_t to)
{
	uint64_t k = 1;
	if (to == from)
		return merkle_empty_root();
	if (to - from == 1)
		return leaf_of(from);
	while (k * 2 < to - from)
		k *= 2;
	struct sha256 left = naive(from, from + k), right = naive(from + k, to);
	return merkle_node(&left, &right);
}

static err naive_node(void *self, unsigned level, uint64_t index, struct sha256 *out)
{
	const uint64_t *size = self;
	if ((index + 1) << level > *size)
		FAIL(ERR_INTERNAL, "asked for a subtree that is not whole");
	*out = naive(index << level, (index + 1) << level);
	return OK;
}

static bool same(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->b, b->b, SHA256_BYTES) == 0;
}

static void edge_agrees_with_the_definition(void **state)
{
	struct tree_edge edge = { 0 };
	(void)state;
	for (uint64_t i = 0; i < LEAVES; i++) {
		struct sha256 root = tree_edge_root(&edge), want = naive(0, i), leaf = leaf_of(i), loaded_root;
		struct tree_source source = { naive_node, &i };
		struct tree_edge loaded;
		assert_true(same(&root, &want));
		if (i % 7 == 0) {
			assert_false(failed(tree_root(&source, i, &root)));
			assert_true(same(&root, &want));
			assert_false(failed(tree_edge_load(&source, i, &loaded)));
			loaded_root = tree_edge_root(&loaded);
			assert_true(same(&loaded_root, &want));
		}
		assert_false(failed(tree_edge_append(&edge, &leaf, NULL, NULL)));
	}
}

static void inclusion_proofs_verify_and_only_they(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		uint64_t size = 1 + (uint64_t)rand() % 70, index = (uint64_t)rand() % size;
		struct tree_source source = { naive_node, &size };
		struct sha256 proof[TREE_PROOF_MAX], root = naive(0, size), leaf = leaf_of(index);
		size_t count;
		assert_false(failed(tree_inclusion(&source, index, size, proof, &count)));
		assert_false(failed(merkle_verify_inclusion(index, size, &leaf, proof, count, &root)));
		leaf.b[round % 32] ^= 1;
		assert_true(failed(merkle_verify_inclusion(index, size, &leaf, proof, count, &root)));
	}
}

static void consistency_proofs_verify_and_only_they(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		uint64_t size2 = 1 + (uint64_t)rand() % 70, size1 = 1 + (uint64_t)rand() % size2;
		struct tree_source source = { naive_node, &size2 };
		struct sha256 proof[TREE_PROOF_MAX], root1 = naive(0, size1), root2 = naive(0, size2);
		size_t count;
		assert_false(failed(tree_consistency(&source, size1, size2, proof, &count)));
		assert_false(failed(merkle_verify_consistency(size1, size2, &root1, &root2, proof, count)));
		root1.b[round % 32] ^= 1;
		assert_true(failed(merkle_verify_consistency(size1, size2, &root1, &root2, proof, count)));
	}
}

static void proofs_of_nothing_are_refused(void **state)
{
	uint64_t size = 4;
	struct tree_source source = { naive_node, &size };
	struct sha256 proof[TREE_PROOF_MAX];
	size_t count;
	(void)state;
	assert_true(failed(tree_inclusion(&source, 4, 4, proof, &count)));
	assert_true(failed(tree_consistency(&source, 0, 4, proof, &count)));
	assert_true(failed(tree_consistency(&source, 5, 4, proof, &count)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edge_agrees_with_the_definition), cmocka_unit_test(inclusion_proofs_verify_and_only_they),
		cmocka_unit_test(consistency_proofs_verify_and_only_they), cmocka_unit_test(proofs_of_nothing_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
