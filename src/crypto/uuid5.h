/* crypto/uuid5.h - identifiers made from names. RFC 9562 section 5.5 (version 5, SHA-1). Not a secret, not a proof. */
#ifndef CRYPTO_UUID5_H
#define CRYPTO_UUID5_H

#include "base/uuid.h"

/* Ends the process when the library cannot hash, like crypto/hash.h. */
NONNULL struct uuid uuid5_of(const struct uuid *name_space, bytes name);

#endif
