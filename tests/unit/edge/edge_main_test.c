/* The edge's process as the supervisor starts it, confined: start message, routing table, keeper channel, listening socket;
 * certificates are replaced while it runs, and it stops when told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/file.h"
#include "ipc/http_message.h"
#include "proc/child.h"
#include "unit/edge/test_keeper.h"

#define TENANT "1f3a09bc-0000-4000-8000-000000000001"
static const char facts[] = "{\"origin\":\"https://localhost:8443\",\"tenants\":[{\"id\":\"" TENANT
			    "\",\"names\":[\"contoso.example\"]}],\"environments\":[]}";

struct process {
	pid_t pid;
	int supervisor;
	char folder[64], socket[96];
	struct sockaddr_in address;
	struct test_keeper keeper;
};

static void write_file(const struct process *p, const char *name, bytes content)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", p->folder, name);
	assert_false(failed(file_write(path, content, 0644)));
}

static int listen_on(struct process *p, enum channel_lane lane)
{
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	socklen_t len = sizeof p->address;
	int fd = socket(lane == LANE_OPERATOR ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	p->address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	snprintf(p->socket, sizeof p->socket, "%s/s", p->folder);
	snprintf(path.sun_path, sizeof path.sun_path, "%s", p->socket);
	if (lane == LANE_OPERATOR)
		assert_int_equal(bind(fd, (struct sockaddr *)&path, sizeof path), 0);
	else
		assert_int_equal(bind(fd, (struct sockaddr *)&p->address, sizeof p->address), 0);
	assert_int_equal(listen(fd, 16), 0);
	if (lane != LANE_OPERATOR)
		getsockname(fd, (struct sockaddr *)&p->address, &len);
	return fd;
}

/* As the supervisor does it: opened here, read there. */
static struct channel_fds files_handed(const struct process *p)
{
	char certificate[128], config[128];
	snprintf(certificate, sizeof certificate, "%s/tls/server.pem", p->folder);
	snprintf(config, sizeof config, "%s/bailiwick.conf", p->folder);
	struct channel_fds fds = { { open(certificate, O_RDONLY | O_CLOEXEC), open(config, O_RDONLY | O_CLOEXEC) }, 2 };
	assert_true(fds.fd[0] >= 0 && fds.fd[1] >= 0);
	return fds;
}

static void send_channel(struct process *p, struct channel_binding binding, int fd)
{
	struct supervisor_channel message = { .kind = SUPERVISOR_CHANNEL, .binding = binding };
	struct channel_fds fds = { { fd }, 1 };
	assert_false(failed(channel_send(p->supervisor, bytes_of(&message, sizeof message), &fds)));
	close(fd);
}

static void receive(struct process *p, void *to, size_t size)
{
	uint8_t raw[4096];
	size_t len;
	assert_false(failed(channel_wait(p->supervisor, 10000)));
	assert_false(failed(channel_receive(p->supervisor, raw, sizeof raw, &len, NULL)));
	assert_int_equal(len, size);
	memcpy(to, raw, size);
}

static void process_start(struct process *p, enum channel_lane lane)
{
	struct supervisor_start start = { .kind = SUPERVISOR_START, .role = ROLE_EDGE, .lane = lane, .inherited_fd_count = 1,
					  .handed = HANDED_CERTIFICATE | HANDED_CONFIG | HANDED_ROUTES };
	struct child_ready ready;
	int ends[2];
	*p = (struct process){ .folder = "/tmp/edge-main-XXXXXX" };
	assert_non_null(mkdtemp(p->folder));
	char tls[96];
	snprintf(tls, sizeof tls, "%s/tls", p->folder);
	assert_int_equal(mkdir(tls, 0755), 0);
	write_file(p, "bailiwick.conf", bytes_of_str(S("[limits]\nidle_connection = 3\n")));
	test_keeper_start(&p->keeper, TEST_KEY_P256, false);
	write_file(p, "tls/server.pem", p->keeper.pem);
	int listener = listen_on(p, lane);
	assert_false(failed(channel_pair(ends)));
	p->pid = fork();
	if (p->pid == 0) {
		int high = fcntl(listener, F_DUPFD, 100), own = fcntl(ends[1], F_DUPFD, 100);
		alarm(60);
		dup2(own, 3);
		dup2(high, 4);
		close_range(5, ~0u, 0);
		_exit(edge_main());
	}
	close(ends[1]);
	close(listener);
	p->supervisor = ends[0];
	snprintf(start.folder, sizeof start.folder, "%s", p->folder);
	struct channel_fds fds = files_handed(p);
	assert_false(failed(memory_file_new(bytes_of_str(S(facts)), &fds.fd[fds.count++])));
	assert_false(failed(channel_send(p->supervisor, bytes_of(&start, sizeof start), &fds)));
	channel_fds_close(&fds);
	receive(p, &ready, sizeof ready);
	assert_int_equal(ready.kind, CHILD_READY);
	if (lane == LANE_PUBLIC)
		send_channel(p, (struct channel_binding){ .kind = CHANNEL_KEEPER, .peer = ROLE_KEEPER }, p->keeper.channel);
	else
		close(p->keeper.channel);
}

