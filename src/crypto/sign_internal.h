/* crypto/sign_internal.h - what stands behind a struct sign_key, for the files of this area that hand keys to the library. */
#ifndef CRYPTO_SIGN_INTERNAL_H
#define CRYPTO_SIGN_INTERNAL_H

#include <openssl/evp.h>

#include "crypto/sign.h"

struct sign_key {
	EVP_PKEY *pkey;
	enum sign_alg alg;
};

/* ERR_INVALID for a key that is none of ours: P-256, RSA of 2048 to 4096 bits, Ed25519. */
MUST_USE NONNULL err sign_alg_of(EVP_PKEY *pkey, enum sign_alg *out);

#endif
