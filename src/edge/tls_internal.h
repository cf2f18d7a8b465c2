/* edge/tls_internal.h - OpenSSL objects shared by the tls_*.c files. */
#ifndef EDGE_TLS_INTERNAL_H
#define EDGE_TLS_INTERNAL_H

#include <openssl/provider.h>
#include <openssl/ssl.h>

#include "edge/tls_context.h"

struct tls_library {
	OSSL_LIB_CTX *openssl;
	OSSL_PROVIDER *standard, *keeper;
	struct tls_signer signer;
	struct tls_signature *current; /* of the session or self-test whose job is running: where a signature goes */
};

struct tls_context {
	struct tls_library *library;
	SSL_CTX *ssl;
	EVP_PKEY *key, *public_key;
	char host[254];
	bool http2;
	uint32_t references; /* the edge's, and one per session */
	struct ticket_key tickets[TICKET_KEYS_MAX];
	size_t ticket_count;
	struct tls_self_test *test;
};

/* OSSL_provider_init_fn of the provider "bwkeeper"; its context is the tls_library. */
int tls_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **context);
#define TLS_PROVIDER_NAME "bwkeeper"
/* Extra import parameters of our keys: which of the keeper's keys it is, and the tls_library (a pointer's octets). */
#define TLS_PARAM_PIN "bwk-pin"
#define TLS_PARAM_LIBRARY "bwk-library"

void tls_context_unref(struct tls_context *context);

#endif
