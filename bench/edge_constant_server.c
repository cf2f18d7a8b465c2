/* The edge alone, for bench/edge_constant: TLS on 127.0.0.1:PORT, the key held by a process beside it. Runs until its standard
 * input ends. usage: edge_constant_server PORT */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "edge/edge.h"
#include "edge/tls_keeper.h"
#include "unit/edge/test_keeper.h"

struct server {
	struct loop *loop;
	struct edge *edge;
	struct tls_context *tls;
};

static void worker_wanted(void *self, const struct worker_name *name)
{
	struct server *s = self;
	edge_no_worker(s->edge, name, ERR_UNAVAILABLE);
}

static void tickets_came(void *self, const struct ticket_key *keys, size_t count)
{
	struct server *s = self;
	tls_context_set_tickets(s->tls, keys, count);
}

static void tested(void *self, err outcome)
{
	struct server *s = self;
	if (failed(outcome))
		exit(1);
	edge_set_tls(s->edge, s->tls);
}

static void input_ready(struct loop_watch *watch, unsigned events)
{
	char waste[16];
	(void)events;
	if (read(watch->fd, waste, sizeof waste) <= 0)
		loop_stop(watch->owner);
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	return bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 1024) == 0 ? fd : -1;
}

int main(int argc, char **argv)
{
	struct server s = { .loop = loop_new() };
	char origin[64];
	struct test_keeper keeper;
	struct tls_keeper *client;
	struct tls_library *library;
	int listener = listen_on((uint16_t)(argc > 1 ? atoi(argv[1]) : 8443));
	signal(SIGPIPE, SIG_IGN);
	snprintf(origin, sizeof origin, "https://localhost:%s", argc > 1 ? argv[1] : "8443");
	struct edge_options options = { .loop = s.loop, .settings = edge_settings_default(), .lane = LANE_PUBLIC,
					.ports = { .worker_wanted = worker_wanted, .self = &s } };
	options.settings.origin = str_of(origin);
	options.settings.requests_per_connection_max = 1 << 30; /* the generator does not reconnect */
	if (listener < 0 || failed(edge_new(&options, &s.edge)) || failed(edge_listen(s.edge, listener, true)) ||
	    failed(tls_keeper_new(s.loop, tickets_came, &s, &client)))
		return 1;
	struct tls_signer signer = tls_keeper_signer(client);
	test_keeper_start(&keeper, TEST_KEY_P256, false);
	struct tls_options tls = { .certificate_pem = keeper.pem, .host = S("localhost"), .http2 = true };
	if (failed(tls_library_new(&signer, &library)) || failed(tls_context_new(library, &tls, &s.tls)) ||
	    failed(tls_keeper_set_channel(client, keeper.channel)))
		return 1;
	tls_context_self_test(s.tls, tested, &s);
	struct loop_watch input = { .fd = 0, .ready = input_ready, .owner = s.loop };
	if (failed(loop_add(s.loop, &input, LOOP_READ)))
		return 1;
	loop_run(s.loop);
	edge_free(s.edge);
	tls_keeper_free(client);
	tls_context_free(s.tls);
	tls_library_free(library);
	test_keeper_stop(&keeper);
	return 0;
}
