#include "crypto/secret.h"

#include <openssl/crypto.h>

bool secret_equal(bytes a, bytes b)
{
	return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.at, b.at, a.len) == 0);
}
