#include "signin/token_issue.h"

#include "codec/base64.h"
#include "crypto/mac.h"
#include "host/random.h"
#include "signin/session.h"
#include "token/claims.h"

enum { ACCESS_S_MIN = 60 * 60, ACCESS_S_SPREAD = 30 * 60, ID_S = 60 * 60, UTI_OCTETS = 16, GROUPS_MAX = 200 };

/* --- parts --- */

static bool bwk_member(const struct client *client, struct arena *arena, str name, str *out)
{
	const struct json *bwk = NULL;

	return client->bwk.len && !failed(json_parse(bytes_of_str(client->bwk), JSON_LIMITS_DEFAULT, arena, &bwk, NULL)) &&
	       json_member_is_str(bwk, name, out);
}

str token_subject(struct signin *s, const struct uuid *person, const struct client *client, struct arena *arena)
{
	str type = { 0 };
	bytes parts[] = { bytes_of_str(S("sub")), bytes_of(person->b, sizeof person->b), bytes_of(client->app_id.b, 16) };

	if (bwk_member(client, arena, S("subjectType"), &type) && str_equal(type, S("public")))
		return uuid_text(arena, person);
	struct sha256 mac = hmac_sha256_parts(bytes_of(s->pairwise_key, sizeof s->pairwise_key), parts, COUNT_OF(parts));
	return base64url_text(arena, bytes_of(mac.b, sizeof mac.b));
}

/* Between 60 and 90 minutes, so that clients do not all come back at once. */
static int64_t access_seconds(void)
{
	uint32_t random = 0;
	random_bytes(&random, sizeof random);
	return ACCESS_S_MIN + random % (ACCESS_S_SPREAD + 1);
}

static err put_times(struct web_call *call, struct json_writer *w, struct issued *out)
{
	uint8_t raw[UTI_OCTETS];
	int64_t now_s = instant_seconds(call->now);

	random_bytes(raw, sizeof raw);
	out->uti = base64url_text(call->arena, bytes_of(raw, sizeof raw));
	TRY_NEW(out->uti.at);
	out->expires_at_s = now_s + out->expires_in_s;
	json_member_i64(w, S("exp"), out->expires_at_s);
	json_member_i64(w, S("nbf"), now_s);
	json_member_i64(w, S("iat"), now_s);
	json_member_str(w, S("ver"), S("2.0"));
	json_member_str(w, S("uti"), out->uti);
	json_member_str(w, S("jti"), out->uti);
	return OK;
}

static void put_strings(struct json_writer *w, str name, const str *items, size_t count)
{
	json_key(w, name);
	json_open_array(w);
	for (size_t i = 0; i < count; i++)
		json_str(w, items[i]);
	json_close_array(w);
}

static void put_uuids(struct json_writer *w, str name, const struct uuid *items, size_t count)
{
	json_key(w, name);
	json_open_array(w);
	for (size_t i = 0; i < count; i++)
		json_uuid(w, &items[i]);
	json_close_array(w);
}

static void put_methods(struct json_writer *w, str methods)
{
	str method = { 0 };

	json_key(w, S("amr"));
	json_open_array(w);
	while (str_split(&methods, ',', &method))
		if (method.len)
			json_str(w, method);
	json_close_array(w);
}

/* Signs what the writer has made, and releases the buffer whatever comes. */
static err sign(struct web_call *call, struct json_writer *w, enum token_type type, enum token_alg alg, str *out)
{
	err e = claims_end(w);

	if (!failed(e) && !signin_of(call)->directory->keys)
		e = ERR(ERR_UNAVAILABLE, "no channel to the keeper");
	if (!failed(e))
		e = keys_sign_token(signin_of(call)->directory->keys, type, alg, buffer_str(w->to), call->arena, out);
	return e;
}

/* --- a person's access token --- */

static err put_groups(struct web_call *call, struct json_writer *w, const struct issue *what)
{
	struct directory *d = signin_of(call)->directory;
	str mode = what->client->group_membership_claims;
	bool asked = mode.len && !str_equal(mode, S("None"));
	const struct uuid *groups = NULL;
	size_t count = 0;

	if (!asked && uuid_is_nil(&what->resource->environment))
		return OK;
	bool security_only = asked && str_equal(mode, S("SecurityGroup"));
	TRY(lookup_groups(d, &what->person->id, security_only, call->arena, &groups, &count));
	if (count <= GROUPS_MAX) {
		if (count)
			put_uuids(w, S("groups"), groups, count);
		return OK;
	}
	str endpoint = str_format(call->arena, "{\"src1\":{\"endpoint\":\"%.*s/v1.0/users/%.*s/getMemberObjects\"}}",
				  STR_ARG(d->origin), STR_ARG(uuid_text(call->arena, &what->person->id)));
	TRY_NEW(endpoint.at);
	json_member_raw(w, S("_claim_names"), S("{\"groups\":\"src1\"}"));
	json_member_raw(w, S("_claim_sources"), endpoint);
	return OK;
}

