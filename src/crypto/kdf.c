#include "crypto/kdf.h"

#include <sodium.h>

#include "crypto/mac.h"

enum { PASSPHRASE_MEMORY_BYTES = 64 << 20, PASSPHRASE_PASSES = 3 };

void hkdf_extract(bytes salt, bytes input, uint8_t out[static SHA256_BYTES])
{
	static const uint8_t zeros[SHA256_BYTES];
	struct sha256 key = hmac_sha256(salt.len ? salt : bytes_of(zeros, sizeof zeros), input);
	memcpy(out, key.b, sizeof key.b);
	explicit_bzero(&key, sizeof key);
}

err hkdf_expand(bytes key, bytes info, uint8_t *out, size_t out_len)
{
	struct sha256 block = { { 0 } };
	size_t done = 0;
	if (out_len > HKDF_BYTES_MAX)
		FAIL(ERR_LIMIT, "more derived octets than HKDF gives");
	for (uint8_t counter = 1; done < out_len; counter++) {
		bytes parts[] = { bytes_of(block.b, counter == 1 ? 0 : sizeof block.b), info, bytes_of(&counter, 1) };
		block = hmac_sha256_parts(key, parts, COUNT_OF(parts));
		size_t take = out_len - done < sizeof block.b ? out_len - done : sizeof block.b;
		memcpy(out + done, block.b, take);
		done += take;
	}
	explicit_bzero(&block, sizeof block);
	return OK;
}

err passphrase_derive(bytes passphrase, const uint8_t salt[static PASSPHRASE_SALT_BYTES], uint8_t out[static 32])
{
	_Static_assert(PASSPHRASE_SALT_BYTES == crypto_pwhash_SALTBYTES, "argon2id's salt");
	if (sodium_init() < 0)
		FAIL(ERR_INTERNAL, "libsodium does not start");
	if (crypto_pwhash(out, 32, (const char *)passphrase.at, passphrase.len, salt, PASSPHRASE_PASSES,
			  PASSPHRASE_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
		FAIL(ERR_LIMIT, "no memory for Argon2id");
	return OK;
}
