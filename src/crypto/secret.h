/* crypto/secret.h - comparing secrets, and where the library keeps them. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/err.h"
#include "base/str.h"

/* Takes the same time wherever they differ; lengths are not secret. */
bool secret_equal(bytes a, bytes b);

/* Private keys of the library from then on lie in locked, guarded pages left out of core files. Once, before the first key.
 * ERR_LIMIT when the pages cannot be locked. */
MUST_USE err secret_heap_start(void);

#endif
