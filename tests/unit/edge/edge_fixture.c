#include "unit/edge/edge_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "edge/tls_context.h"
#include "edge/tls_keeper.h"
#include "host/file.h"
#include "unit/edge/test_keeper.h"

static const char facts[] =
	"{\"origin\":\"https://localhost:8443\",\"tenants\":[{\"id\":\"" TENANT_TEXT "\",\"names\":[\"contoso.example\"]},"
	"{\"id\":\"" OTHER_TENANT_TEXT "\",\"names\":[\"fabrikam.example\"]}],"
	"\"environments\":[{\"tenant\":\"" TENANT_TEXT "\",\"id\":\"" ENVIRONMENT_TEXT "\",\"name\":\"sales\"}]}";

/* --- the edge's process --- */

struct edge_process {
	struct loop *loop;
	struct edge *edge;
	int control, wanted;
	struct loop_watch watch;
	struct tls_library *library;
	struct tls_context *tls;
	struct tls_keeper *client;
	struct test_keeper keeper;
};

static void worker_wanted(void *self, const struct worker_name *name)
{
	struct edge_process *p = self;
	if (failed(channel_send(p->wanted, bytes_of(name, sizeof *name), NULL)))
		abort();
}

static void drained(void *self)
{
	struct edge_process *p = self;
	loop_stop(p->loop);
}

struct control_message {
	struct worker_name name;
	int result; /* 0: a channel comes with it */
};

static void control_ready(struct loop_watch *watch, unsigned events)
{
	struct edge_process *p = watch->owner;
	struct control_message m;
	struct channel_fds fds = { .count = 0 };
	size_t len;
	(void)events;
	if (failed(channel_receive(watch->fd, (uint8_t *)&m, sizeof m, &len, &fds)))
		return;
	if (len == 0) { /* the test is over: stop as the supervisor would say it */
		loop_remove(p->loop, watch);
		edge_stop(p->edge);
		return;
	}
	if (m.result)
		edge_no_worker(p->edge, &m.name, m.result);
	else if (failed(edge_worker_channel(p->edge, &m.name, fds.fd[0])))
		abort();
}

static void tested(void *self, err outcome)
{
	struct edge_process *p = self;
	if (failed(outcome))
		abort();
	edge_set_tls(p->edge, p->tls);
}

static void tickets_came(void *self, const struct ticket_key *keys, size_t count)
{
	struct edge_process *p = self;
	tls_context_set_tickets(p->tls, keys, count);
}

static void start_tls(struct edge_process *p)
{
	if (failed(tls_keeper_new(p->loop, tickets_came, p, &p->client)))
		abort();
	struct tls_signer signer = tls_keeper_signer(p->client);
	test_keeper_start(&p->keeper, TEST_KEY_P256, false);
	struct tls_options options = { .certificate_pem = p->keeper.pem, .host = S("localhost"), .http2 = true };
	if (failed(tls_library_new(&signer, &p->library)) || failed(tls_context_new(p->library, &options, &p->tls)) ||
	    failed(tls_keeper_set_channel(p->client, p->keeper.channel)))
		abort();
	tls_context_self_test(p->tls, tested, p);
}

static int run_edge(int listener, int control, int wanted, const struct edge_settings *settings, bool tls)
{
	struct edge_process p = { .loop = loop_new(), .control = control, .wanted = wanted };
	static const struct static_file files[] = {
		{ .path = S("/"), .content_type = S("text/html"), .content = { (const uint8_t *)"<p>hello", 8 }, .etag = S("\"v1\"") },
	};
	struct edge_options options = { .loop = p.loop, .settings = *settings, .lane = LANE_PUBLIC,
					.ports = { worker_wanted, drained, &p }, .files = { files, 1 } };
	signal(SIGPIPE, SIG_IGN);
	if (failed(edge_new(&options, &p.edge)) || failed(edge_set_facts(p.edge, S(facts))))
		abort();
	p.watch = (struct loop_watch){ .fd = control, .ready = control_ready, .owner = &p };
	if (failed(loop_add(p.loop, &p.watch, LOOP_READ)) || failed(edge_listen(p.edge, listener, tls)))
		abort();
	if (tls)
		start_tls(&p);
	loop_run(p.loop);
	edge_free(p.edge);
	tls_keeper_free(p.client);
	tls_context_free(p.tls);
	tls_library_free(p.library);
	if (tls)
		test_keeper_stop(&p.keeper);
	loop_free(p.loop);
	return 0;
}

/* --- the test's side --- */

