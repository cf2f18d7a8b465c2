#include "crypto/x509.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

#include "crypto/sign_internal.h"
#include "host/random.h"

enum {
	AUTHORITY_DAYS = 3652,
	SERVER_DAYS_MAX = 825,
	BACKDATE_S = 3600, /* a client's clock may be a little behind */
	SERIAL_BYTES = 16,
};

/* --- making --- */

static bool set_serial(X509 *cert)
{
	uint8_t serial[SERIAL_BYTES];
	random_bytes(serial, sizeof serial);
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and always of the same length */
	BIGNUM *n = BN_bin2bn(serial, sizeof serial, NULL);
	bool good = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));
	BN_free(n);
	return good;
}

static bool set_times(X509 *cert, struct instant now, int days)
{
	time_t start = (time_t)instant_seconds(now);
	return ASN1_TIME_adj(X509_getm_notBefore(cert), start, 0, -BACKDATE_S) &&
	       ASN1_TIME_adj(X509_getm_notAfter(cert), start, days, -BACKDATE_S);
}

static bool set_name(X509_NAME *name, str common_name)
{
	return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Bailiwick", -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name.at,
					  (int)common_name.len, -1, 0) == 1;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	bool good = extension && X509_add_ext(cert, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good;
}

struct extension {
	int nid;
	const char *value;
};

static bool add_extensions(X509 *cert, X509 *issuer, const struct extension *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!add_extension(cert, issuer, list[i].nid, list[i].value))
			return false;
	return true;
}

static bool sign_certificate(X509 *cert, const struct sign_key *key)
{
	return X509_sign(cert, key->pkey, key->alg == SIGN_ED25519 ? NULL : EVP_sha256()) > 0;
}

static err text_of_bio(BIO *bio, struct arena *arena, str *out)
{
	char *at;
	long len = BIO_get_mem_data(bio, &at);
	*out = str_copy(arena, (str){ at, (size_t)len });
	TRY_NEW(out->at);
	return OK;
}

static err write_pem(X509 *cert, struct arena *arena, str *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	err e = bio && PEM_write_bio_X509(bio, cert) == 1 ? text_of_bio(bio, arena, out)
							  : ERR(ERR_INTERNAL, "certificate cannot be written");
	BIO_free(bio);
	return e;
}

static bool fill_authority(X509 *cert, const struct sign_key *key, str common_name, struct instant now)
{
	static const struct extension extensions[] = {
		{ NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
		{ NID_key_usage, "critical,keyCertSign,cRLSign" },
		{ NID_subject_key_identifier, "hash" },
	};
	return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) && set_times(cert, now, AUTHORITY_DAYS) &&
	       set_name(X509_get_subject_name(cert), common_name) &&
	       X509_set_issuer_name(cert, X509_get_subject_name(cert)) == 1 && X509_set_pubkey(cert, key->pkey) == 1 &&
	       add_extensions(cert, cert, extensions, COUNT_OF(extensions)) && sign_certificate(cert, key);
}

err certificate_make_authority(const struct sign_key *key, str common_name, struct instant now, struct arena *arena,
			       str *out_pem)
{
	if (common_name.len == 0 || common_name.len > 64)
		FAIL(ERR_INVALID, "an authority's name has 1 to 64 octets");
	X509 *cert = X509_new();
	err e = cert && fill_authority(cert, key, common_name, now) ? write_pem(cert, arena, out_pem)
								    : ERR(ERR_INTERNAL, "authority cannot be made");
	X509_free(cert);
	ERR_clear_error();
	return e;
}

/* --- the names of a server --- */

