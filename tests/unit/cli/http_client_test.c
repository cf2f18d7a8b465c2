#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/http_client.h"
#include "cli/http_response.h"

enum expected { WHOLE, BEGINNING, REFUSED };

static const struct {
	const char *raw;
	enum expected expected;
	int status;
	const char *body;
} rows[] = {
	{ "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", WHOLE, 200, "{}" },
	{ "HTTP/1.1 200 OK\r\nContent-Length:2 \r\n\r\n{}rest", WHOLE, 200, "{}" },
	{ "HTTP/1.1 404 \r\ncontent-length: 0\r\n\r\n", WHOLE, 404, "" },
	{ "HTTP/1.1 204 No Content\r\n\r\n", WHOLE, 204, "" },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n", WHOLE, 200, "abc" },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-sum: 1\r\n\r\n", WHOLE, 200, "" },
	{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 1\r\n\r\nx", WHOLE, 201, "x" },
	{ "", BEGINNING, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ncontent-len", BEGINNING, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", BEGINNING, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab", BEGINNING, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", BEGINNING, 0, NULL },
	{ "HTTP/1.1 200 OK\r\n\r\nuntil the end", REFUSED, 0, NULL },
	{ "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 2x0 OK\r\ncontent-length: 0\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 600 OK\r\ncontent-length: 0\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 101 Switching\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\nx", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nx", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffff\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\nbad name: 1\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\n folded\r\n\r\n", REFUSED, 0, NULL },
	{ "HTTP/1.1 200 OK\r\nx: a\001b\r\n\r\n", REFUSED, 0, NULL },
};

static void answers_are_whole_beginnings_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct http_response r = { 0 };
		bool complete = false;
		err e = http_response_parse(bytes_of_str(str_of(rows[i].raw)), arena, &r, &complete);
		enum expected got = failed(e) ? REFUSED : complete ? WHOLE : BEGINNING;
		if (got != rows[i].expected)
			fail_msg("row %zu: %d, %s", i, got, err_why(e));
		if (got == WHOLE) {
			assert_int_equal(r.status, rows[i].status);
			assert_true(str_equal(str_of_bytes(r.body), str_of(rows[i].body)));
		}
		arena_free(arena);
	}
}

/* --- over a real socket --- */

struct server {
	char folder[64];
	int listener;
};

static void server_open(struct server *s)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char path[96];
	snprintf(s->folder, sizeof s->folder, "/tmp/bailiwick-cli-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(path, sizeof path, "%s/run", s->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/run/control.sock", s->folder);
	s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(s->listener, 4), 0);
}

static void server_close(struct server *s)
{
	char path[96];
	close(s->listener);
	snprintf(path, sizeof path, "%s/run/control.sock", s->folder);
	unlink(path);
	snprintf(path, sizeof path, "%s/run", s->folder);
	rmdir(path);
	rmdir(s->folder);
}

/* A child takes one request, checks that it ends as expected, and answers in two pieces. */
static pid_t serve_one(const struct server *s, const char *wanted, const char *first, const char *second)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	char request[4096] = { 0 };
	size_t len = 0;
	int fd = accept(s->listener, NULL, NULL);
	while (len < sizeof request - 1 && !strstr(request, wanted)) {
		ssize_t n = recv(fd, request + len, sizeof request - 1 - len, 0);
		if (n <= 0)
			_exit(1);
		len += (size_t)n;
	}
	bool sent = send(fd, first, strlen(first), 0) == (ssize_t)strlen(first) &&
		    send(fd, second, strlen(second), 0) == (ssize_t)strlen(second);
	close(fd);
	_exit(sent ? 0 : 1);
}

static void a_request_goes_and_its_answer_comes(void **state)
{
	(void)state;
	struct server s;
	struct arena *arena = arena_new(1 << 20);
	int status, exit_status;
	bytes body;
	server_open(&s);
	struct cli_target target = { s.folder, 5 };
	pid_t pid = serve_one(&s, "content-length: 7\r\n\r\n{\"a\":1}", "HTTP/1.1 201 Created\r\ncontent-le", "ngth: 2\r\n\r\n{}");
	err e = cli_http(&target, S("POST"), S("/x?y=1"), S("application/json"), bytes_of_str(S("{\"a\":1}")), arena, &status,
			 &body);
	assert_false(failed(e));
	assert_int_equal(status, 201);
	assert_true(str_equal(str_of_bytes(body), S("{}")));
	waitpid(pid, &exit_status, 0);
	assert_int_equal(exit_status, 0);
	server_close(&s);
	arena_free(arena);
}

static void a_cut_answer_is_no_answer(void **state)
{
	(void)state;
	struct server s;
	struct arena *arena = arena_new(1 << 20);
	int status;
	bytes body;
	server_open(&s);
	struct cli_target target = { s.folder, 5 };
	pid_t pid = serve_one(&s, "GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", "half");
	err e = cli_http(&target, S("GET"), S("/"), S(""), (bytes){ NULL, 0 }, arena, &status, &body);
	assert_int_equal(err_kind_of(e), ERR_UNAVAILABLE);
	waitpid(pid, NULL, 0);
	server_close(&s);
	e = cli_http(&target, S("GET"), S("/"), S(""), (bytes){ NULL, 0 }, arena, &status, &body);
	assert_int_equal(err_kind_of(e), ERR_UNAVAILABLE); /* nobody there */
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_whole_beginnings_or_refused),
		cmocka_unit_test(a_request_goes_and_its_answer_comes),
		cmocka_unit_test(a_cut_answer_is_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