static void process_stop(struct process *p)
{
	enum supervisor_message_kind stop = SUPERVISOR_STOP;
	char command[128];
	int status;
	assert_false(failed(channel_send(p->supervisor, bytes_of(&stop, sizeof stop), NULL)));
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(p->supervisor);
	test_keeper_stop(&p->keeper);
	snprintf(command, sizeof command, "rm -r %s", p->folder);
	assert_int_equal(system(command), 0);
}

/* One request on a connection of its own; returns the status, and the certificate that was shown. */
static int ask(struct process *p, const char *path, X509 **out_certificate)
{
	char raw[4096] = "", text[512];
	struct timeval patience = { .tv_sec = 10 };
	SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(settings);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(fd, (struct sockaddr *)&p->address, sizeof p->address), 0);
	SSL_set_fd(ssl, fd);
	assert_int_equal(SSL_connect(ssl), 1);
	*out_certificate = SSL_get1_peer_certificate(ssl);
	snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost:8443\r\nConnection: close\r\n\r\n", path);
	SSL_write(ssl, text, (int)strlen(text));
	int n = SSL_read(ssl, raw, sizeof raw - 1);
	SSL_free(ssl);
	SSL_CTX_free(settings);
	close(fd);
	return n > 12 ? atoi(raw + 9) : 0;
}

static void reload(struct process *p)
{
	struct supervisor_reload message = { .kind = SUPERVISOR_RELOAD, .handed = HANDED_CERTIFICATE | HANDED_CONFIG };
	struct channel_fds fds = files_handed(p);
	assert_false(failed(channel_send(p->supervisor, bytes_of(&message, sizeof message), &fds)));
	channel_fds_close(&fds);
}

static X509 *certificate_of(struct process *p)
{
	X509 *certificate;
	assert_int_equal(ask(p, "/healthz", &certificate), 200);
	return certificate;
}

static void certificate_is_replaced_only_by_one_whose_key_is_held(void **state)
{
	struct process p;
	struct test_keeper other;
	(void)state;
	process_start(&p, LANE_PUBLIC);
	X509 *first = certificate_of(&p);
	write_file(&p, "tls/server.pem", bytes_of_str(S("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")));
	reload(&p);
	X509 *kept = certificate_of(&p);
	assert_int_equal(X509_cmp(first, kept), 0);
	test_keeper_start(&other, TEST_KEY_P256, false); /* whose key our keeper does not hold */
	write_file(&p, "tls/server.pem", other.pem);
	reload(&p);
	X509 *still = certificate_of(&p);
	assert_int_equal(X509_cmp(first, still), 0);
	send_channel(&p, (struct channel_binding){ .kind = CHANNEL_KEEPER, .peer = ROLE_KEEPER }, other.channel);
	reload(&p);
	X509 *fresh = NULL;
	for (int i = 0; i < 100 && (!fresh || X509_cmp(first, fresh) == 0); i++) { /* the self-test takes its moment */
		X509_free(fresh);
		SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
		SSL *ssl = SSL_new(settings);
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(fd, (struct sockaddr *)&p.address, sizeof p.address), 0);
		SSL_set_fd(ssl, fd);
		fresh = SSL_connect(ssl) == 1 ? SSL_get1_peer_certificate(ssl) : NULL;
		SSL_free(ssl);
		SSL_CTX_free(settings);
		close(fd);
	}
	assert_non_null(fresh);
	assert_int_not_equal(X509_cmp(first, fresh), 0);
	X509_free(first);
	X509_free(kept);
	X509_free(still);
	X509_free(fresh);
	process_stop(&p);
	test_keeper_stop(&other);
}