static err put_rights(struct web_call *call, struct json_writer *w, const struct issue *what)
{
	struct directory *d = signin_of(call)->directory;
	const struct uuid *wids = NULL;
	const str *roles = NULL;
	size_t wid_count = 0, role_count = 0;
	bool assigned = false;
	struct scope bare = what->scope;

	bare.resource = S(""); /* scp names permissions alone; OpenID Connect's words go to the directory, which has userinfo */
	str scopes = scope_text(&bare, what->resource->is_directory, call->arena);
	TRY_NEW(scopes.at);
	json_member_str(w, S("scp"), scopes);
	TRY(lookup_app_roles(d, &what->person->id, what->resource->service_principal_key, call->arena, &roles, &role_count,
			     &assigned));
	if (role_count)
		put_strings(w, S("roles"), roles, role_count);
	TRY(lookup_directory_roles(d, &what->person->id, call->arena, &wids, &wid_count));
	put_uuids(w, S("wids"), wids, wid_count);
	return put_groups(call, w, what);
}

static err write_user(struct web_call *call, struct json_writer *w, const struct issue *what, struct issued *out)
{
	struct signin *s = signin_of(call);
	const struct person *person = what->person;

	json_member_uuid(w, S("aud"), &what->resource->app_id);
	TRY(put_times(call, w, out));
	json_member_uuid(w, S("oid"), &person->id);
	json_member_str(w, S("sub"), token_subject(s, &person->id, what->client, call->arena));
	json_member_str(w, S("idtyp"), S("user"));
	json_member_uuid(w, S("azp"), &what->client->app_id);
	json_member_uuid(w, S("client_id"), &what->client->app_id);
	json_member_str(w, S("azpacr"), what->client_authenticated ? S("1") : S("0"));
	json_member_str(w, S("name"), person->display_name);
	json_member_str(w, S("preferred_username"), person->user_principal_name);
	json_member_str(w, S("sid"), session_sid(s, &what->session, &what->client->app_id, call->arena));
	json_member_i64(w, S("auth_time"), instant_seconds(what->auth_time));
	put_methods(w, what->methods);
	return put_rights(call, w, what);
}

err token_issue_user(struct web_call *call, const struct issue *what, struct issued *out)
{
	struct directory *d = signin_of(call)->directory;
	struct buffer b = { 0 };
	struct issued made = { .expires_in_s = access_seconds() };
	int64_t left_s = instant_seconds(what->ends_max) - instant_seconds(call->now);

	if (what->limited && left_s < made.expires_in_s)
		made.expires_in_s = left_s;
	buffer_init(&b, CLAIMS_BYTES_MAX);
	struct json_writer w = claims_begin(&b, d->issuer, &d->tenant);
	err e = write_user(call, &w, what, &made);
	if (!failed(e))
		e = sign(call, &w, TOKEN_ACCESS, TOKEN_ES256, &made.token);
	buffer_release(&b);
	TRY(e);
	*out = made;
	return OK;
}

/* --- an application's own --- */

static err write_app(struct web_call *call, struct json_writer *w, const struct client *client, const struct resource *resource,
		     const str *roles, size_t role_count, struct issued *out)
{
	json_member_uuid(w, S("aud"), &resource->app_id);
	TRY(put_times(call, w, out));
	json_member_uuid(w, S("oid"), &client->service_principal_id);
	json_member_uuid(w, S("sub"), &client->service_principal_id);
	json_member_str(w, S("idtyp"), S("app"));
	json_member_uuid(w, S("azp"), &client->app_id);
	json_member_uuid(w, S("client_id"), &client->app_id);
	json_member_str(w, S("azpacr"), S("1"));
	json_member_str(w, S("name"), client->display_name);
	if (role_count)
		put_strings(w, S("roles"), roles, role_count);
	return OK;
}

err token_issue_app(struct web_call *call, const struct client *client, const struct resource *resource, const str *roles,
		    size_t role_count, struct issued *out)
{
	struct directory *d = signin_of(call)->directory;
	struct buffer b = { 0 };
	struct issued made = { .expires_in_s = access_seconds() };

	buffer_init(&b, CLAIMS_BYTES_MAX);
	struct json_writer w = claims_begin(&b, d->issuer, &d->tenant);
	err e = write_app(call, &w, client, resource, roles, role_count, &made);
	if (!failed(e))
		e = sign(call, &w, TOKEN_ACCESS, TOKEN_ES256, &made.token);
	buffer_release(&b);
	TRY(e);
	*out = made;
	return OK;
}

