#include "proc/supervisor.h"

#include <signal.h>

#include "host/log.h"
#include "proc/confinement.h"

static const int64_t worker_patience_ns = 10000000000;

err process_send(struct process *p, const void *message, size_t size, str text, const struct channel_fds *fds)
{
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
	if (p->channel_watch.fd < 0)
		FAIL(ERR_UNAVAILABLE, "the process is not running");
	if (text.len > FACTS_BYTES_MAX || size + text.len > sizeof raw)
		FAIL(ERR_LIMIT, "facts longer than a message carries");
	memcpy(raw, message, size);
	if (text.len)
		memcpy(raw + size, text.at, text.len);
	return channel_send(p->channel_watch.fd, bytes_of(raw, size + text.len), fds);
}

static struct process *edge_of_index(struct supervisor *s, size_t index)
{
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct process *p = &s->processes[i];
		if (p->state != PROCESS_ABSENT && p->name.role == ROLE_EDGE && p->index == index)
			return p;
	}
	return NULL;
}

void supervisor_refuse_wanted(struct process *worker, int err_kind)
{
	struct supervisor_answer answer = { .kind = SUPERVISOR_NO_WORKER, .worker = worker->name, .result = err_kind };
	loop_timer_stop(worker->supervisor->loop, &worker->patience_timer);
	for (size_t i = 0; i < EDGES_MAX; i++) {
		if (!worker->edge_wants[i])
			continue;
		worker->edge_wants[i] = false;
		struct process *edge = edge_of_index(worker->supervisor, i);
		if (edge && failed(process_send(edge, &answer, sizeof answer, (str){ 0 }, NULL)))
			log_line(LOG_WARNING, "an edge does not hear that a worker will not come");
	}
}

/* What fails because the worker has just died stays wanted: its end starts it again. */
static void give_to_edges(struct process *worker)
{
	loop_timer_stop(worker->supervisor->loop, &worker->patience_timer);
	for (size_t i = 0; i < EDGES_MAX; i++) {
		if (!worker->edge_wants[i])
			continue;
		worker->edge_wants[i] = false;
		struct process *edge = edge_of_index(worker->supervisor, i);
		err e = edge && process_is_up(edge) ? channel_edge_to_worker(edge, worker) : OK;
		worker->edge_wants[i] = failed(e);
		if (failed(e))
			log_err("connecting an edge", e);
	}
}

static void on_ready(struct process *from, bytes raw)
{
	struct child_ready message;
	if (raw.len != sizeof message || from->state != PROCESS_STARTING)
		return;
	memcpy(&message, raw.at, sizeof message);
	from->confinement = message.confinement;
	from->state = PROCESS_RUNNING;
	from->ready_ns = loop_now_ns(from->supervisor->loop);
	from->supervisor->keeper_served |= from->name.role == ROLE_KEEPER;
	give_to_edges(from);
}

/* A recorder is there before its producers, so that no event has to wait. */
static void want_recorder_of(struct supervisor *s, const struct worker_name *name)
{
	struct worker_name recorder = { .role = ROLE_RECORDER, .tenant = name->tenant };
	struct process *p = process_find(s, &recorder);
	if (!p && (p = process_add(s, &recorder, LANE_NONE, 0, false)))
		process_start_soon(p);
	else if (p && p->state == PROCESS_RESTING)
		process_wake(p);
	else if (p && p->state == PROCESS_STOPPING)
		p->wanted_again = true;
}

static bool may_be_wanted(const struct worker_name *name, enum channel_lane lane)
{
	switch (name->role) {
	case ROLE_IDENTITY:
		return !uuid_is_nil(&name->tenant) && uuid_is_nil(&name->environment);
	case ROLE_DATA:
		return !uuid_is_nil(&name->tenant) && !uuid_is_nil(&name->environment);
	case ROLE_RECORDER:
		return uuid_is_nil(&name->environment) && (!uuid_is_nil(&name->tenant) || lane == LANE_OPERATOR);
	case ROLE_CONTROL:
		return uuid_is_nil(&name->tenant) && uuid_is_nil(&name->environment);
	default:
		return false;
	}
}

