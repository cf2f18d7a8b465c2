#include "proc/supervisor.h"

#include <unistd.h>

#include "host/log.h"
#include "ipc/database_id.h"

/* Who has a standing channel to whom. The client asks, the server answers. What has no row is never connected; edges get
 * their channels to workers when they ask. */
static const struct {
	enum channel_kind kind;
	enum process_role client, server;
	enum { SAME_INSTALLATION, SAME_TENANT } scope;
} rules[] = {
	{ CHANNEL_KEEPER, ROLE_EDGE, ROLE_KEEPER, SAME_INSTALLATION },
	{ CHANNEL_KEEPER, ROLE_CONTROL, ROLE_KEEPER, SAME_INSTALLATION },
	{ CHANNEL_KEEPER, ROLE_IDENTITY, ROLE_KEEPER, SAME_INSTALLATION },
	{ CHANNEL_KEEPER, ROLE_DATA, ROLE_KEEPER, SAME_INSTALLATION },
	{ CHANNEL_KEEPER, ROLE_RECORDER, ROLE_KEEPER, SAME_INSTALLATION },
	{ CHANNEL_RECORDER, ROLE_CONTROL, ROLE_RECORDER, SAME_TENANT }, /* both without a tenant: the installation's */
	{ CHANNEL_RECORDER, ROLE_KEEPER, ROLE_RECORDER, SAME_TENANT },
	{ CHANNEL_RECORDER, ROLE_EDGE, ROLE_RECORDER, SAME_TENANT },
	{ CHANNEL_RECORDER, ROLE_IDENTITY, ROLE_RECORDER, SAME_TENANT },
	{ CHANNEL_RECORDER, ROLE_DATA, ROLE_RECORDER, SAME_TENANT },
	{ CHANNEL_DIRECTORY, ROLE_DATA, ROLE_IDENTITY, SAME_TENANT },
	{ CHANNEL_HASHER, ROLE_IDENTITY, ROLE_HASHER, SAME_INSTALLATION },
};

/* What the receiver of this end is told about the other. A server learns whom its client may speak for. */
static struct channel_binding binding_of(enum channel_kind kind, const struct process *peer, const struct process *client)
{
	return (struct channel_binding){
		.kind = kind,
		.peer = peer->name.role,
		.lane = client->lane,
		.tenant = client->name.tenant,
		.environment = client->name.environment,
		.database = database_id_of(client->name.role, &client->name.tenant, &client->name.environment),
	};
}

static err hand_over(struct process *to, const struct channel_binding *binding, int fd)
{
	struct supervisor_channel message = { .kind = SUPERVISOR_CHANNEL, .binding = *binding };
	struct channel_fds fds = { { fd }, 1 };
	return process_send(to, &message, sizeof message, (str){ 0 }, &fds);
}

static err connect_pair(enum channel_kind kind, struct process *client, struct process *server)
{
	struct channel_binding for_client = binding_of(kind, server, client), for_server = binding_of(kind, client, client);
	int ends[2];
	TRY(channel_pair(ends));
	err e = hand_over(server, &for_server, ends[1]);
	if (!failed(e))
		e = hand_over(client, &for_client, ends[0]);
	close(ends[0]);
	close(ends[1]);
	return e;
}

err channel_edge_to_worker(struct process *edge, struct process *worker)
{
	struct channel_binding for_edge = {
		.kind = CHANNEL_HTTP, .peer = worker->name.role, .lane = edge->lane,
		.tenant = worker->name.tenant, .environment = worker->name.environment,
	};
	struct channel_binding for_worker = { .kind = CHANNEL_HTTP, .peer = ROLE_EDGE, .lane = edge->lane };
	int ends[2];
	TRY(channel_pair(ends));
	err e = hand_over(worker, &for_worker, ends[1]);
	if (!failed(e))
		e = hand_over(edge, &for_edge, ends[0]);
	close(ends[0]);
	close(ends[1]);
	return e;
}

/* Hashers are several: a worker is connected to the one that its pid falls to, so that load spreads without a choice. */
static bool is_chosen(const struct process *server, const struct process *client)
{
	const struct supervisor *s = server->supervisor;
	return server->name.role != ROLE_HASHER || (uint32_t)client->pid % s->hasher_count == server->index;
}

static bool is_up(const struct process *p)
{
	return p->state == PROCESS_STARTING || p->state == PROCESS_RUNNING;
}

static void connect_by_rule(size_t rule, struct process *client, struct process *server)
{
	if (rules[rule].client != client->name.role || rules[rule].server != server->name.role || client == server)
		return;
	if (!is_up(client) || !is_up(server) || !is_chosen(server, client))
		return;
	if (rules[rule].scope == SAME_TENANT && !uuid_equal(&client->name.tenant, &server->name.tenant))
		return;
	err e = connect_pair(rules[rule].kind, client, server);
	if (failed(e))
		log_err("connecting two processes", e);
}

void channels_connect(struct process *p)
{
	struct supervisor *s = p->supervisor;
	for (size_t rule = 0; rule < COUNT_OF(rules); rule++) {
		for (size_t i = 0; i < PROCESSES_MAX; i++) {
			struct process *other = &s->processes[i];
			if (other->state == PROCESS_ABSENT)
				continue;
			connect_by_rule(rule, p, other);
			connect_by_rule(rule, other, p);
		}
	}
}