/* --- ID tokens --- */

static void put_text(struct json_writer *w, str name, str value)
{
	if (value.len)
		json_member_str(w, name, value);
}

static void put_address(struct json_writer *w, const struct person *p)
{
	if (!p->street_address.len && !p->city.len && !p->state.len && !p->postal_code.len && !p->country.len)
		return;
	json_key(w, S("address"));
	json_open_object(w);
	put_text(w, S("street_address"), p->street_address);
	put_text(w, S("locality"), p->city);
	put_text(w, S("region"), p->state);
	put_text(w, S("postal_code"), p->postal_code);
	put_text(w, S("country"), p->country);
	json_close_object(w);
}

void token_profile_claims(struct json_writer *w, const struct person *p, unsigned words, bool all)
{
	if (words & SCOPE_PROFILE) {
		json_member_str(w, S("name"), p->display_name);
		json_member_str(w, S("preferred_username"), p->user_principal_name);
	}
	if (words & SCOPE_EMAIL)
		put_text(w, S("email"), p->mail);
	if (!all)
		return;
	if (words & SCOPE_PROFILE) {
		put_text(w, S("given_name"), p->given_name);
		put_text(w, S("family_name"), p->surname);
		put_text(w, S("nickname"), p->mail_nickname);
		put_text(w, S("locale"), p->preferred_language);
		put_text(w, S("birthdate"), p->birthday);
		put_text(w, S("website"), p->my_site);
		json_member_i64(w, S("updated_at"), instant_seconds(p->changed_at));
	}
	if (words & SCOPE_ADDRESS)
		put_address(w, p);
	if (words & SCOPE_PHONE)
		put_text(w, S("phone_number"), p->mobile_phone.len ? p->mobile_phone : p->business_phone);
}

/* Left half of SHA-256 (OpenID Connect Core 3.1.3.6); both our algorithms use that hash. */
static str half_hash(struct arena *arena, str text)
{
	struct sha256 hash = sha256_of(bytes_of_str(text));
	return base64url_text(arena, bytes_of(hash.b, sizeof hash.b / 2));
}

static bool has_active(const struct public_keys *keys, enum token_alg alg)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->key[i].alg == alg && keys->key[i].active)
			return true;
	return false;
}

/* What the client registered (bwk.idTokenSignedResponseAlg), else RS256, which a client assumes unless told (OpenID Connect
 * Registration 2). ES256 while the keeper could not make such a key. */
static err id_alg(struct web_call *call, const struct client *client, enum token_alg *out)
{
	struct signin *s = signin_of(call);
	str wanted = { 0 };

	TRY(signin_public_keys(s, call->now));
	bool es256 = bwk_member(client, call->arena, S("idTokenSignedResponseAlg"), &wanted) && str_equal(wanted, S("ES256"));
	*out = !es256 && has_active(&s->public_keys, TOKEN_RS256) ? TOKEN_RS256 : TOKEN_ES256;
	return OK;
}

static void write_id(struct web_call *call, struct json_writer *w, const struct issue *what, str access_token)
{
	struct signin *s = signin_of(call);
	int64_t now_s = instant_seconds(call->now);

	json_member_uuid(w, S("aud"), &what->client->app_id);
	json_member_str(w, S("sub"), token_subject(s, &what->person->id, what->client, call->arena));
	json_member_i64(w, S("exp"), now_s + ID_S);
	json_member_i64(w, S("nbf"), now_s);
	json_member_i64(w, S("iat"), now_s);
	json_member_i64(w, S("auth_time"), instant_seconds(what->auth_time));
	json_member_str(w, S("ver"), S("2.0"));
	json_member_uuid(w, S("oid"), &what->person->id);
	json_member_str(w, S("sid"), session_sid(s, &what->session, &what->client->app_id, call->arena));
	if (what->has_nonce)
		json_member_str(w, S("nonce"), what->nonce);
	json_member_str(w, S("at_hash"), half_hash(call->arena, access_token));
	put_methods(w, what->methods);
	token_profile_claims(w, what->person, what->scope.words, false);
}

err token_issue_id(struct web_call *call, const struct issue *what, str access_token, str *out)
{
	struct directory *d = signin_of(call)->directory;
	struct buffer b = { 0 };
	enum token_alg alg = TOKEN_ES256;

	TRY(id_alg(call, what->client, &alg));
	buffer_init(&b, CLAIMS_BYTES_MAX);
	struct json_writer w = claims_begin(&b, d->issuer, &d->tenant);
	write_id(call, &w, what, access_token);
	err e = sign(call, &w, TOKEN_ID, alg, out);
	buffer_release(&b);
	return e;
}
