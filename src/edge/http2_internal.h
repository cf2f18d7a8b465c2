/* edge/http2_internal.h - the state of an HTTP/2 connection and its streams, shared by http2.c (frames, floods, deadlines) and
 * http2_stream.c (requests and answers). */
#ifndef EDGE_HTTP2_INTERNAL_H
#define EDGE_HTTP2_INTERNAL_H

#include <nghttp2/nghttp2.h>

#include "edge/edge_internal.h"

struct http2_field {
	uint32_t name, name_len, value, value_len;
};

struct http2_stream {
	struct http2 *h2;
	struct http2_stream *next, *previous;
	int32_t id;
	enum refusal refusal; /* found while the head came in */
	bool head_only, is_answered, body_open;
	size_t list_bytes, field_count;
	struct buffer text;
	struct http2_field fields[HTTP_HEADERS_MAX + 4];
	struct exchange *exchange;
	struct edge_response constant;
	bytes body;           /* what is still to be sent */
	uint64_t body_received;
	int64_t body_since_ns, moved_ns;
	uint32_t empty_data;
};

enum flood { FLOOD_RESET = 0, FLOOD_SETTINGS, FLOOD_PING, FLOOD_PRIORITY, FLOOD_WINDOW, FLOOD_COUNT };

struct http2 {
	struct connection *c;
	nghttp2_session *session;
	struct http2_stream *streams;
	uint32_t open, opened, resets;
	struct exchange_debts debts;
	uint32_t flood[FLOOD_COUNT];
	uint64_t data_frames_sent; /* in this window: each may be answered by WINDOW_UPDATEs */
	uint32_t opened_in_window;
	int64_t window_since_ns, head_since_ns;
	int64_t idle_since_ns; /* without a stream: since the last one ended, or since the connection began */
	bool busy, ending;
};

static inline int64_t http2_now(const struct http2 *h)
{
	return loop_now_ns(h->c->edge->loop);
}

/* Null: no memory. */
NONNULL struct http2_stream *http2_stream_new(struct http2 *h, int32_t id);
NONNULL void http2_stream_free(struct http2_stream *s);
/* Its head is complete: route it, answer it or make an exchange of it. */
NONNULL void http2_stream_head(struct http2_stream *s, bool body_follows);
NONNULL void http2_stream_refuse(struct http2_stream *s, enum refusal refusal);

#endif
