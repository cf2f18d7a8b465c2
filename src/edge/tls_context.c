#include "edge/tls_context.h"

#include <openssl/async.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "edge/tls_internal.h"

/* --- library --- */

err tls_library_new(const struct tls_signer *signer, struct tls_library **out)
{
	struct tls_library *l = calloc(1, sizeof *l);
	if (!l)
		FAIL(ERR_LIMIT, "no memory for OpenSSL");
	l->signer = *signer;
	l->openssl = OSSL_LIB_CTX_new();
	/* the default provider first: an unqualified fetch of EC must find it, not us */
	if (l->openssl)
		l->standard = OSSL_PROVIDER_load(l->openssl, "default");
	if (l->standard && OSSL_PROVIDER_add_builtin(l->openssl, TLS_PROVIDER_NAME, tls_provider_init))
		l->keeper = OSSL_PROVIDER_load(l->openssl, TLS_PROVIDER_NAME);
	if (!l->keeper || !ASYNC_is_capable()) {
		tls_library_free(l);
		FAIL(ERR_INTERNAL, "OpenSSL without our provider or without jobs");
	}
	*out = l;
	return OK;
}

void tls_library_free(struct tls_library *l)
{
	if (!l)
		return;
	if (l->keeper)
		OSSL_PROVIDER_unload(l->keeper);
	if (l->standard)
		OSSL_PROVIDER_unload(l->standard);
	OSSL_LIB_CTX_free(l->openssl);
	free(l);
}

/* --- the key object: the certificate's public half and whose private half it is --- */

static OSSL_PARAM *key_params(struct tls_context *c, const struct sha256 *pin)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *ours = NULL, *public_half = NULL, *merged = NULL;
	if (build && OSSL_PARAM_BLD_push_octet_string(build, TLS_PARAM_PIN, pin->b, sizeof pin->b) &&
	    OSSL_PARAM_BLD_push_octet_string(build, TLS_PARAM_LIBRARY, &c->library, sizeof c->library))
		ours = OSSL_PARAM_BLD_to_param(build);
	if (ours && EVP_PKEY_todata(c->public_key, EVP_PKEY_PUBLIC_KEY, &public_half))
		merged = OSSL_PARAM_merge(public_half, ours);
	OSSL_PARAM *copy = merged ? OSSL_PARAM_dup(merged) : NULL;
	OPENSSL_free(merged); /* merge shares the texts, dup does not */
	OSSL_PARAM_free(ours);
	OSSL_PARAM_free(public_half);
	OSSL_PARAM_BLD_free(build);
	return copy;
}

static err make_key(struct tls_context *c, const struct sha256 *pin)
{
	const char *type = EVP_PKEY_is_a(c->public_key, "EC") ? "EC" : EVP_PKEY_is_a(c->public_key, "RSA") ? "RSA" : NULL;
	OSSL_PARAM *params = type ? key_params(c, pin) : NULL;
	EVP_PKEY_CTX *maker = params ? EVP_PKEY_CTX_new_from_name(c->library->openssl, type, "provider=" TLS_PROVIDER_NAME) : NULL;
	bool made = maker && EVP_PKEY_fromdata_init(maker) == 1 &&
		    EVP_PKEY_fromdata(maker, &c->key, EVP_PKEY_KEYPAIR, params) == 1;
	EVP_PKEY_CTX_free(maker);
	OSSL_PARAM_free(params);
	if (!made)
		FAIL(ERR_INVALID, "certificate whose key is neither P-256, P-384 nor RSA");
	return OK;
}

/* --- certificates --- */

static X509 *next_certificate(struct tls_library *l, BIO *pem)
{
	X509 *certificate = X509_new_ex(l->openssl, NULL);
	if (certificate && PEM_read_bio_X509(pem, &certificate, NULL, NULL))
		return certificate;
	X509_free(certificate);
	return NULL;
}

/* The name under which the keeper holds the certificate's key. */
static err pin_of(EVP_PKEY *public_key, struct sha256 *out)
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(public_key, &der);
	if (len <= 0)
		FAIL(ERR_INVALID, "a certificate's key that cannot be written");
	*out = sha256_of(bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return OK;
}

static err use_certificates(struct tls_context *c, bytes raw)
{
	BIO *pem = BIO_new_mem_buf(raw.at, (int)raw.len);
	X509 *leaf = pem ? next_certificate(c->library, pem) : NULL, *more;
	struct sha256 pin;
	err e = OK;
	if (!leaf || SSL_CTX_use_certificate(c->ssl, leaf) != 1 || !(c->public_key = X509_get_pubkey(leaf)))
		e = ERR(ERR_INVALID, "no certificate in the file");
	if (!failed(e))
		e = pin_of(c->public_key, &pin);
	if (!failed(e))
		e = make_key(c, &pin);
	if (!failed(e) && (SSL_CTX_use_PrivateKey(c->ssl, c->key) != 1 || SSL_CTX_check_private_key(c->ssl) != 1))
		e = ERR(ERR_INVALID, "the key object does not fit the certificate");
	while (!failed(e) && (more = next_certificate(c->library, pem)))
		if (SSL_CTX_add0_chain_cert(c->ssl, more) != 1) {
			X509_free(more);
			e = ERR(ERR_INVALID, "a certificate of the chain is not usable");
		}
	X509_free(leaf);
	BIO_free(pem);
	ERR_clear_error();
	return e;
}

