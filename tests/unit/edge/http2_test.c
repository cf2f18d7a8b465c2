/* HTTP/2 over TLS against a real edge process; the client is nghttp2 in this process, so that it can also misbehave. */
#include <fcntl.h>
#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "unit/edge/edge_fixture.h"

enum { ANSWERS_MAX = 512 };

struct h2_answer {
	int status;
	size_t body_len;
	bool ended;
	uint32_t reset;
};

struct h2_client {
	int fd;
	SSL_CTX *settings;
	SSL *ssl;
	nghttp2_session *session;
	struct h2_answer answers[ANSWERS_MAX]; /* by stream id / 2 */
	uint32_t goaway;   /* error code + 1 */
	uint32_t pongs;
	bool closed, stingy;
	const char *body;
	size_t body_left;
};

static struct h2_answer *answer_of(struct h2_client *c, int32_t id)
{
	return &c->answers[id / 2 % ANSWERS_MAX];
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_len,
		     const uint8_t *value, size_t value_len, uint8_t flags, void *user)
{
	(void)session;
	(void)value_len;
	(void)flags;
	if (name_len == 7 && memcmp(name, ":status", 7) == 0)
		answer_of(user, frame->hd.stream_id)->status = atoi((const char *)value);
	return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data, size_t len, void *user)
{
	(void)session;
	(void)flags;
	(void)data;
	answer_of(user, id)->body_len += len;
	return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *user)
{
	struct h2_client *c = user;
	(void)session;
	if (frame->hd.type == NGHTTP2_GOAWAY)
		c->goaway = frame->goaway.error_code + 1;
	c->pongs += frame->hd.type == NGHTTP2_PING && frame->hd.flags & NGHTTP2_FLAG_ACK;
	return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t code, void *user)
{
	(void)session;
	answer_of(user, id)->ended = true;
	answer_of(user, id)->reset = code;
	return 0;
}

static void h2_open(struct h2_client *c, const struct edge_fixture *f, bool stingy)
{
	nghttp2_session_callbacks *callbacks;
	nghttp2_option *option;
	*c = (struct h2_client){ .fd = client_connect(f), .stingy = stingy };
	c->settings = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_alpn_protos(c->settings, (const uint8_t *)"\x02h2", 3);
	c->ssl = SSL_new(c->settings);
	SSL_set_fd(c->ssl, c->fd);
	assert_int_equal(SSL_connect(c->ssl), 1);
	nghttp2_session_callbacks_new(&callbacks);
	nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
	nghttp2_option_new(&option);
	nghttp2_option_set_no_auto_window_update(option, stingy);
	nghttp2_option_set_no_http_messaging(option, 1); /* so that bad requests can be sent */
	nghttp2_session_client_new2(&c->session, callbacks, c, option);
	nghttp2_option_del(option);
	nghttp2_session_callbacks_del(callbacks);
	nghttp2_submit_settings(c->session, 0, NULL, 0);
}

static void h2_send(struct h2_client *c)
{
	const uint8_t *octets;
	ssize_t n;
	while ((n = nghttp2_session_mem_send(c->session, &octets)) > 0)
		if (SSL_write(c->ssl, octets, (int)n) <= 0)
			c->closed = true;
}

/* Sends what is pending and takes what comes, until `id` has ended, the server has closed, or the time is over. */
static void h2_run(struct h2_client *c, int32_t id, int timeout_ms)
{
	uint8_t raw[16384];
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	while (!c->closed && !(id && answer_of(c, id)->ended)) {
		h2_send(c);
		if (!SSL_has_pending(c->ssl) && poll(&p, 1, timeout_ms) <= 0)
			break;
		int n = SSL_read(c->ssl, raw, sizeof raw);
		if (n <= 0 || nghttp2_session_mem_recv(c->session, raw, (size_t)n) < 0)
			c->closed = true;
	}
}

static void h2_close(struct h2_client *c)
{
	nghttp2_session_del(c->session);
	SSL_free(c->ssl);
	SSL_CTX_free(c->settings);
	close(c->fd);
}

static nghttp2_nv pair(const char *name, const char *value)
{
	return (nghttp2_nv){ (uint8_t *)(uintptr_t)name, (uint8_t *)(uintptr_t)value, strlen(name), strlen(value),
			     NGHTTP2_NV_FLAG_NO_COPY_NAME /* it would lower the case */ };
}

