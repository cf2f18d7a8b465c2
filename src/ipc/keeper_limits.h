/* ipc/keeper_limits.h - bounds that the keeper's messages, its clients and its store share. */
#ifndef IPC_KEEPER_LIMITS_H
#define IPC_KEEPER_LIMITS_H

enum {
	DATABASE_KEY_VERSIONS_MAX = 8,
	PUBLIC_KEYS_MAX = 12,
	TOKEN_ALGS_MAX = 2,
	CHECKPOINT_PROOF_MAX = 64,
	TICKET_KEYS_MAX = 3,
	TOKEN_CLAIMS_BYTES_MAX = 6144,
	TOKEN_BYTES_MAX = 9216,
	TLS_CONTENT_BYTES_MAX = 512,
	ISSUER_BYTES_MAX = 512,
};

#endif
