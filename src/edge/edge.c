#include "edge/edge.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "edge/edge_internal.h"
#include "edge/tls_context.h"
#include "host/clock.h"
#include "host/log.h"
#include "host/random.h"

enum { ACCEPTS_PER_TURN = 64, POOLED_BUFFER_BYTES_MAX = 64 * 1024 };

/* --- small services --- */

const char *edge_date(struct edge *edge)
{
	int64_t second = instant_seconds(clock_now(&clock_system));
	if (second != edge->date_second) {
		edge->date_second = second;
		http_date_format(second, edge->date);
	}
	return edge->date;
}

struct uuid edge_request_id(struct edge *edge)
{
	uint8_t random[16];
	if (edge->id_pool_left < sizeof random) {
		random_bytes(edge->id_pool, sizeof edge->id_pool);
		edge->id_pool_left = sizeof edge->id_pool;
	}
	edge->id_pool_left -= sizeof random;
	memcpy(random, edge->id_pool + edge->id_pool_left, sizeof random);
	return uuid_v7_from(random, clock_now(&clock_system).ms);
}

void edge_buffer_take(struct edge *edge, struct buffer *out)
{
	if (edge->pool_buffer_count)
		*out = edge->pool_buffers[--edge->pool_buffer_count];
	else
		buffer_init(out, CONNECTION_OUT_BYTES_MAX);
}

void edge_buffer_give(struct edge *edge, struct buffer *buffer)
{
	buffer_clear(buffer);
	if (buffer->at && edge->pool_buffer_count < BUFFER_POOL_MAX && buffer->capacity <= POOLED_BUFFER_BYTES_MAX)
		edge->pool_buffers[edge->pool_buffer_count++] = *buffer;
	else
		buffer_release(buffer);
	*buffer = (struct buffer){ .at = NULL, .len_max = CONNECTION_OUT_BYTES_MAX };
}

void edge_count_response(struct edge *edge, unsigned status)
{
	edge->counters.by_status[status / 100 % COUNT_OF(edge->counters.by_status)]++;
}

static void tell_refused(struct edge *edge, const char *reason, const struct client *client)
{
	if (reason && edge->ports.refused)
		edge->ports.refused(edge->ports.self, reason, client->address);
}

void edge_count_refusal(struct edge *edge, enum refusal refusal, const struct client *client)
{
	edge->counters.refused++;
	tell_refused(edge, refusal_reason(refusal), client);
}

struct edge_counters edge_counters(const struct edge *edge)
{
	return edge->counters;
}

bool edge_answer_constant(struct edge *edge, const struct client *client, const struct http_head *head,
			  const struct route *route, struct edge_response *out)
{
	bool reads = head->method == HTTP_GET || head->method == HTTP_HEAD;
	if (route->kind == ROUTE_WORKER)
		return false;
	if (route->kind == ROUTE_REFUSED) {
		edge_count_refusal(edge, route->refusal, client);
		response_of_refusal(route->refusal, out);
	} else if (route->kind == ROUTE_STATIC) {
		response_of_static(&edge->files, head, out);
	} else if (reads) {
		response_of_health(out);
	} else {
		response_of_refusal(REFUSE_READ_ONLY, out);
	}
	return true;
}

/* --- accepting --- */

static bool peer_may_operate(const struct edge *edge, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof peer;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && (peer.uid == 0 || peer.uid == edge->owner);
}

static void client_of(const struct edge *edge, const struct sockaddr_storage *address, struct client *out)
{
	*out = (struct client){ .port = 0 };
	out->address[10] = out->address[11] = 0xff;
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
		memcpy(out->address + 12, &v4->sin_addr, 4);
		out->port = ntohs(v4->sin_port);
	} else if (address->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
		memcpy(out->address, &v6->sin6_addr, 16);
		out->port = ntohs(v6->sin6_port);
	} else {
		out->address[12] = 127;
		out->address[15] = 1;
	}
	out->source_hash = source_hash(edge->sources, out->address);
}

/* Both caps are judged before TLS costs anything. */
static void admit(struct edge *edge, struct edge_listener *listener, int fd, const struct sockaddr_storage *address)
{
	struct client client;
	client_of(edge, address, &client);
	edge->counters.accepted++;
	if (edge->lane == LANE_OPERATOR && !peer_may_operate(edge, fd)) {
		edge->counters.shed++;
		tell_refused(edge, "not_the_operator", &client);
		log_line(LOG_WARNING, "operator's socket: a peer that is neither root nor the owner was turned away");
		close(fd);
		return;
	}
	uint32_t count = edge->connections.count < edge->settings.connections_max
				 ? source_table_add(edge->sources, client.source_hash) : 0;
	if (count == 0 || (edge->lane != LANE_OPERATOR && count > edge->settings.connections_per_source_max)) {
		if (count)
			source_table_remove(edge->sources, client.source_hash);
		edge->counters.shed++;
		tell_refused(edge, "too_many_connections", &client);
		close(fd);
		return;
	}
	connection_open(edge, fd, &client, listener->tls);
}

/* No descriptor left: the spare one lets us take the connection and drop it, instead of spinning on the listener. */
static void accept_and_drop(struct edge *edge, int listener)
{
	close(edge->spare_fd);
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	edge->spare_fd = fcntl(listener, F_DUPFD_CLOEXEC, 0);
	edge->counters.shed++;
}

