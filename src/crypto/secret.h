/* crypto/secret.h - comparing secrets. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/str.h"

/* Takes the same time wherever they differ; lengths are not secret. */
bool secret_equal(bytes a, bytes b);

#endif
