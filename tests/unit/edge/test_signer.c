#include "unit/edge/test_signer.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

enum { WAITING_MAX = 64 };

struct waiting {
	struct tls_signature *signature;
	size_t len;
	uint8_t content[1024];
};

struct test_signer {
	struct loop *loop;
	struct loop_timer timer;
	EVP_PKEY *key;
	BIO *pem;
	size_t count;
	struct waiting waiting[WAITING_MAX];
};

static void sign_all(struct loop_timer *timer)
{
	struct test_signer *s = timer->owner;
	while (s->count) {
		struct waiting one = s->waiting[--s->count];
		uint8_t raw[256];
		size_t len = sizeof raw;
		EVP_MD_CTX *md = EVP_MD_CTX_new();
		bool ok = EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, s->key) == 1 &&
			  EVP_DigestSign(md, raw, &len, one.content, one.len) == 1;
		EVP_MD_CTX_free(md);
		tls_signature_done(one.signature, ok ? OK : ERR(ERR_INTERNAL, "no signature"), bytes_of(raw, len));
	}
}

static err start(void *self, uint32_t key_index, uint16_t scheme, bytes content, struct tls_signature *signature)
{
	struct test_signer *s = self;
	if (s->count == WAITING_MAX || scheme != 0x0403 || key_index != 0 || content.len > sizeof s->waiting[0].content)
		FAIL(ERR_DENIED, "not a signature that the test makes");
	struct waiting *one = &s->waiting[s->count++];
	one->signature = signature;
	one->len = content.len;
	memcpy(one->content, content.at, content.len);
	return loop_timer_set(s->loop, &s->timer, loop_now_ns(s->loop) + 1000000);
}

static X509 *self_signed(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	X509_sign(x, key, EVP_sha256());
	return x;
}

struct test_signer *test_signer_new(struct loop *loop, struct tls_signer *out_signer, bytes *out_pem)
{
	struct test_signer *s = calloc(1, sizeof *s);
	char *at;
	if (!s)
		abort();
	s->loop = loop;
	s->timer = (struct loop_timer){ .fire = sign_all, .owner = s };
	s->key = EVP_EC_gen("P-256");
	s->pem = BIO_new(BIO_s_mem());
	X509 *certificate = self_signed(s->key);
	PEM_write_bio_X509(s->pem, certificate);
	X509_free(certificate);
	long len = BIO_get_mem_data(s->pem, &at);
	*out_pem = bytes_of(at, (size_t)len);
	*out_signer = (struct tls_signer){ start, s };
	return s;
}

void test_signer_free(struct test_signer *s)
{
	loop_timer_stop(s->loop, &s->timer);
	EVP_PKEY_free(s->key);
	BIO_free(s->pem);
	free(s);
}
