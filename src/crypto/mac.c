#include "crypto/mac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

static EVP_MAC_CTX *context(bytes key)
{
	static EVP_MAC_CTX *ctx;
	if (!ctx) {
		EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
		OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
					OSSL_PARAM_construct_end() };
		ctx = mac ? EVP_MAC_CTX_new(mac) : NULL;
		EVP_MAC_free(mac);
		if (!ctx || EVP_MAC_CTX_set_params(ctx, params) != 1)
			abort();
	}
	static const uint8_t no_key[1];
	if (EVP_MAC_init(ctx, key.len ? key.at : no_key, key.len, NULL) != 1)
		abort();
	return ctx;
}

struct sha256 hmac_sha256_parts(bytes key, const bytes *parts, size_t count)
{
	EVP_MAC_CTX *ctx = context(key);
	struct sha256 out;
	size_t len = 0;
	for (size_t i = 0; i < count; i++)
		if (parts[i].len && EVP_MAC_update(ctx, parts[i].at, parts[i].len) != 1)
			abort();
	if (EVP_MAC_final(ctx, out.b, &len, sizeof out.b) != 1 || len != sizeof out.b)
		abort();
	return out;
}

struct sha256 hmac_sha256(bytes key, bytes data)
{
	return hmac_sha256_parts(key, &data, 1);
}
