#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "edge/edge_internal.h"

#define NS_PER_MS INT64_C(1000000)
enum { READS_PER_TURN = 4, LINGER_BYTES_MAX = 4 << 20 };

static int64_t now_of(const struct connection *c)
{
	return loop_now_ns(c->edge->loop);
}

/* --- deadlines: one timer, moved only when it must fire earlier --- */

static void arm(struct connection *c)
{
	int64_t due = c->deadline_ns < c->write_deadline_ns ? c->deadline_ns : c->write_deadline_ns;
	if (c->closed || due == INT64_MAX || (c->timer.heap_index && c->timer.due_ns <= due))
		return;
	if (failed(loop_timer_set(c->edge->loop, &c->timer, due)))
		connection_close(c);
}

void connection_set_deadline(struct connection *c, int64_t due_ns)
{
	c->deadline_ns = due_ns;
	arm(c);
}

/* Something waits to be sent: the client must take write_rate_min octets/s in each window. */
static void watch_writing(struct connection *c)
{
	int64_t window_ns = c->edge->settings.write_window_ms * NS_PER_MS;
	if (!connection_has_output(c)) {
		c->write_deadline_ns = INT64_MAX;
	} else if (c->write_deadline_ns == INT64_MAX) {
		c->written_mark = c->written;
		c->write_deadline_ns = now_of(c) + window_ns;
		arm(c);
	}
}

static bool reads_too_slowly(struct connection *c)
{
	const struct edge_settings *s = &c->edge->settings;
	uint64_t least = (uint64_t)s->write_rate_min * s->write_window_ms / 1000;
	if (c->written - c->written_mark < least)
		return true;
	c->written_mark = c->written;
	c->write_deadline_ns = now_of(c) + s->write_window_ms * NS_PER_MS;
	return false;
}

