#include "unit/edge/test_keeper.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "ipc/keeper_message.h"

static EVP_PKEY *make_key(enum test_key kind)
{
	return kind == TEST_KEY_RSA ? EVP_RSA_gen(2048) : EVP_EC_gen(kind == TEST_KEY_P384 ? "P-384" : "P-256");
}

static const EVP_MD *digest_of(uint16_t scheme)
{
	return scheme == 0x0403 || scheme == 0x0804 || scheme == 0x0401 ? EVP_sha256()
	       : scheme == 0x0503 || scheme == 0x0805 || scheme == 0x0501 ? EVP_sha384() : EVP_sha512();
}

/* TLS 1.3 CertificateVerify (RFC 8446 4.4.3), or TLS 1.2 randoms and a named curve (RFC 8422 5.4). */
static bool has_tls_form(const uint8_t *content, size_t len)
{
	static const char label[] = "TLS 1.3, server CertificateVerify";
	uint8_t blanks[64];
	memset(blanks, 0x20, sizeof blanks);
	if (len > 64 + sizeof label && memcmp(content, blanks, 64) == 0)
		return memcmp(content + 64, label, sizeof label) == 0;
	return len > 68 && content[64] == 3;
}

static bool sign(EVP_PKEY *key, const struct keeper_sign_tls *request, struct keeper_sign_tls_answer *answer)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings;
	size_t len = sizeof answer->signature;
	bool ok = request->content_len <= sizeof request->content && has_tls_form(request->content, request->content_len) &&
		  EVP_DigestSignInit(md, &settings, digest_of(request->scheme), NULL, key) == 1 &&
		  (request->scheme >> 8 != 8 || EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1) &&
		  (request->scheme >> 8 != 8 || EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1) &&
		  EVP_DigestSign(md, answer->signature, &len, request->content, request->content_len) == 1;
	answer->signature_len = (uint32_t)len;
	EVP_MD_CTX_free(md);
	return ok;
}

static void serve_one(int channel, EVP_PKEY *key, const uint8_t *raw, size_t len)
{
	struct keeper_sign_tls request = { .head.kind = 0 };
	memcpy(&request, raw, len < sizeof request ? len : sizeof request);
	struct keeper_head head = request.head;
	err e;
	if (head.kind == KEEPER_TICKET_KEYS) {
		struct keeper_ticket_keys_answer answer = { .head = head, .count = 1 };
		memset(&answer.key[0], 7, sizeof answer.key[0]);
		e = channel_send(channel, bytes_of(&answer, sizeof answer), NULL);
	} else {
		struct keeper_sign_tls_answer answer = { .head = head };
		bool ok = len == sizeof request && sign(key, &request, &answer);
		answer.head.result = ok ? 0 : ERR_DENIED;
		e = channel_send(channel, bytes_of(&answer, ok ? sizeof answer : sizeof answer.head), NULL);
	}
	if (failed(e))
		_exit(1);
}

static void serve(int channel, EVP_PKEY *key)
{
	static uint8_t raw[8192];
	size_t len;
	for (;;) {
		if (failed(channel_wait(channel, 60000)) || failed(channel_receive(channel, raw, sizeof raw, &len, NULL)) || len == 0)
			_exit(0);
		serve_one(channel, key, raw, len);
	}
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

void test_keeper_start(struct test_keeper *k, enum test_key kind, bool wrong_key)
{
	EVP_PKEY *key = make_key(kind), *signing = wrong_key ? make_key(kind) : key;
	X509 *certificate = self_signed(key);
	BIO *pem = BIO_new(BIO_s_mem());
	char *at;
	int ends[2];
	PEM_write_bio_X509(pem, certificate);
	X509_free(certificate);
	long len = BIO_get_mem_data(pem, &at);
	if (failed(channel_pair(ends)))
		abort();
	*k = (struct test_keeper){ .channel = ends[0], .pem = bytes_of(at, (size_t)len), .owned = pem };
	k->pid = fork();
	if (k->pid == 0) {
		close(ends[0]);
		serve(ends[1], signing);
	}
	close(ends[1]);
	if (signing != key)
		EVP_PKEY_free(signing);
	EVP_PKEY_free(key);
}

void test_keeper_stop(struct test_keeper *k)
{
	kill(k->pid, SIGKILL);
	waitpid(k->pid, NULL, 0);
	BIO_free(k->owned);
}
