/* A real edge in its own process, real sockets; the worker is this test. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/edge/edge_fixture.h"

#define HOST "host: localhost:8443\r\n"

static char answer[256 * 1024];
static struct worker_request request;

static int ask(struct edge_fixture *f, const char *text)
{
	int fd = client_connect(f);
	client_send(fd, text);
	return fd;
}

static void constant_answers_come_from_the_edge(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	int fd = ask(&f, "GET /healthz HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n" HOST "\r\n"
			 "GET / HTTP/1.1\r\n" HOST "if-none-match: \"v1\"\r\n\r\nHEAD / HTTP/1.1\r\n" HOST "\r\n");
	client_read_response(fd, answer, sizeof answer);
	assert_true(strstr(answer, "HTTP/1.1 200 OK\r\n") == answer);
	assert_non_null(strstr(answer, "request-id: "));
	assert_non_null(strstr(answer, "x-content-type-options: nosniff"));
	assert_non_null(strstr(answer, "{\"status\":\"ok\"}"));
	client_read_response(fd, answer, sizeof answer);
	assert_non_null(strstr(answer, "<p>hello"));
	client_read_response(fd, answer, sizeof answer);
	assert_true(strstr(answer, "HTTP/1.1 304 ") == answer);
	shutdown(fd, SHUT_WR);
	memset(answer, 0, sizeof answer);
	assert_true(recv(fd, answer, sizeof answer - 1, MSG_WAITALL) > 0);
	assert_non_null(strstr(answer, "content-length: 8\r\n"));
	assert_null(strstr(answer, "hello"));
	close(fd);
	edge_fixture_stop(&f);
}

static void request_reaches_worker_with_only_its_cookies(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	int fd = ask(&f, "POST /contoso.example/oauth2/v2.0/token?x=1 HTTP/1.1\r\n" HOST
			 "Content-Type: application/x-www-form-urlencoded\r\nX-Forwarded-For: 9.9.9.9\r\nX-Bwk-User: a\r\n"
			 "cookie: a_1f3a09bc=1; b_2e3a09bc=2; c=3\r\nTransfer-Encoding: chunked\r\n\r\n"
			 "3\r\na=1\r\n4;x=y\r\n&b=2\r\n0\r\n\r\n");
	struct worker_name name = edge_fixture_wanted(&f);
	assert_int_equal(name.role, ROLE_IDENTITY);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	assert_int_equal(request.message.method, HTTP_POST);
	assert_memory_equal(request.message.base.at, "/contoso.example", request.message.base.len);
	assert_memory_equal(request.message.path.at, "/oauth2/v2.0/token", request.message.path.len);
	assert_memory_equal(request.message.query.at, "x=1", request.message.query.len);
	assert_int_equal(request.message.body.inline_body.len, 7);
	assert_memory_equal(request.message.body.inline_body.at, "a=1&b=2", 7);
	str cookie = request_header(&request.message, "cookie");
	assert_int_equal(cookie.len, 12);
	assert_memory_equal(cookie.at, "a_1f3a09bc=1", 12);
	assert_null(request_header(&request.message, "x-forwarded-for").at);
	assert_null(request_header(&request.message, "x-bwk-user").at);
	assert_null(request_header(&request.message, "transfer-encoding").at);
	worker_answer(worker, &request.message, 201, "made");
	client_read_response(fd, answer, sizeof answer);
	assert_true(strstr(answer, "HTTP/1.1 201 Created\r\n") == answer);
	assert_non_null(strstr(answer, "\r\n\r\nmade"));
	close(fd);
	close(worker);
	edge_fixture_stop(&f);
}

static void large_bodies_travel_as_files(void **state)
{
	struct edge_fixture f;
	enum { SIZE = 200 * 1000 };
	static char body[SIZE + 1];
	(void)state;
	edge_fixture_start(&f, NULL, false);
	memset(body, 'x', SIZE);
	int fd = ask(&f, "POST /contoso.example/oauth2/v2.0/token HTTP/1.1\r\n" HOST "Expect: 100-continue\r\ncontent-length: 200000\r\n\r\n");
	assert_int_equal(recv(fd, answer, 25, MSG_WAITALL), 25);
	assert_memory_equal(answer, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	client_send(fd, body);
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	assert_true(request.message.body.memory_fd >= 0);
	assert_int_equal(request.message.body.memory_size, SIZE);
	close(request.message.body.memory_fd);
	worker_answer(worker, &request.message, 200, body);
	assert_true(client_read_response(fd, answer, sizeof answer) > SIZE);
	assert_non_null(strstr(answer, "content-length: 200000\r\n"));
	close(fd);
	close(worker);
	edge_fixture_stop(&f);
}

/* RFC 9110 10.1.1: to an HTTP/1.0 client a 100 would be the answer. */
static void http10_is_not_told_to_continue(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	int fd = ask(&f, "POST /contoso.example/oauth2/v2.0/token HTTP/1.0\r\n" HOST "Expect: 100-continue\r\ncontent-length: 3\r\n\r\na=1");
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	assert_int_equal(request.message.body.inline_body.len, 3);
	worker_answer(worker, &request.message, 200, "good");
	client_read_response(fd, answer, sizeof answer);
	assert_true(strstr(answer, "HTTP/1.1 200 OK\r\n") == answer);
	close(fd);
	close(worker);
	edge_fixture_stop(&f);
}

