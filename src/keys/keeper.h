/* keys/keeper.h - the keeper's state and what it does on request. Runs in the keeper process and, before there is one, in
 * `bailiwick init`.
 *
 * keeper_rules.c holds the table of who may ask for what; keeper_*.c the answers. A key is unwrapped for one use and wiped. */
#ifndef KEYS_KEEPER_H
#define KEYS_KEEPER_H

#include "base/instant.h"
#include "crypto/sign.h"
#include "ipc/keeper_message.h"
#include "ipc/supervisor_message.h"
#include "keys/key_store.h"

enum { SIGNERS_CACHED = 256, TLS_KEYS_HELD_MAX = 3, KEEPER_ANSWER_BYTES_MAX = sizeof(struct keeper_sign_token_answer) };

/* A decoded private key, kept for reuse: decoding costs several signatures. */
struct cached_signer {
	struct uuid key_id;
	struct sign_key *key;
	char kid[44];
	uint64_t used;
};

/* An operator's own TLS key, of a file: in memory only. The newest first; older ones stay as long as there is room, since edges
 * go on with the old certificate until they have tested the new one. */
struct held_tls_key {
	struct sign_key *key;
	uint8_t pin[32];
};

struct keeper {
	struct key_store *store;
	struct held_tls_key tls_held[TLS_KEYS_HELD_MAX];
	struct cached_signer signers[SIGNERS_CACHED];
	uint64_t uses, keys_made; /* keys_made: put into the store since it was opened */
	struct ticket_key tickets[TICKET_KEYS_MAX]; /* newest first */
	size_t ticket_count;
	int64_t tickets_made_ms;
	int64_t (*now_ms)(void);
};

MUST_USE NONNULL err keeper_open(const char *store_path, const struct wrapping_key *root, int64_t (*now_ms)(void),
				 struct keeper **out);
void keeper_close(struct keeper *keeper);

/* Answers one request by the table. Writes the answer's octets to `out` and their count to *out_len; always an answer,
 * possibly a head with a refusal. *out_refused says that the table refused (the caller logs it and audits). */
NONNULL void keeper_answer(struct keeper *keeper, const struct channel_binding *who, bytes request,
			   uint8_t out[static KEEPER_ANSWER_BYTES_MAX], size_t *out_len, bool *out_refused);

/* The operations that init needs, and the table's answers share. */

/* KEK and first token keys of a tenant, its issuer. Repeating it with the same issuer is harmless; another issuer:
 * ERR_CONFLICT. A nil tenant stands for the installation, which has no issuer. */
MUST_USE NONNULL err keeper_create_tenant(struct keeper *keeper, const struct uuid *tenant, str issuer);
/* DEK of a database. Harmless to repeat. ERR_NOT_FOUND without the tenant. */
MUST_USE NONNULL err keeper_create_database(struct keeper *keeper, const struct uuid *tenant, const struct uuid *database);
/* Puts the server's TLS key in place (index 0) or the development authority's (index 1). */
MUST_USE NONNULL err keeper_put_tls_key(struct keeper *keeper, uint32_t index, const struct sign_key *key);
/* Holds an operator's own TLS key besides those of the store. Owns the key, also after a failure. */
MUST_USE NONNULL err keeper_hold_tls_key(struct keeper *keeper, struct sign_key *key);
/* Borrowed until the next call. ERR_NOT_FOUND. */
MUST_USE NONNULL err keeper_tls_key(struct keeper *keeper, uint32_t index, const struct sign_key **out);

#endif
