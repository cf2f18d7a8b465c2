/* web/call.c - reading a request: headers, query, bodies, credentials. */
#include "web/call.h"

#include <arpa/inet.h>

#include "codec/base64.h"

enum { PAIRS_MAX = 1000 };

bool web_header(const struct web_request *request, str name, str *out)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (str_equal(request->headers[i].name, name)) {
			*out = request->headers[i].value;
			return true;
		}
	}
	return false;
}

/* "application/json" of "Application/JSON; charset=utf-8". */
static str media_type(const struct web_request *request)
{
	str value = { 0 }, type = { 0 };

	if (!web_header(request, S("content-type"), &value) || !str_split(&value, ';', &type))
		return (str){ 0 };
	return str_trim(type);
}

err web_query(struct web_call *call, struct url_params *out)
{
	return url_params_parse(call->request.query, PAIRS_MAX, call->arena, out);
}

err web_form(struct web_call *call, struct url_params *out)
{
	if (!str_equal_nocase(media_type(&call->request), S("application/x-www-form-urlencoded")))
		FAIL(ERR_INVALID, "the body must be application/x-www-form-urlencoded");
	return url_params_parse(str_of_bytes(call->request.body), PAIRS_MAX, call->arena, out);
}

static bool is_json_type(str type)
{
	static const str prefix = { "application/", 12 }, suffix = { "+json", 5 };

	if (str_equal_nocase(type, S("application/json")))
		return true;
	return type.len > prefix.len + suffix.len && str_equal_nocase(str_slice(type, 0, prefix.len), prefix) &&
	       str_equal_nocase(str_from(type, type.len - suffix.len), suffix);
}

err web_json(struct web_call *call, const struct json **out)
{
	if (!is_json_type(media_type(&call->request)))
		FAIL(ERR_INVALID, "the body must be application/json");
	return json_parse(call->request.body, JSON_LIMITS_DEFAULT, call->arena, out, NULL);
}

/* What follows "Scheme " in the only authorization header. Two such headers are refused: an intermediary may have read
 * the other one. */
static bool credentials(const struct web_request *request, str scheme, str *out)
{
	size_t seen = 0;
	str value = { 0 };

	for (size_t i = 0; i < request->header_count; i++) {
		if (str_equal(request->headers[i].name, S("authorization"))) {
			value = request->headers[i].value;
			seen++;
		}
	}
	if (seen != 1 || value.len <= scheme.len || value.at[scheme.len] != ' ' ||
	    !str_equal_nocase(str_slice(value, 0, scheme.len), scheme))
		return false;
	*out = str_trim(str_from(value, scheme.len + 1));
	return out->len > 0;
}

bool web_bearer(const struct web_request *request, str *out)
{
	return credentials(request, S("Bearer"), out);
}

err web_basic(struct web_call *call, str *out_user, str *out_password)
{
	str encoded = { 0 };
	bytes raw = { 0 };

	if (!credentials(&call->request, S("Basic"), &encoded))
		FAIL(ERR_NOT_FOUND, "no Basic credentials");
	TRY(base64_parse(encoded, call->arena, &raw));
	str pair = str_of_bytes(raw);
	size_t colon = str_find_char(pair, ':', 0);
	if (colon == SIZE_MAX)
		FAIL(ERR_INVALID, "Basic credentials without a colon");
	*out_user = str_slice(pair, 0, colon);
	*out_password = str_from(pair, colon + 1);
	return OK;
}

str web_client_text(struct web_call *call)
{
	char text[HTTP_CLIENT_TEXT_BYTES];
	http_client_text(call->request.client_address, text);
	return str_copy(call->arena, str_of(text));
}
