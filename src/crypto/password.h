/* crypto/password.h - password hashes: Argon2id (RFC 9106), version 0x13, one lane, as PHC strings.
 *
 * Slow and hungry on purpose: only the hasher process calls these (ipc/hasher_client.h is how others ask).
 * Salt 16 octets, tag 32. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "base/err.h"
#include "base/str.h"

enum {
	PASSWORD_BYTES_MAX = 1024,
	PASSWORD_PHC_MAX = 128,            /* with its NUL */
	PASSWORD_MEMORY_KIB_MAX = 262144,  /* of a stored string: what an import may demand of us */
	PASSWORD_PASSES_MAX = 10,
};

enum password_profile {
	PASSWORD_STANDARD = 1, /* 19456 KiB, 2 passes: OWASP's floor          */
	PASSWORD_HIGH          /* 65536 KiB, 3 passes: administrators' accounts */
};

/* ERR_LIMIT when the password is longer than PASSWORD_BYTES_MAX or the memory is not there. NUL-terminated. */
MUST_USE NONNULL err password_hash(enum password_profile profile, bytes password, char out[static PASSWORD_PHC_MAX]);

/* *out_outdated: it matches, and its parameters are weaker than the profile's: hash it again.
 * ERR_INVALID for a string that is not such a hash or demands too much. */
MUST_USE NONNULL err password_verify(enum password_profile profile, bytes password, str phc, bool *out_matches,
				     bool *out_outdated);

/* The same work for a name that does not exist, so that its answer takes as long. */
MUST_USE NONNULL err password_verify_nobody(enum password_profile profile, bytes password);

/* m and t of a PHC string, checked; the salt and tag are not decoded here. */
struct password_cost { uint32_t memory_kib, passes; };
MUST_USE NONNULL err password_cost_parse(str phc, struct password_cost *out);

#endif
