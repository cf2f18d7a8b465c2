/* crypto/sign.h - signatures as JOSE, TLS and the audit log need them.
 *
 * A key is decoded once into an object and then used many times: decoding a PEM costs more than fifteen signatures.
 * ES256 signatures are raw r || s (RFC 7518, 3.4), 64 octets; where DER is wanted (TLS) the function says so. */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "base/arena.h"
#include "base/err.h"

struct sign_key;   /* private */
struct verify_key; /* public  */

enum sign_alg { SIGN_ES256 = 1, SIGN_RS256, SIGN_ED25519 };

enum { SIGN_BYTES_MAX = 512, SIGN_PRIVATE_BYTES_MAX = 4096 };

/* Makes a new key pair: P-256, RSA-2048 or Ed25519. */
MUST_USE NONNULL err sign_key_generate(enum sign_alg alg, struct sign_key **out);
/* The private key as PKCS#8 DER, for the sealed key store only. ERR_LIMIT when it does not fit. */
MUST_USE NONNULL err sign_key_export(const struct sign_key *key, uint8_t *out, size_t capacity, size_t *out_len);
MUST_USE NONNULL err sign_key_import(bytes pkcs8, struct sign_key **out);
/* From a PEM file's text (an operator's own TLS key). EC P-256 or RSA of at least 2048 bits. */
MUST_USE NONNULL err sign_key_import_pem(bytes pem, struct sign_key **out);
void sign_key_free(struct sign_key *key);
NONNULL enum sign_alg sign_key_alg(const struct sign_key *key);

/* Signs the message (not a digest). ES256: 64 octets raw; RS256: PKCS#1 v1.5 with SHA-256; Ed25519: 64 octets. */
MUST_USE NONNULL err sign_message(const struct sign_key *key, bytes message, uint8_t out[static SIGN_BYTES_MAX],
				  size_t *out_len);
/* For TLS: scheme is a SignatureScheme of RFC 8446 4.2.3: 0x0403 ecdsa_secp256r1_sha256 (DER), 0x0804 rsa_pss_rsae_sha256,
 * 0x0401 rsa_pkcs1_sha256 (TLS 1.2 only). ERR_INVALID when the key cannot do that scheme. */
MUST_USE NONNULL err sign_tls(const struct sign_key *key, uint16_t scheme, bytes message,
			      uint8_t out[static SIGN_BYTES_MAX], size_t *out_len);

/* The public numbers. ES256: x and y; ED25519: x; RS256: n big-endian in n (at most 512 octets), exponent 65537. */
struct public_numbers {
	enum sign_alg alg;
	uint8_t x[32], y[32];
	uint8_t n[512];
	size_t n_len;
};
/* SHA-256 of the SubjectPublicKeyInfo (RFC 7469 2.4): how a certificate and its private key find each other. */
MUST_USE NONNULL err sign_key_pin(const struct sign_key *key, uint8_t out[static 32]);
MUST_USE NONNULL err sign_key_public(const struct sign_key *key, struct public_numbers *out);

/* ERR_INVALID for a point off the curve, an even or short modulus, ... */
MUST_USE NONNULL err verify_key_new(const struct public_numbers *numbers, struct verify_key **out);
void verify_key_free(struct verify_key *key);
NONNULL enum sign_alg verify_key_alg(const struct verify_key *key);
/* ERR_INVALID when the signature does not fit the message. */
MUST_USE NONNULL err verify_message(const struct verify_key *key, bytes message, bytes signature);

#endif
