#include "crypto/jws.h"

#include "codec/base64.h"

/* Compact form, cut at its two dots; not decoded yet. */
struct parts {
	str header, payload, signature;
	bytes signing_input; /* header '.' payload, as sent */
};

/* What a header may say. */
struct header {
	enum sign_alg alg;
	str kid, typ;
	bool has_kid, has_typ;
};

static const struct {
	enum sign_alg alg;
	const char *name;
} algs[] = { { SIGN_ES256, "ES256" }, { SIGN_RS256, "RS256" }, { SIGN_ED25519, "EdDSA" } };

const char *jws_alg_name(enum sign_alg alg)
{
	for (size_t i = 0; i < COUNT_OF(algs); i++)
		if (algs[i].alg == alg)
			return algs[i].name;
	return NULL;
}

static err cut(str compact, struct parts *out)
{
	if (compact.len > JWS_BYTES_MAX)
		FAIL(ERR_LIMIT, "token too long");
	size_t first = str_find_char(compact, '.', 0);
	size_t second = first == SIZE_MAX ? SIZE_MAX : str_find_char(compact, '.', first + 1);
	if (second == SIZE_MAX || str_find_char(compact, '.', second + 1) != SIZE_MAX)
		FAIL(ERR_INVALID, "not three parts");
	out->header = str_slice(compact, 0, first);
	out->payload = str_slice(compact, first + 1, second);
	out->signature = str_from(compact, second + 1);
	out->signing_input = bytes_of_str(str_slice(compact, 0, second));
	if (out->header.len == 0 || out->signature.len == 0)
		FAIL(ERR_INVALID, "empty part");
	return OK;
}

static err parse_object(bytes raw, struct arena *arena, const struct json **out)
{
	const struct json *object;
	struct json_limits limits = { .depth_max = JWS_DEPTH_MAX, .values_max = JWS_VALUES_MAX };
	TRY(json_parse(raw, limits, arena, &object, NULL));
	if (object->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "not a JSON object");
	*out = object;
	return OK;
}

static err decode_object(str part, struct arena *arena, const struct json **out)
{
	bytes raw;
	TRY(base64url_parse(part, arena, &raw));
	return parse_object(raw, arena, out);
}

/* Each of these would let the sender choose the key, or change what is signed. x5c, x5t and unknown members choose nothing
 * here and are passed over, as RFC 7515 section 4 wants. */
static bool has_forbidden_members(const struct json *header)
{
	static const char *const names[] = { "jwk", "jku", "x5u", "crit", "b64", "enc", "zip", "epk" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (json_member(header, str_of(names[i])))
			return true;
	return false;
}

static bool take_text(const struct json *header, str name, size_t len_max, bool *out_has, str *out)
{
	const struct json *member = json_member(header, name);
	*out_has = member != NULL;
	*out = (str){ "", 0 };
	if (!member)
		return true;
	*out = member->text;
	return member->kind == JSON_STRING && member->text.len > 0 && member->text.len <= len_max;
}

static err header_read(const struct json *json, struct header *out)
{
	str alg;
	if (has_forbidden_members(json))
		FAIL(ERR_INVALID, "header member that we refuse");
	if (!take_text(json, S("kid"), JWS_KID_BYTES_MAX, &out->has_kid, &out->kid) ||
	    !take_text(json, S("typ"), JWS_KID_BYTES_MAX, &out->has_typ, &out->typ))
		FAIL(ERR_INVALID, "kid or typ malformed");
	if (!json_member_is_str(json, S("alg"), &alg))
		FAIL(ERR_INVALID, "header without alg");
	for (size_t i = 0; i < COUNT_OF(algs); i++)
		if (str_equal(alg, str_of(algs[i].name))) {
			out->alg = algs[i].alg;
			return OK;
		}
	FAIL(ERR_INVALID, "algorithm that we do not use");
}

/* RFC 7515 4.1.9: media types compare without case, and "application/" may be left out. */
static str media_subtype(str typ)
{
	str prefix = S("application/");
	bool full = typ.len > prefix.len && str_equal_nocase(str_slice(typ, 0, prefix.len), prefix);
	return full ? str_from(typ, prefix.len) : typ;
}

static bool typ_fits(const struct header *header, const struct jws_expected *expected)
{
	if (expected->typ.len == 0)
		return true;
	if (!header->has_typ)
		return expected->typ_optional;
	return str_equal_nocase(media_subtype(header->typ), media_subtype(expected->typ));
}

static err select_key(const struct header *header, const struct jws_expected *expected, const struct jws_key **out)
{
	const struct jws_key *found = NULL;
	if (!header->has_kid && !expected->kid_optional)
		FAIL(ERR_INVALID, "token without kid");
	for (size_t i = 0; i < expected->key_count; i++) {
		const struct jws_key *key = &expected->keys[i];
		bool fits = header->has_kid ? str_equal(key->kid, header->kid) : verify_key_alg(key->key) == header->alg;
		if (fits && found)
			FAIL(ERR_INVALID, "several keys would do");
		if (fits)
			found = key;
	}
	if (!found)
		FAIL(ERR_NOT_FOUND, "no key of that kid");
	if (verify_key_alg(found->key) != header->alg)
		FAIL(ERR_INVALID, "algorithm is not the key's own");
	*out = found;
	return OK;
}

static err header_of(const struct parts *parts, const struct jws_expected *expected, struct arena *arena,
		     struct header *out)
{
	const struct json *json;
	TRY(decode_object(parts->header, arena, &json));
	TRY(header_read(json, out));
	if (!(expected->algs & JWS_ALG(out->alg)))
		FAIL(ERR_INVALID, "algorithm not allowed here");
	if (!typ_fits(out, expected))
		FAIL(ERR_INVALID, "token of another type");
	return OK;
}

err jws_verify(str compact, const struct jws_expected *expected, struct arena *arena, struct jws *out)
{
	struct parts parts;
	struct header header;
	const struct jws_key *key;
	bytes signature, payload;
	TRY(cut(compact, &parts));
	TRY(header_of(&parts, expected, arena, &header));
	TRY(select_key(&header, expected, &key));
	TRY(base64url_parse(parts.signature, arena, &signature));
	TRY(verify_message(key->key, parts.signing_input, signature));
	TRY(base64url_parse(parts.payload, arena, &payload)); /* read only now that it is known to be the signer's */
	*out = (struct jws){ .alg = header.alg, .kid = key->kid, .typ = header.typ, .payload = payload };
	return OK;
}

err jws_claims(const struct jws *jws, struct arena *arena, const struct json **out)
{
	return parse_object(jws->payload, arena, out);
}

err jws_peek(str compact, struct arena *arena, const struct json **out_header, const struct json **out_claims)
{
	struct parts parts;
	struct header header;
	const struct json *json, *claims;
	TRY(cut(compact, &parts));
	TRY(decode_object(parts.header, arena, &json));
	TRY(header_read(json, &header));
	TRY(decode_object(parts.payload, arena, &claims));
	*out_header = json;
	*out_claims = claims;
	return OK;
}
