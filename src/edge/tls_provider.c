/* The OpenSSL provider "bwkeeper": key objects that hold only the public half, and signatures that the keeper makes.
 *
 * A signature runs inside an ASYNC job (SSL_MODE_ASYNC), on a small stack of its own: it hands its content to the signer,
 * pauses the job, and goes on when the answer is there. Outside a job it fails: the loop must never wait for the keeper.
 * Measured: +9 % of a handshake, nothing on resumption. */
#include <openssl/async.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <string.h>
#include <strings.h>

#include "edge/tls_internal.h"

enum { CONTENT_BYTES_MAX = 1024 };

struct remote_key {
	struct tls_library *library;
	bool rsa;
	struct sha256 pin;
	int bits, security_bits, signature_bytes_max;
	OSSL_PARAM *public_half;
};

struct remote_signature {
	struct remote_key *key;
	bool pss;
	int digest_bits;
	size_t len;
	uint8_t content[CONTENT_BYTES_MAX];
};

/* --- keys --- */

static void *ec_new(void *provider)
{
	(void)provider;
	return OPENSSL_zalloc(sizeof(struct remote_key));
}

static void *rsa_new(void *provider)
{
	struct remote_key *key = ec_new(provider);
	if (key)
		key->rsa = true;
	return key;
}

static void key_free(void *raw)
{
	struct remote_key *key = raw;
	if (key)
		OSSL_PARAM_free(key->public_half);
	OPENSSL_free(key);
}

static int key_has(const void *raw, int selection)
{
	(void)selection; /* the private half is there, only not here */
	return raw != NULL;
}

static int key_import(void *raw, int selection, const OSSL_PARAM params[])
{
	struct remote_key *key = raw;
	const OSSL_PARAM *pin = OSSL_PARAM_locate_const(params, TLS_PARAM_PIN);
	const OSSL_PARAM *modulus = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_RSA_N);
	const OSSL_PARAM *group = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_GROUP_NAME);
	const OSSL_PARAM *library = OSSL_PARAM_locate_const(params, TLS_PARAM_LIBRARY);
	(void)selection;
	if (!pin || pin->data_size != sizeof key->pin)
		return 0;
	memcpy(&key->pin, pin->data, sizeof key->pin);
	/* A built-in provider of OpenSSL 3.0 has no other way to be told whom it works for. */
	if (!library || library->data_size != sizeof key->library)
		return 0;
	memcpy(&key->library, library->data, sizeof key->library);
	if (key->rsa && modulus) {
		key->bits = (int)(modulus->data_size * 8);
		key->signature_bytes_max = (int)modulus->data_size;
		key->security_bits = key->bits >= 3072 ? 128 : 112;
	} else if (!key->rsa && group) {
		bool p384 = strcasecmp(group->data, "secp384r1") == 0 || strcasecmp(group->data, "P-384") == 0;
		key->bits = p384 ? 384 : 256;
		key->signature_bytes_max = p384 ? 104 : 72;
		key->security_bits = key->bits / 2;
	} else {
		return 0;
	}
	key->public_half = OSSL_PARAM_dup(params);
	return key->public_half != NULL;
}

static int key_export(void *raw, int selection, OSSL_CALLBACK *give, void *argument)
{
	struct remote_key *key = raw;
	if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY || !key->public_half)
		return 0; /* nobody gets what is not here; OpenSSL then signs through us */
	return give(key->public_half, argument);
}

static const OSSL_PARAM ec_types[] = {
	OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0), OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
	OSSL_PARAM_octet_string(TLS_PARAM_PIN, NULL, 0), OSSL_PARAM_octet_string(TLS_PARAM_LIBRARY, NULL, 0), OSSL_PARAM_END,
};
static const OSSL_PARAM rsa_types[] = {
	OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0), OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
	OSSL_PARAM_octet_string(TLS_PARAM_PIN, NULL, 0), OSSL_PARAM_octet_string(TLS_PARAM_LIBRARY, NULL, 0), OSSL_PARAM_END,
};

static const OSSL_PARAM *ec_import_types(int selection)
{
	(void)selection;
	return ec_types;
}

static const OSSL_PARAM *rsa_import_types(int selection)
{
	(void)selection;
	return rsa_types;
}

