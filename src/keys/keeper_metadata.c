/* keys/keeper_metadata.c - the signed metadata of a decision point (AuthZEN 1.0, "signed_metadata"; authorization-and-data 6.1).
 *
 * A data worker may ask for this and for no token. So that it cannot ask for a token in disguise, it says one name and no claim: the keeper
 * writes all of them, from the tenant's own issuer. There is no subject, audience or expiry among them, and typ is no token's. */
#include "codec/decision_point.h"
#include "keys/keeper_internal.h"
#include "keys/keeper_rotate.h"

enum { CLAIMS_BYTES_MAX = 4096, IDENTIFIER_BYTES_MAX = 1024 };

/* "https://host:1" of "https://host:1/<tenant>/v2.0". */
static str origin_of(str issuer)
{
	size_t mark = str_find(issuer, S("://"), 0);
	size_t end = mark == SIZE_MAX ? SIZE_MAX : str_find_char(issuer, '/', mark + 3);
	return end == SIZE_MAX ? S("") : str_slice(issuer, 0, end);
}

static void claims_write(struct keeper *keeper, const struct channel_binding *who, str issuer, str identifier, struct buffer *out)
{
	struct json_writer w = json_writer_to(out);
	json_open_object(&w);
	json_member_str(&w, S("iss"), issuer);
	json_member_uuid(&w, S("tid"), &who->tenant);
	json_member_i64(&w, S("iat"), keeper->now_ms() / 1000);
	decision_point_members(&w, identifier);
	json_close_object(&w);
}

err answer_sign_metadata(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_sign_metadata m;
	SCOPED(buffer) identifier = { 0 };
	SCOPED(buffer) claims = { 0 };
	memcpy(&m, request.at, sizeof m);
	str name = { m.name, m.name_len };
	if (m.name_len > sizeof m.name || !unique_name_is_formed(name))
		FAIL(ERR_INVALID, "not the name of an environment");
	const struct tenant_record *tenant = keeper_find_tenant(keeper, &who->tenant);
	const struct key_record *key = keeper_token_key(keeper, &who->tenant, TOKEN_ES256);
	if (!tenant || !key)
		FAIL(ERR_NOT_FOUND, "the tenant has no such signing key");
	str issuer = { tenant->issuer, tenant->issuer_len };
	buffer_init(&identifier, IDENTIFIER_BYTES_MAX);
	buffer_init(&claims, CLAIMS_BYTES_MAX);
	decision_point_identifier(&identifier, origin_of(issuer), name, m.own_host);
	claims_write(keeper, who, issuer, buffer_str(&identifier), &claims);
	if (identifier.failed || claims.failed)
		FAIL(ERR_LIMIT, "metadata longer than allowed");
	return keeper_token_answer(keeper, key, "authzen-metadata+jwt", buffer_str(&claims), out, out_len);
}