static ssize_t give_body(nghttp2_session *session, int32_t id, uint8_t *to, size_t capacity, uint32_t *flags,
			 nghttp2_data_source *source, void *user)
{
	struct h2_client *c = user;
	size_t n = c->body_left < capacity ? c->body_left : capacity;
	(void)session;
	(void)id;
	(void)source;
	memcpy(to, c->body, n);
	c->body += n;
	c->body_left -= n;
	if (c->body_left == 0)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

static int32_t h2_ask(struct h2_client *c, const char *method, const char *path, const char *body, const char *name,
		      const char *value)
{
	nghttp2_nv fields[] = { pair(":method", method), pair(":scheme", "https"), pair(":authority", "localhost:8443"),
				pair(":path", path), pair(name ? name : "a", value ? value : "b") };
	nghttp2_data_provider provider = { .read_callback = give_body };
	c->body = body;
	c->body_left = body ? strlen(body) : 0;
	return nghttp2_submit_request(c->session, NULL, fields, COUNT_OF(fields), body ? &provider : NULL, NULL);
}

static struct worker_request request;

static const struct { const char *scheme; int status; } schemes[] = {
	{ "https", 200 }, { "HTTPS", 200 }, { "http", 421 }, { "httpss", 421 }, { "ftp", 421 },
};

static void other_scheme_than_https_is_misdirected(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	(void)state;
	edge_fixture_start(&f, NULL, true);
	h2_open(&c, &f, false);
	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		nghttp2_nv fields[] = { pair(":method", "GET"), pair(":scheme", schemes[i].scheme),
					pair(":authority", "localhost:8443"), pair(":path", "/healthz") };
		int32_t id = nghttp2_submit_request(c.session, NULL, fields, COUNT_OF(fields), NULL, NULL);
		h2_run(&c, id, 5000);
		if (answer_of(&c, id)->status != schemes[i].status)
			fail_msg("%s: %d", schemes[i].scheme, answer_of(&c, id)->status);
	}
	h2_close(&c);
	edge_fixture_stop(&f);
}

static ssize_t give_body_before_trailers(nghttp2_session *session, int32_t id, uint8_t *to, size_t capacity, uint32_t *flags,
					 nghttp2_data_source *source, void *user)
{
	nghttp2_nv trailer = pair("a-trailer", "x");
	ssize_t n = give_body(session, id, to, capacity, flags, source, user);
	if (!(*flags & NGHTTP2_DATA_FLAG_EOF))
		return n;
	*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
	assert_int_equal(nghttp2_submit_trailer(session, id, &trailer, *(int *)source->ptr), 0);
	return n;
}

/* With a trailer field and with an empty trailer section: 400, the stream ends well, and the connection goes on. */
static void trailers_are_400(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	(void)state;
	edge_fixture_start(&f, NULL, true);
	h2_open(&c, &f, false);
	for (int trailers = 0; trailers < 2; trailers++) {
		nghttp2_nv fields[] = { pair(":method", "POST"), pair(":scheme", "https"), pair(":authority", "localhost:8443"),
					pair(":path", "/contoso.example/oauth2/v2.0/token") };
		nghttp2_data_provider provider = { .source.ptr = &trailers, .read_callback = give_body_before_trailers };
		c.body = "grant_type=x";
		c.body_left = 12;
		int32_t id = nghttp2_submit_request(c.session, NULL, fields, COUNT_OF(fields), &provider, NULL);
		h2_run(&c, id, 5000);
		struct h2_answer *a = answer_of(&c, id);
		if (a->status != 400 || !a->ended || a->reset != NGHTTP2_NO_ERROR)
			fail_msg("%d trailers: status %d, ended %d, reset %u", trailers, a->status, a->ended, a->reset);
	}
	int32_t health = h2_ask(&c, "GET", "/healthz", NULL, NULL, NULL);
	h2_run(&c, health, 5000);
	assert_int_equal(answer_of(&c, health)->status, 200);
	h2_close(&c);
	edge_fixture_stop(&f);
}