/* Towards a channel: gives it, or sees to it that the worker starts. */
static void bring_worker(struct process *p, bool fresh)
{
	struct supervisor *s = p->supervisor;
	if (p->state == PROCESS_RUNNING) {
		give_to_edges(p);
		return;
	}
	if (p->patience_timer.heap_index == 0 &&
	    failed(loop_timer_set(s->loop, &p->patience_timer, loop_now_ns(s->loop) + worker_patience_ns)))
		log_line(LOG_ERROR, "no memory for a timer");
	if ((fresh || p->state == PROCESS_RESTING) && p->name.role != ROLE_RECORDER)
		want_recorder_of(s, &p->name);
	if (fresh)
		process_start_soon(p);
	else if (p->state == PROCESS_RESTING)
		process_wake(p);
	else if (p->state == PROCESS_STOPPING)
		p->wanted_again = true;
}

static void on_worker_wanted(struct process *from, bytes raw)
{
	struct supervisor *s = from->supervisor;
	struct child_worker_wanted message;
	if (raw.len != sizeof message)
		return;
	memcpy(&message, raw.at, sizeof message);
	if (!may_be_wanted(&message.worker, from->lane))
		return;
	struct process *p = process_find(s, &message.worker);
	bool fresh = !p;
	if (fresh)
		p = process_add(s, &message.worker, LANE_NONE, 0, false);
	if (!p) {
		struct supervisor_answer full = { .kind = SUPERVISOR_NO_WORKER, .worker = message.worker, .result = ERR_LIMIT };
		if (failed(process_send(from, &full, sizeof full, (str){ 0 }, NULL)))
			log_line(LOG_WARNING, "an edge does not listen");
		return;
	}
	p->edge_wants[from->index] = true;
	bring_worker(p, fresh);
}

static void send_edge_facts(struct supervisor *s, str text)
{
	struct supervisor_facts message = { .kind = SUPERVISOR_FACTS, .known = 1 };
	arena_reset(s->edge_facts_arena);
	s->edge_facts = str_copy(s->edge_facts_arena, text);
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct process *p = &s->processes[i];
		if (p->name.role == ROLE_EDGE && process_is_up(p) &&
		    failed(process_send(p, &message, sizeof message, s->edge_facts, NULL)))
			log_line(LOG_WARNING, "an edge does not take the routing table");
	}
}

static void on_facts(struct process *from, bytes raw)
{
	struct supervisor *s = from->supervisor;
	struct supervisor_facts message;
	if (raw.len < sizeof message)
		return;
	memcpy(&message, raw.at, sizeof message);
	str text = str_of_bytes(bytes_from(raw, sizeof message));
	if (message.worker.role == ROLE_EDGE) {
		send_edge_facts(s, text);
		return;
	}
	struct process *p = process_find(s, &message.worker);
	if (!p)
		return;
	if (p->state == PROCESS_WANTED) {
		if (!message.known) {
			supervisor_refuse_wanted(p, ERR_NOT_FOUND);
			process_forget(p);
			return;
		}
		err e = process_start(p, text);
		if (failed(e))
			process_start_failed(p, e);
	} else if (process_is_up(p)) {
		message.kind = SUPERVISOR_FACTS;
		if (failed(process_send(p, &message, sizeof message, text, NULL)))
			log_line(LOG_WARNING, "a worker does not take its facts");
	}
}

static void on_provision(struct process *from, bytes raw)
{
	struct supervisor_answer answer = { .kind = SUPERVISOR_PROVISIONED };
	struct child_provision message;
	if (raw.len != sizeof message)
		return;
	memcpy(&message, raw.at, sizeof message);
	err e = place_make(from->supervisor, &message.tenant, &message.environment);
	if (failed(e))
		log_err("making a place", e);
	answer.worker = (struct worker_name){ .tenant = message.tenant, .environment = message.environment };
	answer.result = err_kind_of(e);
	if (failed(process_send(from, &answer, sizeof answer, (str){ 0 }, NULL)))
		log_line(LOG_WARNING, "control does not hear of its new place");
}

