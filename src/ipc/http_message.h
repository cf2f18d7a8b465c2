/* ipc/http_message.h - a parsed HTTP request on its way from the edge to a worker, and the answer back.
 *
 * The edge has parsed and checked the request (one strict reading); it passes fields, never raw bytes. Both ends
 * decode the other's messages like hostile input. A body over HTTP_BODY_INLINE_BYTES_MAX goes in a sealed memory
 * file, which is the message's only descriptor.
 *
 * Wire, big-endian, reader.h terms:
 *   request   u8 kind=1 · u8 method · u8[16] request id · u8[16] client address (v4 mapped) · u16 client port
 *             · u32 deadline ms · str16 origin · str16 base · str16 path · str16 query
 *             · u16 header count · (str16 name, str16 value)* · u8 body kind (0 none, 1 inline, 2 memory file)
 *             · bytes32 body when inline, u64 size when memory file
 *   parked    u8 kind=2 · u8[16] request id
 *   response  u8 kind=3 · u8[16] request id · u16 status · u8 flags · u16 header count · (str16, str16)* · body as above
 *   cancelled u8 kind=4 · u8[16] request id         (edge to worker: the client has gone; answer is not wanted)
 *
 * One request is being worked on per channel: after sending one the edge waits for `parked` or `response` before it
 * sends the next. A parked request's response comes later, among those of others. */
#ifndef IPC_HTTP_MESSAGE_H
#define IPC_HTTP_MESSAGE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/err.h"
#include "base/uuid.h"
#include "ipc/channel.h"

enum {
	HTTP_BODY_INLINE_BYTES_MAX = 48 * 1024,
	HTTP_HEADERS_MAX = 100,
	HTTP_HEAD_BYTES_MAX = 16 * 1024,
	HTTP_BODY_BYTES_MAX = 128 * 1024 * 1024,
};

enum http_method {
	HTTP_GET = 1, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS
};

enum http_message_kind {
	HTTP_MESSAGE_REQUEST = 1, HTTP_MESSAGE_PARKED, HTTP_MESSAGE_RESPONSE, HTTP_MESSAGE_CANCELLED
};

struct http_header {
	str name; /* lower case */
	str value;
};

struct http_body {
	bytes inline_body;  /* when memory_fd is -1                                       */
	int memory_fd;      /* or a sealed memory file; the receiver owns it and closes it */
	uint64_t memory_size;
};

struct http_request_message {
	enum http_method method;
	struct uuid request_id;
	uint8_t client_address[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint16_t client_port;
	uint32_t deadline_ms;       /* how long the edge will wait */
	str origin;                 /* "https://host[:port]" that the client addressed, as configured */
	str base;                   /* what routing consumed: "/contoso.example", "/e/sales", or ""   */
	str path;                   /* the rest, raw: starts with '/' or is empty                      */
	str query;                  /* raw, without '?'                                                */
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t header_count;
	struct http_body body;
};

enum { HTTP_RESPONSE_CLOSE = 1 }; /* flags: end the client's connection after this answer */

struct http_response_message {
	struct uuid request_id;
	uint16_t status;
	uint8_t flags;
	struct http_header headers[HTTP_HEADERS_MAX];
	size_t header_count;
	struct http_body body;
};

/* Encode and send; bodies larger than fits inline are put into a memory file first. */
MUST_USE NONNULL err http_request_send(int channel, const struct http_request_message *m);
MUST_USE NONNULL err http_response_send(int channel, const struct http_response_message *m);
MUST_USE NONNULL err http_parked_send(int channel, const struct uuid *request_id);
MUST_USE NONNULL err http_cancelled_send(int channel, const struct uuid *request_id);

/* The kind of a received message, 0 if none of ours. */
int http_message_kind(bytes raw);
/* Strict decoding: everything there, nothing left over, counts and sizes within the limits, header names lower-case
 * tokens, values without CR LF NUL. Views point into raw. Takes the descriptors out of `fds` (their count becomes 0) on
 * success. ERR_INVALID otherwise, and the descriptors stay the caller's. */
MUST_USE NONNULL err http_request_decode(bytes raw, struct channel_fds *fds, struct http_request_message *out);
MUST_USE NONNULL err http_response_decode(bytes raw, struct channel_fds *fds, struct http_response_message *out);
MUST_USE NONNULL err http_request_id_decode(bytes raw, struct uuid *out); /* parked, cancelled */

/* Encoders into a buffer, for tests and fuzzing; the body must be inline or described by memory_size. */
NONNULL void http_request_encode(struct buffer *b, const struct http_request_message *m);
NONNULL void http_response_encode(struct buffer *b, const struct http_response_message *m);

/* "GET" ...; null for an unknown number. */
const char *http_method_name(enum http_method method);
/* The reason phrase: RFC 9110 15, RFC 6585, RFC 4918 11. "" for a status without one, which is allowed (RFC 9112 4). */
const char *http_reason(unsigned status);
/* 0 when the text is none of ours. Case-sensitive (RFC 9110, 9.1). */
enum http_method http_method_of(str name);

/* A client's address as text: "192.0.2.1" for a mapped IPv4, else as RFC 5952 writes IPv6. */
enum { HTTP_CLIENT_TEXT_BYTES = 46 };
NONNULL void http_client_text(const uint8_t address[static 16], char out[static HTTP_CLIENT_TEXT_BYTES]);

#endif
