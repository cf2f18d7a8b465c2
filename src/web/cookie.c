/* web/cookie.c - cookies of a request (RFC 6265, 5.4) and of an answer (4.1). */
#include "web/call.h"

/* Walks one Cookie header. False when the name occurs with a second, different value. */
static bool find_in_header(str header, str name, bool *found, str *out)
{
	str pair = { 0 };

	while (str_split(&header, ';', &pair)) {
		pair = str_trim(pair);
		size_t equals = str_find_char(pair, '=', 0);
		if (equals == SIZE_MAX || !str_equal(str_slice(pair, 0, equals), name))
			continue;
		str value = str_from(pair, equals + 1);
		if (*found && !str_equal(*out, value))
			return false;
		*found = true;
		*out = value;
	}
	return true;
}

/* Twice with different values means that a sibling domain or path has planted one: neither can be believed. */
bool web_cookie(const struct web_request *request, str name, str *out)
{
	bool found = false;
	str value = { 0 };

	for (size_t i = 0; i < request->header_count; i++) {
		if (str_equal(request->headers[i].name, S("cookie")) &&
		    !find_in_header(request->headers[i].value, name, &found, &value))
			return false;
	}
	if (found)
		*out = value;
	return found;
}

/* RFC 6265, 4.1.1: cookie-octet. */
static bool is_cookie_text(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
			return false;
	}
	return true;
}

void web_set_cookie(struct web_call *call, str name, str value, int64_t max_age_s)
{
	static const char attributes[] = "; Secure; HttpOnly; SameSite=Lax; Path=/";
	str line = { 0 };

	if (!is_cookie_text(name) || !is_cookie_text(value) || str_find_char(name, '=', 0) != SIZE_MAX) {
		call->response.body.failed = true;
		return;
	}
	if (max_age_s < 0)
		line = str_format(call->arena, "%.*s=%.*s%s", STR_ARG(name), STR_ARG(value), attributes);
	else
		line = str_format(call->arena, "%.*s=%.*s%s; Max-Age=%lld", STR_ARG(name), STR_ARG(value), attributes,
				  (long long)max_age_s);
	if (!line.at)
		call->response.body.failed = true;
	else
		web_set_header(call, S("set-cookie"), line);
}
