#include "signin/token_request.h"

static const struct { const char *name; enum grant grant; } grants[] = {
	{ "authorization_code", GRANT_CODE },
	{ "refresh_token", GRANT_REFRESH },
	{ "client_credentials", GRANT_CLIENT_CREDENTIALS },
};

static bool has_repetition(const struct url_params *params)
{
	for (size_t i = 0; i < params->count; i++)
		for (size_t j = 0; j < i; j++)
			if (str_equal(params->items[i].name, params->items[j].name))
				return true;
	return false;
}

static bool find(const struct url_params *params, str name, str *out)
{
	return url_param_find(params, name, out) && out->len;
}

static enum refusal read_grant(const struct url_params *params, struct token_request *out)
{
	str text = { 0 };

	if (!find(params, S("grant_type"), &text))
		return REFUSAL_GRANT_MISSING;
	for (size_t i = 0; i < COUNT_OF(grants); i++)
		if (str_equal(text, str_of(grants[i].name)))
			out->grant = grants[i].grant;
	return out->grant ? REFUSAL_NONE : REFUSAL_GRANT_TYPE;
}

/* RFC 6749 2.3.1: user and password are form-encoded before they go into the header. */
static enum refusal read_basic(str user, str password, struct arena *arena, struct token_request *out)
{
	str id = { 0 }, sent = out->client_id;

	if (out->has_secret)
		return REFUSAL_CLIENT_METHODS;
	if (failed(url_decode(user, true, arena, &id)) || failed(url_decode(password, true, arena, &out->client_secret)))
		return REFUSAL_CLIENT_SECRET;
	if (sent.len && !str_equal(sent, id))
		return REFUSAL_CLIENT_METHODS;
	out->client_id = id;
	out->has_secret = out->basic = true;
	return REFUSAL_NONE;
}

static enum refusal read_client(const struct url_params *params, bool has_basic, str user, str password, struct arena *arena,
				struct token_request *out)
{
	str assertion = { 0 };

	(void)find(params, S("client_id"), &out->client_id);
	out->has_secret = find(params, S("client_secret"), &out->client_secret);
	if (find(params, S("client_assertion"), &assertion))
		return out->has_secret || has_basic ? REFUSAL_CLIENT_METHODS : REFUSAL_CLIENT_SECRET;
	if (has_basic)
		return read_basic(user, password, arena, out);
	return out->client_id.len ? REFUSAL_NONE : REFUSAL_CLIENT_MISSING;
}

/* What each grant cannot do without. */
static enum refusal missing_of(const struct token_request *r)
{
	switch (r->grant) {
	case GRANT_CODE:
		return r->code.len ? REFUSAL_NONE : REFUSAL_PARAMETER_MISSING;
	case GRANT_REFRESH:
		return r->refresh_token.len ? REFUSAL_NONE : REFUSAL_PARAMETER_MISSING;
	case GRANT_CLIENT_CREDENTIALS:
		return r->scope.len ? REFUSAL_NONE : REFUSAL_SCOPE_MISSING; /* RFC 6749, 3.3 */
	}
	return REFUSAL_GRANT_TYPE;
}

enum refusal token_request_read(const struct url_params *params, bool has_basic, str basic_user, str basic_password,
				struct arena *arena, struct token_request *out)
{
	struct token_request r = { 0 };
	str info = { 0 };

	if (params->count > TOKEN_PARAMETERS_MAX || has_repetition(params))
		return REFUSAL_DUPLICATE_PARAMETER;
	for (size_t i = 0; i < params->count; i++)
		if (params->items[i].value.len > TOKEN_PARAMETER_BYTES_MAX)
			return REFUSAL_VALUE_LONG;
	enum refusal refusal = read_client(params, has_basic, basic_user, basic_password, arena, &r);
	if (refusal) {
		*out = r; /* who it claims to be, and how, decides the form of the answer */
		out->basic |= has_basic;
		return refusal;
	}
	(void)find(params, S("code"), &r.code);
	(void)find(params, S("refresh_token"), &r.refresh_token);
	r.has_redirect_uri = find(params, S("redirect_uri"), &r.redirect_uri);
	r.has_verifier = find(params, S("code_verifier"), &r.code_verifier);
	r.has_scope = find(params, S("scope"), &r.scope);
	r.client_info = find(params, S("client_info"), &info) && str_equal(info, S("1"));
	refusal = read_grant(params, &r);
	*out = r;
	return refusal ? refusal : missing_of(&r);
}