static void supervisor_is_asked_for_workers(void **state)
{
	struct process p;
	struct child_worker_wanted wanted;
	X509 *certificate;
	(void)state;
	process_start(&p, LANE_PUBLIC);
	pid_t client = fork();
	if (client == 0)
		_exit(ask(&p, "/contoso.example/v2.0/.well-known/openid-configuration", &certificate) == 503 ? 0 : 1);
	receive(&p, &wanted, sizeof wanted);
	assert_int_equal(wanted.kind, CHILD_WORKER_WANTED);
	assert_int_equal(wanted.worker.role, ROLE_IDENTITY);
	struct supervisor_answer answer = { .kind = SUPERVISOR_NO_WORKER, .worker = wanted.worker, .result = ERR_UNAVAILABLE };
	assert_false(failed(channel_send(p.supervisor, bytes_of(&answer, sizeof answer), NULL)));
	int status;
	assert_int_equal(waitpid(client, &status, 0), client);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	process_stop(&p);
}

static void operator_speaks_plain_http_on_its_socket(void **state)
{
	struct process p;
	struct child_worker_wanted wanted;
	struct sockaddr_un path = { .sun_family = AF_UNIX };
	static const char request[] = "GET /platform/v1/tenants HTTP/1.1\r\nHost: x\r\n\r\n";
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
	struct http_request_message message;
	struct channel_fds none = { .count = 0 };
	char answer[4096] = "";
	size_t len;
	int ends[2];
	(void)state;
	process_start(&p, LANE_OPERATOR);
	snprintf(path.sun_path, sizeof path.sun_path, "%s", p.socket);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&path, sizeof path), 0);
	assert_int_equal(send(fd, request, sizeof request - 1, 0), sizeof request - 1);
	receive(&p, &wanted, sizeof wanted);
	assert_int_equal(wanted.worker.role, ROLE_CONTROL);
	assert_false(failed(channel_pair(ends)));
	send_channel(&p, (struct channel_binding){ .kind = CHANNEL_HTTP, .peer = ROLE_CONTROL, .lane = LANE_OPERATOR }, ends[1]);
	assert_false(failed(channel_wait(ends[0], 10000)));
	assert_false(failed(channel_receive(ends[0], raw, sizeof raw, &len, NULL)));
	assert_false(failed(http_request_decode(bytes_of(raw, len), &none, &message)));
	struct http_response_message good = { .request_id = message.request_id, .status = 200, .body = { .memory_fd = -1 } };
	assert_false(failed(http_response_send(ends[0], &good)));
	assert_true(recv(fd, answer, sizeof answer - 1, 0) > 0);
	assert_int_equal(strncmp(answer, "HTTP/1.1 200 OK\r\n", 17), 0);
	assert_null(strstr(answer, "strict-transport-security"));
	close(fd);
	close(ends[0]);
	process_stop(&p);
}

enum { MANY = 10000 };

/* A tenant with a domain and an environment, MANY times. */
static void many_routes(struct buffer *b)
{
	static const char *const parts[] = { "],\"environments\":[", "]}" };
	char row[256];
	buffer_init(b, ROUTES_BYTES_MAX);
	buffer_append_str(b, S("{\"origin\":\"https://localhost:8443\",\"tenants\":["));
	for (int part = 0; part < 2; part++) {
		for (int i = 0; i < MANY; i++) {
			const char *comma = i ? "," : "";
			if (part == 0)
				snprintf(row, sizeof row, "%s{\"id\":\"1f3a09bc-0000-4000-8000-%012d\",\"names\":[\"t%d.example\"]}", comma, i, i);
			else
				snprintf(row, sizeof row, "%s{\"tenant\":\"1f3a09bc-0000-4000-8000-%012d\",\"id\":"
							  "\"3d3a09bc-0000-4000-8000-%012d\",\"name\":\"e%d\"}", comma, i, i, i);
			buffer_append_str(b, str_of(row));
		}
		buffer_append_str(b, str_of(parts[part]));
	}
	assert_false(b->failed);
}

static void send_routes(struct process *p, int file, uint64_t number)
{
	struct supervisor_facts message = { .kind = SUPERVISOR_FACTS, .known = 1, .routes_number = number };
	struct channel_fds fds = { { file }, 1 };
	assert_false(failed(channel_send(p->supervisor, bytes_of(&message, sizeof message), &fds)));
	close(file);
}

