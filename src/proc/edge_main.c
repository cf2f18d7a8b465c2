/* The edge's process: connects edge/ to the supervisor, the configuration and the keeper. It may accept connections on the
 * sockets it inherited, talk to workers and the keeper over channels it is handed, and read the files it is handed:
 * certificate, configuration, routing table. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/console_files.h"
#include "edge/edge.h"
#include "edge/tls_context.h"
#include "edge/tls_keeper.h"
#include "host/config.h"
#include "host/file.h"
#include "host/log.h"
#include "proc/child.h"
#include "proc/own_events.h"

enum { FIRST_LISTENER_FD = 4, DESCRIPTORS_OWN = 256, CONFIG_ARENA_BYTES = 256 * 1024, CERTIFICATE_BYTES_MAX = 256 * 1024 };

struct edge_process {
	struct child *child;
	struct edge *edge;
	struct arena *config_arena;
	struct config config;
	struct tls_library *library;
	struct tls_keeper *keeper;
	struct tls_context *context, *candidate; /* in use; being tested */
	struct ticket_key tickets[TICKET_KEYS_MAX];
	size_t ticket_count;
	struct own_events *events;
};

/* --- ports of the edge --- */

static void worker_wanted(void *self, const struct worker_name *name)
{
	struct edge_process *p = self;
	struct child_worker_wanted message = { .kind = CHILD_WORKER_WANTED, .worker = *name };
	err e = child_send(p->child, &message, sizeof message);
	if (failed(e)) {
		log_err("asking for a worker", e);
		edge_no_worker(p->edge, name, err_kind_of(e));
	}
}

static void drained(void *self)
{
	struct edge_process *p = self;
	loop_stop(p->child->loop);
}

/* An IPv6 client has a /64 to choose its address from: that is one source. */
static void refused(void *self, const char *reason, const uint8_t address[static 16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	struct edge_process *p = self;
	struct tally_key key = { .op = "refuse.request", .reason = reason };
	memcpy(key.address, address, memcmp(address, mapped, sizeof mapped) == 0 ? 16 : 8);
	own_events_refused(p->events, &key);
}

/* --- configuration --- */

static struct edge_settings settings_of(const struct config *c)
{
	struct edge_settings s = edge_settings_default();
	s.origin = c->origin;
	s.connections_max = c->max_connections;
	s.connections_per_source_max = c->connections_per_source;
	s.handshake_ms = c->handshake_s * 1000;
	s.head_ms = c->head_s * 1000;
	s.idle_ms = c->idle_connection_s * 1000;
	s.body_grace_ms = c->body_grace_s * 1000;
	s.body_rate_min = c->body_min_rate;
	s.h2_stall_ms = c->response_stall_s * 1000;
	s.write_window_ms = c->response_stall_s * 500; /* judged twice within the time */
	s.body_bytes_max = c->body_bytes_max;
	s.upload_bytes_max = c->upload_bytes_max;
	s.queue_per_tenant_max = c->queue_per_tenant;
	s.queue_total_max = c->queue_total;
	s.caller_concurrent_max = c->user_concurrent;
	return s;
}

/* Connections that the descriptors of this process do not suffice for are given up, loudly, instead of not starting. */
static void fit_descriptors(struct edge_settings *s)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return;
	/* a connection has its socket and perhaps a body in a file */
	rlim_t room = limit.rlim_cur > 2 * DESCRIPTORS_OWN ? (limit.rlim_cur - DESCRIPTORS_OWN) * 3 / 4 : DESCRIPTORS_OWN;
	if (s->connections_max <= room)
		return;
	log_line(LOG_WARNING, "max_connections lowered from %u to %u: this process may have %llu descriptors",
		 s->connections_max, (unsigned)room, (unsigned long long)limit.rlim_cur);
	s->connections_max = (uint32_t)room;
}

static err read_handed(const struct edge_process *p, enum handed_file file, size_t size_max, struct arena *arena, bytes *out)
{
	int fd = child_handed(p->child, file);
	if (fd < 0)
		FAIL(ERR_NOT_FOUND, "the file was not handed over");
	if (lseek(fd, 0, SEEK_SET) != 0)
		FAIL(ERR_INVALID, "what was handed over is not a file");
	return fd_read_all(fd, size_max, arena, out);
}

