/* Requests and answers on HTTP/2 streams. */
#include <stdlib.h>

#include "edge/http2_internal.h"

/* --- streams --- */

struct http2_stream *http2_stream_new(struct http2 *h, int32_t id)
{
	struct http2_stream *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->h2 = h;
	s->id = id;
	buffer_init(&s->text, 2 * HTTP_HEAD_BYTES_MAX);
	s->next = h->streams;
	if (s->next)
		s->next->previous = s;
	h->streams = s;
	h->open++;
	h->opened++;
	h->opened_in_window++;
	return s;
}

void http2_stream_free(struct http2_stream *s)
{
	*(s->previous ? &s->previous->next : &s->h2->streams) = s->next;
	if (s->next)
		s->next->previous = s->previous;
	if (--s->h2->open == 0)
		s->h2->idle_since_ns = http2_now(s->h2);
	exchange_release(s->exchange);
	buffer_release(&s->text);
	free(s);
}

/* --- answering --- */

static ssize_t give_body(nghttp2_session *session, int32_t id, uint8_t *to, size_t capacity, uint32_t *flags,
			 nghttp2_data_source *source, void *user)
{
	struct http2_stream *s = source->ptr;
	size_t n = s->body.len < capacity ? s->body.len : capacity;
	(void)session;
	(void)id;
	(void)user;
	memcpy(to, s->body.at, n);
	s->body = bytes_from(s->body, n);
	s->moved_ns = http2_now(s->h2);
	s->h2->data_frames_sent++;
	if (s->body.len == 0)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static nghttp2_nv nv_of(str name, str value)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name.at, (uint8_t *)(uintptr_t)value.at, name.len, value.len,
			     NGHTTP2_NV_FLAG_NONE };
}

static void send_response(struct http2_stream *s, const struct edge_response *r, str request_id)
{
	struct http2 *h = s->h2;
	struct http_header fields[RESPONSE_FIELDS_MAX];
	nghttp2_nv nva[RESPONSE_FIELDS_MAX + 1];
	struct response_frame frame = { .date = edge_date(h->c->edge), .request_id = request_id,
					.head_only = s->head_only, .secure = h->c->secure };
	char status[4] = { (char)('0' + r->status / 100), (char)('0' + r->status / 10 % 10), (char)('0' + r->status % 10), 0 };
	size_t count = response_fields(r, &frame, fields);
	nghttp2_data_provider provider = { .source.ptr = s, .read_callback = give_body };
	if (s->is_answered)
		return;
	s->is_answered = true;
	s->body = response_body_sent(r, s->head_only);
	s->moved_ns = http2_now(h);
	nva[0] = nv_of(S(":status"), (str){ status, 3 });
	for (size_t i = 0; i < count; i++)
		nva[i + 1] = nv_of(fields[i].name, fields[i].value);
	edge_count_response(h->c->edge, r->status);
	if (nghttp2_submit_response(h->session, s->id, nva, count + 1, s->body.len ? &provider : NULL) != 0)
		nghttp2_session_terminate_session(h->session, NGHTTP2_INTERNAL_ERROR);
}

static void send_constant(struct http2_stream *s)
{
	char id[UUID_TEXT_LEN + 1];
	struct uuid request_id = edge_request_id(s->h2->c->edge);
	uuid_format(&request_id, id);
	send_response(s, &s->constant, (str){ id, UUID_TEXT_LEN });
}

void http2_stream_refuse(struct http2_stream *s, enum refusal refusal)
{
	response_of_refusal(refusal, &s->constant);
	edge_count_refusal(s->h2->c->edge, refusal, &s->h2->c->client);
	exchange_release(s->exchange);
	s->exchange = NULL;
	send_constant(s);
}

static void exchange_answered(struct exchange *x)
{
	struct http2_stream *s = x->owner;
	struct connection *c = s->h2->c;
	bool busy = s->h2->busy;
	send_response(s, &x->response, (str){ x->request_id, UUID_TEXT_LEN });
	if (!busy)
		connection_go_on(c);
}

/* --- a head --- */

