#include "crypto/secret.h"

#include <openssl/crypto.h>

bool secret_equal(bytes a, bytes b)
{
	return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.at, b.at, a.len) == 0);
}

/* Room for the keeper's cache of decoded keys, were all of them RSA. */
enum { SECRET_HEAP_BYTES = 1 << 20, SECRET_HEAP_PIECE_BYTES = 32 };

err secret_heap_start(void)
{
	if (CRYPTO_secure_malloc_init(SECRET_HEAP_BYTES, SECRET_HEAP_PIECE_BYTES) != 1)
		FAIL(ERR_LIMIT, "the library's memory for keys cannot be locked");
	return OK;
}