static err read_config(struct edge_process *p, struct arena **out_arena, struct config *out)
{
	struct arena *arena = arena_new(CONFIG_ARENA_BYTES);
	bytes text;
	int line = 0;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for the configuration");
	err e = read_handed(p, HANDED_CONFIG, CONFIG_BYTES_MAX, arena, &text);
	if (!failed(e))
		e = config_parse(str_of_bytes(text), arena, out, &line);
	if (failed(e)) {
		log_line(LOG_ERROR, "bailiwick.conf, line %d: %s", line, err_why(e));
		arena_free(arena);
		return e;
	}
	*out_arena = arena;
	return OK;
}

/* --- certificates --- */

/* "localhost" of "https://localhost:8443". */
static str host_of(str origin)
{
	str authority = str_from(origin, sizeof "https://" - 1);
	size_t from = authority.len && authority.at[0] == '[' ? str_find_char(authority, ']', 0) : 0;
	return str_slice(authority, 0, str_find_char(authority, ':', from == SIZE_MAX ? 0 : from));
}

static void candidate_tested(void *self, err outcome)
{
	struct edge_process *p = self;
	if (failed(outcome)) {
		log_err(p->context ? "new certificate; the old one stays in use" : "certificate", outcome);
		tls_context_free(p->candidate);
		p->candidate = NULL;
		return;
	}
	edge_set_tls(p->edge, p->candidate);
	tls_context_free(p->context);
	p->context = p->candidate;
	p->candidate = NULL;
	log_line(LOG_INFO, "certificate in use");
}

static err make_candidate(struct edge_process *p, struct arena *arena)
{
	bytes pem;
	TRY(read_handed(p, HANDED_CERTIFICATE, CERTIFICATE_BYTES_MAX, arena, &pem));
	struct tls_options options = { .certificate_pem = pem, .host = host_of(p->config.origin), .http2 = true };
	return tls_context_new(p->library, &options, &p->candidate);
}

static void load_certificate(struct edge_process *p)
{
	struct arena *arena = p->candidate ? NULL : arena_new(2 * CERTIFICATE_BYTES_MAX);
	if (!arena) /* one is being tested already; the next reload tells again */
		return;
	err e = make_candidate(p, arena);
	arena_free(arena);
	if (failed(e)) {
		log_err(p->context ? "new certificate; the old one stays in use" : "certificate", e);
		return;
	}
	tls_context_set_tickets(p->candidate, p->tickets, p->ticket_count);
	tls_context_self_test(p->candidate, candidate_tested, p);
}

static void tickets_came(void *self, const struct ticket_key *keys, size_t count)
{
	struct edge_process *p = self;
	memcpy(p->tickets, keys, count * sizeof *keys);
	p->ticket_count = count;
	if (p->context)
		tls_context_set_tickets(p->context, keys, count);
	if (p->candidate)
		tls_context_set_tickets(p->candidate, keys, count);
}

static err open_tls(struct edge_process *p)
{
	TRY(tls_keeper_new(p->child->loop, tickets_came, p, &p->keeper));
	struct tls_signer signer = tls_keeper_signer(p->keeper);
	return tls_library_new(&signer, &p->library);
}

/* --- the routing table --- */

/* Once sealed nobody can change it, so it is read where it lies. */
static err take_routes(struct edge_process *p)
{
	SCOPED(memory_view) routes = { 0 };
	int fd = child_handed(p->child, HANDED_ROUTES);
	if (fd < 0)
		FAIL(ERR_INVALID, "no routing table was handed over");
	TRY(memory_view_open(fd, ROUTES_BYTES_MAX, &routes));
	if (routes.len == 0)
		FAIL(ERR_INVALID, "empty routing table");
	return edge_set_facts(p->edge, str_of_bytes(bytes_of(routes.at, routes.len)));
}

/* --- hooks --- */

