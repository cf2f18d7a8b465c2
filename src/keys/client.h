/* keys/client.h - what other processes may ask of the keeper, over a channel that the supervisor bound to them.
 *
 * The keeper knows from the channel alone who asks and for which tenant and database; no message can say otherwise.
 * Calls block until the answer (a keeper on the same machine answers in tens of microseconds), at most
 * KEYS_TIMEOUT_MS. ERR_UNAVAILABLE when the keeper is away (it is restarted: retry on the next request), ERR_DENIED when
 * its request table refuses. */
#ifndef KEYS_CLIENT_H
#define KEYS_CLIENT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "ipc/keeper_limits.h"

enum { KEYS_TIMEOUT_MS = 5000 };

struct keys {
	int channel; /* -1 while the keeper is away */
	uint64_t next_correlation;
};

/* --- a database's keys (encryption-and-keys, section 2) --- */

struct page_key { uint8_t k[32]; };
struct purpose_key { uint8_t k[32]; };

/* Derived for this database only; the database key itself never leaves the keeper. Wipe with database_keys_wipe. */
struct database_keys {
	struct uuid database_id;
	size_t version_count;      /* the last one seals, the others only open */
	uint32_t versions[DATABASE_KEY_VERSIONS_MAX];
	struct page_key page[DATABASE_KEY_VERSIONS_MAX];
	struct purpose_key wal_header[DATABASE_KEY_VERSIONS_MAX];
	struct purpose_key anchor, blob, audit;
	struct purpose_key cookie; /* seals what travels through browsers: cookies, transaction state, cursors */
	struct purpose_key lookup; /* HMAC key for stored digests of low-entropy values */
};
NONNULL void database_keys_wipe(struct database_keys *keys);

/* Of the database that this channel is bound to. */
MUST_USE NONNULL err keys_database(struct keys *keys, struct database_keys *out);

/* The freshness anchor (encryption-and-keys 6.14): kept by the keeper beside the key. */
struct database_anchor {
	uint64_t change_counter;
	uint32_t page_count;
	uint8_t wal_salts[8];
	uint8_t page1_tag[16];
	int64_t time_ms;
};
MUST_USE NONNULL err keys_anchor_put(struct keys *keys, const struct database_anchor *anchor);
/* ERR_NOT_FOUND before the first. */
MUST_USE NONNULL err keys_anchor_get(struct keys *keys, struct database_anchor *out);

/* --- token signing (identity workers) --- */

enum token_type { TOKEN_ACCESS = 1, /* typ at+jwt */ TOKEN_ID, /* typ JWT */ TOKEN_LOGOUT /* typ logout+jwt */ };
enum token_alg { TOKEN_ES256 = 1, TOKEN_RS256 };

/* Signs a JWT. `claims` is a JSON object that must begin with the tenant's own {"iss":"<issuer>","tid":"<tenant>", as the
 * keeper knows them (token/claims.h writes it so); the keeper refuses anything else, also a second iss or tid.
 * Gives the whole compact token. */
MUST_USE NONNULL err keys_sign_token(struct keys *keys, enum token_type type, enum token_alg alg, str claims,
				     struct arena *arena, str *out_token);

/* --- signed metadata (data workers) --- */

/* The metadata of this environment as a decision point, as a JWT of the tenant (keys/keeper_metadata.c): the keeper writes every claim.
 * own_host: of its address as a host of its own (codec/decision_point.h). */
MUST_USE NONNULL err keys_sign_metadata(struct keys *keys, str unique_name, bool own_host, struct arena *arena, str *out_token);

/* --- public keys (identity and data workers) --- */

struct public_key {
	enum token_alg alg;
	char kid[44];              /* RFC 7638 thumbprint, base64url, NUL-terminated */
	uint8_t x[32], y[32];      /* ES256 */
	uint8_t n[512];            /* RS256: modulus, big-endian; exponent is 65537 */
	size_t n_len;
	bool active;               /* signs now; others only verify */
};
struct public_keys {
	size_t count;
	struct public_key key[PUBLIC_KEYS_MAX];
};
/* The tenant's token keys: active, next and those still to be accepted. When an identity worker asks, one of RS256 is among them. */
MUST_USE NONNULL err keys_public(struct keys *keys, struct public_keys *out);

/* --- log checkpoints (recorders) --- */

/* Signs "origin\nsize\nbase64 root\n" with the log's Ed25519 key if (size, root) is shown by `proof` to continue the last
 * pair signed for that log; keeps the pair durably before it answers. ERR_CONFLICT when it is not a continuation. */
/* `proof` may be null when proof_count is 0. */
MUST_USE err keys_sign_checkpoint(struct keys *keys, const struct uuid *log_id, uint64_t size,
					  const uint8_t root[static 32], const uint8_t (*proof)[32], size_t proof_count,
					  uint8_t out_signature[static 64]);
/* The last signed state and the log's public key. size 0 when nothing was signed. */
struct checkpoint_state {
	uint64_t size;
	uint8_t root[32];
	uint8_t public_key[32];
};
MUST_USE NONNULL err keys_checkpoint_state(struct keys *keys, const struct uuid *log_id, struct checkpoint_state *out);

/* --- TLS (edge) --- */

/* The server certificate's public half is on disk; the keeper holds the private one, named by the SHA-256 of its
 * SubjectPublicKeyInfo. Signs a TLS 1.3 CertificateVerify
 * content or a TLS 1.2 ServerKeyExchange content, whose form the keeper checks. scheme: RFC 8446 SignatureScheme.
 * The edge uses its own asynchronous path over the same messages (ipc/keeper_message.h). */
MUST_USE NONNULL err keys_sign_tls(struct keys *keys, const uint8_t pin[static 32], uint16_t scheme, bytes content,
				   struct arena *arena, bytes *out_signature);
/* Session-ticket keys: current first, then those still accepted. */
struct ticket_key { uint8_t name[16], aes[32], hmac[32]; };
MUST_USE NONNULL err keys_tickets(struct keys *keys, struct ticket_key *out, size_t *out_count);

/* --- provisioning (control worker, through the supervisor's binding) --- */

MUST_USE NONNULL err keys_create_tenant(struct keys *keys, const struct tenant_id *tenant, str issuer);
MUST_USE NONNULL err keys_create_database(struct keys *keys, const struct tenant_id *tenant, const struct uuid *database);

/* --- rotation of token-signing keys (control worker; keys/keeper_rotate.h) --- */

enum key_rotation {
	ROTATE_DUE = 1,   /* of whichever tenant's keys are old enough; names no tenant                           */
	ROTATE_PUBLISHED, /* only if clients had a day to learn of the next key                                   */
	ROTATE_NOW,       /* without that                                                                         */
	ROTATE_REMOVE,    /* now, and every token signed before is void: for a key that has come into other hands */
};
struct rotated_key {
	enum token_alg alg;
	char before[44], after[44]; /* kids of the key that signed and of the one that signs now */
};
struct rotated_keys {
	struct uuid tenant;
	size_t count;
	struct rotated_key key[TOKEN_ALGS_MAX];
};
/* ERR_NOT_FOUND no such tenant, or nothing is due; ERR_CONFLICT the next key has not been published for a day; ERR_LIMIT too many
 * were retired lately. */
MUST_USE NONNULL err keys_rotate(struct keys *keys, enum key_rotation mode, const struct uuid *tenant, struct rotated_keys *out);

#endif
