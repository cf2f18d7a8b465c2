#include "signin/hint.h"

static bool read_claims(const struct json *claims, str issuer, struct hint *out)
{
	str iss = { 0 }, aud = { 0 }, oid = { 0 };

	if (!json_member_is_str(claims, S("iss"), &iss) || !str_equal(iss, issuer) || !json_member_is_str(claims, S("aud"), &aud) ||
	    !json_member_is_str(claims, S("oid"), &oid) || failed(uuid_parse(aud, &out->client)) ||
	    failed(uuid_parse(oid, &out->person)))
		return false;
	if (!json_member_is_str(claims, S("sid"), &out->sid))
		out->sid = S("");
	return true;
}

err hint_read(struct web_call *call, str text, struct hint *out, bool *out_valid)
{
	struct signin *s = signin_of(call);
	const struct json *claims = NULL;

	*out_valid = false;
	*out = (struct hint){ 0 };
	TRY(signin_public_keys(s, call->now));
	err e = key_set_verify(s->key_set, text, S("JWT"), call->arena, &claims, NULL);
	if (err_kind_of(e) == ERR_NOT_FOUND && signin_keys_again(s, call->now)) /* perhaps a key of the last minute */
		e = key_set_verify(s->key_set, text, S("JWT"), call->arena, &claims, NULL);
	if (err_kind_of(e) == ERR_INTERNAL)
		return e;
	*out_valid = !failed(e) && read_claims(claims, s->directory->issuer, out);
	return OK;
}

err hint_is_of_other(struct web_call *call, str text, const struct uuid *client, const struct uuid *person, bool *out)
{
	struct hint hint = { 0 };
	bool valid = false;

	TRY(hint_read(call, text, &hint, &valid));
	*out = !valid || !uuid_equal(&hint.client, client) || !uuid_equal(&hint.person, person);
	return OK;
}