static void streams_are_answered(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	(void)state;
	edge_fixture_start(&f, NULL, true);
	h2_open(&c, &f, false);
	int32_t health = h2_ask(&c, "GET", "/healthz", NULL, NULL, NULL);
	h2_run(&c, health, 5000);
	assert_int_equal(answer_of(&c, health)->status, 200);
	assert_int_equal(answer_of(&c, health)->body_len, 15);
	int32_t token = h2_ask(&c, "POST", "/contoso.example/oauth2/v2.0/token?a=b", "grant_type=x", "cookie",
			       "a_1f3a09bc=1; b_2e3a09bc=2");
	h2_send(&c);
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	assert_int_equal(request.message.body.inline_body.len, 12);
	assert_true(str_equal(request.message.query, S("a=b")));
	assert_true(str_equal(request_header(&request.message, "cookie"), S("a_1f3a09bc=1")));
	worker_answer(worker, &request.message, 201, "made");
	h2_run(&c, token, 5000);
	assert_int_equal(answer_of(&c, token)->status, 201);
	assert_int_equal(answer_of(&c, token)->body_len, 4);
	h2_close(&c);
	close(worker);
	edge_fixture_stop(&f);
}

static const struct { const char *label, *method, *path, *name, *value; int status; } refused[] = {
	{ "upper case name", "GET", "/healthz", "A", "b", 0 }, /* 0: stream error */
	{ "connection field", "GET", "/healthz", "connection", "close", 0 },
	{ "transfer-encoding", "GET", "/healthz", "transfer-encoding", "chunked", 0 },
	{ "te other than trailers", "GET", "/healthz", "te", "gzip", 0 },
	{ "name with underscore", "GET", "/healthz", "a_b", "c", 400 },
	{ "other host", "GET", "/healthz", "host", "other.example", 400 },
	{ "same host", "GET", "/healthz", "host", "localhost:8443", 200 },
	{ "pseudo field after the others", "GET", "/healthz", ":path", "/", 0 },
	{ "unknown method", "BREW", "/healthz", NULL, NULL, 405 },
	{ "dot dot", "GET", "/a/../b", NULL, NULL, 400 },
	{ "encoded slash", "GET", "/a%2fb", NULL, NULL, 400 },
	{ "expectation", "GET", "/healthz", "expect", "200-ok", 417 },
	{ "content-length without data", "GET", "/healthz", "content-length", "5", 0 },
};

static void bad_requests_are_refused_as_over_http1(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, true);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct h2_client c;
		h2_open(&c, &f, false);
		int32_t id = h2_ask(&c, refused[i].method, refused[i].path, NULL, refused[i].name, refused[i].value);
		h2_run(&c, id, 3000);
		struct h2_answer *a = answer_of(&c, id);
		if (a->status != refused[i].status || (refused[i].status == 0 && a->reset != NGHTTP2_PROTOCOL_ERROR))
			fail_msg("%s: status %d, reset %u", refused[i].label, a->status, a->reset);
		h2_close(&c);
	}
	edge_fixture_stop(&f);
}

static void oversized_list_is_431_and_twice_that_ends_the_connection(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	static char value[40000];
	(void)state;
	edge_fixture_start(&f, NULL, true);
	memset(value, 'v', sizeof value - 1);
	h2_open(&c, &f, false);
	int32_t id = h2_ask(&c, "GET", "/healthz", NULL, "a", value + sizeof value - 20000);
	h2_run(&c, id, 3000);
	assert_int_equal(answer_of(&c, id)->status, 431);
	id = h2_ask(&c, "GET", "/healthz", NULL, "a", value);
	h2_run(&c, 0, 3000);
	assert_true(c.closed);
	h2_close(&c);
	edge_fixture_stop(&f);
}

static void rapid_reset_ends_the_connection(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	(void)state;
	edge_fixture_start(&f, NULL, true);
	h2_open(&c, &f, false);
	for (int i = 0; i < 300; i++) {
		int32_t id = h2_ask(&c, "GET", "/contoso.example/v1.0/users", NULL, NULL, NULL);
		h2_send(&c);
		nghttp2_submit_rst_stream(c.session, 0, id, NGHTTP2_CANCEL);
		h2_send(&c);
	}
	h2_run(&c, 0, 3000);
	assert_true(c.closed);
	h2_close(&c);
	edge_fixture_stop(&f);
}

enum { FEW = 4 };

static void few_streams(struct edge_settings *s)
{
	s->h2_streams_max = FEW;
	s->connections_per_source_max = FEW;
}

