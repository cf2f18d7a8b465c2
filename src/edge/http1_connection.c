/* HTTP/1.1 on a connection. One request at a time: pipelined ones wait in the input buffer, what does not fit there is not
 * read from the socket, and so answers are in order.
 *
 *   HEAD --head parsed, worker's, with body--> BODY --complete--> WAIT --answer--> SEND --sent--> HEAD or the end
 *    |  --worker's, no body--------------------------------------> WAIT
 *    |  --constant answer--> HEAD, or LAST when the connection is to end; LAST --sent--> linger */
#include "edge/edge_internal.h"

#define NS_PER_MS INT64_C(1000000)
enum { INLINE_BODY_BYTES_MAX = 16 * 1024 }; /* copied behind the head, so that both go in one write */

static void set_deadline_ms(struct connection *c, int64_t from_ns, uint32_t ms)
{
	connection_set_deadline(c, from_ns + ms * NS_PER_MS);
}

/* --- writing --- */

static uint8_t *put(uint8_t *at, str text)
{
	memcpy(at, text.at, text.len);
	return at + text.len;
}

/* One reservation, then plain copies: this runs for every answer. */
static void write_fields(struct buffer *out, unsigned status, const struct http_header *fields, size_t count, bool keep_alive)
{
	str reason = str_of(http_reason(status));
	size_t size = sizeof "HTTP/1.1 200 \r\n\r\nconnection: close\r\n" + reason.len;
	for (size_t i = 0; i < count; i++)
		size += fields[i].name.len + fields[i].value.len + 4;
	uint8_t *at = buffer_reserve(out, size);
	if (!at)
		return;
	at = put(at, S("HTTP/1.1 "));
	for (unsigned unit = 100; unit; unit /= 10)
		*at++ = (uint8_t)('0' + status / unit % 10);
	*at++ = ' ';
	at = put(put(at, reason), S("\r\n"));
	for (size_t i = 0; i < count; i++)
		at = put(put(put(put(at, fields[i].name), S(": ")), fields[i].value), S("\r\n"));
	at = put(at, keep_alive ? S("\r\n") : S("connection: close\r\n\r\n"));
	out->len = (size_t)(at - out->at);
}

static void write_response(struct connection *c, const struct edge_response *r, str request_id)
{
	struct http_header fields[RESPONSE_FIELDS_MAX];
	struct response_frame frame = { .date = edge_date(c->edge), .request_id = request_id,
					.head_only = c->http1.head_only, .secure = c->secure };
	struct buffer *out = connection_out(c);
	size_t count = response_fields(r, &frame, fields);
	c->http1.keep_alive = c->http1.keep_alive && !r->closes && !c->edge->stopping;
	write_fields(out, r->status, fields, count, c->http1.keep_alive);
	bytes body = response_body_sent(r, c->http1.head_only);
	if (body.len <= INLINE_BODY_BYTES_MAX)
		buffer_append(out, body);
	else
		c->tail = body;
	edge_count_response(c->edge, r->status);
	if (out->failed)
		connection_close(c);
}

static void write_constant(struct connection *c, const struct edge_response *r)
{
	char id[UUID_TEXT_LEN + 1];
	struct uuid request_id = edge_request_id(c->edge);
	uuid_format(&request_id, id);
	write_response(c, r, (str){ id, UUID_TEXT_LEN });
	c->http1.state = c->http1.keep_alive ? HTTP1_HEAD : HTTP1_LAST;
}

static void refuse_and_end(struct connection *c, enum refusal refusal)
{
	struct edge_response r;
	response_of_refusal(refusal, &r);
	edge_count_refusal(c->edge, refusal, &c->client);
	connection_head_ended(c);
	connection_set_deadline(c, INT64_MAX);
	exchange_release(c->http1.exchange);
	c->http1.exchange = NULL;
	c->http1.keep_alive = false;
	write_constant(c, &r);
}

/* --- one request --- */

static void answered(struct exchange *x)
{
	struct connection *c = x->owner;
	if (c->http1.advancing) {
		c->http1.again = true;
		return;
	}
	connection_go_on(c);
}

static void submit(struct connection *c)
{
	connection_set_deadline(c, INT64_MAX);
	c->http1.state = HTTP1_WAIT;
	exchange_submit(c->http1.exchange);
}

