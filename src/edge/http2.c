/* HTTP/2 on a connection: nghttp2 frames and compresses, this file decides what a peer may do.
 *
 * Source: RFC 9113; edge-and-network 2.5 (rapid reset, settings, ping, empty data floods, window stall) and 4. nghttp2
 * itself refuses what section 8 of the RFC forbids: pseudo-header order and duplicates, connection-specific fields, upper
 * case, a content-length that does not match. Floods are counted per window of h2_window_ms; one too many ends the
 * connection with GOAWAY(ENHANCE_YOUR_CALM). */
#include <stdlib.h>

#include "edge/edge_features.h"
#include "edge/http2_internal.h"

#define NS_PER_MS INT64_C(1000000)
enum {
	HEADER_TABLE_BYTES = 4096, STREAM_WINDOW_BYTES = 64 * 1024, CONNECTION_WINDOW_BYTES = 1 << 20,
	EMPTY_DATA_MAX = 10, OUTBOUND_ACKS_MAX = 100, TICK_MS = 500, FIELD_OVERHEAD = 32, /* RFC 9113 6.5.2 */
};

/* --- floods --- */

static void end_calm(struct http2 *h)
{
	h->ending = true;
	nghttp2_session_terminate_session(h->session, NGHTTP2_ENHANCE_YOUR_CALM);
}

static uint64_t flood_max(const struct http2 *h, enum flood kind)
{
	const struct edge_settings *s = &h->c->edge->settings;
	switch (kind) {
	case FLOOD_RESET:
		return s->h2_resets_max;
	case FLOOD_WINDOW:
		return s->h2_control_frames_max + 4 * h->data_frames_sent + 2 * (uint64_t)h->opened_in_window;
	case FLOOD_PRIORITY:
		return s->h2_control_frames_max + h->opened_in_window;
	default:
		return s->h2_control_frames_max;
	}
}

static void count_flood(struct http2 *h, enum flood kind)
{
	int64_t now = http2_now(h);
	if (now - h->window_since_ns > h->c->edge->settings.h2_window_ms * NS_PER_MS) {
		memset(h->flood, 0, sizeof h->flood);
		h->data_frames_sent = h->opened_in_window = 0;
		h->window_since_ns = now;
	}
	if (kind == FLOOD_RESET)
		h->resets++;
	bool half_reset = h->opened >= 100 && h->resets * 2 > h->opened;
	if (++h->flood[kind] > flood_max(h, kind) || (kind == FLOOD_RESET && half_reset))
		end_calm(h);
}

/* --- nghttp2's callbacks --- */

/* None are allowed; read to their end all the same, so that the answer is not lost with a stream that is reset. */
static void refuse_trailers(struct http2_stream *s)
{
	if (s && !s->is_answered)
		http2_stream_refuse(s, REFUSE_BAD_REQUEST);
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct http2 *h = user;
	if (frame->hd.type != NGHTTP2_HEADERS)
		return 0;
	if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) {
		refuse_trailers(nghttp2_session_get_stream_user_data(session, frame->hd.stream_id));
		return 0;
	}
	if (h->open + h->debts.count >= h->c->edge->settings.h2_streams_max) { /* nghttp2 knows of the open ones only */
		h->opened++;
		return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
	}
	struct http2_stream *s = http2_stream_new(h, frame->hd.stream_id);
	if (!s)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	connection_head_began(h->c);
	h->head_since_ns = http2_now(h);
	return nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, s);
}

