#include "ipc/http_message.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/reader.h"
#include "codec/writer.h"
#include "host/file.h"

enum { BODY_NONE = 0, BODY_INLINE = 1, BODY_MEMORY = 2 };

static const char *const method_names[] = {
	[HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT",
	[HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
};

const char *http_method_name(enum http_method method)
{
	return (size_t)method < COUNT_OF(method_names) ? method_names[method] : NULL;
}

enum http_method http_method_of(str name)
{
	for (size_t i = HTTP_GET; i < COUNT_OF(method_names); i++)
		if (str_equal(name, str_of(method_names[i])))
			return (enum http_method)i;
	return (enum http_method)0;
}

static void write_headers(struct buffer *b, const struct http_header *headers, size_t count)
{
	write_u16(b, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		write_str16(b, headers[i].name);
		write_str16(b, headers[i].value);
	}
}

static void write_body(struct buffer *b, const struct http_body *body)
{
	if (body->memory_fd >= 0) {
		write_u8(b, BODY_MEMORY);
		write_u64(b, body->memory_size);
	} else if (body->inline_body.len) {
		write_u8(b, BODY_INLINE);
		write_bytes32(b, body->inline_body);
	} else {
		write_u8(b, BODY_NONE);
	}
}

void http_request_encode(struct buffer *b, const struct http_request_message *m)
{
	write_u8(b, HTTP_MESSAGE_REQUEST);
	write_u8(b, (uint8_t)m->method);
	buffer_append(b, bytes_of(m->request_id.b, 16));
	buffer_append(b, bytes_of(m->client_address, 16));
	write_u16(b, m->client_port);
	write_u32(b, m->deadline_ms);
	write_str16(b, m->origin);
	write_str16(b, m->base);
	write_str16(b, m->path);
	write_str16(b, m->query);
	write_headers(b, m->headers, m->header_count);
	write_body(b, &m->body);
}

void http_response_encode(struct buffer *b, const struct http_response_message *m)
{
	write_u8(b, HTTP_MESSAGE_RESPONSE);
	buffer_append(b, bytes_of(m->request_id.b, 16));
	write_u16(b, m->status);
	write_u8(b, m->flags);
	write_headers(b, m->headers, m->header_count);
	write_body(b, &m->body);
}

/* Moves a body that does not fit inline into a memory file of its own; the caller closes *out_made. */
static err spool_large_body(struct http_body *body, int *out_made)
{
	*out_made = -1;
	if (body->memory_fd >= 0 || body->inline_body.len <= HTTP_BODY_INLINE_BYTES_MAX)
		return OK;
	TRY(memory_file_new(body->inline_body, out_made));
	*body = (struct http_body){ .memory_fd = *out_made, .memory_size = body->inline_body.len };
	return OK;
}

static err send_encoded(int channel, struct buffer *encoded, const struct http_body *body)
{
	struct channel_fds fds = { .count = 0 };
	if (body->memory_fd >= 0)
		fds.fd[fds.count++] = body->memory_fd;
	if (encoded->failed)
		FAIL(ERR_LIMIT, "message longer than a channel carries");
	return channel_send(channel, buffer_bytes(encoded), &fds);
}

err http_request_send(int channel, const struct http_request_message *m)
{
	struct http_request_message copy = *m;
	SCOPED(buffer) b = { 0 };
	SCOPED(fd) made = { -1 };
	buffer_init(&b, CHANNEL_MESSAGE_BYTES_MAX);
	TRY(spool_large_body(&copy.body, &made.n));
	http_request_encode(&b, &copy);
	return send_encoded(channel, &b, &copy.body);
}

err http_response_send(int channel, const struct http_response_message *m)
{
	struct http_response_message copy = *m;
	SCOPED(buffer) b = { 0 };
	SCOPED(fd) made = { -1 };
	buffer_init(&b, CHANNEL_MESSAGE_BYTES_MAX);
	TRY(spool_large_body(&copy.body, &made.n));
	http_response_encode(&b, &copy);
	return send_encoded(channel, &b, &copy.body);
}

static err send_request_id(int channel, enum http_message_kind kind, const struct uuid *request_id)
{
	uint8_t raw[17] = { (uint8_t)kind };
	memcpy(raw + 1, request_id->b, 16);
	return channel_send(channel, bytes_of(raw, sizeof raw), NULL);
}

err http_parked_send(int channel, const struct uuid *request_id)
{
	return send_request_id(channel, HTTP_MESSAGE_PARKED, request_id);
}

err http_cancelled_send(int channel, const struct uuid *request_id)
{
	return send_request_id(channel, HTTP_MESSAGE_CANCELLED, request_id);
}

int http_message_kind(bytes raw)
{
	return raw.len && raw.at[0] >= HTTP_MESSAGE_REQUEST && raw.at[0] <= HTTP_MESSAGE_CANCELLED ? raw.at[0]
												     : 0;
}

static bool is_lower_token(str s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(others, c));
		if (!good)
			return false;
	}
	return s.len > 0;
}

static bool has_line_break_or_nul(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == '\r' || s.at[i] == '\n' || s.at[i] == '\0')
			return true;
	return false;
}