static void begin_exchange(struct connection *c, const struct http1_request *request, const struct route *route)
{
	struct http1 *h = &c->http1;
	struct edge *edge = c->edge;
	struct uuid id = edge_request_id(edge);
	struct exchange_start start = { .client = c->client, .head = &request->head, .route = route, .request_id = &id,
					.answered = answered, .owner = c };
	uint64_t body_max = route->large_body ? edge->settings.upload_bytes_max : edge->settings.body_bytes_max;
	bool has_body = request->head.has_body;
	if (request->head.content_length > body_max) {
		refuse_and_end(c, REFUSE_BODY_SIZE);
		return;
	}
	if (!worker_pool_has_room(edge->pool) || failed(exchange_new(edge, &start, &h->exchange))) {
		h->keep_alive = h->keep_alive && !has_body;
		struct edge_response r;
		response_of_refusal(REFUSE_OVERLOAD, &r);
		edge_count_refusal(edge, REFUSE_OVERLOAD, &c->client);
		connection_forget_input(c, request->head_bytes);
		write_constant(c, &r);
		return;
	}
	if (request->head.expects_continue)
		buffer_append_str(connection_out(c), S("HTTP/1.1 100 Continue\r\n\r\n"));
	h->chunked = request->chunked;
	h->chunks = (struct http1_chunks){ .state = CHUNK_SIZE };
	h->body_left = request->head.content_length;
	h->body_received = 0;
	h->body_since_ns = loop_now_ns(edge->loop);
	connection_forget_input(c, request->head_bytes);
	if (!has_body) {
		submit(c);
		return;
	}
	h->state = HTTP1_BODY;
	set_deadline_ms(c, h->body_since_ns, edge->settings.body_grace_ms);
}

static void on_head(struct connection *c, const struct http1_request *request)
{
	struct http1 *h = &c->http1;
	const struct edge_settings *s = &c->edge->settings;
	struct route route;
	struct edge_response r;
	bool old = loop_now_ns(c->edge->loop) - c->opened_ns > s->age_ms * NS_PER_MS;
	connection_head_ended(c);
	connection_set_deadline(c, INT64_MAX);
	http1_parser_init(&h->parser);
	c->edge->counters.requests++;
	h->head_only = request->head.method == HTTP_HEAD;
	if (!http_scheme_is_served(&request->head, c->secure)) {
		refuse_and_end(c, REFUSE_MISDIRECTED);
		return;
	}
	h->keep_alive = request->keep_alive && ++c->requests < s->requests_per_connection_max && !old;
	route_find(c->edge->routes, c->edge->lane, &request->head, &route);
	if (!edge_answer_constant(c->edge, &c->client, &request->head, &route, &r)) {
		begin_exchange(c, request, &route);
		return;
	}
	h->keep_alive = h->keep_alive && !request->head.has_body; /* its body is not ours to read */
	connection_forget_input(c, request->head_bytes);
	write_constant(c, &r);
}

/* --- the states; each returns true when it got further --- */

static bool step_head(struct connection *c)
{
	struct http1 *h = &c->http1;
	struct http1_request request;
	enum refusal refusal;
	const struct edge_settings *s = &c->edge->settings;
	if (c->out.len - c->out_sent > CONNECTION_OUT_HIGH_BYTES)
		return connection_flush(c);
	if (c->in.len == 0) {
		if (c->ended)
			h->state = HTTP1_LAST;
		else if (c->edge->stopping)
			h->state = HTTP1_LAST;
		else if (c->deadline_ns == INT64_MAX)
			set_deadline_ms(c, loop_now_ns(c->edge->loop), c->requests ? s->idle_ms : s->first_byte_ms);
		return h->state == HTTP1_LAST;
	}
	if (!c->head_pending) {
		connection_head_began(c);
		set_deadline_ms(c, loop_now_ns(c->edge->loop), s->head_ms);
		if (c->closed)
			return false;
	}
	switch (http1_parse(&h->parser, c->in.at, c->in.len, &request, &refusal)) {
	case HTTP1_DONE:
		on_head(c, &request);
		return true;
	case HTTP1_REFUSED:
		refuse_and_end(c, refusal);
		return true;
	default:
		if (c->ended)
			connection_close(c); /* half a request: nobody is there to be answered */
		return false;
	}
}