/* The size is charged before anything is copied; beyond twice the limit decoding more is only work for the peer's fun. */
static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_len,
		     const uint8_t *value, size_t value_len, uint8_t flags, void *user)
{
	struct http2 *h = user;
	struct http2_stream *s = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
	(void)flags;
	if (!s)
		return 0;
	s->list_bytes += name_len + value_len + FIELD_OVERHEAD;
	if (s->list_bytes > 2 * HTTP_HEAD_BYTES_MAX) {
		end_calm(h);
		return 0;
	}
	if (frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	if (s->list_bytes > HTTP_HEAD_BYTES_MAX || s->field_count == COUNT_OF(s->fields)) {
		s->refusal = REFUSE_HEAD_SIZE;
		return 0;
	}
	struct http2_field *f = &s->fields[s->field_count++];
	*f = (struct http2_field){ (uint32_t)s->text.len, (uint32_t)name_len, (uint32_t)(s->text.len + name_len),
				   (uint32_t)value_len };
	buffer_append(&s->text, bytes_of(name, name_len));
	buffer_append(&s->text, bytes_of(value, value_len));
	return s->text.failed ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data, size_t len, void *user)
{
	struct http2_stream *s = nghttp2_session_get_stream_user_data(session, id);
	(void)flags;
	(void)user;
	if (!s || !s->exchange || s->exchange->state != EXCHANGE_COLLECTING)
		return 0;
	s->body_received += len;
	enum refusal refusal = exchange_take_body(s->exchange, bytes_of(data, len));
	if (refusal)
		http2_stream_refuse(s, refusal);
	return 0;
}

static void on_stream_end(struct http2_stream *s)
{
	s->body_open = false;
	if (s->exchange && s->exchange->state == EXCHANGE_COLLECTING)
		exchange_submit(s->exchange);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct http2 *h = user;
	struct http2_stream *s = frame->hd.stream_id ? nghttp2_session_get_stream_user_data(session, frame->hd.stream_id) : NULL;
	bool end = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
	switch (frame->hd.type) {
	case NGHTTP2_HEADERS:
		connection_head_ended(h->c);
		if (s && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
			http2_stream_head(s, !end);
		else if (s && end)
			s->body_open = false;
		break;
	case NGHTTP2_DATA:
		if (frame->hd.length == 0 && !end && s && ++s->empty_data > EMPTY_DATA_MAX)
			end_calm(h);
		if (end && s)
			on_stream_end(s);
		break;
	case NGHTTP2_RST_STREAM:
		count_flood(h, FLOOD_RESET);
		break;
	case NGHTTP2_SETTINGS:
		count_flood(h, FLOOD_SETTINGS);
		break;
	case NGHTTP2_PING:
		count_flood(h, FLOOD_PING);
		break;
	case NGHTTP2_PRIORITY:
		count_flood(h, FLOOD_PRIORITY);
		break;
	case NGHTTP2_WINDOW_UPDATE:
		count_flood(h, FLOOD_WINDOW);
		break;
	default:
		break;
	}
	return 0;
}

/* Resets that a peer provoked count like its own ("made you reset"). After a whole answer, what the client still sends of
 * its body is not wanted (RFC 9113 8.1); earlier, nghttp2 would throw the answer away with the stream. */
static int on_frame_sent(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	bool last = (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
		    frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
	struct http2_stream *s = last ? nghttp2_session_get_stream_user_data(session, frame->hd.stream_id) : NULL;
	if (s && s->body_open)
		nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_NO_ERROR);
	if (frame->hd.type == NGHTTP2_RST_STREAM && frame->rst_stream.error_code != NGHTTP2_NO_ERROR)
		count_flood(user, FLOOD_RESET);
	return 0;
}

static int on_stream_close(nghttp2_session *session, int32_t id, uint32_t code, void *user)
{
	struct http2_stream *s = nghttp2_session_get_stream_user_data(session, id);
	(void)code;
	(void)user;
	if (s)
		http2_stream_free(s);
	return 0;
}

/* --- the connection --- */

/* False when the connection was closed. */
static bool send_pending(struct connection *c)
{
	struct http2 *h = c->http2;
	for (;;) {
		while (c->out.len - c->out_sent < CONNECTION_OUT_HIGH_BYTES) {
			const uint8_t *octets;
			ssize_t n = nghttp2_session_mem_send(h->session, &octets);
			if (n < 0) {
				connection_close(c);
				return false;
			}
			if (n == 0)
				break;
			buffer_append(connection_out(c), bytes_of(octets, (size_t)n));
		}
		if (!connection_has_output(c))
			break;
		if (!connection_flush(c))
			return !c->closed;
	}
	return true;
}

static void take_input(struct connection *c)
{
	struct http2 *h = c->http2;
	if (c->in.len == 0)
		return;
	ssize_t used = nghttp2_session_mem_recv(h->session, c->in.at, c->in.len);
	if (used < 0) {
		h->ending = true;
		nghttp2_session_terminate_session(h->session, used == NGHTTP2_ERR_FLOODED ? NGHTTP2_ENHANCE_YOUR_CALM
											   : NGHTTP2_PROTOCOL_ERROR);
		used = (ssize_t)c->in.len;
	}
	connection_forget_input(c, (size_t)used);
}

static void set_deadline(struct connection *c)
{
	struct http2 *h = c->http2;
	const struct edge_settings *s = &c->edge->settings;
	/* no frame but a request moves the idle deadline: PINGs would keep a connection for ever at no cost */
	int64_t due = h->open ? http2_now(h) + TICK_MS * NS_PER_MS : h->idle_since_ns + s->idle_ms * NS_PER_MS;
	if (h->open == 0 || c->deadline_ns > due) /* with open streams: a tick that looks after each of them */
		connection_set_deadline(c, due);
}

static void retire_when_old(struct connection *c)
{
	struct http2 *h = c->http2;
	const struct edge_settings *s = &c->edge->settings;
	if (h->ending || (h->opened < s->requests_per_connection_max && !c->edge->stopping &&
			  http2_now(h) - c->opened_ns < s->age_ms * NS_PER_MS))
		return;
	h->ending = true;
	nghttp2_submit_goaway(h->session, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(h->session),
			      NGHTTP2_NO_ERROR, NULL, 0);
}

static void advance(struct connection *c)
{
	struct http2 *h = c->http2;
	if (h->busy || c->phase != PHASE_OPEN)
		return;
	h->busy = true;
	take_input(c);
	retire_when_old(c);
	bool alive = send_pending(c);
	h->busy = false;
	if (!alive)
		return;
	if (c->ended) {
		connection_close(c);
		return;
	}
	bool done = !nghttp2_session_want_read(h->session) && !nghttp2_session_want_write(h->session);
	if ((done || (h->ending && h->open == 0)) && !connection_has_output(c)) {
		connection_linger(c);
		return;
	}
	set_deadline(c);
}

static void check_stream(struct http2_stream *s, int64_t now)
{
	const struct edge_settings *settings = &s->h2->c->edge->settings;
	if (s->is_answered && s->body.len) {
		if (now - s->moved_ns > settings->h2_stall_ms * NS_PER_MS)
			nghttp2_submit_rst_stream(s->h2->session, NGHTTP2_FLAG_NONE, s->id, NGHTTP2_CANCEL);
		return;
	}
	if (!s->exchange || s->exchange->state != EXCHANGE_COLLECTING)
		return;
	int64_t elapsed_ms = (now - s->body_since_ns) / NS_PER_MS;
	if (elapsed_ms >= settings->body_grace_ms && s->body_received * 1000 < (uint64_t)elapsed_ms * settings->body_rate_min)
		http2_stream_refuse(s, REFUSE_TIMEOUT);
}

static void expired(struct connection *c)
{
	struct http2 *h = c->http2;
	bool slow_head = c->head_pending && http2_now(h) - h->head_since_ns > c->edge->settings.head_ms * NS_PER_MS;
	if (slow_head || h->open == 0) {
		nghttp2_session_terminate_session(h->session, NGHTTP2_NO_ERROR);
		h->ending = true;
		h->idle_since_ns = http2_now(h); /* what remains is to send that; the deadline is not to stand in the past */
	}
	h->busy = true;
	for (struct http2_stream *s = h->streams, *next; s; s = next) {
		next = s->next;
		check_stream(s, http2_now(h));
	}
	h->busy = false;
	advance(c);
	connection_watch(c);
}

static bool wants_input(const struct connection *c)
{
	return c->out.len - c->out_sent < CONNECTION_OUT_HIGH_BYTES && nghttp2_session_want_read(c->http2->session);
}

static void release(struct connection *c)
{
	struct http2 *h = c->http2;
	while (h->streams)
		http2_stream_free(h->streams);
	exchange_debts_forget(&h->debts);
	nghttp2_session_del(h->session);
	free(h);
	c->http2 = NULL;
}

static void finish(struct connection *c)
{
	connection_serve(c);
}

static const struct protocol http2_protocol = { advance, expired, wants_input, release, finish };

static bool new_session(struct http2 *h)
{
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
	if (nghttp2_session_callbacks_new(&callbacks) != 0)
		return false;
	if (nghttp2_option_new(&option) != 0) {
		nghttp2_session_callbacks_del(callbacks);
		return false;
	}
	nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_frame_sent);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
	nghttp2_option_set_max_outbound_ack(option, OUTBOUND_ACKS_MAX);
	nghttp2_option_set_max_settings(option, 16);
#ifdef HAVE_STREAM_RESET_RATE_LIMIT
	nghttp2_option_set_stream_reset_rate_limit(option, h->c->edge->settings.h2_resets_max, 10);
#endif
	bool ok = nghttp2_session_server_new2(&h->session, callbacks, h, option) == 0;
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	return ok;
}

static bool send_settings(struct http2 *h)
{
	const nghttp2_settings_entry entries[] = {
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, h->c->edge->settings.h2_streams_max },
		{ NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, HEADER_TABLE_BYTES },
		{ NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HTTP_HEAD_BYTES_MAX },
		{ NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES },
		{ NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 0 },
	};
	return nghttp2_submit_settings(h->session, NGHTTP2_FLAG_NONE, entries, COUNT_OF(entries)) == 0 &&
	       nghttp2_session_set_local_window_size(h->session, NGHTTP2_FLAG_NONE, 0, CONNECTION_WINDOW_BYTES) == 0;
}

void http2_start(struct connection *c)
{
	struct http2 *h = calloc(1, sizeof *h);
	if (!h) {
		connection_close(c);
		return;
	}
	h->c = c;
	h->window_since_ns = h->idle_since_ns = http2_now(h);
	if (!new_session(h)) {
		free(h);
		connection_close(c);
		return;
	}
	c->http2 = h;
	c->protocol = &http2_protocol;
	if (!send_settings(h)) {
		connection_close(c);
		return;
	}
	connection_set_deadline(c, http2_now(h) + c->edge->settings.first_byte_ms * NS_PER_MS);
}
