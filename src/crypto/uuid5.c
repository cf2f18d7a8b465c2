#include "crypto/uuid5.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct uuid uuid5_of(const struct uuid *name_space, bytes name)
{
	struct uuid out;
	uint8_t digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool done = ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 &&
		    EVP_DigestUpdate(ctx, name_space->b, sizeof name_space->b) == 1 &&
		    (name.len == 0 || EVP_DigestUpdate(ctx, name.at, name.len) == 1) && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!done)
		abort();
	memcpy(out.b, digest, sizeof out.b);
	out.b[6] = (uint8_t)((out.b[6] & 0x0f) | 0x50);
	out.b[8] = (uint8_t)((out.b[8] & 0x3f) | 0x80);
	return out;
}
