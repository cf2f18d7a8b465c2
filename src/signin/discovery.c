#include "signin/discovery.h"

#include "crypto/jwk.h"
#include "signin/cors.h"
#include "signin/signin_internal.h"

static const struct { const char *name, *path; } endpoints[] = {
	{ "authorization_endpoint", "/oauth2/v2.0/authorize" },
	{ "token_endpoint", "/oauth2/v2.0/token" },
	{ "userinfo_endpoint", "/oidc/userinfo" },
	{ "jwks_uri", "/discovery/v2.0/keys" },
	{ "end_session_endpoint", "/oauth2/v2.0/logout" },
};

/* Blank-separated lists. */
static const struct { const char *name, *values; } lists[] = {
	{ "response_types_supported", "code" },
	{ "response_modes_supported", "query fragment form_post" },
	{ "grant_types_supported", "authorization_code refresh_token client_credentials" },
	{ "subject_types_supported", "pairwise public" },
	{ "token_endpoint_auth_methods_supported", "client_secret_basic client_secret_post none" },
	{ "code_challenge_methods_supported", "S256" },
	{ "prompt_values_supported", "none login consent select_account create" },
	{ "scopes_supported", "openid profile email address phone offline_access" },
	{ "claim_types_supported", "normal" },
	{ "claims_supported", "sub iss aud exp iat nbf auth_time nonce amr sid oid tid ver at_hash name preferred_username email "
			      "given_name family_name nickname locale birthdate website updated_at address phone_number" },
};

static const struct { const char *name; bool value; } flags[] = {
	{ "authorization_response_iss_parameter_supported", true },
	{ "claims_parameter_supported", false },
	{ "request_parameter_supported", false },
	{ "request_uri_parameter_supported", false },
};

static void write_list(struct json_writer *w, str name, str values)
{
	str value = { 0 };

	json_key(w, name);
	json_open_array(w);
	while (str_split(&values, ' ', &value))
		json_str(w, value);
	json_close_array(w);
}

static void write_algorithms(struct json_writer *w, const struct public_keys *keys)
{
	bool es256 = false, rs256 = false;

	for (size_t i = 0; i < keys->count; i++) {
		es256 |= keys->key[i].alg == TOKEN_ES256;
		rs256 |= keys->key[i].alg == TOKEN_RS256;
	}
	write_list(w, S("id_token_signing_alg_values_supported"), rs256 && es256 ? S("RS256 ES256") : rs256 ? S("RS256") : S("ES256"));
}

err discovery_get(struct web_call *call)
{
	struct signin *s = signin_of(call);
	str root = str_slice(s->directory->issuer, 0, s->directory->issuer.len - strlen("/v2.0"));

	TRY(cors_allow(call));
	TRY(signin_public_keys(s, call->now));
	struct json_writer w = web_begin_json(call, 200);
	web_set_header(call, S("cache-control"), S("public, max-age=3600"));
	json_open_object(&w);
	json_member_str(&w, S("issuer"), s->directory->issuer);
	for (size_t i = 0; i < COUNT_OF(endpoints); i++)
		json_member_str(&w, str_of(endpoints[i].name), str_format(call->arena, "%.*s%s", STR_ARG(root), endpoints[i].path));
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		write_list(&w, str_of(lists[i].name), str_of(lists[i].values));
	write_algorithms(&w, &s->public_keys);
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		json_member_bool(&w, str_of(flags[i].name), flags[i].value);
	json_close_object(&w);
	return OK;
}

err discovery_keys_get(struct web_call *call)
{
	struct signin *s = signin_of(call);

	TRY(cors_allow(call));
	TRY(signin_public_keys(s, call->now));
	struct json_writer w = web_begin_json(call, 200);
	web_set_header(call, S("cache-control"), S("public, max-age=3600"));
	json_open_object(&w);
	json_key(&w, S("keys"));
	json_open_array(&w);
	for (size_t i = 0; i < s->public_keys.count; i++) {
		const struct public_key *key = &s->public_keys.key[i];
		struct public_numbers numbers = { .alg = key->alg == TOKEN_RS256 ? SIGN_RS256 : SIGN_ES256, .n_len = key->n_len };
		memcpy(numbers.x, key->x, sizeof numbers.x);
		memcpy(numbers.y, key->y, sizeof numbers.y);
		memcpy(numbers.n, key->n, sizeof numbers.n);
		jwk_write(&w, &numbers, str_of(key->kid));
	}
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}