static void listener_ready(struct loop_watch *watch, unsigned events)
{
	struct edge_listener *listener = watch->owner;
	struct edge *edge = listener->edge;
	(void)events;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
		socklen_t len = sizeof address;
		int fd = accept4(watch->fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			admit(edge, listener, fd, &address);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE)
			accept_and_drop(edge, watch->fd);
		else if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

err edge_listen(struct edge *edge, int socket, bool tls)
{
	if (edge->listener_count == EDGE_LISTENERS_MAX)
		FAIL(ERR_LIMIT, "too many listening sockets");
	int flags = fcntl(socket, F_GETFL);
	if (flags < 0 || fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0)
		return err_of_errno(errno);
	struct edge_listener *listener = &edge->listeners[edge->listener_count];
	*listener = (struct edge_listener){ .edge = edge, .tls = tls, .waiting = tls && !edge->tls };
	listener->watch = (struct loop_watch){ .fd = socket, .ready = listener_ready, .owner = listener };
	if (!listener->waiting)
		TRY(loop_add(edge->loop, &listener->watch, LOOP_READ));
	edge->listener_count++;
	if (edge->spare_fd < 0)
		edge->spare_fd = fcntl(socket, F_DUPFD_CLOEXEC, 0);
	return OK;
}

void edge_set_tls(struct edge *edge, struct tls_context *tls)
{
	edge->tls = tls;
	for (size_t i = 0; i < edge->listener_count; i++) {
		struct edge_listener *listener = &edge->listeners[i];
		if (!listener->waiting || edge->stopping)
			continue;
		listener->waiting = false;
		err e = loop_add(edge->loop, &listener->watch, LOOP_READ);
		if (failed(e))
			log_err("listening socket", e);
	}
}

/* --- life --- */

static void reap(struct loop_timer *timer)
{
	struct edge *edge = timer->owner;
	connections_reap(edge);
	if (edge->stopping && edge->connections.count == 0 && edge->ports.drained)
		edge->ports.drained(edge->ports.self);
}

static err open_parts(struct edge *edge)
{
	edge->sources = source_table_new(edge->settings.connections_max, edge->seed);
	if (!edge->sources)
		FAIL(ERR_LIMIT, "no memory for the table of sources");
	edge->callers = source_table_new(edge->settings.queue_total_max, edge->seed);
	if (!edge->callers)
		FAIL(ERR_LIMIT, "no memory for the table of callers");
	TRY(routing_table_new(S(""), edge->settings.origin, edge->seed, &edge->routes));
	return worker_pool_new(edge, &edge->pool);
}

err edge_new(const struct edge_options *options, struct edge **out)
{
	struct edge *edge = calloc(1, sizeof *edge);
	if (!edge)
		FAIL(ERR_LIMIT, "no memory for the edge");
	edge->loop = options->loop;
	edge->settings = options->settings;
	snprintf(edge->origin, sizeof edge->origin, "%.*s", STR_ARG(options->settings.origin));
	edge->settings.origin = str_of(edge->origin);
	edge->lane = options->lane;
	edge->ports = options->ports;
	edge->files = options->files;
	edge->owner = options->owner;
	edge->spare_fd = -1;
	edge->reaper = (struct loop_timer){ .fire = reap, .owner = edge };
	random_bytes(&edge->seed, sizeof edge->seed);
	err e = open_parts(edge);
	if (failed(e))
		edge_free(edge);
	else
		*out = edge;
	return e;
}

static void stop_listening(struct edge *edge)
{
	for (size_t i = 0; i < edge->listener_count; i++) {
		if (!edge->listeners[i].waiting)
			loop_remove(edge->loop, &edge->listeners[i].watch);
		close(edge->listeners[i].watch.fd);
	}
	edge->listener_count = 0;
}

void edge_free(struct edge *edge)
{
	if (!edge)
		return;
	stop_listening(edge);
	while (edge->connections.head)
		connection_close(edge->connections.head);
	connections_reap(edge);
	loop_timer_stop(edge->loop, &edge->reaper);
	worker_pool_free(edge->pool);
	routing_table_free(edge->routes);
	source_table_free(edge->sources);
	source_table_free(edge->callers);
	while (edge->pool_buffer_count)
		buffer_release(&edge->pool_buffers[--edge->pool_buffer_count]);
	if (edge->spare_fd >= 0)
		close(edge->spare_fd);
	free(edge);
}

void edge_set_settings(struct edge *edge, const struct edge_settings *settings)
{
	struct edge_settings fresh = *settings;
	if (fresh.connections_max > edge->settings.connections_max)
		log_line(LOG_WARNING, "more connections than at start take a restart");
	fresh.connections_max = edge->settings.connections_max;
	fresh.origin = edge->settings.origin;
	edge->settings = fresh;
}

err edge_set_facts(struct edge *edge, str facts)
{
	struct routing_table *fresh;
	TRY(routing_table_new(facts, edge->settings.origin, edge->seed, &fresh));
	routing_table_free(edge->routes);
	edge->routes = fresh;
	return OK;
}

err edge_worker_channel(struct edge *edge, const struct worker_name *name, int fd)
{
	return worker_pool_channel(edge->pool, name, fd);
}

void edge_no_worker(struct edge *edge, const struct worker_name *name, int result)
{
	worker_pool_no_worker(edge->pool, name, result);
}

void edge_stop(struct edge *edge)
{
	if (edge->stopping)
		return;
	edge->stopping = true;
	stop_listening(edge);
	for (struct connection *c = edge->connections.head, *next; c; c = next) {
		next = c->next;
		if (c->phase == PHASE_OPEN)
			c->protocol->finish(c);
	}
	err e = loop_timer_set(edge->loop, &edge->reaper, loop_now_ns(edge->loop));
	(void)e;
}