static bool tenant_has_producers(struct supervisor *s, const struct process *recorder)
{
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		const struct process *p = &s->processes[i];
		if ((p->name.role == ROLE_IDENTITY || p->name.role == ROLE_DATA) && p->state != PROCESS_ABSENT &&
		    p->state != PROCESS_RESTING && uuid_equal(&p->name.tenant, &recorder->name.tenant))
			return true;
	}
	return false;
}

static void on_idle(struct process *from, bytes raw)
{
	(void)raw;
	if (from->permanent || from->state != PROCESS_RUNNING)
		return;
	if (from->name.role == ROLE_RECORDER && tenant_has_producers(from->supervisor, from))
		return;
	process_stop(from);
}

static void on_status_asked(struct process *from, bytes raw)
{
	static struct supervisor_status message;
	(void)raw;
	struct supervisor *s = from->supervisor;
	uint32_t total = 0, sent = 0;
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct process *p = &s->processes[i];
		if (p->state == PROCESS_RESTING && restart_failures(&p->restart, 0, loop_now_ns(s->loop)) == 0)
			process_forget(p);
		total += p->state != PROCESS_ABSENT;
	}
	message = (struct supervisor_status){ .kind = SUPERVISOR_STATUS, .row_total = total };
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		const struct process *p = &s->processes[i];
		if (p->state == PROCESS_ABSENT)
			continue;
		message.rows[message.row_count++] = (struct process_status){
			.role = p->name.role, .lane = p->lane, .pid = (int32_t)p->pid, .uid = (uint32_t)p->uid,
			.tenant = p->name.tenant, .environment = p->name.environment, .confinement = p->confinement,
			.starts = p->starts, .started_ms = p->started.ms, .ready = p->state == PROCESS_RUNNING,
			.failures = restart_failures(&p->restart, process_served_ns(p), loop_now_ns(s->loop)),
			.failing = restart_is_failing(&p->restart, process_served_ns(p), loop_now_ns(s->loop)),
		};
		sent++;
		if (message.row_count == STATUS_ROWS_PER_MESSAGE || sent == total) {
			if (failed(process_send(from, &message, sizeof message, (str){ 0 }, NULL)))
				log_line(LOG_WARNING, "control does not take the status");
			message.row_first = sent;
			message.row_count = 0;
		}
	}
}

static void on_reloaded(struct process *from, bytes raw)
{
	(void)raw;
	supervisor_reload_others(from->supervisor);
}

enum { SAID_BY_ALL = ~0u, SAID_BY_EDGE = 1 << ROLE_EDGE, SAID_BY_CONTROL = 1 << ROLE_CONTROL, SAID_BY_KEEPER = 1 << ROLE_KEEPER,
       SAID_BY_WORKERS = 1 << ROLE_IDENTITY | 1 << ROLE_DATA | 1 << ROLE_RECORDER | SAID_BY_CONTROL };

/* Who may say what. */
static const struct {
	enum supervisor_message_kind kind;
	unsigned said_by; /* bits of process roles */
	void (*take)(struct process *from, bytes raw);
} messages[] = {
	{ CHILD_READY, SAID_BY_ALL, on_ready },
	{ CHILD_WORKER_WANTED, SAID_BY_EDGE, on_worker_wanted },
	{ CHILD_IDLE, SAID_BY_WORKERS, on_idle },
	{ CHILD_FACTS, SAID_BY_CONTROL, on_facts },
	{ CHILD_PROVISION, SAID_BY_CONTROL, on_provision },
	{ CHILD_STATUS_ASKED, SAID_BY_CONTROL, on_status_asked },
	{ CHILD_RELOADED, SAID_BY_KEEPER, on_reloaded },
};

/* A process that says what it may not is no longer ours: it is ended, and its successor starts clean. */
void supervisor_take_message(struct process *from, bytes raw)
{
	enum supervisor_message_kind kind = 0;
	if (raw.len >= sizeof kind)
		memcpy(&kind, raw.at, sizeof kind);
	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		if (messages[i].kind == kind && messages[i].said_by & 1u << from->name.role) {
			messages[i].take(from, raw);
			return;
		}
	}
	log_line(LOG_ERROR, "%s (pid %d) sent a message of kind %d, which it may not: it is ended",
		 process_role_name(from->name.role), (int)from->pid, (int)kind);
	kill(from->pid, SIGKILL);
}