/* Takes body octets of the input; sets *out_done at the end of the body. */
static enum refusal take_body(struct connection *c, bytes *input, bool *out_done)
{
	struct http1 *h = &c->http1;
	*out_done = false;
	while (input->len) {
		bytes data = bytes_slice(*input, 0, h->body_left < input->len ? (size_t)h->body_left : input->len);
		if (h->chunked) {
			http1_chunks_take(&h->chunks, input, &data);
			if (h->chunks.state == CHUNK_BROKEN)
				return REFUSE_BAD_REQUEST;
			*out_done = h->chunks.state == CHUNK_FINISHED;
		} else {
			*input = bytes_from(*input, data.len);
			h->body_left -= data.len;
			*out_done = h->body_left == 0;
		}
		enum refusal refusal = exchange_take_body(h->exchange, data);
		if (refusal)
			return refusal;
		if (*out_done)
			break;
	}
	return REFUSE_NONE;
}

static bool step_body(struct connection *c)
{
	struct http1 *h = &c->http1;
	bytes input = buffer_bytes(&c->in);
	bool done;
	if (input.len == 0) {
		if (c->ended)
			connection_close(c);
		return false;
	}
	enum refusal refusal = take_body(c, &input, &done);
	size_t used = c->in.len - input.len;
	h->body_received += used;
	connection_forget_input(c, used);
	if (refusal)
		refuse_and_end(c, refusal);
	else if (done)
		submit(c);
	return true;
}

static bool step_wait(struct connection *c)
{
	struct http1 *h = &c->http1;
	if (h->exchange->state == EXCHANGE_ANSWERED) {
		h->state = HTTP1_SEND;
		write_response(c, &h->exchange->response, (str){ h->exchange->request_id, UUID_TEXT_LEN });
		return !c->closed;
	}
	if (c->ended)
		connection_close(c);
	return false;
}

static bool step_send(struct connection *c)
{
	if (!connection_flush(c))
		return false;
	exchange_release(c->http1.exchange);
	c->http1.exchange = NULL;
	c->http1.state = c->http1.keep_alive ? HTTP1_HEAD : HTTP1_LAST;
	return true;
}

static bool step(struct connection *c)
{
	switch (c->http1.state) {
	case HTTP1_HEAD:
		return step_head(c);
	case HTTP1_BODY:
		return step_body(c);
	case HTTP1_WAIT:
		return step_wait(c);
	case HTTP1_SEND:
		return step_send(c);
	default:
		if (connection_flush(c))
			connection_linger(c);
		return false;
	}
}

/* --- the protocol's table --- */

static void advance(struct connection *c)
{
	struct http1 *h = &c->http1;
	if (h->advancing || c->phase != PHASE_OPEN)
		return;
	h->advancing = true;
	do {
		h->again = false;
		while (!c->closed && c->phase == PHASE_OPEN && step(c))
			;
	} while (h->again && !c->closed);
	h->advancing = false;
	if (!c->closed && c->phase == PHASE_OPEN)
		connection_flush(c);
}

/* At least body_rate_min octets for every second since the body began, after the grace: a trickle inside any idle timeout
 * is caught as well. */
static bool body_is_slow(const struct connection *c, int64_t now)
{
	int64_t elapsed_ms = (now - c->http1.body_since_ns) / NS_PER_MS;
	return c->http1.body_received * 1000 < (uint64_t)elapsed_ms * c->edge->settings.body_rate_min;
}

static void expired(struct connection *c)
{
	int64_t now = loop_now_ns(c->edge->loop);
	if (c->http1.state == HTTP1_BODY && !body_is_slow(c, now)) {
		connection_set_deadline(c, now + 250 * NS_PER_MS);
		return;
	}
	if (c->http1.state == HTTP1_BODY || (c->http1.state == HTTP1_HEAD && c->in.len)) {
		refuse_and_end(c, REFUSE_TIMEOUT);
		advance(c);
		connection_watch(c);
		return;
	}
	connection_close(c);
}

static bool wants_input(const struct connection *c)
{
	return c->http1.state != HTTP1_LAST;
}

static void release(struct connection *c)
{
	exchange_release(c->http1.exchange);
	c->http1.exchange = NULL;
}

static void finish(struct connection *c)
{
	connection_serve(c);
}

static const struct protocol http1_protocol = { advance, expired, wants_input, release, finish };

void http1_start(struct connection *c)
{
	c->protocol = &http1_protocol;
	c->http1 = (struct http1){ .state = HTTP1_HEAD, .keep_alive = true };
	http1_parser_init(&c->http1.parser);
	connection_set_deadline(c, loop_now_ns(c->edge->loop) + c->edge->settings.first_byte_ms * NS_PER_MS);
}