static err open_edge(struct child *child)
{
	struct edge_process *p = child->self;
	bool is_public = child->start.lane == LANE_PUBLIC;
	struct stat folder;
	p->child = child;
	if (stat(child->start.folder, &folder) != 0)
		FAIL(ERR_NOT_FOUND, "the installation's folder");
	TRY(read_config(p, &p->config_arena, &p->config));
	struct edge_options options = { .loop = child->loop, .settings = settings_of(&p->config), .lane = child->start.lane,
					.ports = { worker_wanted, drained, p, refused }, .owner = folder.st_uid };
	if (is_public)
		options.files = console_files;
	fit_descriptors(&options.settings);
	TRY(own_events_new(child->loop, &p->events));
	TRY(edge_new(&options, &p->edge));
	TRY(take_routes(p));
	if (is_public)
		TRY(open_tls(p));
	for (int i = 0; i < child->start.inherited_fd_count; i++)
		TRY(edge_listen(p->edge, FIRST_LISTENER_FD + i, is_public));
	return OK;
}

static err take_channel(struct child *child, const struct channel_binding *binding, int fd)
{
	struct edge_process *p = child->self;
	struct worker_name name = { binding->peer, binding->tenant, binding->environment };
	switch (binding->kind) {
	case CHANNEL_HTTP:
		return edge_worker_channel(p->edge, &name, fd);
	case CHANNEL_KEEPER:
		if (!p->keeper)
			break;
		TRY(tls_keeper_set_channel(p->keeper, fd));
		if (!p->context)
			load_certificate(p);
		return OK;
	case CHANNEL_RECORDER:
		return own_events_set_channel(p->events, fd);
	default:
		break;
	}
	channel_fds_close(&(struct channel_fds){ .fd = { fd }, .count = 1 }); /* not one that this lane uses */
	return OK;
}

static void take_facts(struct child *child)
{
	struct edge_process *p = child->self;
	struct routes_told told = { .kind = CHILD_TOLD, .number = child->routes_number };
	err e = take_routes(p);
	if (failed(e)) {
		log_err("routing table; the old one stays in use", e);
		return;
	}
	e = child_send(child, &told, sizeof told);
	if (failed(e))
		log_err("saying that a routing table is in use", e);
}

static void reload_config(struct edge_process *p)
{
	struct arena *arena;
	struct config fresh;
	if (failed(read_config(p, &arena, &fresh))) {
		log_line(LOG_WARNING, "the configuration was not read again: limits stay as they are");
		return;
	}
	struct edge_settings settings = settings_of(&fresh);
	edge_set_settings(p->edge, &settings);
	arena_free(p->config_arena);
	p->config_arena = arena;
	p->config = fresh;
}

/* Limits, and the certificate that the supervisor hands over. Sockets and the origin take a restart. */
static void reload(struct child *child)
{
	struct edge_process *p = child->self;
	reload_config(p);
	if (p->library)
		load_certificate(p);
}

static void take_message(struct child *child, bytes raw)
{
	struct edge_process *p = child->self;
	struct supervisor_answer answer;
	if (raw.len != sizeof answer)
		return;
	memcpy(&answer, raw.at, sizeof answer);
	if (answer.kind == SUPERVISOR_NO_WORKER)
		edge_no_worker(p->edge, &answer.worker, answer.result);
}

static void stop(struct child *child)
{
	struct edge_process *p = child->self;
	edge_stop(p->edge);
}

static void close_edge(struct child *child)
{
	struct edge_process *p = child->self;
	edge_free(p->edge);
	own_events_close(p->events);
	tls_keeper_free(p->keeper);
	tls_context_free(p->context);
	tls_library_free(p->library);
	arena_free(p->config_arena);
}

int edge_main(void)
{
	static const struct child_hooks hooks = {
		.role = ROLE_EDGE, .open = open_edge, .channel = take_channel, .facts = take_facts, .reload = reload,
		.stop = stop, .message = take_message, .close = close_edge,
	};
	struct edge_process *p = calloc(1, sizeof *p);
	if (!p)
		return 1;
	int status = child_run(&hooks, p);
	free(p);
	return status;
}