/* Every status of our workers and of our own refusals (RFC 9110 15, RFC 6585, RFC 4918 11). */
static const char *const status_lines[] = {
	"200 OK", "201 Created", "202 Accepted", "204 No Content", "300 Multiple Choices", "302 Found", "303 See Other", "304 Not Modified",
	"400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "405 Method Not Allowed", "406 Not Acceptable",
	"408 Request Timeout", "409 Conflict", "412 Precondition Failed", "413 Content Too Large", "414 URI Too Long",
	"415 Unsupported Media Type", "417 Expectation Failed", "421 Misdirected Request", "422 Unprocessable Content",
	"428 Precondition Required", "429 Too Many Requests", "431 Request Header Fields Too Large", "500 Internal Server Error",
	"501 Not Implemented", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", "507 Insufficient Storage",
};

static void every_status_has_its_reason_phrase(void **state)
{
	struct edge_fixture f;
	char expected[64];
	int worker = -1;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	for (size_t i = 0; i < COUNT_OF(status_lines); i++) {
		int fd = ask(&f, "GET /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "connection: close\r\n\r\n");
		if (worker < 0) {
			struct worker_name name = edge_fixture_wanted(&f);
			worker = edge_fixture_worker(&f, &name);
		}
		worker_receive(worker, &request);
		worker_answer(worker, &request.message, atoi(status_lines[i]), "x");
		client_read_response(fd, answer, sizeof answer);
		snprintf(expected, sizeof expected, "HTTP/1.1 %s\r\n", status_lines[i]);
		if (strncmp(answer, expected, strlen(expected)) != 0)
			fail_msg("%s: %.60s", status_lines[i], answer);
		close(fd);
	}
	close(worker);
	edge_fixture_stop(&f);
}

/* One request over TLS and HTTP/1.1; returns the status. */
static int ask_securely(const struct edge_fixture *f, const char *text)
{
	SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(settings);
	int fd = client_connect(f);
	SSL_set_fd(ssl, fd);
	assert_int_equal(SSL_connect(ssl), 1);
	assert_true(SSL_write(ssl, text, (int)strlen(text)) > 0);
	int n = SSL_read(ssl, answer, sizeof answer - 1);
	answer[n > 0 ? n : 0] = '\0';
	SSL_free(ssl);
	SSL_CTX_free(settings);
	close(fd);
	return n > 12 ? atoi(answer + 9) : 0;
}

/* RFC 9110 7.4: what says http was not meant for who speaks https. */
static void absolute_form_with_http_is_misdirected_over_tls(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, true);
	assert_int_equal(ask_securely(&f, "GET /healthz HTTP/1.1\r\n" HOST "\r\n"), 200);
	assert_int_equal(ask_securely(&f, "GET https://localhost:8443/healthz HTTP/1.1\r\n" HOST "\r\n"), 200);
	assert_int_equal(ask_securely(&f, "GET http://localhost:8443/healthz HTTP/1.1\r\n" HOST "\r\n"), 421);
	assert_non_null(strstr(answer, "connection: close\r\n"));
	assert_int_equal(ask_securely(&f, "POST http://localhost:8443/contoso.example/oauth2/v2.0/token HTTP/1.1\r\n" HOST
					  "content-length: 3\r\n\r\na=1"), 421);
	edge_fixture_stop(&f);
	edge_fixture_start(&f, NULL, false); /* the operator's lane has no TLS, and its scheme says nothing */
	int fd = ask(&f, "GET http://localhost:8443/healthz HTTP/1.1\r\n" HOST "\r\n");
	client_read_response(fd, answer, sizeof answer);
	assert_true(strstr(answer, "HTTP/1.1 200 OK\r\n") == answer);
	close(fd);
	edge_fixture_stop(&f);
}