/* Takes what the edge has sent and parks it, as a worker does that waits for the hasher; sets *out_id. */
static void park_one(int worker, struct uuid *out_id)
{
	worker_receive(worker, &request);
	*out_id = request.message.request_id;
	assert_false(failed(http_parked_send(worker, out_id)));
}

static void answer_parked(int worker, const struct uuid *id)
{
	struct http_response_message answer = { .request_id = *id, .status = 200, .body = { .memory_fd = -1 } };
	assert_false(failed(http_response_send(worker, &answer)));
}

/* FEW requests that the worker has parked, their streams reset. */
static void park_and_reset(struct h2_client *c, const struct edge_fixture *f, int *worker, struct uuid parked[FEW])
{
	struct edge_fixture *fixture = (struct edge_fixture *)(uintptr_t)f;
	int32_t ids[FEW];
	for (int i = 0; i < FEW; i++)
		ids[i] = h2_ask(c, "GET", "/contoso.example/v1.0/users", NULL, NULL, NULL);
	h2_send(c);
	if (*worker < 0) {
		struct worker_name name = edge_fixture_wanted(fixture);
		*worker = edge_fixture_worker(fixture, &name);
	}
	for (int i = 0; i < FEW; i++)
		park_one(*worker, &parked[i]);
	for (int i = 0; i < FEW; i++)
		nghttp2_submit_rst_stream(c->session, 0, ids[i], NGHTTP2_CANCEL);
	h2_run(c, 0, 100);
}

/* What the worker is told when the client of a parked request has gone. */
static void take_cancellations(int worker)
{
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
	size_t len;
	for (int i = 0; i < FEW; i++) {
		assert_false(failed(channel_wait(worker, 5000)));
		assert_false(failed(channel_receive(worker, raw, sizeof raw, &len, NULL)));
		assert_int_equal(http_message_kind(bytes_of(raw, len)), HTTP_MESSAGE_CANCELLED);
	}
}

static void reset_streams_count_while_their_jobs_run(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	struct uuid parked[FEW], more;
	int worker = -1;
	(void)state;
	edge_fixture_start(&f, few_streams, true);
	h2_open(&c, &f, false);
	park_and_reset(&c, &f, &worker, parked);
	take_cancellations(worker);
	int32_t id = h2_ask(&c, "GET", "/contoso.example/v1.0/users", NULL, NULL, NULL);
	h2_run(&c, id, 3000);
	assert_true(answer_of(&c, id)->ended);
	assert_int_equal(answer_of(&c, id)->reset, NGHTTP2_REFUSED_STREAM);
	assert_true(failed(channel_wait(worker, 100))); /* and no job was made of it */
	answer_parked(worker, &parked[2]);
	id = h2_ask(&c, "GET", "/contoso.example/v1.0/users", NULL, NULL, NULL);
	h2_send(&c);
	park_one(worker, &more);
	answer_parked(worker, &more);
	h2_run(&c, id, 5000);
	assert_int_equal(answer_of(&c, id)->status, 200);
	for (int i = 0; i < FEW; i++)
		if (i != 2)
			answer_parked(worker, &parked[i]);
	for (int i = 0; i < 3; i++) { /* every place is free again */
		id = h2_ask(&c, "GET", "/healthz", NULL, NULL, NULL);
		h2_run(&c, id, 5000);
		assert_int_equal(answer_of(&c, id)->status, 200);
	}
	h2_close(&c);
	close(worker);
	edge_fixture_stop(&f);
}

/* A connection that is closed takes its jobs with it into the count of its source. */
static void jobs_of_closed_connections_count_for_their_source(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	struct uuid parked[FEW];
	int worker = -1;
	(void)state;
	edge_fixture_start(&f, few_streams, true);
	h2_open(&c, &f, false);
	park_and_reset(&c, &f, &worker, parked);
	take_cancellations(worker);
	h2_close(&c);
	for (int i = 0; i < 3; i++) {
		int turned_away = client_connect(&f);
		assert_true(client_sees_end(turned_away, 3000));
		close(turned_away);
	}
	for (int i = 0; i < FEW; i++)
		answer_parked(worker, &parked[i]);
	bool served = false;
	for (int i = 0; i < 100 && !served; i++) { /* the edge may not have read the answers yet */
		int again = client_connect(&f);
		served = !client_sees_end(again, 200);
		close(again);
	}
	assert_true(served);
	close(worker);
	edge_fixture_stop(&f);
}

