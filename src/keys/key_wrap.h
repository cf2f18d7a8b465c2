/* keys/key_wrap.h - one key sealed under another. encryption-and-keys section 2, K1 and K2.
 *
 * AES-256-GCM; the associated data names the key, what it is for, whose it is, and the wrapping key, so that a wrapped
 * blob moved to another row, tenant or purpose does not open. */
#ifndef KEYS_KEY_WRAP_H
#define KEYS_KEY_WRAP_H

#include "base/err.h"
#include "base/uuid.h"
#include "crypto/aead.h"

enum key_kind {
	KEY_EPOCH = 1, /* of the vault: wrapped by the root           */
	KEY_TENANT,    /* KEK: wrapped by the epoch key               */
	KEY_DATABASE,  /* DEK: wrapped by its tenant's KEK            */
	KEY_TOKEN,     /* signs a tenant's tokens: wrapped by its KEK */
	KEY_LOG,       /* signs a log's checkpoints                   */
	KEY_TLS,       /* the server's private key, the development authority's */
	KEY_KIND_COUNT
};

enum key_state { KEY_PREACTIVE = 1, KEY_ACTIVE, KEY_RETIRED, KEY_SUSPENDED, KEY_DESTROYED, KEY_STATE_COUNT };

/* K1: destroyed keys keep this and nothing else. */
struct key_meta {
	struct uuid id;
	uint32_t version;
	enum key_kind kind;
	enum key_state state;
	uint8_t alg; /* enum sign_alg for signing keys; 0: AES-256 */
	struct uuid tenant, database; /* whose; nil where it does not apply */
	struct uuid wrapping_id;
	uint32_t wrapping_version;
	int64_t created_ms, since_ms; /* since_ms: in this state */
};

enum { WRAPPED_OVERHEAD = AEAD_NONCE_BYTES + AEAD_TAG_BYTES };

struct wrapping_key {
	uint8_t k[AEAD_KEY_BYTES];
};
NONNULL void wrapping_key_wipe(struct wrapping_key *key);

/* out has plain.len + WRAPPED_OVERHEAD octets: nonce, cipher, tag. */
MUST_USE NONNULL err key_wrap(const struct wrapping_key *by, const struct key_meta *meta, bytes plain, uint8_t *out);
/* out has wrapped.len - WRAPPED_OVERHEAD octets. ERR_CORRUPT when it is not this key, wrapped by that one. */
MUST_USE NONNULL err key_unwrap(const struct wrapping_key *by, const struct key_meta *meta, bytes wrapped, uint8_t *out);
/* The only arrows of K1. */
bool key_state_may_become(enum key_state from, enum key_state to);

#endif