/* --- callbacks --- */

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
			   unsigned in_len, void *argument)
{
	static const unsigned char ours[] = "\x02h2\x08http/1.1";
	const struct tls_context *c = argument;
	size_t skip = c->http2 ? 0 : 3;
	(void)ssl;
	if (SSL_select_next_proto((unsigned char **)(uintptr_t)out, out_len, ours + skip, (unsigned)(sizeof ours - 1 - skip), in,
				  in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	return SSL_TLSEXT_ERR_OK;
}

/* Our host, or one label below it. A client that sends no name gets the one certificate that there is. */
static int choose_name(SSL *ssl, int *alert, void *argument)
{
	const struct tls_context *c = argument;
	str name = str_of(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)), host = str_of(c->host);
	if (!name.at || str_equal_nocase(name, host))
		return SSL_TLSEXT_ERR_OK;
	if (name.len > host.len + 1 && name.at[name.len - host.len - 1] == '.' &&
	    str_equal_nocase(str_from(name, name.len - host.len), host) &&
	    str_find_char(str_slice(name, 0, name.len - host.len - 1), '.', 0) == SIZE_MAX)
		return SSL_TLSEXT_ERR_OK;
	*alert = SSL_AD_UNRECOGNIZED_NAME;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int ticket_setup(struct tls_library *l, const struct ticket_key *key, const unsigned char *iv, EVP_CIPHER_CTX *cipher,
			EVP_MAC_CTX *mac, int sealing)
{
	EVP_CIPHER *aes = EVP_CIPHER_fetch(l->openssl, "AES-256-CBC", NULL);
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_MAC_PARAM_KEY, (void *)(uintptr_t)key->hmac, sizeof key->hmac),
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t)"SHA256", 0), OSSL_PARAM_END,
	};
	int ok = aes && EVP_CipherInit_ex2(cipher, aes, key->aes, iv, sealing, NULL) == 1 && EVP_MAC_CTX_set_params(mac, params) == 1;
	EVP_CIPHER_free(aes);
	return ok;
}

/* 1: fine; 2: fine, and give a fresh ticket; 0: no ticket or not one of ours, do a full handshake. */
static int ticket_callback(SSL *ssl, unsigned char name[16], unsigned char iv[EVP_MAX_IV_LENGTH], EVP_CIPHER_CTX *cipher,
			   EVP_MAC_CTX *mac, int sealing)
{
	struct tls_context *c = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	if (sealing) {
		if (c->ticket_count == 0)
			return 0;
		memcpy(name, c->tickets[0].name, 16);
		if (RAND_bytes_ex(c->library->openssl, iv, 16, 0) != 1)
			return -1;
		return ticket_setup(c->library, &c->tickets[0], iv, cipher, mac, 1) ? 1 : -1;
	}
	for (size_t i = 0; i < c->ticket_count; i++)
		if (CRYPTO_memcmp(name, c->tickets[i].name, 16) == 0)
			return ticket_setup(c->library, &c->tickets[i], iv, cipher, mac, 0) ? (i == 0 ? 1 : 2) : -1;
	return 0;
}

/* --- settings of the context --- */

