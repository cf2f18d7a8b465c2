#include "edge/http_head.h"

#include "codec/utf8.h"

bool http_is_token(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!alnum && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.len > 0;
}

bool http_is_field_name(str s)
{
	return http_is_token(s) && str_find_char(s, '_', 0) == SIZE_MAX;
}

bool http_is_field_value(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c != '\t' && (c < 0x20 || c > 0x7e))
			return false;
	}
	return true;
}

bool http_content_length_parse(str value, uint64_t *out)
{
	return value.len <= 19 && str_to_u64(value, out);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The octet at *i, percent-decoded; -1 on a bad escape. Moves *i behind it. */
static int decoded_octet(str s, size_t *i)
{
	char c = s.at[(*i)++];
	if (c != '%')
		return (unsigned char)c;
	if (s.len - *i < 2)
		return -1;
	int high = hex_digit(s.at[*i]), low = hex_digit(s.at[*i + 1]);
	*i += 2;
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool segment_is_sound(const char *decoded, size_t len)
{
	str segment = { decoded, len };
	return !str_equal(segment, S(".")) && !str_equal(segment, S("..")) && utf8_is_valid(segment);
}

enum refusal http_path_check(str path)
{
	char segment[HTTP_LINE_BYTES_MAX];
	size_t len = 0;
	if (path.len == 0 || path.at[0] != '/')
		return REFUSE_BAD_REQUEST;
	if (path.len > sizeof segment)
		return REFUSE_URI_SIZE;
	for (size_t i = 1; i < path.len;) {
		char raw = path.at[i];
		if (raw == '/') {
			if (len == 0 || !segment_is_sound(segment, len))
				return REFUSE_BAD_REQUEST;
			len = 0;
			i++;
			continue;
		}
		if (raw <= ' ' || raw > '~' || strchr("\"#<>?\\^`{|}", raw))
			return REFUSE_BAD_REQUEST;
		int octet = decoded_octet(path, &i);
		if (octet < 0x20 || octet == 0x7f || octet == '\\' || octet == '/')
			return REFUSE_BAD_REQUEST; /* bad escapes are -1; a plain '/' was taken above */
		segment[len++] = (char)octet;
	}
	return segment_is_sound(segment, len) ? REFUSE_NONE : REFUSE_BAD_REQUEST;
}

enum refusal http_query_check(str query)
{
	if (query.len > HTTP_QUERY_BYTES_MAX)
		return REFUSE_URI_SIZE;
	for (size_t i = 0; i < query.len;) {
		char raw = query.at[i];
		if (raw <= ' ' || raw > '~' || strchr("\"#<>", raw))
			return REFUSE_BAD_REQUEST;
		if (decoded_octet(query, &i) <= 0)
			return REFUSE_BAD_REQUEST;
	}
	return REFUSE_NONE;
}

static bool is_port(str port)
{
	uint64_t number;
	return port.len <= 5 && str_to_u64(port, &number) && number > 0 && number <= 65535;
}

bool http_authority_is_sound(str authority)
{
	size_t colon = str_find_char(authority, ':', 0), host_len = authority.len;
	if (authority.len && authority.at[0] == '[') {
		size_t end = str_find_char(authority, ']', 0);
		if (end == SIZE_MAX || end < 3)
			return false;
		for (size_t i = 1; i < end; i++)
			if (hex_digit(authority.at[i]) < 0 && authority.at[i] != ':' && authority.at[i] != '.')
				return false;
		host_len = end + 1;
		return host_len == authority.len ||
		       (authority.at[host_len] == ':' && is_port(str_from(authority, host_len + 1)));
	}
	if (colon != SIZE_MAX) {
		host_len = colon;
		if (!is_port(str_from(authority, colon + 1)))
			return false;
	}
	for (size_t i = 0; i < host_len; i++) {
		char c = ascii_lower(authority.at[i]);
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
			return false;
	}
	return host_len > 0 && host_len <= 253;
}

bool http_scheme_is_served(const struct http_head *head, bool secure)
{
	return !secure || head->scheme.len == 0 || str_equal_nocase(head->scheme, S("https"));
}

str http_head_field(const struct http_head *head, str name)
{
	for (size_t i = 0; i < head->header_count; i++)
		if (str_equal(head->headers[i].name, name))
			return head->headers[i].value;
	return (str){ NULL, 0 };
}

/* These may stand once: a second one would let two readers disagree about the request. */
static const str singletons[] = { S("host"), S("content-length"), S("transfer-encoding"), S("content-type"),
				  S("authorization"), S("expect") };

static bool cookies_fit(const struct http_head *head)
{
	size_t octets = 0, count = 0;
	for (size_t i = 0; i < head->header_count; i++) {
		str rest = head->headers[i].value, one;
		if (!str_equal(head->headers[i].name, S("cookie")))
			continue;
		octets += rest.len;
		while (str_split(&rest, ';', &one))
			count++;
	}
	return octets <= HTTP_COOKIE_BYTES_MAX && count <= HTTP_COOKIES_MAX;
}

static bool singletons_are_single(const struct http_head *head)
{
	unsigned seen = 0;
	for (size_t i = 0; i < head->header_count; i++) {
		for (unsigned s = 0; s < COUNT_OF(singletons); s++) {
			if (!str_equal(head->headers[i].name, singletons[s]))
				continue;
			if (seen & 1u << s)
				return false;
			seen |= 1u << s;
		}
	}
	return true;
}

enum refusal http_head_check(struct http_head *head, bool body_follows)
{
	str length = http_head_field(head, S("content-length")), expect = http_head_field(head, S("expect"));
	if (!singletons_are_single(head))
		return REFUSE_BAD_REQUEST;
	if (length.at && !http_content_length_parse(length, &head->content_length))
		return REFUSE_BAD_REQUEST;
	head->has_content_length = length.at != NULL;
	head->has_body = body_follows || head->content_length > 0;
	if (head->has_body && (head->method == HTTP_GET || head->method == HTTP_HEAD || head->method == HTTP_DELETE))
		return REFUSE_BAD_REQUEST;
	if (expect.at && !str_equal_nocase(expect, S("100-continue")))
		return REFUSE_EXPECTATION;
	head->expects_continue = expect.at != NULL && head->has_body;
	return cookies_fit(head) ? REFUSE_NONE : REFUSE_HEAD_SIZE;
}

bool http_field_is_dropped(str name)
{
	static const str dropped[] = {
		S("host"), S("connection"), S("keep-alive"), S("proxy-connection"), S("te"), S("trailer"),
		S("transfer-encoding"), S("content-length"), S("upgrade"), S("http2-settings"), S("expect"),
		S("forwarded"), S("x-real-ip"), S("via"), S("proxy-authorization"), S("proxy-authenticate"),
		S("x-client-ip"), S("true-client-ip"), S("x-original-url"), S("x-rewrite-url"), S("x-http-method-override"),
	};
	for (size_t i = 0; i < COUNT_OF(dropped); i++)
		if (str_equal(name, dropped[i]))
			return true;
	return str_starts_with(name, S("x-forwarded-")) || str_starts_with(name, S("x-bwk-"));
}
