#include "crypto/merkle.h"

struct sha256 merkle_leaf(bytes entry)
{
	static const uint8_t prefix = 0;
	return sha256_of_parts((bytes[]){ bytes_of(&prefix, 1), entry }, 2);
}

struct sha256 merkle_node(const struct sha256 *left, const struct sha256 *right)
{
	static const uint8_t prefix = 1;
	return sha256_of_parts((bytes[]){ bytes_of(&prefix, 1), bytes_of(left->b, SHA256_BYTES),
					  bytes_of(right->b, SHA256_BYTES) }, 3);
}

struct sha256 merkle_empty_root(void)
{
	return sha256_of((bytes){ NULL, 0 });
}

static bool same(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->b, b->b, SHA256_BYTES) == 0;
}

err merkle_verify_inclusion(uint64_t index, uint64_t size, const struct sha256 *leaf, const struct sha256 *proof,
			    size_t proof_count, const struct sha256 *root)
{
	if (index >= size)
		FAIL(ERR_INVALID, "index past the end of the tree");
	uint64_t fn = index, sn = size - 1;
	struct sha256 r = *leaf;
	for (size_t i = 0; i < proof_count; i++) {
		if (sn == 0)
			FAIL(ERR_INVALID, "proof longer than the tree is deep");
		if ((fn & 1) || fn == sn) {
			r = merkle_node(&proof[i], &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = merkle_node(&r, &proof[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0 || !same(&r, root))
		FAIL(ERR_INVALID, "proof that does not lead to the root");
	return OK;
}

/* Both sizes are not zero and differ. `first` is the hash that both trees share, `rest` what leads up from it. */
static err climb(uint64_t size1, uint64_t size2, const struct sha256 *root1, const struct sha256 *root2,
		 const struct sha256 *first, const struct sha256 *rest, size_t rest_count)
{
	uint64_t fn = size1 - 1, sn = size2 - 1;
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	struct sha256 fr = *first, sr = *first;
	for (size_t i = 0; i < rest_count; i++) {
		if (sn == 0)
			FAIL(ERR_INVALID, "proof longer than the tree is deep");
		if ((fn & 1) || fn == sn) {
			fr = merkle_node(&rest[i], &fr);
			sr = merkle_node(&rest[i], &sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = merkle_node(&sr, &rest[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0 || !same(&fr, root1) || !same(&sr, root2))
		FAIL(ERR_INVALID, "proof that does not join the two trees");
	return OK;
}

err merkle_verify_consistency(uint64_t size1, uint64_t size2, const struct sha256 *root1, const struct sha256 *root2,
			      const struct sha256 *proof, size_t proof_count)
{
	if (size1 == 0 || size1 > size2)
		FAIL(ERR_INVALID, "a tree continues neither the empty tree nor a larger one provably");
	if (size1 == size2) {
		if (proof_count != 0 || !same(root1, root2))
			FAIL(ERR_INVALID, "equal sizes want equal roots and no proof");
		return OK;
	}
	if ((size1 & (size1 - 1)) == 0) /* a whole subtree: its root is the first hash */
		return climb(size1, size2, root1, root2, root1, proof, proof_count);
	if (proof_count == 0)
		FAIL(ERR_INVALID, "no proof");
	return climb(size1, size2, root1, root2, &proof[0], proof + 1, proof_count - 1);
}
