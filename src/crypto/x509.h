/* crypto/x509.h - certificates: the development authority that `bailiwick init` makes, and reading an operator's own.
 *
 * Source:  RFC 5280; names as browsers check them (subjectAltName only).
 * Errors:  ERR_INVALID for bytes that are not what they should be, ERR_LIMIT for too many of them. */
#ifndef CRYPTO_X509_H
#define CRYPTO_X509_H

#include "base/instant.h"
#include "crypto/sign.h"

enum { CERTIFICATE_CHAIN_MAX = 8, CERTIFICATE_NAMES_MAX = 64, CERTIFICATE_NAME_LEN_MAX = 253 };

/* A self-signed authority for this installation only: CA, path length 0, 10 years. PEM, in the arena. */
MUST_USE NONNULL err certificate_make_authority(const struct sign_key *key, str common_name, struct instant now,
						struct arena *arena, str *out_pem);

/* A server certificate of that authority. `names`: DNS names (a leading "*." allowed), IPv4 or IPv6 addresses; duplicates are
 * dropped. days: at most 825, beyond which some clients refuse. ERR_INVALID for a name that is neither. */
struct server_certificate_wish {
	const struct sign_key *authority_key;
	str authority_pem;
	const struct sign_key *key; /* the server's */
	const str *names;
	size_t name_count;
	struct instant now;
	int days;
};
MUST_USE NONNULL err certificate_make_server(const struct server_certificate_wish *wish, struct arena *arena, str *out_pem);

/* A PEM file of certificates, leaf first; each octet outside the armour is ignored, as other programs do. */
struct certificate_chain {
	size_t count;
	bytes der[CERTIFICATE_CHAIN_MAX]; /* in the arena */
};
MUST_USE NONNULL err certificate_chain_parse(bytes pem, struct arena *arena, struct certificate_chain *out);

struct certificate_facts {
	struct public_numbers key;
	struct instant not_before, not_after;
	const str *names;          /* of its subjectAltName: DNS names and addresses as text */
	size_t name_count;
	bool is_authority;
};
MUST_USE NONNULL err certificate_facts_of(bytes der, struct arena *arena, struct certificate_facts *out);
/* Whether `issuer` signed `certificate`, by name and signature; validity times are not looked at. */
MUST_USE NONNULL bool certificate_is_signed_by(bytes certificate, bytes issuer);
/* Whether the private key is the certificate's. */
MUST_USE NONNULL bool certificate_fits_key(bytes der, const struct sign_key *key);

/* PKCS#8 PEM of a private key. For tests and for a key that the operator wants to take away; wipe it. */
MUST_USE NONNULL err sign_key_to_pem(const struct sign_key *key, struct arena *arena, str *out_pem);

#endif