static void control_floods_end_the_connection(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, true);
	for (int kind = 0; kind < 3; kind++) {
		struct h2_client c;
		h2_open(&c, &f, false);
		h2_run(&c, 0, 100);
		for (int i = 0; i < 300 && !c.closed; i++) {
			nghttp2_settings_entry entry = { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 65535 };
			if (kind == 0)
				nghttp2_submit_ping(c.session, 0, NULL);
			else if (kind == 1)
				nghttp2_submit_settings(c.session, 0, &entry, 1);
			else
				nghttp2_submit_window_update(c.session, 0, 0, 1);
			h2_send(&c);
		}
		h2_run(&c, 0, 3000);
		if (!c.closed || c.goaway != NGHTTP2_ENHANCE_YOUR_CALM + 1)
			fail_msg("kind %d: closed %d, goaway %u", kind, c.closed, c.goaway);
		h2_close(&c);
	}
	edge_fixture_stop(&f);
}

static void impatient(struct edge_settings *s)
{
	s->h2_stall_ms = 200;
	s->body_grace_ms = 200;
	s->body_rate_min = 100000;
	s->idle_ms = s->first_byte_ms = 3000;
}

static void stalled_stream_is_reset(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	enum { SIZE = 300 * 1000 };
	char *body = malloc(SIZE + 1);
	(void)state;
	edge_fixture_start(&f, impatient, true);
	h2_open(&c, &f, true);
	int32_t id = h2_ask(&c, "GET", "/contoso.example/v1.0/users", NULL, NULL, NULL);
	h2_send(&c);
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	memset(body, 'x', SIZE);
	body[SIZE] = '\0';
	worker_answer(worker, &request.message, 200, body);
	free(body);
	h2_run(&c, id, 5000);
	assert_true(answer_of(&c, id)->ended);
	assert_int_equal(answer_of(&c, id)->reset, NGHTTP2_CANCEL);
	assert_true(answer_of(&c, id)->body_len < SIZE);
	h2_close(&c);
	close(worker);
	edge_fixture_stop(&f);
}

static void soon_idle(struct edge_settings *s)
{
	s->idle_ms = 600;
}

static int64_t milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* PINGs, each answered, but no request: the idle deadline stands. It is counted from the last answer. */
static void pings_do_not_keep_a_connection(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, soon_idle, true);
	for (int with_request = 0; with_request < 2; with_request++) {
		struct h2_client c;
		h2_open(&c, &f, false);
		int64_t start = milliseconds();
		if (with_request) {
			h2_run(&c, 0, 300);
			int32_t id = h2_ask(&c, "GET", "/healthz", NULL, NULL, NULL);
			h2_run(&c, id, 3000);
			assert_int_equal(answer_of(&c, id)->status, 200);
			start = milliseconds();
		}
		for (int i = 0; i < 60 && !c.closed; i++) { /* fewer than would be a flood */
			nghttp2_submit_ping(c.session, 0, NULL);
			h2_run(&c, 0, 100);
		}
		assert_true(c.closed);
		assert_int_equal(c.goaway, NGHTTP2_NO_ERROR + 1);
		assert_true(c.pongs >= 2);
		int64_t took = milliseconds() - start;
		if (took < 500 || took > 4000)
			fail_msg("ended after %d ms", (int)took);
		h2_close(&c);
	}
	edge_fixture_stop(&f);
}

static ssize_t give_nothing(nghttp2_session *session, int32_t id, uint8_t *to, size_t capacity, uint32_t *flags,
			    nghttp2_data_source *source, void *user)
{
	(void)session, (void)id, (void)to, (void)capacity, (void)flags, (void)source, (void)user;
	return NGHTTP2_ERR_DEFERRED;
}

static void slow_body_is_408(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	(void)state;
	edge_fixture_start(&f, impatient, true);
	h2_open(&c, &f, false);
	nghttp2_nv fields[] = { pair(":method", "POST"), pair(":scheme", "https"), pair(":authority", "localhost:8443"),
				pair(":path", "/contoso.example/oauth2/v2.0/token") };
	nghttp2_data_provider provider = { .read_callback = give_nothing };
	int32_t id = nghttp2_submit_request(c.session, NULL, fields, COUNT_OF(fields), &provider, NULL);
	h2_run(&c, id, 5000);
	assert_int_equal(answer_of(&c, id)->status, 408);
	h2_close(&c);
	edge_fixture_stop(&f);
}