static void dead_worker_is_retried_once_for_get_and_reported_for_post(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	int fd = ask(&f, "GET /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "\r\n");
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	close(worker);
	name = edge_fixture_wanted(&f);
	worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	worker_answer(worker, &request.message, 200, "again");
	client_read_response(fd, answer, sizeof answer);
	assert_non_null(strstr(answer, "\r\n\r\nagain"));
	client_send(fd, "POST /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "content-length: 2\r\n\r\n{}");
	worker_receive(worker, &request);
	close(worker);
	client_read_response(fd, answer, sizeof answer);
	assert_true(strstr(answer, "HTTP/1.1 502 ") == answer);
	assert_non_null(strstr(answer, "retry-after: "));
	close(fd);
	edge_fixture_stop(&f);
}

static void parked_request_lets_the_next_one_in(void **state)
{
	struct edge_fixture f;
	static struct worker_request first;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	int one = ask(&f, "GET /contoso.example/v1.0/one HTTP/1.1\r\n" HOST "\r\n");
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &first);
	assert_false(failed(http_parked_send(worker, &first.message.request_id)));
	int two = ask(&f, "GET /contoso.example/v1.0/two HTTP/1.1\r\n" HOST "\r\n");
	worker_receive(worker, &request);
	worker_answer(worker, &request.message, 200, "two");
	client_read_response(two, answer, sizeof answer);
	assert_non_null(strstr(answer, "\r\n\r\ntwo"));
	worker_answer(worker, &first.message, 200, "one");
	client_read_response(one, answer, sizeof answer);
	assert_non_null(strstr(answer, "\r\n\r\none"));
	close(one);
	close(two);
	close(worker);
	edge_fixture_stop(&f);
}

static void always_ahead(struct edge_settings *s)
{
	s->ahead_ms = 60000;
}

static void never_ahead(struct edge_settings *s)
{
	s->ahead_ms = 0;
}

static bool nothing_waits(int channel)
{
	return failed(channel_wait(channel, 200));
}

/* Two clients ask; a worker that has answered nothing. */
static int ask_twice(struct edge_fixture *f, int clients[2])
{
	clients[0] = ask(f, "GET /contoso.example/v1.0/a HTTP/1.1\r\n" HOST "\r\n");
	struct worker_name name = edge_fixture_wanted(f);
	int worker = edge_fixture_worker(f, &name);
	worker_receive(worker, &request);
	clients[1] = ask(f, "GET /contoso.example/v1.0/b HTTP/1.1\r\n" HOST "\r\n");
	return worker;
}

static void expect_body(int client, const char *body)
{
	client_read_response(client, answer, sizeof answer);
	assert_non_null(strstr(answer, body));
	close(client);
}

static void dear_requests_go_one_at_a_time(void **state)
{
	struct edge_fixture f;
	int clients[2];
	(void)state;
	edge_fixture_start(&f, never_ahead, false);
	int worker = ask_twice(&f, clients);
	assert_true(nothing_waits(worker));
	worker_answer(worker, &request.message, 200, "one");
	worker_receive(worker, &request);
	worker_answer(worker, &request.message, 200, "two");
	expect_body(clients[0], "\r\n\r\none");
	expect_body(clients[1], "\r\n\r\ntwo");
	close(worker);
	edge_fixture_stop(&f);
}

/* Received both; then the second is parked, the first answered, the second too. */
static void cheap_requests_are_sent_ahead(void **state)
{
	struct edge_fixture f;
	static struct worker_request second;
	int clients[2];
	(void)state;
	edge_fixture_start(&f, always_ahead, false);
	int worker = ask_twice(&f, clients);
	worker_receive(worker, &second);
	assert_false(failed(http_parked_send(worker, &second.message.request_id)));
	worker_answer(worker, &request.message, 200, "one");
	expect_body(clients[0], "\r\n\r\none");
	worker_answer(worker, &second.message, 200, "two");
	expect_body(clients[1], "\r\n\r\ntwo");
	close(worker);
	edge_fixture_stop(&f);
}

/* No more than eight at once, however cheap; each answer lets one more in. */
static void ahead_has_a_bound(void **state)
{
	struct edge_fixture f;
	int clients[10];
	(void)state;
	edge_fixture_start(&f, always_ahead, false);
	int worker = ask_twice(&f, clients);
	struct uuid first = request.message.request_id;
	for (int i = 2; i < 10; i++)
		clients[i] = ask(&f, "GET /contoso.example/v1.0/more HTTP/1.1\r\n" HOST "\r\n");
	for (int i = 1; i < 8; i++)
		worker_receive(worker, &request);
	assert_true(nothing_waits(worker));
	struct http_request_message done = request.message;
	done.request_id = first;
	worker_answer(worker, &done, 200, "one");
	expect_body(clients[0], "\r\n\r\none");
	worker_receive(worker, &request);
	assert_true(nothing_waits(worker));
	for (int i = 1; i < 10; i++)
		close(clients[i]);
	close(worker);
	edge_fixture_stop(&f);
}

static void all_that_a_dead_worker_had_is_asked_again(void **state)
{
	struct edge_fixture f;
	int clients[2];
	(void)state;
	edge_fixture_start(&f, always_ahead, false);
	int worker = ask_twice(&f, clients);
	worker_receive(worker, &request);
	int post = ask(&f, "POST /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "content-length: 2\r\n\r\n{}");
	worker_receive(worker, &request);
	close(worker);
	expect_body(post, "HTTP/1.1 502 "); /* may have been done */
	struct worker_name name = edge_fixture_wanted(&f);
	worker = edge_fixture_worker(&f, &name);
	for (int i = 0; i < 2; i++) {
		worker_receive(worker, &request);
		assert_int_equal(request.message.method, HTTP_GET);
		worker_answer(worker, &request.message, 200, "again");
		expect_body(clients[i], "\r\n\r\nagain");
	}
	close(worker);
	edge_fixture_stop(&f);
}

static void absent_worker_refuses_what_waits(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	int fd = ask(&f, "GET /e/sales/api/data/v9.2/WhoAmI HTTP/1.1\r\n" HOST "\r\n");
	struct worker_name name = edge_fixture_wanted(&f);
	assert_int_equal(name.role, ROLE_DATA);
	edge_fixture_no_worker(&f, &name, ERR_UNAVAILABLE);
	client_read_response(fd, answer, sizeof answer);
	assert_true(strstr(answer, "HTTP/1.1 503 ") == answer);
	close(fd);
	edge_fixture_stop(&f);
}

static void client_that_leaves_is_told_to_the_worker(void **state)
{
	struct edge_fixture f;
	uint8_t raw[64];
	size_t len;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	int fd = ask(&f, "GET /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "\r\n");
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	close(fd);
	assert_false(failed(channel_wait(worker, 5000)));
	assert_false(failed(channel_receive(worker, raw, sizeof raw, &len, NULL)));
	assert_int_equal(http_message_kind(bytes_of(raw, len)), HTTP_MESSAGE_CANCELLED);
	close(worker);
	edge_fixture_stop(&f);
}

static void stopping_edge_finishes_what_runs(void **state)
{
	struct edge_fixture f;
	int status;
	(void)state;
	edge_fixture_start(&f, NULL, false);
	int idle = ask(&f, "GET /healthz HTTP/1.1\r\n" HOST "\r\n");
	client_read_response(idle, answer, sizeof answer);
	int fd = ask(&f, "GET /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "\r\n");
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	close(f.control); /* the fixture's way to say stop */
	assert_true(client_sees_end(idle, 5000));
	worker_answer(worker, &request.message, 200, "last");
	client_read_response(fd, answer, sizeof answer);
	assert_non_null(strstr(answer, "connection: close"));
	assert_non_null(strstr(answer, "\r\n\r\nlast"));
	close(idle);
	close(fd);
	assert_int_equal(waitpid(f.pid, &status, 0), f.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(f.wanted);
	close(worker);
}

static void few_bodies(struct edge_settings *s)
{
	s->bodies_bytes_max = 1000;
}

static void bodies_together_are_bounded(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, few_bodies, false);
	for (int i = 0; i < 3; i++) { /* what was refused is given back */
		int fd = ask(&f, "POST /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "content-length: 2000\r\n\r\n");
		char body[1001] = "";
		memset(body, 'x', 1000);
		client_send(fd, body);
		client_send(fd, "x");
		client_read_response(fd, answer, sizeof answer);
		assert_true(strstr(answer, "HTTP/1.1 503 ") == answer);
		close(fd);
	}
	edge_fixture_stop(&f);
}

/* --- slow clients --- */

static void impatient(struct edge_settings *s)
{
	s->first_byte_ms = s->head_ms = s->idle_ms = s->handshake_ms = 150;
	s->body_grace_ms = 150;
	s->body_rate_min = 1000;
	s->write_window_ms = 200;
	s->write_rate_min = 1 << 20;
	s->linger_ms = 100;
}

static const struct { const char *name, *text; const char *want; } slow_rows[] = {
	{ "nothing sent", "", "" },
	{ "half a head", "GET /healthz HTTP/1.1\r\nhost: loc", "HTTP/1.1 408 " },
	{ "a body that does not come", "POST /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "content-length: 100000\r\n\r\nabc",
	  "HTTP/1.1 408 " },
	{ "idle after an answer", "GET /healthz HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 " },
};

static void slow_clients_are_ended(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, impatient, false);
	for (size_t i = 0; i < COUNT_OF(slow_rows); i++) {
		int fd = ask(&f, slow_rows[i].text);
		size_t len = client_read_response(fd, answer, sizeof answer);
		if (strncmp(answer, slow_rows[i].want, strlen(slow_rows[i].want)) != 0 || (!*slow_rows[i].want && len))
			fail_msg("%s: %s", slow_rows[i].name, answer);
		assert_true(client_sees_end(fd, 3000));
		close(fd);
	}
	edge_fixture_stop(&f);
}

static void slow_reader_is_ended_and_its_worker_free_at_once(void **state)
{
	struct edge_fixture f;
	enum { SIZE = 8 << 20 };
	char *body = malloc(SIZE + 1);
	int small = 4096;
	(void)state;
	edge_fixture_start(&f, impatient, false);
	memset(body, 'x', SIZE);
	body[SIZE] = '\0';
	int slow = client_connect(&f);
	setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	client_send(slow, "GET /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "\r\n");
	struct worker_name name = edge_fixture_wanted(&f);
	int worker = edge_fixture_worker(&f, &name);
	worker_receive(worker, &request);
	worker_answer(worker, &request.message, 200, body);
	free(body);
	int other = ask(&f, "GET /contoso.example/v1.0/users HTTP/1.1\r\n" HOST "\r\n");
	worker_receive(worker, &request); /* while the first answer is still unread */
	worker_answer(worker, &request.message, 200, "quick");
	client_read_response(other, answer, sizeof answer);
	assert_non_null(strstr(answer, "quick"));
	usleep(700 * 1000); /* more than two windows without reading */
	ssize_t n;
	while ((n = recv(slow, answer, sizeof answer, 0)) > 0)
		;
	assert_int_equal(n, -1);
	assert_int_equal(errno, ECONNRESET);
	close(slow);
	close(other);
	close(worker);
	edge_fixture_stop(&f);
}

static void aborted_connections_leave_no_busy_loop(void **state)
{
	struct edge_fixture f;
	(void)state;
	edge_fixture_start(&f, NULL, true);
	assert_int_equal(ask_securely(&f, "GET /healthz HTTP/1.1\r\n" HOST "\r\n"), 200); /* its keys have been tried by then */
	for (int i = 0; i < 20; i++) {
		int fd = client_connect(&f);
		struct linger reset = { .l_onoff = i % 2, .l_linger = 0 };
		if (i % 3)
			assert_true(send(fd, "\x16\x03\x01\x02\x00\x01", (size_t)(i % 3 * 3), MSG_NOSIGNAL) > 0);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		close(fd);
	}
	long before = edge_fixture_cpu_ms(&f);
	usleep(300 * 1000); /* the only way to see that nothing happens is to let time pass */
	assert_true(edge_fixture_cpu_ms(&f) - before < 100);
	edge_fixture_stop(&f);
}

static void curl_speaks_tls(void **state)
{
	struct edge_fixture f;
	char command[512];
	static const char *const options[] = { "--http1.1 --tlsv1.3", "--http1.1 --tls-max 1.2", "--http2 --tlsv1.3" };
	(void)state;
	if (system("command -v curl >/dev/null") != 0)
		skip();
	edge_fixture_start(&f, NULL, true);
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		snprintf(command, sizeof command,
			 "curl -sk --max-time 5 %s --connect-to localhost:8443:127.0.0.1:%d https://localhost:8443/healthz "
			 "| grep -q '\"status\":\"ok\"'", options[i], f.port);
		if (system(command) != 0)
			fail_msg("%s", command);
	}
	snprintf(command, sizeof command, "curl -sk --max-time 5 --connect-to other.example:8443:127.0.0.1:%d "
					  "https://other.example:8443/healthz 2>/dev/null", f.port);
	assert_int_not_equal(system(command), 0); /* unrecognized_name */
	edge_fixture_stop(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constant_answers_come_from_the_edge),
		cmocka_unit_test(request_reaches_worker_with_only_its_cookies),
		cmocka_unit_test(large_bodies_travel_as_files),
		cmocka_unit_test(http10_is_not_told_to_continue),
		cmocka_unit_test(every_status_has_its_reason_phrase),
		cmocka_unit_test(absolute_form_with_http_is_misdirected_over_tls),
		cmocka_unit_test(dead_worker_is_retried_once_for_get_and_reported_for_post),
		cmocka_unit_test(parked_request_lets_the_next_one_in),
		cmocka_unit_test(dear_requests_go_one_at_a_time),
		cmocka_unit_test(cheap_requests_are_sent_ahead),
		cmocka_unit_test(ahead_has_a_bound),
		cmocka_unit_test(all_that_a_dead_worker_had_is_asked_again),
		cmocka_unit_test(absent_worker_refuses_what_waits),
		cmocka_unit_test(client_that_leaves_is_told_to_the_worker),
		cmocka_unit_test(stopping_edge_finishes_what_runs),
		cmocka_unit_test(bodies_together_are_bounded),
		cmocka_unit_test(slow_clients_are_ended),
		cmocka_unit_test(slow_reader_is_ended_and_its_worker_free_at_once),
		cmocka_unit_test(aborted_connections_leave_no_busy_loop),
		cmocka_unit_test(curl_speaks_tls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
