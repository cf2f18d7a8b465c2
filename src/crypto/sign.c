#include "crypto/sign.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "crypto/sign_internal.h"

enum { RSA_BITS_NEW = 2048, RSA_BITS_MIN = 2048, RSA_BITS_MAX = 4096, P256_BYTES = 32, ES256_DER_MAX = 72 };

struct verify_key {
	EVP_PKEY *pkey;
	EVP_MD_CTX *ready; /* initialised once; copied for each use, which saves the fetches */
	enum sign_alg alg;
};

err sign_alg_of(EVP_PKEY *pkey, enum sign_alg *out)
{
	char group[32];
	size_t len;
	if (EVP_PKEY_is_a(pkey, "ED25519")) {
		*out = SIGN_ED25519;
		return OK;
	}
	if (EVP_PKEY_is_a(pkey, "RSA")) {
		if (EVP_PKEY_get_bits(pkey) < RSA_BITS_MIN || EVP_PKEY_get_bits(pkey) > RSA_BITS_MAX)
			FAIL(ERR_INVALID, "RSA key that is not of 2048 to 4096 bits");
		*out = SIGN_RS256;
		return OK;
	}
	if (EVP_PKEY_is_a(pkey, "EC") && EVP_PKEY_get_group_name(pkey, group, sizeof group, &len) == 1 &&
	    strcmp(group, "prime256v1") == 0) {
		*out = SIGN_ES256;
		return OK;
	}
	FAIL(ERR_INVALID, "key that is neither P-256, RSA nor Ed25519");
}

static err wrap_private(EVP_PKEY *pkey, struct sign_key **out)
{
	enum sign_alg alg;
	struct sign_key *key;
	if (!pkey) {
		ERR_clear_error();
		FAIL(ERR_INVALID, "not a private key");
	}
	err e = sign_alg_of(pkey, &alg);
	key = failed(e) ? NULL : calloc(1, sizeof *key);
	if (!key) {
		EVP_PKEY_free(pkey);
		return failed(e) ? e : ERR(ERR_LIMIT, "no memory for a key");
	}
	*key = (struct sign_key){ pkey, alg };
	*out = key;
	return OK;
}

err sign_key_generate(enum sign_alg alg, struct sign_key **out)
{
	EVP_PKEY *pkey = NULL;
	switch (alg) {
	case SIGN_ES256:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
		break;
	case SIGN_RS256:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS_NEW);
		break;
	case SIGN_ED25519:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	}
	return wrap_private(pkey, out);
}

err sign_key_export(const struct sign_key *key, uint8_t *out, size_t capacity, size_t *out_len)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key->pkey);
	int len = info ? i2d_PKCS8_PRIV_KEY_INFO(info, NULL) : -1;
	uint8_t *at = out;
	if (len > 0 && (size_t)len <= capacity)
		i2d_PKCS8_PRIV_KEY_INFO(info, &at);
	PKCS8_PRIV_KEY_INFO_free(info); /* wipes */
	if (len <= 0)
		FAIL(ERR_INTERNAL, "the key cannot be written");
	if ((size_t)len > capacity)
		FAIL(ERR_LIMIT, "key longer than its place");
	*out_len = (size_t)len;
	return OK;
}

err sign_key_import(bytes pkcs8, struct sign_key **out)
{
	const uint8_t *at = pkcs8.at;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)pkcs8.len);
	EVP_PKEY *pkey = info && at == pkcs8.at + pkcs8.len ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	return wrap_private(pkey, out);
}

/* An encrypted PEM is refused rather than asked for on a terminal that nobody watches. */
static int no_passphrase(char *buffer, int size, int writing, void *self)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)self;
	return -1;
}

err sign_key_import_pem(bytes pem, struct sign_key **out)
{
	BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.len);
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	BIO_free(bio);
	return wrap_private(pkey, out);
}

void sign_key_free(struct sign_key *key)
{
	if (key)
		EVP_PKEY_free(key->pkey);
	free(key);
}

enum sign_alg sign_key_alg(const struct sign_key *key)
{
	return key->alg;
}

/* --- ES256: DER to raw r || s and back --- */