void edge_fixture_start(struct edge_fixture *f, void (*change)(struct edge_settings *settings), bool tls)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	struct edge_settings settings = edge_settings_default();
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), control[2], wanted[2];
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 128), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
	assert_false(failed(channel_pair(control)));
	assert_false(failed(channel_pair(wanted)));
	if (change)
		change(&settings);
	*f = (struct edge_fixture){ .port = ntohs(address.sin_port), .control = control[0], .wanted = wanted[0] };
	f->pid = fork();
	assert_true(f->pid >= 0);
	if (f->pid == 0) {
		close(control[0]);
		close(wanted[0]);
		alarm(60);
		exit(run_edge(listener, control[1], wanted[1], &settings, tls));
	}
	close(listener);
	close(control[1]);
	close(wanted[1]);
}

void edge_fixture_stop(struct edge_fixture *f)
{
	int status;
	close(f->control);
	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	close(f->wanted);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

struct worker_name edge_fixture_wanted(struct edge_fixture *f)
{
	struct worker_name name;
	size_t len;
	assert_false(failed(channel_wait(f->wanted, 5000)));
	assert_false(failed(channel_receive(f->wanted, (uint8_t *)&name, sizeof name, &len, NULL)));
	assert_int_equal(len, sizeof name);
	return name;
}

int edge_fixture_worker(struct edge_fixture *f, const struct worker_name *name)
{
	struct control_message m = { .name = *name };
	struct channel_fds fds = { .count = 1 };
	int ends[2];
	assert_false(failed(channel_pair(ends)));
	fds.fd[0] = ends[1];
	assert_false(failed(channel_send(f->control, bytes_of(&m, sizeof m), &fds)));
	close(ends[1]);
	return ends[0];
}

void edge_fixture_no_worker(struct edge_fixture *f, const struct worker_name *name, int result)
{
	struct control_message m = { .name = *name, .result = result };
	assert_false(failed(channel_send(f->control, bytes_of(&m, sizeof m), NULL)));
}

long edge_fixture_cpu_ms(const struct edge_fixture *f)
{
	char path[64];
	unsigned long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)f->pid);
	FILE *stat = fopen(path, "r");
	assert_non_null(stat);
	int fields = fscanf(stat, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	fclose(stat);
	assert_int_equal(fields, 2);
	return (long)((user + system) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK));
}

int client_connect(const struct edge_fixture *f)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons((uint16_t)f->port) };
	struct timeval patience = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

void client_send(int fd, const char *text)
{
	size_t len = strlen(text);
	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

size_t client_read_response(int fd, char *to, size_t capacity)
{
	size_t have = 0, wanted = SIZE_MAX;
	while (have < wanted && have < capacity - 1) {
		ssize_t n = recv(fd, to + have, wanted == SIZE_MAX ? 1 : wanted - have, 0);
		if (n <= 0)
			break;
		have += (size_t)n;
		to[have] = '\0';
		if (wanted == SIZE_MAX && have >= 4 && memcmp(to + have - 4, "\r\n\r\n", 4) == 0) {
			const char *length = strstr(to, "content-length: ");
			wanted = have + (length ? strtoul(length + 16, NULL, 10) : 0);
		}
	}
	to[have] = '\0';
	return have;
}

bool client_sees_end(int fd, int timeout_ms)
{
	char waste[4096];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	while (poll(&p, 1, timeout_ms) > 0)
		if (recv(fd, waste, sizeof waste, 0) <= 0)
			return true;
	return false;
}

/* --- a worker --- */

void worker_receive(int channel, struct worker_request *out)
{
	struct channel_fds fds = { .count = 0 };
	size_t len;
	assert_false(failed(channel_wait(channel, 5000)));
	assert_false(failed(channel_receive(channel, out->raw, sizeof out->raw, &len, &fds)));
	assert_false(failed(http_request_decode(bytes_of(out->raw, len), &fds, &out->message)));
}

void worker_answer(int channel, const struct http_request_message *request, int status, const char *body)
{
	struct http_response_message m = { .request_id = request->request_id, .status = (uint16_t)status,
					   .body = { .inline_body = bytes_of_str(str_of(body)), .memory_fd = -1 } };
	m.headers[m.header_count++] = (struct http_header){ S("content-type"), S("text/plain") };
	assert_false(failed(http_response_send(channel, &m)));
}

str request_header(const struct http_request_message *m, const char *name)
{
	for (size_t i = 0; i < m->header_count; i++)
		if (str_equal(m->headers[i].name, str_of(name)))
			return m->headers[i].value;
	return (str){ NULL, 0 };
}