static enum refusal take_pseudo(struct http_head *head, str name, str value)
{
	if (str_equal(name, S(":method"))) {
		if (!http_is_token(value))
			return REFUSE_BAD_REQUEST;
		head->method = http_method_of(value);
		return head->method ? REFUSE_NONE : REFUSE_METHOD;
	}
	if (str_equal(name, S(":authority"))) {
		head->authority = value;
		return http_authority_is_sound(value) ? REFUSE_NONE : REFUSE_BAD_REQUEST;
	}
	if (str_equal(name, S(":scheme"))) {
		head->scheme = value;
		return REFUSE_NONE;
	}
	if (!str_equal(name, S(":path")))
		return REFUSE_BAD_REQUEST;
	size_t mark = str_find_char(value, '?', 0);
	head->path = str_slice(value, 0, mark == SIZE_MAX ? value.len : mark);
	head->query = str_from(value, mark == SIZE_MAX ? value.len : mark + 1);
	if (value.len > HTTP_LINE_BYTES_MAX)
		return REFUSE_URI_SIZE;
	if (str_equal(value, S("*")))
		return REFUSE_NONE;
	enum refusal refusal = http_path_check(head->path);
	return refusal ? refusal : http_query_check(head->query);
}

static enum refusal build_head(const struct http2_stream *s, bool body_follows, struct http_head *head)
{
	head->header_count = 0;
	head->method = (enum http_method)0;
	head->content_length = 0;
	head->scheme = head->authority = head->path = head->query = (str){ NULL, 0 };
	enum refusal first = s->refusal;
	for (size_t i = 0; i < s->field_count; i++) {
		const struct http2_field *f = &s->fields[i];
		str name = str_slice(buffer_str(&s->text), f->name, f->name + f->name_len);
		str value = str_slice(buffer_str(&s->text), f->value, f->value + f->value_len);
		enum refusal refusal = REFUSE_NONE;
		if (name.len && name.at[0] == ':')
			refusal = take_pseudo(head, name, value);
		else if (!http_is_field_name(name) || !http_is_field_value(value))
			refusal = REFUSE_BAD_REQUEST;
		else if (head->header_count == HTTP_HEADERS_MAX)
			refusal = REFUSE_HEAD_SIZE;
		else
			head->headers[head->header_count++] = (struct http_header){ name, value };
		if (!first)
			first = refusal;
	}
	if (first)
		return first;
	str host = http_head_field(head, S("host"));
	if (host.at && head->authority.at && !str_equal_nocase(host, head->authority))
		return REFUSE_BAD_REQUEST;
	if (!head->authority.at)
		head->authority = host;
	if (!head->authority.at || !http_authority_is_sound(head->authority) || (str_equal(head->path, S("*")) && head->method != HTTP_OPTIONS))
		return REFUSE_BAD_REQUEST;
	if (!http_scheme_is_served(head, s->h2->c->secure))
		return REFUSE_MISDIRECTED;
	return http_head_check(head, body_follows);
}

static void begin_exchange(struct http2_stream *s, const struct http_head *head, const struct route *route, bool body_follows)
{
	struct edge *edge = s->h2->c->edge;
	struct uuid id = edge_request_id(edge);
	struct exchange_start start = { .client = s->h2->c->client, .head = head, .route = route, .request_id = &id,
					.debts = &s->h2->debts, .answered = exchange_answered, .owner = s };
	uint64_t body_max = route->large_body ? edge->settings.upload_bytes_max : edge->settings.body_bytes_max;
	if (head->content_length > body_max) {
		http2_stream_refuse(s, REFUSE_BODY_SIZE);
		return;
	}
	if (!worker_pool_has_room(edge->pool) || failed(exchange_new(edge, &start, &s->exchange))) {
		http2_stream_refuse(s, REFUSE_OVERLOAD);
		return;
	}
	s->body_since_ns = http2_now(s->h2);
	if (head->expects_continue) {
		nghttp2_nv status = nv_of(S(":status"), S("100"));
		nghttp2_submit_headers(s->h2->session, NGHTTP2_FLAG_NONE, s->id, NULL, &status, 1, NULL);
	}
	if (!body_follows)
		exchange_submit(s->exchange);
}

void http2_stream_head(struct http2_stream *s, bool body_follows)
{
	struct edge *edge = s->h2->c->edge;
	struct http_head head;
	struct route route;
	s->body_open = body_follows;
	edge->counters.requests++;
	enum refusal refusal = build_head(s, body_follows, &head);
	s->head_only = head.method == HTTP_HEAD;
	if (refusal) {
		http2_stream_refuse(s, refusal);
	} else {
		route_find(edge->routes, edge->lane, &head, &route);
		if (edge_answer_constant(edge, &s->h2->c->client, &head, &route, &s->constant))
			send_constant(s);
		else
			begin_exchange(s, &head, &route, body_follows);
	}
	buffer_release(&s->text); /* whoever needed it has a copy */
}