static err raw_of_der(const uint8_t *der, size_t der_len, uint8_t out[static 2 * P256_BYTES])
{
	const uint8_t *at = der;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)der_len);
	bool good = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, P256_BYTES) == P256_BYTES &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + P256_BYTES, P256_BYTES) == P256_BYTES;
	ECDSA_SIG_free(sig);
	if (!good)
		FAIL(ERR_INTERNAL, "signature of an unexpected form");
	return OK;
}

static bool der_of_raw(bytes raw, uint8_t out[static ES256_DER_MAX], size_t *out_len)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw.at, P256_BYTES, NULL), *s = BN_bin2bn(raw.at + P256_BYTES, P256_BYTES, NULL);
	if (!sig || !r || !s || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(sig);
		return false;
	}
	uint8_t *at = out;
	int len = i2d_ECDSA_SIG(sig, NULL);
	bool good = len > 0 && len <= ES256_DER_MAX && i2d_ECDSA_SIG(sig, &at) == len;
	ECDSA_SIG_free(sig);
	*out_len = good ? (size_t)len : 0;
	return good;
}

/* --- signing --- */

static err sign_digest(const struct sign_key *key, bool pss, bytes message, uint8_t *out, size_t *out_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	const char *digest = key->alg == SIGN_ED25519 ? NULL : "SHA256";
	size_t len = SIGN_BYTES_MAX;
	bool good = ctx && EVP_DigestSignInit_ex(ctx, &pctx, digest, NULL, NULL, key->pkey, NULL) == 1;
	if (good && pss)
		good = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestSign(ctx, out, &len, message.at, message.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!good) {
		ERR_clear_error();
		FAIL(ERR_INTERNAL, "the library does not sign");
	}
	*out_len = len;
	return OK;
}

err sign_message(const struct sign_key *key, bytes message, uint8_t out[static SIGN_BYTES_MAX], size_t *out_len)
{
	uint8_t der[SIGN_BYTES_MAX];
	size_t der_len;
	if (key->alg != SIGN_ES256)
		return sign_digest(key, false, message, out, out_len);
	TRY(sign_digest(key, false, message, der, &der_len));
	TRY(raw_of_der(der, der_len, out));
	*out_len = 2 * (size_t)P256_BYTES;
	return OK;
}

err sign_tls(const struct sign_key *key, uint16_t scheme, bytes message, uint8_t out[static SIGN_BYTES_MAX], size_t *out_len)
{
	static const struct {
		uint16_t scheme;
		enum sign_alg alg;
		bool pss;
	} schemes[] = { { 0x0403, SIGN_ES256, false }, { 0x0804, SIGN_RS256, true }, { 0x0401, SIGN_RS256, false } };
	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (schemes[i].scheme == scheme && schemes[i].alg == key->alg)
			return sign_digest(key, schemes[i].pss, message, out, out_len);
	FAIL(ERR_INVALID, "signature scheme that this key cannot do");
}

/* --- public numbers --- */

static bool take_number(EVP_PKEY *pkey, const char *name, uint8_t *out, size_t width)
{
	BIGNUM *number = NULL;
	bool good = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 && BN_bn2binpad(number, out, (int)width) == (int)width;
	BN_free(number);
	return good;
}

err sign_key_public(const struct sign_key *key, struct public_numbers *out)
{
	struct public_numbers n = { .alg = key->alg };
	size_t len = sizeof n.x;
	bool good = false;
	switch (key->alg) {
	case SIGN_ES256:
		good = take_number(key->pkey, OSSL_PKEY_PARAM_EC_PUB_X, n.x, sizeof n.x) &&
		       take_number(key->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, n.y, sizeof n.y);
		break;
	case SIGN_RS256:
		n.n_len = (size_t)(EVP_PKEY_get_bits(key->pkey) + 7) / 8;
		good = n.n_len <= sizeof n.n && take_number(key->pkey, OSSL_PKEY_PARAM_RSA_N, n.n, n.n_len);
		break;
	case SIGN_ED25519:
		good = EVP_PKEY_get_raw_public_key(key->pkey, n.x, &len) == 1 && len == sizeof n.x;
		break;
	}
	if (!good)
		FAIL(ERR_INTERNAL, "key without its public numbers");
	*out = n;
	return OK;
}

