#include "signin/authorize_request.h"

#include "codec/json_read.h"

/* Reads one parameter that was sent. */
typedef enum refusal (*reader_fn)(str value, struct arena *arena, struct authorize_request *out);

static enum refusal read_response_type(str value, struct arena *arena, struct authorize_request *out)
{
	(void)arena;
	(void)out;
	return str_equal(value, S("code")) ? REFUSAL_NONE : REFUSAL_RESPONSE_TYPE;
}

static enum refusal read_scope(str value, struct arena *arena, struct authorize_request *out)
{
	(void)arena;
	out->scope = value;
	return REFUSAL_NONE;
}

static enum refusal read_nonce(str value, struct arena *arena, struct authorize_request *out)
{
	(void)arena;
	out->nonce = value;
	out->has_nonce = true;
	return REFUSAL_NONE;
}

static enum refusal read_challenge(str value, struct arena *arena, struct authorize_request *out)
{
	(void)arena;
	if (failed(pkce_challenge_parse(value, &out->challenge)))
		return REFUSAL_PKCE_CHALLENGE;
	out->has_challenge = true;
	return REFUSAL_NONE;
}

static enum refusal read_challenge_method(str value, struct arena *arena, struct authorize_request *out)
{
	(void)arena;
	(void)out;
	return str_equal(value, S("S256")) ? REFUSAL_NONE : REFUSAL_PKCE_METHOD;
}

static enum refusal read_prompt(str value, struct arena *arena, struct authorize_request *out)
{
	static const struct { const char *name; enum prompt bit; } prompts[] = {
		{ "none", PROMPT_NONE }, { "login", PROMPT_LOGIN }, { "consent", PROMPT_CONSENT },
		{ "select_account", PROMPT_SELECT_ACCOUNT }, { "create", PROMPT_CREATE },
	};
	str word = { 0 };

	(void)arena;
	while (str_split(&value, ' ', &word)) {
		unsigned bit = 0;
		for (size_t i = 0; i < COUNT_OF(prompts); i++)
			if (str_equal(word, str_of(prompts[i].name)))
				bit = prompts[i].bit;
		if (!bit && word.len)
			return REFUSAL_PROMPT;
		out->prompt |= bit;
	}
	return (out->prompt & PROMPT_NONE) && out->prompt != PROMPT_NONE ? REFUSAL_PROMPT : REFUSAL_NONE;
}

static enum refusal read_max_age(str value, struct arena *arena, struct authorize_request *out)
{
	uint64_t seconds = 0;

	(void)arena;
	if (!str_to_u64(value, &seconds) || seconds > INT32_MAX)
		return REFUSAL_MAX_AGE;
	out->max_age_s = (int64_t)seconds;
	return REFUSAL_NONE;
}

static enum refusal read_login_hint(str value, struct arena *arena, struct authorize_request *out)
{
	(void)arena;
	out->login_hint = value.len <= 320 ? value : (str){ 0 }; /* a hint never causes an error (2.3, 9) */
	return REFUSAL_NONE;
}

static enum refusal read_id_token_hint(str value, struct arena *arena, struct authorize_request *out)
{
	(void)arena;
	out->id_token_hint = value;
	return REFUSAL_NONE;
}

/* Members that we do not know are ignored, so only the form is judged here. */
static enum refusal read_claims(str value, struct arena *arena, struct authorize_request *out)
{
	const struct json *claims = NULL;
	struct json_limits limits = { .depth_max = 6, .values_max = 500 };

	(void)out;
	if (failed(json_parse(bytes_of_str(value), limits, arena, &claims, NULL)) || !json_is(claims, JSON_OBJECT))
		return REFUSAL_CLAIMS;
	return REFUSAL_NONE;
}

static enum refusal read_request(str value, struct arena *arena, struct authorize_request *out)
{
	(void)value;
	(void)arena;
	(void)out;
	return REFUSAL_REQUEST_OBJECT;
}

static enum refusal read_request_uri(str value, struct arena *arena, struct authorize_request *out)
{
	(void)value;
	(void)arena;
	(void)out;
	return REFUSAL_REQUEST_URI;
}

static enum refusal read_client_info(str value, struct arena *arena, struct authorize_request *out)
{
	(void)arena;
	out->client_info = str_equal(value, S("1"));
	return REFUSAL_NONE;
}