/* Closes with a reset: the kernel would else keep what is unsent, megabytes of it, for as long as the peer likes. */
static void close_hard(struct connection *c)
{
	struct linger none = { .l_onoff = 1, .l_linger = 0 };
	(void)setsockopt(c->watch.fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
	connection_close(c);
}

static void timer_fired(struct loop_timer *timer)
{
	struct connection *c = timer->owner;
	int64_t now = now_of(c);
	if (c->write_deadline_ns <= now && reads_too_slowly(c)) {
		c->edge->counters.deadline_closes++;
		close_hard(c);
		return;
	}
	if (c->deadline_ns <= now) {
		c->deadline_ns = INT64_MAX;
		c->edge->counters.deadline_closes++;
		if (c->phase == PHASE_OPEN && c->protocol)
			c->protocol->expired(c);
		else
			connection_close(c);
	}
	arm(c);
}

/* --- incomplete heads --- */

static void heads_remove(struct connection_list *list, struct connection *c)
{
	*(c->previous_head ? &c->previous_head->next_head : &list->head) = c->next_head;
	*(c->next_head ? &c->next_head->previous_head : &list->tail) = c->previous_head;
	c->next_head = c->previous_head = NULL;
	list->count--;
}

void connection_head_began(struct connection *c)
{
	struct connection_list *list = &c->edge->heads;
	if (c->head_pending)
		return;
	c->head_pending = true;
	c->next_head = NULL;
	c->previous_head = list->tail;
	*(list->tail ? &list->tail->next_head : &list->head) = c;
	list->tail = c;
	if (++list->count > c->edge->settings.connections_max / 4 && list->head != c)
		connection_close(list->head);
}

void connection_head_ended(struct connection *c)
{
	if (!c->head_pending)
		return;
	c->head_pending = false;
	heads_remove(&c->edge->heads, c);
}

/* --- closing --- */

static void list_remove(struct connection_list *list, struct connection *c)
{
	*(c->previous ? &c->previous->next : &list->head) = c->next;
	*(c->next ? &c->next->previous : &list->tail) = c->previous;
	list->count--;
}

void connection_close(struct connection *c)
{
	struct edge *edge = c->edge;
	if (c->closed)
		return;
	c->closed = true;
	if (c->protocol)
		c->protocol->release(c);
	connection_head_ended(c);
	loop_timer_stop(edge->loop, &c->timer);
	loop_remove(edge->loop, &c->watch);
	tls_session_free(c->tls);
	c->tls = NULL;
	close(c->watch.fd);
	edge_buffer_give(edge, &c->in);
	edge_buffer_give(edge, &c->out);
	source_table_remove(edge->sources, c->client.source_hash);
	list_remove(&edge->connections, c);
	edge->counters.connections = edge->connections.count;
	c->next = edge->graveyard.head;
	edge->graveyard.head = c;
	/* fires at the end of this turn; without memory for it the next connection's reaping takes this one along */
	err e = loop_timer_set(edge->loop, &edge->reaper, loop_now_ns(edge->loop));
	(void)e;
}

void connections_reap(struct edge *edge)
{
	while (edge->graveyard.head) {
		struct connection *c = edge->graveyard.head;
		edge->graveyard.head = c->next;
		free(c);
	}
}

void connection_linger(struct connection *c)
{
	if (c->closed || c->phase == PHASE_LINGER)
		return;
	c->phase = PHASE_LINGER;
	connection_head_ended(c);
	if (c->tls)
		tls_session_shutdown(c->tls);
	if (c->ended || shutdown(c->watch.fd, SHUT_WR) != 0) {
		connection_close(c);
		return;
	}
	c->written = 0; /* from here on: octets thrown away */
	connection_set_deadline(c, now_of(c) + c->edge->settings.linger_ms * NS_PER_MS);
}

/* The answer is out; what the client still sends is read from the socket, unseen, for a moment: most clients send a body that is
 * some megabytes too long to its end before they look at the answer, and a reset would take the answer from them. */
static void drain(struct connection *c)
{
	uint8_t waste[4096];
	ssize_t n;
	while ((n = recv(c->watch.fd, waste, sizeof waste, 0)) > 0) {
		c->written += (size_t)n;
		if (c->written > LINGER_BYTES_MAX)
			break;
	}
	if (n >= 0 || (errno != EAGAIN && errno != EINTR))
		connection_close(c);
}

/* --- input --- */

static enum tls_result read_plain(struct connection *c, uint8_t *to, size_t capacity, size_t *out_len)
{
	ssize_t n = recv(c->watch.fd, to, capacity, 0);
	*out_len = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return TLS_DONE;
	if (n == 0)
		return TLS_ENDED;
	return errno == EAGAIN || errno == EINTR ? TLS_WANT_READ : TLS_FATAL;
}

static bool has_room(const struct connection *c)
{
	return c->in.len <= CONNECTION_IN_BYTES_MAX - CONNECTION_READ_BYTES;
}

void connection_read(struct connection *c)
{
	for (int i = 0; i < READS_PER_TURN && has_room(c) && !c->ended; i++) {
		size_t len = 0;
		if (!c->in.at)
			edge_buffer_take(c->edge, &c->in);
		uint8_t *to = buffer_reserve(&c->in, CONNECTION_READ_BYTES);
		enum tls_result result = !to ? TLS_FATAL : c->tls ? tls_session_read(c->tls, to, CONNECTION_READ_BYTES, &len)
						 : read_plain(c, to, CONNECTION_READ_BYTES, &len);
		c->in.len += len;
		c->edge->counters.bytes_in += len;
		if (result == TLS_FATAL) {
			connection_close(c);
			return;
		}
		c->ended = c->ended || result == TLS_ENDED;
		/* a short read has emptied the socket; asking again would only cost a system call */
		bool more = c->tls ? tls_session_has_pending(c->tls) : len == CONNECTION_READ_BYTES;
		if (result != TLS_DONE || !more)
			break;
	}
	if (c->in.len == 0)
		edge_buffer_give(c->edge, &c->in);
}

void connection_forget_input(struct connection *c, size_t octets)
{
	if (octets < c->in.len) {
		memmove(c->in.at, c->in.at + octets, c->in.len - octets);
		c->in.len -= octets;
	} else {
		edge_buffer_give(c->edge, &c->in);
	}
}

/* --- output --- */

struct buffer *connection_out(struct connection *c)
{
	if (!c->out.at)
		edge_buffer_take(c->edge, &c->out);
	return &c->out;
}

static enum tls_result write_plain(struct connection *c, size_t *out_len)
{
	struct iovec parts[2] = { { c->out.at + c->out_sent, c->out.len - c->out_sent },
				  { (void *)(uintptr_t)c->tail.at, c->tail.len } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n = sendmsg(c->watch.fd, &message, MSG_NOSIGNAL);
	*out_len = n > 0 ? (size_t)n : 0;
	return n >= 0 ? TLS_DONE : errno == EAGAIN || errno == EINTR ? TLS_WANT_WRITE : TLS_FATAL;
}

static enum tls_result write_secure(struct connection *c, size_t *out_len)
{
	bytes head = { c->out.at + c->out_sent, c->out.len - c->out_sent };
	return tls_session_write(c->tls, head.len ? head : c->tail, out_len);
}

static void took(struct connection *c, size_t n)
{
	size_t head = c->out.len - c->out_sent;
	c->written += n;
	c->edge->counters.bytes_out += n;
	if (n < head) {
		c->out_sent += n;
		return;
	}
	c->tail = bytes_from(c->tail, n - head);
	c->out_sent = 0;
	edge_buffer_give(c->edge, &c->out);
}

bool connection_flush(struct connection *c)
{
	while (!c->closed && connection_has_output(c)) {
		size_t n = 0;
		enum tls_result result = c->tls ? write_secure(c, &n) : write_plain(c, &n);
		if (result == TLS_FATAL || result == TLS_ENDED) {
			connection_close(c);
			return false;
		}
		c->write_blocked = result != TLS_DONE;
		if (c->write_blocked)
			break;
		took(c, n);
	}
	if (c->closed)
		return false;
	watch_writing(c);
	return !connection_has_output(c);
}

/* --- the loop --- */

void connection_watch(struct connection *c)
{
	unsigned wanted = 0;
	if (c->closed)
		return;
	if (c->phase == PHASE_LINGER)
		wanted = LOOP_READ;
	else if (c->keeper_wait)
		wanted = 0;
	else if (c->phase == PHASE_HANDSHAKE)
		wanted = c->write_blocked ? LOOP_WRITE : LOOP_READ;
	else
		wanted = (!c->ended && has_room(c) && c->protocol->wants_input(c) ? LOOP_READ : 0) |
			 (connection_has_output(c) ? LOOP_WRITE : 0);
	if (wanted != c->interest && failed(loop_change(c->edge->loop, &c->watch, wanted)))
		connection_close(c);
	c->interest = wanted;
}

static void opened(struct connection *c)
{
	c->phase = PHASE_OPEN;
	c->write_blocked = false;
	if (c->tls && tls_session_is_http2(c->tls))
		http2_start(c);
	else
		http1_start(c);
}

static void handshake(struct connection *c)
{
	switch (tls_session_handshake(c->tls)) {
	case TLS_DONE:
		opened(c);
		break;
	case TLS_WANT_READ:
		c->write_blocked = false;
		break;
	case TLS_WANT_WRITE:
		c->write_blocked = true;
		break;
	case TLS_WANT_KEEPER:
		c->keeper_wait = true;
		break;
	default: /* trap 1.2: a fatal result closes, or the loop would spin on this socket for ever */
		c->edge->counters.handshake_failures++;
		connection_close(c);
	}
}

/* TLS may hold octets that the socket no longer shows (trap 2.2), hence the second look. */
void connection_serve(struct connection *c)
{
	if (c->phase == PHASE_HANDSHAKE)
		handshake(c);
	while (!c->closed && c->phase == PHASE_OPEN) {
		if (c->protocol->wants_input(c))
			connection_read(c);
		if (!c->closed)
			c->protocol->advance(c);
		if (c->closed || c->phase != PHASE_OPEN || !c->tls || !has_room(c) || c->ended ||
		    !c->protocol->wants_input(c) || !tls_session_has_pending(c->tls))
			break;
	}
	connection_watch(c);
}

void connection_go_on(struct connection *c)
{
	if (!c->closed && c->phase == PHASE_OPEN)
		c->protocol->advance(c);
	if (!c->closed && c->phase == PHASE_OPEN && c->tls && c->protocol->wants_input(c) && tls_session_has_pending(c->tls))
		connection_serve(c);
	else
		connection_watch(c);
}

static void keeper_answered(void *owner)
{
	struct connection *c = owner;
	c->keeper_wait = false;
	connection_serve(c);
}

static void socket_ready(struct loop_watch *watch, unsigned events)
{
	struct connection *c = watch->owner;
	if (events & LOOP_HANGUP && !(c->interest & LOOP_READ)) {
		connection_close(c); /* both directions are dead and nobody reads: it would report for ever */
		return;
	}
	if (c->phase == PHASE_LINGER)
		drain(c);
	else
		connection_serve(c);
}

static void set_socket_options(int fd, uint32_t stall_ms)
{
	int on = 1;
	unsigned timeout_ms = stall_ms * 2;
	/* fails on a Unix socket, where neither is needed */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

static bool start(struct connection *c)
{
	struct edge *edge = c->edge;
	c->interest = LOOP_READ;
	if (failed(loop_add(edge->loop, &c->watch, LOOP_READ)))
		return false;
	if (!c->secure)
		return true;
	c->tls = tls_session_new(edge->tls, c->watch.fd, keeper_answered, c);
	if (c->tls)
		return true;
	loop_remove(edge->loop, &c->watch);
	return false;
}

void connection_open(struct edge *edge, int fd, const struct client *client, bool tls)
{
	struct connection *c = calloc(1, sizeof *c);
	if (!c) {
		source_table_remove(edge->sources, client->source_hash);
		close(fd);
		return;
	}
	c->edge = edge;
	c->client = *client;
	c->secure = tls;
	c->watch = (struct loop_watch){ .fd = fd, .ready = socket_ready, .owner = c };
	c->timer = (struct loop_timer){ .fire = timer_fired, .owner = c };
	c->opened_ns = now_of(c);
	c->deadline_ns = c->write_deadline_ns = INT64_MAX;
	set_socket_options(fd, edge->settings.write_window_ms);
	if (!start(c)) {
		source_table_remove(edge->sources, client->source_hash);
		close(fd);
		free(c);
		return;
	}
	c->next = edge->connections.head;
	if (c->next)
		c->next->previous = c;
	else
		edge->connections.tail = c;
	edge->connections.head = c;
	edge->counters.connections = ++edge->connections.count;
	connection_set_deadline(c, c->opened_ns + edge->settings.handshake_ms * NS_PER_MS);
	if (!tls)
		opened(c);
}