err sign_key_pin(const struct sign_key *key, uint8_t out[static 32])
{
	uint8_t *der = NULL;
	int len = i2d_PUBKEY(key->pkey, &der);
	if (len <= 0)
		FAIL(ERR_INTERNAL, "the public key cannot be written");
	struct sha256 digest = sha256_of(bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	memcpy(out, digest.b, sizeof digest.b);
	return OK;
}

/* --- verifying --- */

static EVP_PKEY *pkey_from_params(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = build ? OSSL_PARAM_BLD_to_param(build) : NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL), *check = NULL;
	EVP_PKEY *pkey = NULL;
	if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params);
	if (pkey) { /* on the curve, in its group: the point comes from outside */
		check = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
		if (!check || EVP_PKEY_public_check(check) != 1) {
			EVP_PKEY_free(pkey);
			pkey = NULL;
		}
	}
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

static EVP_PKEY *public_p256(const struct public_numbers *n)
{
	uint8_t point[1 + 2 * P256_BYTES] = { 4 };
	memcpy(point + 1, n->x, P256_BYTES);
	memcpy(point + 1 + P256_BYTES, n->y, P256_BYTES);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	if (build && (OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
		      OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) != 1))
		return NULL;
	return pkey_from_params("EC", build);
}

static EVP_PKEY *public_rsa(const struct public_numbers *n)
{
	BIGNUM *modulus = BN_bin2bn(n->n, (int)n->n_len, NULL), *exponent = BN_new();
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *pkey = NULL;
	if (modulus && exponent && build && BN_num_bits(modulus) >= RSA_BITS_MIN && BN_is_odd(modulus) &&
	    BN_set_word(exponent, 65537) == 1 && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		pkey = pkey_from_params("RSA", build);
	else
		OSSL_PARAM_BLD_free(build);
	BN_free(modulus);
	BN_free(exponent);
	return pkey;
}

static EVP_PKEY *public_of(const struct public_numbers *n)
{
	switch (n->alg) {
	case SIGN_ES256:
		return public_p256(n);
	case SIGN_RS256:
		return public_rsa(n);
	case SIGN_ED25519:
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, n->x, sizeof n->x);
	}
	return NULL;
}

err verify_key_new(const struct public_numbers *numbers, struct verify_key **out)
{
	struct verify_key *key = calloc(1, sizeof *key);
	if (!key)
		FAIL(ERR_LIMIT, "no memory for a key");
	key->alg = numbers->alg;
	key->pkey = public_of(numbers);
	key->ready = EVP_MD_CTX_new();
	if (!key->pkey || !key->ready ||
	    EVP_DigestVerifyInit_ex(key->ready, NULL, key->alg == SIGN_ED25519 ? NULL : "SHA256", NULL, NULL, key->pkey,
				    NULL) != 1) {
		ERR_clear_error();
		verify_key_free(key);
		FAIL(ERR_INVALID, "not a public key of that kind");
	}
	*out = key;
	return OK;
}

void verify_key_free(struct verify_key *key)
{
	if (!key)
		return;
	EVP_MD_CTX_free(key->ready);
	EVP_PKEY_free(key->pkey);
	free(key);
}

enum sign_alg verify_key_alg(const struct verify_key *key)
{
	return key->alg;
}

err verify_message(const struct verify_key *key, bytes message, bytes signature)
{
	uint8_t der[ES256_DER_MAX];
	size_t der_len;
	static const uint8_t nothing[1];
	if (key->alg == SIGN_ES256) {
		if (signature.len != 2 * P256_BYTES || !der_of_raw(signature, der, &der_len))
			FAIL(ERR_INVALID, "signature of the wrong form");
		signature = bytes_of(der, der_len);
	}
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_MD_CTX_copy_ex(ctx, key->ready) == 1 &&
		    EVP_DigestVerify(ctx, signature.at, signature.len, message.len ? message.at : nothing,
				     message.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!good) {
		ERR_clear_error();
		FAIL(ERR_INVALID, "signature that does not fit");
	}
	return OK;
}
