#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "crypto/sign_internal.h"
#include "crypto/x509.h"

static X509 *read_der(bytes der)
{
	const uint8_t *at = der.at;
	X509 *cert = d2i_X509(NULL, &at, (long)der.len);
	ERR_clear_error();
	if (cert && at == der.at + der.len)
		return cert;
	X509_free(cert); /* octets after the certificate */
	return NULL;
}

/* The next certificate of the armour; ERR_NOT_FOUND at the end. */
static err next_certificate(BIO *bio, struct arena *arena, bytes *out)
{
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (!cert) {
		bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
		ERR_clear_error();
		if (ended)
			FAIL(ERR_NOT_FOUND, "no more certificates");
		FAIL(ERR_INVALID, "malformed certificate");
	}
	uint8_t *der = NULL;
	int len = i2d_X509(cert, &der);
	X509_free(cert);
	if (len <= 0)
		FAIL(ERR_INVALID, "certificate that cannot be encoded");
	*out = bytes_copy(arena, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	TRY_NEW(out->at);
	return OK;
}

static err chain_read(BIO *bio, struct arena *arena, struct certificate_chain *out)
{
	struct certificate_chain chain = { 0 };
	for (;;) {
		bytes der;
		err e = next_certificate(bio, arena, &der);
		if (err_kind_of(e) == ERR_NOT_FOUND)
			break;
		TRY(e);
		if (chain.count == CERTIFICATE_CHAIN_MAX)
			FAIL(ERR_LIMIT, "too many certificates in a chain");
		chain.der[chain.count++] = der;
	}
	if (chain.count == 0)
		FAIL(ERR_INVALID, "no certificate in the file");
	*out = chain;
	return OK;
}

err certificate_chain_parse(bytes pem, struct arena *arena, struct certificate_chain *out)
{
	BIO *bio = pem.len <= INT32_MAX ? BIO_new_mem_buf(pem.len ? (const void *)pem.at : "", (int)pem.len) : NULL;
	if (!bio)
		FAIL(ERR_LIMIT, "no memory for a certificate file");
	err e = chain_read(bio, arena, out);
	BIO_free(bio);
	return e;
}

static bool instant_of(const ASN1_TIME *time, struct instant *out)
{
	struct tm tm;
	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return false;
	int64_t days = days_of_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	out->ms = (((days * 24 + tm.tm_hour) * 60 + tm.tm_min) * 60 + tm.tm_sec) * 1000;
	return true;
}

static err name_text(const GENERAL_NAME *name, struct arena *arena, str *out)
{
	char text[INET6_ADDRSTRLEN];
	const ASN1_STRING *value = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
	const uint8_t *at = ASN1_STRING_get0_data(value);
	int len = ASN1_STRING_length(value);
	if (name->type == GEN_DNS) {
		if (memchr(at, '\0', (size_t)len))
			FAIL(ERR_INVALID, "certificate name that holds NUL");
		*out = str_copy(arena, (str){ (const char *)at, (size_t)len });
	} else {
		if ((len != 4 && len != 16) || !inet_ntop(len == 4 ? AF_INET : AF_INET6, at, text, sizeof text))
			FAIL(ERR_INVALID, "certificate address of the wrong length");
		*out = str_copy(arena, str_of(text));
	}
	TRY_NEW(out->at);
	return OK;
}

static err read_names(const GENERAL_NAMES *list, struct arena *arena, struct certificate_facts *out)
{
	int count = list ? sk_GENERAL_NAME_num(list) : 0;
	str *names = NEW_ARRAY(arena, str, (size_t)count + 1);
	TRY_NEW(names);
	for (int i = 0; i < count; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(list, i);
		if (name->type == GEN_DNS || name->type == GEN_IPADD)
			TRY(name_text(name, arena, &names[out->name_count++]));
	}
	out->names = names;
	return OK;
}

static err read_key(X509 *cert, struct public_numbers *out)
{
	struct sign_key key = { .pkey = X509_get0_pubkey(cert) };
	if (!key.pkey)
		FAIL(ERR_INVALID, "certificate whose key cannot be read");
	TRY(sign_alg_of(key.pkey, &key.alg));
	return sign_key_public(&key, out);
}

static err facts_read(X509 *cert, struct arena *arena, struct certificate_facts *out)
{
	TRY(read_key(cert, &out->key));
	if (!instant_of(X509_get0_notBefore(cert), &out->not_before) || !instant_of(X509_get0_notAfter(cert), &out->not_after))
		FAIL(ERR_INVALID, "certificate with malformed times");
	out->is_authority = X509_check_ca(cert) == 1;
	GENERAL_NAMES *list = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	err e = read_names(list, arena, out);
	GENERAL_NAMES_free(list);
	return e;
}

err certificate_facts_of(bytes der, struct arena *arena, struct certificate_facts *out)
{
	struct certificate_facts facts = { 0 };
	X509 *cert = read_der(der);
	if (!cert)
		FAIL(ERR_INVALID, "not a certificate");
	err e = facts_read(cert, arena, &facts);
	X509_free(cert);
	ERR_clear_error();
	if (!failed(e))
		*out = facts;
	return e;
}

bool certificate_is_signed_by(bytes certificate, bytes issuer)
{
	X509 *cert = read_der(certificate), *by = read_der(issuer);
	bool good = cert && by && X509_check_issued(by, cert) == X509_V_OK && X509_verify(cert, X509_get0_pubkey(by)) == 1;
	X509_free(cert);
	X509_free(by);
	ERR_clear_error();
	return good;
}

bool certificate_fits_key(bytes der, const struct sign_key *key)
{
	X509 *cert = read_der(der);
	bool good = cert && X509_check_private_key(cert, key->pkey) == 1;
	X509_free(cert);
	ERR_clear_error();
	return good;
}