/* In the order in which they are judged. `missing` is the refusal when a parameter is absent or empty. */
static const struct {
	const char *name;
	size_t bytes_max;
	enum refusal missing;
	reader_fn read; /* null: known, so that it may not be repeated, but without effect */
} parameters[] = {
	{ "request",               HINT_BYTES_MAX,             REFUSAL_NONE,                  read_request },
	{ "request_uri",           HINT_BYTES_MAX,             REFUSAL_NONE,                  read_request_uri },
	{ "response_type",         100,                        REFUSAL_RESPONSE_TYPE_MISSING, read_response_type },
	{ "scope",                 SCOPE_BYTES_MAX,            REFUSAL_SCOPE_MISSING,         read_scope },
	{ "nonce",                 NONCE_BYTES_MAX,            REFUSAL_NONE,                  read_nonce },
	{ "code_challenge",        200,                        REFUSAL_NONE,                  read_challenge },
	{ "code_challenge_method", 100,                        REFUSAL_NONE,                  read_challenge_method },
	{ "prompt",                200,                        REFUSAL_NONE,                  read_prompt },
	{ "max_age",               20,                         REFUSAL_NONE,                  read_max_age },
	{ "id_token_hint",         2 * HINT_BYTES_MAX,         REFUSAL_NONE,                  read_id_token_hint },
	{ "claims",                CLAIMS_PARAMETER_BYTES_MAX, REFUSAL_NONE,                  read_claims },
	{ "login_hint",            HINT_BYTES_MAX,             REFUSAL_NONE,                  read_login_hint },
	{ "client_info",           100,                        REFUSAL_NONE,                  read_client_info },
	{ "domain_hint",           HINT_BYTES_MAX,             REFUSAL_NONE,                  NULL },
	{ "acr_values",            HINT_BYTES_MAX,             REFUSAL_NONE,                  NULL },
	{ "display",               HINT_BYTES_MAX,             REFUSAL_NONE,                  NULL },
	{ "ui_locales",            HINT_BYTES_MAX,             REFUSAL_NONE,                  NULL },
	{ "claims_locales",        HINT_BYTES_MAX,             REFUSAL_NONE,                  NULL },
};

enum refusal authorize_request_begin(const struct url_params *params, struct authorize_request *out)
{
	*out = (struct authorize_request){ .mode = RESPONSE_QUERY, .max_age_s = MAX_AGE_ABSENT };
	if (url_param_count(params, S("client_id")) > 1 || url_param_count(params, S("redirect_uri")) > 1)
		return REFUSAL_DUPLICATE_CLIENT;
	if (!url_param_find(params, S("client_id"), &out->client_id) || !out->client_id.len)
		return REFUSAL_MISSING_CLIENT;
	out->has_redirect_uri = url_param_find(params, S("redirect_uri"), &out->redirect_uri) && out->redirect_uri.len;
	return REFUSAL_NONE;
}

/* How to answer, before anything is judged: an over-long state is not echoed, an unknown mode becomes query. */
static enum refusal read_answer(const struct url_params *params, struct authorize_request *out)
{
	static const struct { const char *name; enum response_mode mode; } modes[] = {
		{ "query", RESPONSE_QUERY }, { "fragment", RESPONSE_FRAGMENT }, { "form_post", RESPONSE_FORM_POST },
	};
	enum refusal refusal = REFUSAL_NONE;
	str value = { 0 };

	if (url_param_find(params, S("state"), &value)) {
		if (value.len > STATE_BYTES_MAX)
			refusal = REFUSAL_STATE_LONG;
		else {
			out->state = value;
			out->has_state = true;
		}
	}
	if (url_param_find(params, S("response_mode"), &value) && value.len) {
		bool known = false;
		for (size_t i = 0; i < COUNT_OF(modes); i++)
			if (str_equal(value, str_of(modes[i].name))) {
				out->mode = modes[i].mode;
				known = true;
			}
		if (!known && !refusal)
			refusal = REFUSAL_RESPONSE_MODE;
	}
	if (url_param_count(params, S("state")) > 1 || url_param_count(params, S("response_mode")) > 1)
		refusal = REFUSAL_DUPLICATE_PARAMETER;
	return refusal;
}

enum refusal authorize_request_read(const struct url_params *params, bool challenge_required, struct arena *arena,
				    struct authorize_request *out)
{
	enum refusal refusal = read_answer(params, out);

	for (size_t i = 0; !refusal && i < COUNT_OF(parameters); i++) {
		str name = str_of(parameters[i].name), value = { 0 };
		if (url_param_count(params, name) > 1)
			refusal = REFUSAL_DUPLICATE_PARAMETER;
		else if (!url_param_find(params, name, &value) || !value.len)
			refusal = parameters[i].missing;
		else if (value.len > parameters[i].bytes_max)
			refusal = parameters[i].read ? REFUSAL_VALUE_LONG : REFUSAL_NONE;
		else if (parameters[i].read)
			refusal = parameters[i].read(value, arena, out);
	}
	if (refusal)
		return refusal;
	/* A challenge without a method means "plain" (RFC 7636, 4.3), a method alone means a broken client. */
	str method = { 0 };
	bool has_method = url_param_find(params, S("code_challenge_method"), &method) && method.len;
	if (out->has_challenge != has_method)
		return has_method ? REFUSAL_PKCE_CHALLENGE : REFUSAL_PKCE_METHOD;
	if (challenge_required && !out->has_challenge)
		return REFUSAL_PKCE_REQUIRED;
	return REFUSAL_NONE;
}