static bool is_dns_label(str label)
{
	if (label.len == 0 || label.len > 63 || label.at[0] == '-' || label.at[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		char c = ascii_lower(label.at[i]);
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

/* RFC 5280 4.2.1.6 with RFC 6125's wildcard: the whole left-most label. */
static bool is_dns_name(str name)
{
	str rest = name, label;
	if (name.len == 0 || name.len > CERTIFICATE_NAME_LEN_MAX)
		return false;
	if (str_starts_with(rest, S("*.")))
		rest = str_from(rest, 2);
	while (str_split(&rest, '.', &label))
		if (!is_dns_label(label))
			return false;
	return true;
}

static bool is_repeated(const str *names, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (str_equal_nocase(names[i], names[index]))
			return true;
	return false;
}

static GENERAL_NAME *general_name(int type, ASN1_STRING *value)
{
	GENERAL_NAME *name = value ? GENERAL_NAME_new() : NULL;
	if (!name) {
		ASN1_STRING_free(value);
		return NULL;
	}
	GENERAL_NAME_set0_value(name, type, value);
	return name;
}

static ASN1_STRING *string_of(int type, const void *at, int len)
{
	ASN1_STRING *value = ASN1_STRING_type_new(type);
	if (value && ASN1_STRING_set(value, at, len) != 1) {
		ASN1_STRING_free(value);
		return NULL;
	}
	return value;
}

static GENERAL_NAME *server_name(str name)
{
	char text[CERTIFICATE_NAME_LEN_MAX + 1];
	uint8_t address[16];
	if (name.len == 0 || name.len > CERTIFICATE_NAME_LEN_MAX)
		return NULL;
	memcpy(text, name.at, name.len);
	text[name.len] = '\0';
	if (inet_pton(AF_INET, text, address) == 1)
		return general_name(GEN_IPADD, string_of(V_ASN1_OCTET_STRING, address, 4));
	if (inet_pton(AF_INET6, text, address) == 1)
		return general_name(GEN_IPADD, string_of(V_ASN1_OCTET_STRING, address, 16));
	if (!is_dns_name(name))
		return NULL;
	return general_name(GEN_DNS, string_of(V_ASN1_IA5STRING, name.at, (int)name.len));
}

static bool add_server_names(X509 *cert, const str *names, size_t count)
{
	GENERAL_NAMES *list = GENERAL_NAMES_new();
	bool good = list != NULL;
	for (size_t i = 0; i < count && good; i++) {
		if (is_repeated(names, i))
			continue;
		GENERAL_NAME *name = server_name(names[i]);
		good = name && sk_GENERAL_NAME_push(list, name) > 0;
		if (!good)
			GENERAL_NAME_free(name);
	}
	good = good && X509_add1_ext_i2d(cert, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) == 1;
	GENERAL_NAMES_free(list);
	return good;
}

static bool fill_server(X509 *cert, X509 *authority, const struct server_certificate_wish *wish)
{
	static const struct extension extensions[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature" },
		{ NID_ext_key_usage, "serverAuth" },
		{ NID_subject_key_identifier, "hash" },
		{ NID_authority_key_identifier, "keyid" },
	};
	return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) && set_times(cert, wish->now, wish->days) &&
	       set_name(X509_get_subject_name(cert), S("server")) &&
	       X509_set_issuer_name(cert, X509_get_subject_name(authority)) == 1 &&
	       X509_set_pubkey(cert, wish->key->pkey) == 1 &&
	       add_extensions(cert, authority, extensions, COUNT_OF(extensions)) &&
	       add_server_names(cert, wish->names, wish->name_count) && sign_certificate(cert, wish->authority_key);
}

static X509 *read_pem(str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.len);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	return cert;
}

static err wish_check(const struct server_certificate_wish *wish)
{
	if (wish->days < 1 || wish->days > SERVER_DAYS_MAX)
		FAIL(ERR_INVALID, "a server certificate lasts 1 to 825 days");
	if (wish->name_count == 0 || wish->name_count > CERTIFICATE_NAMES_MAX)
		FAIL(ERR_LIMIT, "a server certificate has 1 to 64 names");
	for (size_t i = 0; i < wish->name_count; i++) {
		GENERAL_NAME *name = server_name(wish->names[i]);
		if (!name)
			FAIL(ERR_INVALID, "neither a DNS name nor an address");
		GENERAL_NAME_free(name);
	}
	return OK;
}

err certificate_make_server(const struct server_certificate_wish *wish, struct arena *arena, str *out_pem)
{
	TRY(wish_check(wish));
	X509 *authority = read_pem(wish->authority_pem), *cert = X509_new();
	err e;
	if (!authority || X509_check_private_key(authority, wish->authority_key->pkey) != 1)
		e = ERR(ERR_INVALID, "the authority's certificate and key do not belong together");
	else if (!cert || !fill_server(cert, authority, wish))
		e = ERR(ERR_INTERNAL, "server certificate cannot be made");
	else
		e = write_pem(cert, arena, out_pem);
	X509_free(cert);
	X509_free(authority);
	ERR_clear_error();
	return e;
}

err sign_key_to_pem(const struct sign_key *key, struct arena *arena, str *out_pem)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	err e = bio && PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1
			? text_of_bio(bio, arena, out_pem)
			: ERR(ERR_INTERNAL, "key cannot be written");
	BIO_free(bio);
	return e;
}