static int file_of(bytes content, bool sealed)
{
	int file = -1;
	if (sealed) {
		assert_false(failed(memory_file_new(content, &file)));
		return file;
	}
	file = memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(file >= 0);
	assert_false(failed(fd_write_all(file, content)));
	return file;
}

static int status_of(struct process *p, const char *path)
{
	X509 *certificate;
	int status = ask(p, path, &certificate);
	X509_free(certificate);
	return status;
}

/* Asks in a process of its own, since the answer needs a worker: which one the edge wants. */
static struct worker_name worker_wanted_for(struct process *p, const char *path)
{
	struct child_worker_wanted wanted;
	int status;
	pid_t client = fork();
	if (client == 0)
		_exit(status_of(p, path) == 503 ? 0 : 1);
	receive(p, &wanted, sizeof wanted);
	struct supervisor_answer answer = { .kind = SUPERVISOR_NO_WORKER, .worker = wanted.worker, .result = ERR_UNAVAILABLE };
	assert_int_equal(wanted.kind, CHILD_WORKER_WANTED);
	assert_false(failed(channel_send(p->supervisor, bytes_of(&answer, sizeof answer), NULL)));
	assert_int_equal(waitpid(client, &status, 0), client);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return wanted.worker;
}

static void ten_thousand_tenants_are_routed_once_it_says_so(void **state)
{
	struct process p;
	struct buffer text;
	struct routes_told told;
	struct uuid last;
	(void)state;
	process_start(&p, LANE_PUBLIC);
	many_routes(&text);
	assert_true(text.len > CHANNEL_MESSAGE_BYTES_MAX);
	assert_int_equal(status_of(&p, "/e/e9999/api"), 404);
	send_routes(&p, file_of(buffer_bytes(&text), true), 7);
	receive(&p, &told, sizeof told);
	assert_int_equal(told.kind, CHILD_TOLD);
	assert_int_equal(told.number, 7);
	struct worker_name identity = worker_wanted_for(&p, "/t9999.example/v1.0/users");
	assert_int_equal(identity.role, ROLE_IDENTITY);
	struct worker_name data = worker_wanted_for(&p, "/e/e9999/api/data/v9.2/WhoAmI");
	assert_int_equal(data.role, ROLE_DATA);
	assert_false(failed(uuid_parse(S("1f3a09bc-0000-4000-8000-000000009999"), &last)));
	assert_true(uuid_equal(&identity.tenant, &last) && uuid_equal(&data.tenant, &last));
	assert_int_equal(status_of(&p, "/contoso.example/v1.0/users"), 400); /* of the table before */
	buffer_release(&text);
	process_stop(&p);
}

/* What its sender could still change, what is no table and what is too long leave the old one in use, and are not claimed to be. */
static void bad_routes_are_not_taken(void **state)
{
	static const char other[] = "{\"origin\":\"https://localhost:8443\",\"tenants\":[],\"environments\":[]}";
	struct process p;
	struct routes_told told;
	(void)state;
	process_start(&p, LANE_PUBLIC);
	int large = memfd_create("large", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(large, ROUTES_BYTES_MAX + 1), 0);
	assert_int_equal(fcntl(large, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL), 0);
	send_routes(&p, file_of(bytes_of_str(S(other)), false), 2);
	send_routes(&p, file_of(bytes_of_str(S("[]")), true), 3);
	send_routes(&p, file_of(bytes_of_str(S("")), true), 4);
	send_routes(&p, large, 5);
	struct worker_name identity = worker_wanted_for(&p, "/contoso.example/v1.0/users"); /* nothing was said before this */
	assert_int_equal(identity.role, ROLE_IDENTITY);
	send_routes(&p, file_of(bytes_of_str(S(other)), true), 6);
	receive(&p, &told, sizeof told);
	assert_int_equal(told.number, 6);
	assert_int_equal(status_of(&p, "/contoso.example/v1.0/users"), 400);
	process_stop(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_is_replaced_only_by_one_whose_key_is_held),
		cmocka_unit_test(supervisor_is_asked_for_workers),
		cmocka_unit_test(ten_thousand_tenants_are_routed_once_it_says_so),
		cmocka_unit_test(bad_routes_are_not_taken),
		cmocka_unit_test(operator_speaks_plain_http_on_its_socket),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
