#include "edge/response.h"

#include <stdio.h>

#include "base/instant.h"
#include "host/random.h"

#define STRICT_POLICY S("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")

static void add_own(struct edge_response *r, str name, str value)
{
	r->own[r->header_count++] = (struct http_header){ name, value };
	r->headers = r->own;
}

void response_of_refusal(enum refusal refusal, struct edge_response *out)
{
	const struct refusal_text *text = refusal_text_of(refusal);
	*out = (struct edge_response){ .status = text->status, .closes = text->closes, .retry_after = text->retry_after,
				       .body = bytes_of_str(text->body) };
	add_own(out, S("content-type"), text->content_type);
	if (text->header_name.len)
		add_own(out, text->header_name, text->header_value);
}

void response_of_health(struct edge_response *out)
{
	*out = (struct edge_response){ .status = 200, .body = bytes_of_str(S("{\"status\":\"ok\"}")) };
	add_own(out, S("content-type"), S("application/json"));
}

void response_of_static(const struct static_files *files, const struct http_head *head, struct edge_response *out)
{
	const struct static_file *file = static_file_find(files, head->path);
	if (!file) {
		response_of_refusal(REFUSE_NOT_FOUND, out);
		return;
	}
	if (head->method != HTTP_GET && head->method != HTTP_HEAD) {
		response_of_refusal(REFUSE_READ_ONLY, out);
		return;
	}
	bool gzip = file->compressed.len && accepts_gzip(http_head_field(head, S("accept-encoding")));
	bool known = static_file_is_known(file, http_head_field(head, S("if-none-match")));
	*out = (struct edge_response){ .status = known ? 304 : 200,
				       .body = known ? (bytes){ NULL, 0 } : gzip ? file->compressed : file->content };
	add_own(out, S("etag"), gzip ? file->compressed_etag : file->etag);
	add_own(out, S("cache-control"), S("public, no-cache")); /* kept, and asked for again each time: a 304 is cheap */
	add_own(out, S("vary"), S("accept-encoding"));
	add_own(out, S("content-type"), file->content_type);
	add_own(out, S("cross-origin-opener-policy"), S("same-origin"));
	add_own(out, S("cross-origin-resource-policy"), S("same-origin"));
	if (gzip && !known)
		add_own(out, S("content-encoding"), S("gzip"));
	if (file->content_security_policy.len)
		add_own(out, S("content-security-policy"), file->content_security_policy);
}

bool response_field_is_ours(str name)
{
	static const str ours[] = { S("connection"), S("keep-alive"), S("proxy-connection"), S("te"), S("trailer"),
				    S("transfer-encoding"), S("content-length"), S("upgrade"), S("date"), S("server"),
				    S("request-id"), S("strict-transport-security"), S("http2-settings") };
	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (str_equal(name, ours[i]))
			return true;
	return false;
}

bytes response_body_sent(const struct edge_response *r, bool head_only)
{
	if (head_only || r->status == 204 || r->status == 304)
		return (bytes){ NULL, 0 };
	return r->body;
}

/* What a browser must be told unless the worker said it differently. */
static const struct http_header defaults[] = {
	{ S("cache-control"), S("no-store") },
	{ S("x-content-type-options"), S("nosniff") },
	{ S("referrer-policy"), S("no-referrer") },
	{ S("x-frame-options"), S("DENY") },
	{ S("content-security-policy"), STRICT_POLICY },
};

static bool has_field(const struct edge_response *r, str name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_equal(r->headers[i].name, name))
			return true;
	return false;
}

static uint32_t retry_seconds(void)
{
	uint8_t octet;
	random_bytes(&octet, 1);
	return 1 + octet % 10;
}

size_t response_fields(const struct edge_response *r, struct response_frame *frame,
		       struct http_header out[static RESPONSE_FIELDS_MAX])
{
	size_t n = 0;
	bool bodiless = r->status == 204 || r->status == 304 || (frame->head_only && r->body.len == 0);
	out[n++] = (struct http_header){ S("date"), { frame->date, 29 } };
	out[n++] = (struct http_header){ S("request-id"), frame->request_id };
	if (!bodiless) {
		char *end = frame->length + sizeof frame->length, *at = end;
		for (size_t left = r->body.len; at == end || left; left /= 10)
			*--at = (char)('0' + left % 10);
		out[n++] = (struct http_header){ S("content-length"), { at, (size_t)(end - at) } };
	}
	if (r->retry_after) {
		int len = snprintf(frame->retry, sizeof frame->retry, "%u", retry_seconds());
		out[n++] = (struct http_header){ S("retry-after"), { frame->retry, (size_t)len } };
	}
	if (frame->secure)
		out[n++] = (struct http_header){ S("strict-transport-security"), S("max-age=31536000; includeSubDomains") };
	for (size_t i = 0; i < r->header_count && n < RESPONSE_FIELDS_MAX - COUNT_OF(defaults); i++)
		out[n++] = r->headers[i];
	for (size_t i = 0; i < COUNT_OF(defaults); i++)
		if (!has_field(r, defaults[i].name))
			out[n++] = defaults[i];
	return n;
}

void http_date_format(int64_t unix_seconds, char out[static 30])
{
	static const char days[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[INSTANT_TEXT_LEN + 1];
	int64_t day = unix_seconds / 86400;
	instant_format((struct instant){ unix_seconds * 1000 }, true, iso);
	int month = (iso[5] - '0') * 10 + (iso[6] - '0') - 1;
	snprintf(out, 30, "%.3s, %.2s %.3s %.4s %.8s GMT", days + day % 7 * 3, iso + 8, months + month * 3, iso, iso + 11);
}