static void large_body_and_answer_flow(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	enum { SIZE = 900 * 1000 };
	char *body = malloc(SIZE + 1);
	(void)state;
	edge_fixture_start(&f, NULL, true);
	memset(body, 'x', SIZE);
	body[SIZE] = '\0';
	h2_open(&c, &f, false);
	int32_t id = h2_ask(&c, "POST", "/contoso.example/oauth2/v2.0/token", body, NULL, NULL);
	for (int i = 0; i < 50 && c.body_left; i++)
		h2_run(&c, id, 100);
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	assert_int_equal(request.message.body.memory_size, SIZE);
	close(request.message.body.memory_fd);
	worker_answer(worker, &request.message, 200, body);
	h2_run(&c, id, 5000);
	assert_int_equal(answer_of(&c, id)->body_len, SIZE);
	free(body);
	h2_close(&c);
	close(worker);
	edge_fixture_stop(&f);
}

static void few_requests(struct edge_settings *s)
{
	s->requests_per_connection_max = 3;
}

/* GOAWAY says no more, but what was taken is answered: also a body that has yet to come. */
static void old_connection_retires_without_losing_a_request(void **state)
{
	struct edge_fixture f;
	struct h2_client c;
	static char body[200 * 1000];
	(void)state;
	edge_fixture_start(&f, few_requests, true);
	h2_open(&c, &f, false);
	memset(body, 'x', sizeof body - 1);
	int32_t health[2] = { h2_ask(&c, "GET", "/healthz", NULL, NULL, NULL), h2_ask(&c, "GET", "/healthz", NULL, NULL, NULL) };
	int32_t id = h2_ask(&c, "POST", "/contoso.example/oauth2/v2.0/token", body, NULL, NULL);
	for (int i = 0; i < 50 && c.body_left; i++)
		h2_run(&c, id, 100);
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	assert_int_equal(request.message.body.memory_size, sizeof body - 1);
	close(request.message.body.memory_fd);
	worker_answer(worker, &request.message, 200, "done");
	h2_run(&c, id, 5000);
	h2_run(&c, 0, 5000);
	assert_int_equal(answer_of(&c, health[0])->status + answer_of(&c, health[1])->status, 400);
	assert_int_equal(answer_of(&c, id)->status, 200);
	assert_int_equal(c.goaway, NGHTTP2_NO_ERROR + 1);
	assert_true(c.closed);
	h2_close(&c);
	close(worker);
	edge_fixture_stop(&f);
}

static void nghttp_speaks_to_it(void **state)
{
	struct edge_fixture f;
	char command[256];
	(void)state;
	if (system("command -v nghttp >/dev/null") != 0)
		skip();
	edge_fixture_start(&f, NULL, true);
	snprintf(command, sizeof command, "nghttp -t 5 -m 20 -H ':authority: localhost:8443' https://127.0.0.1:%d/healthz "
					  "2>/dev/null | grep -o ok | wc -l | grep -qx 20", f.port);
	assert_int_equal(system(command), 0);
	edge_fixture_stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_answered),
		cmocka_unit_test(bad_requests_are_refused_as_over_http1),
		cmocka_unit_test(other_scheme_than_https_is_misdirected),
		cmocka_unit_test(trailers_are_400),
		cmocka_unit_test(oversized_list_is_431_and_twice_that_ends_the_connection),
		cmocka_unit_test(rapid_reset_ends_the_connection),
		cmocka_unit_test(reset_streams_count_while_their_jobs_run),
		cmocka_unit_test(jobs_of_closed_connections_count_for_their_source),
		cmocka_unit_test(control_floods_end_the_connection),
		cmocka_unit_test(stalled_stream_is_reset),
		cmocka_unit_test(pings_do_not_keep_a_connection),
		cmocka_unit_test(slow_body_is_408),
		cmocka_unit_test(large_body_and_answer_flow),
		cmocka_unit_test(old_connection_retires_without_losing_a_request),
		cmocka_unit_test(nghttp_speaks_to_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