static err set_protocols(struct tls_context *c)
{
	static const unsigned char session_context[] = "bailiwick";
	SSL_CTX *ssl = c->ssl;
	bool ok = SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1 && SSL_CTX_set_max_proto_version(ssl, TLS1_3_VERSION) == 1 &&
		  SSL_CTX_set_ciphersuites(ssl, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1 &&
		  SSL_CTX_set_cipher_list(ssl, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK:!SRP") == 1 &&
		  SSL_CTX_set1_groups_list(ssl, "X25519:P-256") == 1 &&
		  SSL_CTX_set_session_id_context(ssl, session_context, sizeof session_context - 1) == 1 &&
		  SSL_CTX_set_tlsext_ticket_key_evp_cb(ssl, ticket_callback) == 1;
	SSL_CTX_set_options(ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_ASYNC);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(ssl, 12 * 3600);
	SSL_CTX_set_num_tickets(ssl, 0); /* until there are keys */
	SSL_CTX_set_app_data(ssl, c);
	SSL_CTX_set_alpn_select_cb(ssl, choose_protocol, c);
	SSL_CTX_set_tlsext_servername_callback(ssl, choose_name);
	SSL_CTX_set_tlsext_servername_arg(ssl, c);
	if (!ok)
		FAIL(ERR_INTERNAL, "OpenSSL does not take our TLS settings");
	SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET); /* TLS 1.2: likewise */
	return OK;
}

err tls_context_new(struct tls_library *library, const struct tls_options *options, struct tls_context **out)
{
	struct tls_context *c = calloc(1, sizeof *c);
	if (!c)
		FAIL(ERR_LIMIT, "no memory for TLS");
	c->library = library;
	c->references = 1;
	c->http2 = options->http2;
	memcpy(c->host, options->host.at, options->host.len < sizeof c->host ? options->host.len : sizeof c->host - 1);
	c->ssl = SSL_CTX_new_ex(library->openssl, "?provider=default", TLS_server_method());
	err e = c->ssl ? set_protocols(c) : ERR(ERR_LIMIT, "no memory for TLS");
	if (!failed(e))
		e = use_certificates(c, options->certificate_pem);
	if (failed(e))
		tls_context_unref(c);
	else
		*out = c;
	return e;
}

void tls_context_unref(struct tls_context *c)
{
	if (--c->references > 0)
		return;
	SSL_CTX_free(c->ssl);
	EVP_PKEY_free(c->key);
	EVP_PKEY_free(c->public_key);
	OPENSSL_cleanse(c->tickets, sizeof c->tickets);
	free(c);
}

void tls_context_free(struct tls_context *c)
{
	if (c)
		tls_context_unref(c);
}

void tls_context_set_tickets(struct tls_context *c, const struct ticket_key *keys, size_t count)
{
	c->ticket_count = count < TICKET_KEYS_MAX ? count : TICKET_KEYS_MAX;
	memcpy(c->tickets, keys, c->ticket_count * sizeof *keys);
	if (c->ticket_count == 0)
		return;
	SSL_CTX_set_num_tickets(c->ssl, 2);
	SSL_CTX_clear_options(c->ssl, SSL_OP_NO_TICKET);
}

/* --- self-test --- */

struct tls_self_test {
	struct tls_context *context;
	ASYNC_JOB *job;
	ASYNC_WAIT_CTX *wait;
	struct tls_signature signature;
	void (*tested)(void *self, err outcome);
	void *self;
};

/* The form of a TLS 1.3 CertificateVerify (RFC 8446 4.4.3) over a hash of zeros: the keeper signs nothing else. */
static size_t test_content(uint8_t to[130])
{
	static const char label[] = "TLS 1.3, server CertificateVerify";
	memset(to, 0x20, 64);
	memcpy(to + 64, label, sizeof label);
	memset(to + 64 + sizeof label, 0, 32);
	return 64 + sizeof label + 32;
}

static int sign_and_check(void *argument)
{
	struct tls_self_test *t = *(struct tls_self_test **)argument;
	struct tls_context *c = t->context;
	uint8_t content[130], signature[512];
	size_t content_len = test_content(content), len = sizeof signature;
	EVP_MD_CTX *signing = EVP_MD_CTX_new(), *checking = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings;
	const char *digest = EVP_PKEY_get_bits(c->public_key) == 384 ? "SHA384" : "SHA256";
	bool rsa = EVP_PKEY_is_a(c->public_key, "RSA");
	int ok = signing && checking &&
		 EVP_DigestSignInit_ex(signing, &settings, digest, c->library->openssl, "?provider=default", c->key, NULL) == 1 &&
		 (!rsa || EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1) &&
		 EVP_DigestSign(signing, signature, &len, content, content_len) == 1 &&
		 EVP_DigestVerifyInit_ex(checking, &settings, digest, c->library->openssl, "?provider=default", c->public_key, NULL) == 1 &&
		 (!rsa || EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1) &&
		 EVP_DigestVerify(checking, signature, len, content, content_len) == 1;
	EVP_MD_CTX_free(signing);
	EVP_MD_CTX_free(checking);
	return ok;
}

static void self_test_run(void *argument)
{
	struct tls_self_test *t = argument;
	struct tls_library *l = t->context->library;
	struct tls_signature *outer = l->current;
	int result = 0;
	l->current = &t->signature;
	int state = ASYNC_start_job(&t->job, t->wait, &result, sign_and_check, &t, sizeof t);
	l->current = outer;
	if (state == ASYNC_PAUSE)
		return;
	err outcome = state == ASYNC_FINISH && result == 1 ? OK : ERR(ERR_INVALID, "the keeper does not hold this certificate's key");
	ERR_clear_error();
	ASYNC_WAIT_CTX_free(t->wait);
	t->context->test = NULL;
	t->tested(t->self, outcome);
	tls_context_unref(t->context);
	free(t);
}

void tls_context_self_test(struct tls_context *c, void (*tested)(void *self, err outcome), void *self)
{
	struct tls_self_test *t = calloc(1, sizeof *t);
	if (!t || !(t->wait = ASYNC_WAIT_CTX_new())) {
		free(t);
		tested(self, ERR(ERR_LIMIT, "no memory for a self-test"));
		return;
	}
	t->context = c;
	t->tested = tested;
	t->self = self;
	t->signature.resume = self_test_run;
	t->signature.owner = t;
	c->references++;
	c->test = t;
	self_test_run(t);
}
