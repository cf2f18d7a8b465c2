/* edge/tls_context.h - what all TLS sessions of a certificate share: protocol settings, certificate chain, ticket keys, and
 * the key that lives in the keeper.
 *
 * Source: edge-and-network section 8. TLS 1.3 and 1.2, ECDHE with AEAD only, X25519 and P-256, no renegotiation, no
 * compression, no 0-RTT, tickets instead of a session cache. */
#ifndef EDGE_TLS_CONTEXT_H
#define EDGE_TLS_CONTEXT_H

#include "base/err.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "keys/client.h"

struct tls_context;
struct tls_library;

/* One signature that is wanted. The signer calls tls_signature_done exactly once, never from within `start`. */
struct tls_signature {
	bool done, ok;
	size_t len;
	uint8_t octets[512];
	void (*resume)(void *owner); /* called after done; set by the session */
	void *owner;
};

/* Whoever holds the private key: the keeper's channel, in tests a key beside it. */
struct tls_signer {
	/* pin: which key, the SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469 2.4). content: what TLS signs
	 * (RFC 8446 4.4.3, RFC 8422 5.4), unhashed. scheme: SignatureScheme. */
	err (*start)(void *self, const struct sha256 *pin, uint16_t scheme, bytes content, struct tls_signature *signature);
	void *self;
};
NONNULL void tls_signature_done(struct tls_signature *signature, err outcome, bytes octets);

/* OpenSSL with our provider loaded beside the default one. One per process. */
MUST_USE NONNULL err tls_library_new(const struct tls_signer *signer, struct tls_library **out);
void tls_library_free(struct tls_library *library);

struct tls_options {
	bytes certificate_pem; /* the leaf, then its chain */
	str host;              /* names that SNI may say: host and one label below it */
	bool http2;
};

/* ERR_INVALID when the certificate cannot be used. */
MUST_USE NONNULL err tls_context_new(struct tls_library *library, const struct tls_options *options,
				     struct tls_context **out);
/* Open sessions keep what they need. Accepts null. */
void tls_context_free(struct tls_context *context);
/* The first key seals new tickets, all of them open old ones. Without any, no tickets are given. */
NONNULL void tls_context_set_tickets(struct tls_context *context, const struct ticket_key *keys, size_t count);
/* Signs a fixed text with the key and checks it with the certificate, so that a certificate without its key is noticed
 * before clients notice. `tested` is called once, maybe before this returns. */
NONNULL void tls_context_self_test(struct tls_context *context, void (*tested)(void *self, err outcome), void *self);

#endif