static bool read_headers(struct reader *r, struct http_header *headers, size_t *out_count)
{
	size_t count = read_u16(r);
	if (count > HTTP_HEADERS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		headers[i].name = read_str16(r);
		headers[i].value = read_str16(r);
		if (r->bad || !is_lower_token(headers[i].name) || has_line_break_or_nul(headers[i].value))
			return false;
	}
	*out_count = count;
	return true;
}

static bool read_body(struct reader *r, const struct channel_fds *fds, struct http_body *out)
{
	*out = (struct http_body){ .memory_fd = -1 };
	switch (read_u8(r)) {
	case BODY_NONE:
		return fds->count == 0;
	case BODY_INLINE:
		out->inline_body = read_bytes32(r);
		return fds->count == 0;
	case BODY_MEMORY:
		out->memory_size = read_u64(r);
		if (fds->count != 1 || out->memory_size > HTTP_BODY_BYTES_MAX)
			return false;
		out->memory_fd = fds->fd[0];
		return true;
	default:
		return false;
	}
}

err http_request_decode(bytes raw, struct channel_fds *fds, struct http_request_message *out)
{
	struct reader r = reader_of(raw);
	if (read_u8(&r) != HTTP_MESSAGE_REQUEST)
		FAIL(ERR_INVALID, "not a request message");
	out->method = (enum http_method)read_u8(&r);
	read_into(&r, out->request_id.b, 16);
	read_into(&r, out->client_address, 16);
	out->client_port = read_u16(&r);
	out->deadline_ms = read_u32(&r);
	out->origin = read_str16(&r);
	out->base = read_str16(&r);
	out->path = read_str16(&r);
	out->query = read_str16(&r);
	if (!read_headers(&r, out->headers, &out->header_count) || !read_body(&r, fds, &out->body) ||
	    !reader_is_exact(&r) || !http_method_name(out->method))
		FAIL(ERR_INVALID, "malformed request message");
	if (has_line_break_or_nul(out->path) || has_line_break_or_nul(out->query) ||
	    has_line_break_or_nul(out->base) || has_line_break_or_nul(out->origin))
		FAIL(ERR_INVALID, "line break in a request message");
	fds->count = 0;
	return OK;
}

err http_response_decode(bytes raw, struct channel_fds *fds, struct http_response_message *out)
{
	struct reader r = reader_of(raw);
	if (read_u8(&r) != HTTP_MESSAGE_RESPONSE)
		FAIL(ERR_INVALID, "not a response message");
	read_into(&r, out->request_id.b, 16);
	out->status = read_u16(&r);
	out->flags = read_u8(&r);
	if (!read_headers(&r, out->headers, &out->header_count) || !read_body(&r, fds, &out->body) ||
	    !reader_is_exact(&r) || out->status < 200 || out->status > 599)
		FAIL(ERR_INVALID, "malformed response message");
	fds->count = 0;
	return OK;
}

err http_request_id_decode(bytes raw, struct uuid *out)
{
	struct reader r = reader_of(raw);
	uint8_t kind = read_u8(&r);
	read_into(&r, out->b, 16);
	if (!reader_is_exact(&r) || (kind != HTTP_MESSAGE_PARKED && kind != HTTP_MESSAGE_CANCELLED))
		FAIL(ERR_INVALID, "malformed message about a request");
	return OK;
}

void http_client_text(const uint8_t address[static 16], char out[static HTTP_CLIENT_TEXT_BYTES])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	const uint8_t *a = address;
	if (memcmp(a, mapped, sizeof mapped) == 0)
		snprintf(out, HTTP_CLIENT_TEXT_BYTES, "%u.%u.%u.%u", a[12], a[13], a[14], a[15]);
	else if (!inet_ntop(AF_INET6, a, out, HTTP_CLIENT_TEXT_BYTES))
		out[0] = '\0';
}

const char *http_reason(unsigned status)
{
	switch (status) {
	case 200: return "OK";
	case 201: return "Created";
	case 202: return "Accepted";
	case 204: return "No Content";
	case 206: return "Partial Content";
	case 300: return "Multiple Choices";
	case 301: return "Moved Permanently";
	case 302: return "Found";
	case 303: return "See Other";
	case 304: return "Not Modified";
	case 307: return "Temporary Redirect";
	case 308: return "Permanent Redirect";
	case 400: return "Bad Request";
	case 401: return "Unauthorized";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 406: return "Not Acceptable";
	case 408: return "Request Timeout";
	case 409: return "Conflict";
	case 410: return "Gone";
	case 411: return "Length Required";
	case 412: return "Precondition Failed";
	case 413: return "Content Too Large";
	case 414: return "URI Too Long";
	case 415: return "Unsupported Media Type";
	case 416: return "Range Not Satisfiable";
	case 417: return "Expectation Failed";
	case 421: return "Misdirected Request";
	case 422: return "Unprocessable Content";
	case 423: return "Locked";
	case 424: return "Failed Dependency";
	case 428: return "Precondition Required";
	case 429: return "Too Many Requests";
	case 431: return "Request Header Fields Too Large";
	case 500: return "Internal Server Error";
	case 501: return "Not Implemented";
	case 502: return "Bad Gateway";
	case 503: return "Service Unavailable";
	case 504: return "Gateway Timeout";
	case 505: return "HTTP Version Not Supported";
	case 507: return "Insufficient Storage";
	default: return "";
	}
}
