#include "cli/http_client.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cli/http_response.h"
#include "host/file.h"

enum { TIMEOUT_STANDARD_S = 60, READ_BYTES = 64 * 1024, HEAD_BYTES_MAX = 16 * 1024 };

static err connect_to(const struct cli_target *target, int *out_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval timeout = { .tv_sec = target->timeout_s ? target->timeout_s : TIMEOUT_STANDARD_S };
	if (snprintf(address.sun_path, sizeof address.sun_path, "%s/run/control.sock", target->folder) >=
	    (int)sizeof address.sun_path)
		FAIL(ERR_LIMIT, "the folder's path is too long for a Unix socket");
	SCOPED(fd) fd = { socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	if (fd.n < 0)
		return err_of_errno(errno);
	setsockopt(fd.n, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
	setsockopt(fd.n, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
	if (connect(fd.n, (struct sockaddr *)&address, sizeof address) != 0) {
		if (errno == EACCES || errno == EPERM)
			FAIL(ERR_DENIED, "the control socket is for the installation's owner only");
		FAIL(ERR_UNAVAILABLE, "no service answers in this folder; `bailiwick serve DIR` starts it");
	}
	*out_fd = fd.n;
	fd.n = -1;
	return OK;
}

static err send_all(int fd, bytes content)
{
	while (content.len) {
		ssize_t n = send(fd, content.at, content.len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return OK; /* refused before its end: the answer says why */
		if (n < 0)
			FAIL(ERR_UNAVAILABLE, "the service does not take the request");
		content = bytes_from(content, (size_t)n);
	}
	return OK;
}

static err send_request(int fd, str method, str path, str content_type, bytes body)
{
	SCOPED(buffer) head = { 0 };
	buffer_init(&head, HEAD_BYTES_MAX);
	buffer_append_format(&head, "%.*s %.*s HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\nconnection: close\r\n",
			     STR_ARG(method), STR_ARG(path));
	if (content_type.len)
		buffer_append_format(&head, "content-type: %.*s\r\ncontent-length: %zu\r\n", STR_ARG(content_type), body.len);
	buffer_append_str(&head, S("\r\n"));
	if (head.failed)
		FAIL(ERR_LIMIT, "the request is too long");
	TRY(send_all(fd, buffer_bytes(&head)));
	return content_type.len ? send_all(fd, body) : OK;
}

err cli_http_receive(int fd, struct arena *arena, int *out_status, bytes *out_body)
{
	SCOPED(buffer) raw = { 0 };
	struct http_response response;
	bool complete = false;
	buffer_init(&raw, RESPONSE_BYTES_MAX);
	while (!complete) {
		uint8_t *to = buffer_reserve(&raw, READ_BYTES);
		if (!to)
			FAIL(ERR_LIMIT, "the answer is too large");
		ssize_t n = recv(fd, to, READ_BYTES, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			FAIL(ERR_UNAVAILABLE, "the service did not answer in time");
		if (n <= 0)
			FAIL(ERR_UNAVAILABLE, "the service ended before it had answered");
		raw.len += (size_t)n;
		TRY(http_response_parse(buffer_bytes(&raw), arena, &response, &complete));
	}
	bytes body = bytes_copy(arena, response.body);
	TRY_NEW(body.at);
	*out_status = response.status;
	*out_body = body;
	return OK;
}

err cli_http(const struct cli_target *target, str method, str path, str content_type, bytes body, struct arena *arena,
	     int *out_status, bytes *out_body)
{
	SCOPED(fd) fd = { -1 };
	TRY(connect_to(target, &fd.n));
	TRY(send_request(fd.n, method, path, content_type, body));
	return cli_http_receive(fd.n, arena, out_status, out_body);
}
