/* ipc/keeper_message.h - requests to the keeper and its answers.
 *
 * Fixed structs, one per message; same binary at both ends, so host byte order. Who asks, and for which tenant and database,
 * the keeper knows from the channel's binding: no request names a sender. Variable text stands in a fixed array with its
 * length. Every length is checked before use; a message of another size than its kind's is refused. */
#ifndef IPC_KEEPER_MESSAGE_H
#define IPC_KEEPER_MESSAGE_H

#include "base/unique_name.h"
#include "base/uuid.h"
#include "ipc/keeper_limits.h"

enum { KEEPER_MESSAGE_VERSION = 1 };

enum keeper_request_kind {
	KEEPER_DATABASE_KEYS = 1,
	KEEPER_ANCHOR_PUT,
	KEEPER_ANCHOR_GET,
	KEEPER_SIGN_TOKEN,
	KEEPER_PUBLIC_KEYS,
	KEEPER_SIGN_CHECKPOINT,
	KEEPER_CHECKPOINT_STATE,
	KEEPER_SIGN_TLS,
	KEEPER_TICKET_KEYS,
	KEEPER_CREATE_TENANT,
	KEEPER_CREATE_DATABASE,
	KEEPER_ROTATE,
	KEEPER_SIGN_METADATA,
	KEEPER_REQUEST_KIND_COUNT
};

struct keeper_head {
	uint16_t version;
	uint16_t kind;         /* the answer repeats the request's */
	int32_t result;        /* answers: 0 or an err_kind; requests: 0 */
	uint64_t correlation;  /* chosen by the asker, repeated in the answer */
};

/* DATABASE_KEYS, ANCHOR_GET, PUBLIC_KEYS, TICKET_KEYS: the head alone. A failed answer is the head alone as well. */

struct keeper_database_keys_answer {
	struct keeper_head head;
	struct uuid database_id;
	uint32_t version_count, reserved;
	uint32_t versions[DATABASE_KEY_VERSIONS_MAX];
	uint8_t page[DATABASE_KEY_VERSIONS_MAX][32], wal_header[DATABASE_KEY_VERSIONS_MAX][32];
	uint8_t anchor[32], blob[32], audit[32], cookie[32], lookup[32];
};

struct keeper_anchor {          /* ANCHOR_PUT's request; ANCHOR_GET's answer */
	struct keeper_head head;
	uint64_t change_counter;
	int64_t time_ms;
	uint32_t page_count, reserved;
	uint8_t wal_salts[8], page1_tag[16];
};

struct keeper_sign_token {
	struct keeper_head head;
	uint8_t type, alg;      /* enum token_type, enum token_alg */
	uint16_t claims_len;
	char claims[TOKEN_CLAIMS_BYTES_MAX];
};
struct keeper_sign_token_answer {
	struct keeper_head head;
	uint32_t token_len, reserved;
	char token[TOKEN_BYTES_MAX];
};

/* Answered like SIGN_TOKEN. */
struct keeper_sign_metadata {
	struct keeper_head head;
	uint8_t own_host, name_len, reserved[6];
	char name[UNIQUE_NAME_BYTES_MAX];
};

struct keeper_public_key {
	uint8_t alg, active, reserved[2];
	uint32_t n_len;
	char kid[44];
	uint8_t x[32], y[32], n[512];
};
struct keeper_public_keys_answer {
	struct keeper_head head;
	uint32_t count, reserved;
	struct keeper_public_key key[PUBLIC_KEYS_MAX];
};

struct keeper_sign_checkpoint {
	struct keeper_head head;
	struct uuid log_id;
	uint64_t size;
	uint8_t root[32];
	uint32_t proof_count, reserved;
	uint8_t proof[CHECKPOINT_PROOF_MAX][32];
};
struct keeper_sign_checkpoint_answer {
	struct keeper_head head;
	uint8_t signature[64];
};
struct keeper_checkpoint_state {
	struct keeper_head head;
	struct uuid log_id;
};
struct keeper_checkpoint_state_answer {
	struct keeper_head head;
	uint64_t size;
	uint8_t root[32], public_key[32];
};

struct keeper_sign_tls {
	struct keeper_head head;
	uint8_t pin[32];        /* whose key: SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469 2.4) */
	uint16_t scheme;        /* RFC 8446 4.2.3 */
	uint16_t content_len;
	uint8_t content[TLS_CONTENT_BYTES_MAX];
};
struct keeper_sign_tls_answer {
	struct keeper_head head;
	uint32_t signature_len, reserved;
	uint8_t signature[512];
};

struct keeper_ticket_keys_answer {
	struct keeper_head head;
	uint32_t count, reserved;
	struct { uint8_t name[16], aes[32], hmac[32]; } key[TICKET_KEYS_MAX];
};

struct keeper_create_tenant {
	struct keeper_head head;
	struct uuid tenant;
	uint16_t issuer_len;
	char issuer[ISSUER_BYTES_MAX];
};
struct keeper_create_database {
	struct keeper_head head;
	struct uuid tenant, database; /* tenant nil: the installation's own */
};
struct keeper_rotate {
	struct keeper_head head;
	struct uuid tenant;     /* nil exactly when on schedule */
	uint32_t mode, reserved; /* enum key_rotation */
};
struct keeper_rotate_answer {
	struct keeper_head head;
	struct uuid tenant;
	uint32_t count, reserved;
	struct { uint8_t alg, reserved[3]; char before[44], after[44]; } key[TOKEN_ALGS_MAX];
};

#endif