static int key_get_params(void *raw, OSSL_PARAM params[])
{
	struct remote_key *key = raw;
	OSSL_PARAM *p;
	if ((p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_BITS)) && !OSSL_PARAM_set_int(p, key->bits))
		return 0;
	if ((p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_SECURITY_BITS)) && !OSSL_PARAM_set_int(p, key->security_bits))
		return 0;
	if ((p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_MAX_SIZE)) && !OSSL_PARAM_set_int(p, key->signature_bytes_max))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_GROUP_NAME);
	if (p && (key->rsa || !OSSL_PARAM_set_utf8_string(p, key->bits == 384 ? "secp384r1" : "prime256v1")))
		return 0;
	return 1;
}

static const OSSL_PARAM *key_gettable(void *provider)
{
	static const OSSL_PARAM gettable[] = {
		OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL), OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL), OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
		OSSL_PARAM_END,
	};
	(void)provider;
	return gettable;
}

static const char *ec_operation(int operation)
{
	return operation == OSSL_OP_SIGNATURE ? "ECDSA" : "EC";
}

static const char *rsa_operation(int operation)
{
	(void)operation;
	return "RSA";
}

typedef void (*function)(void);
#define KEY_FUNCTIONS(kind_)                                                                                    \
	{ OSSL_FUNC_KEYMGMT_NEW, (function)kind_##_new }, { OSSL_FUNC_KEYMGMT_FREE, (function)key_free },       \
	{ OSSL_FUNC_KEYMGMT_HAS, (function)key_has }, { OSSL_FUNC_KEYMGMT_IMPORT, (function)key_import },       \
	{ OSSL_FUNC_KEYMGMT_IMPORT_TYPES, (function)kind_##_import_types },                                     \
	{ OSSL_FUNC_KEYMGMT_EXPORT, (function)key_export },                                                     \
	{ OSSL_FUNC_KEYMGMT_EXPORT_TYPES, (function)kind_##_import_types },                                     \
	{ OSSL_FUNC_KEYMGMT_GET_PARAMS, (function)key_get_params },                                             \
	{ OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, (function)key_gettable },                                          \
	{ OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, (function)kind_##_operation }, { 0, NULL }
static const OSSL_DISPATCH ec_key_functions[] = { KEY_FUNCTIONS(ec) };
static const OSSL_DISPATCH rsa_key_functions[] = { KEY_FUNCTIONS(rsa) };

/* --- signatures --- */

static void *signature_new(void *library, const char *query)
{
	(void)library;
	(void)query;
	return OPENSSL_zalloc(sizeof(struct remote_signature));
}

static void signature_free(void *raw)
{
	OPENSSL_free(raw);
}

static int signature_set_params(void *raw, const OSSL_PARAM params[])
{
	struct remote_signature *s = raw;
	const OSSL_PARAM *p = params ? OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE) : NULL;
	int mode = 0;
	if (!p)
		return 1;
	if (p->data_type == OSSL_PARAM_UTF8_STRING)
		s->pss = strcasecmp(p->data, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0;
	else if (OSSL_PARAM_get_int(p, &mode))
		s->pss = mode == RSA_PKCS1_PSS_PADDING;
	else
		return 0;
	return 1;
}

static const OSSL_PARAM *signature_settable(void *raw, void *library)
{
	static const OSSL_PARAM settable[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
		OSSL_PARAM_END,
	};
	(void)raw;
	(void)library;
	return settable;
}

static int digest_bits_of(const char *name)
{
	static const struct { const char *name; int bits; } known[] = {
		{ "SHA256", 256 }, { "SHA2-256", 256 }, { "SHA384", 384 }, { "SHA2-384", 384 }, { "SHA512", 512 }, { "SHA2-512", 512 },
	};
	for (size_t i = 0; name && i < sizeof known / sizeof *known; i++)
		if (strcasecmp(name, known[i].name) == 0)
			return known[i].bits;
	return 0;
}

static int sign_init(void *raw, const char *digest, void *key, const OSSL_PARAM params[])
{
	struct remote_signature *s = raw;
	s->key = key;
	s->len = 0;
	s->digest_bits = digest_bits_of(digest);
	return key && s->digest_bits && signature_set_params(s, params);
}

static int sign_update(void *raw, const unsigned char *data, size_t len)
{
	struct remote_signature *s = raw;
	if (len > sizeof s->content - s->len)
		return 0;
	memcpy(s->content + s->len, data, len);
	s->len += len;
	return 1;
}

/* RFC 8446 4.2.3; 0 for what we do not sign. */
static uint16_t scheme_of(const struct remote_signature *s)
{
	if (!s->key->rsa)
		return s->key->bits == 256 && s->digest_bits == 256 ? 0x0403 : s->key->bits == 384 && s->digest_bits == 384 ? 0x0503 : 0;
	uint16_t strength = s->digest_bits == 256 ? 0 : s->digest_bits == 384 ? 1 : 2;
	return (uint16_t)(s->pss ? 0x0804 + strength : 0x0401 + strength * 0x100);
}

static int sign_final(void *raw, unsigned char *to, size_t *len, size_t capacity)
{
	struct remote_signature *s = raw;
	struct tls_library *library = s->key->library;
	struct tls_signature *signature = library->current;
	if (!to) {
		*len = (size_t)s->key->signature_bytes_max;
		return 1;
	}
	uint16_t scheme = scheme_of(s);
	if (!signature || !ASYNC_get_current_job() || scheme == 0)
		return 0;
	signature->done = signature->ok = false;
	err e = library->signer.start(library->signer.self, &s->key->pin, scheme, bytes_of(s->content, s->len), signature);
	if (failed(e))
		return 0;
	while (!signature->done)
		if (!ASYNC_pause_job())
			return 0;
	if (!signature->ok || signature->len > capacity)
		return 0;
	memcpy(to, signature->octets, signature->len);
	*len = signature->len;
	return 1;
}

static int sign_whole(void *raw, unsigned char *to, size_t *len, size_t capacity, const unsigned char *data, size_t data_len)
{
	if (to && !sign_update(raw, data, data_len))
		return 0;
	return sign_final(raw, to, len, capacity);
}

void tls_signature_done(struct tls_signature *signature, err outcome, bytes octets)
{
	signature->done = true;
	signature->ok = !failed(outcome) && octets.len <= sizeof signature->octets;
	if (signature->ok) {
		memcpy(signature->octets, octets.at, octets.len);
		signature->len = octets.len;
	}
	signature->resume(signature->owner);
}

static const OSSL_DISPATCH signature_functions[] = {
	{ OSSL_FUNC_SIGNATURE_NEWCTX, (function)signature_new },
	{ OSSL_FUNC_SIGNATURE_FREECTX, (function)signature_free },
	{ OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, (function)sign_init },
	{ OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, (function)sign_update },
	{ OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, (function)sign_final },
	{ OSSL_FUNC_SIGNATURE_DIGEST_SIGN, (function)sign_whole },
	{ OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, (function)signature_set_params },
	{ OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, (function)signature_settable },
	{ 0, NULL },
};

/* --- the provider --- */

static const OSSL_ALGORITHM key_algorithms[] = {
	{ "EC:id-ecPublicKey", "provider=" TLS_PROVIDER_NAME, ec_key_functions, "public half of a key that the keeper holds" },
	{ "RSA:rsaEncryption", "provider=" TLS_PROVIDER_NAME, rsa_key_functions, "public half of a key that the keeper holds" },
	{ NULL, NULL, NULL, NULL },
};
static const OSSL_ALGORITHM signature_algorithms[] = {
	{ "ECDSA", "provider=" TLS_PROVIDER_NAME, signature_functions, "signed by the keeper" },
	{ "RSA:rsaEncryption", "provider=" TLS_PROVIDER_NAME, signature_functions, "signed by the keeper" },
	{ NULL, NULL, NULL, NULL },
};

static const OSSL_ALGORITHM *provider_query(void *context, int operation, int *no_cache)
{
	(void)context;
	*no_cache = 0;
	return operation == OSSL_OP_KEYMGMT ? key_algorithms : operation == OSSL_OP_SIGNATURE ? signature_algorithms : NULL;
}

static const OSSL_DISPATCH provider_functions[] = {
	{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (function)provider_query },
	{ 0, NULL },
};

int tls_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **context)
{
	(void)in;
	*context = (void *)(uintptr_t)handle; /* unused, but some callers want one */
	*out = provider_functions;
	return 1;
}
