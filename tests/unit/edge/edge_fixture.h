/* A real edge in a process of its own, on loopback; the test is its clients and its workers. The process gets worker
 * channels from the test over a control channel: one `struct worker_name` with a descriptor per message. TLS keys are
 * held by a process that plays the keeper (test_keeper.h). */
#ifndef TESTS_EDGE_FIXTURE_H
#define TESTS_EDGE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "edge/edge.h"
#include "ipc/http_message.h"

#define TENANT_TEXT "1f3a09bc-0000-4000-8000-000000000001"
#define OTHER_TENANT_TEXT "2e3a09bc-0000-4000-8000-000000000002"
#define ENVIRONMENT_TEXT "3d3a09bc-0000-4000-8000-000000000003"

struct edge_fixture {
	pid_t pid;
	int port, control, wanted; /* control: channels in; wanted: worker names out, counters out */
	char folder[64];
};

/* Settings start from the defaults; `change` may be null. tls: make a P-256 certificate and listen with it. */
void edge_fixture_start(struct edge_fixture *f, void (*change)(struct edge_settings *settings), bool tls);
/* Ends the process and checks that it ended well (sanitizers included). */
void edge_fixture_stop(struct edge_fixture *f);
/* The next worker that the edge asks for; fails the test after 5 s. */
struct worker_name edge_fixture_wanted(struct edge_fixture *f);
/* Gives the edge a channel to it; returns our end. */
int edge_fixture_worker(struct edge_fixture *f, const struct worker_name *name);
void edge_fixture_no_worker(struct edge_fixture *f, const struct worker_name *name, int result);
/* Processor time that the edge has used, in ms. */
long edge_fixture_cpu_ms(const struct edge_fixture *f);

int client_connect(const struct edge_fixture *f);
void client_send(int fd, const char *text);
/* Reads one whole answer (head and content-length body) or until the end; NUL-terminated. */
size_t client_read_response(int fd, char *to, size_t capacity);
/* True when the server has closed within the time. */
bool client_sees_end(int fd, int timeout_ms);

/* One request of the edge, received by a worker. */
struct worker_request {
	uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
	struct http_request_message message;
};
void worker_receive(int channel, struct worker_request *out);
void worker_answer(int channel, const struct http_request_message *request, int status, const char *body);
str request_header(const struct http_request_message *m, const char *name);

#endif
