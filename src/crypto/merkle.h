/* crypto/merkle.h - the hashes and proofs of an append-only log. RFC 9162 section 2.1, SHA-256. Pure.
 *
 * Edge rules (audit-and-trust 4.7): a proof from the empty tree proves nothing and is an error; equal sizes take an empty
 * proof; an index past the tree, and missing or surplus hashes, fail. */
#ifndef CRYPTO_MERKLE_H
#define CRYPTO_MERKLE_H

#include "base/err.h"
#include "crypto/hash.h"

/* H(0x00 || entry), H(0x01 || left || right), H("") */
struct sha256 merkle_leaf(bytes entry);
struct sha256 merkle_node(const struct sha256 *left, const struct sha256 *right);
struct sha256 merkle_empty_root(void);

/* ERR_INVALID unless the proof shows that `leaf` stands at `index` of the tree of that size and root. */
MUST_USE err merkle_verify_inclusion(uint64_t index, uint64_t size, const struct sha256 *leaf, const struct sha256 *proof,
				     size_t proof_count, const struct sha256 *root);
/* ERR_INVALID unless the proof shows that the tree (size2, root2) continues (size1, root1). */
MUST_USE err merkle_verify_consistency(uint64_t size1, uint64_t size2, const struct sha256 *root1,
				       const struct sha256 *root2, const struct sha256 *proof, size_t proof_count);

#endif
