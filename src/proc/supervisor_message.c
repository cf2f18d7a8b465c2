#include "proc/supervisor.h"

#include <signal.h>
#include <unistd.h>

#include "host/file.h"
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

static void on_ready(struct process *from, bytes raw, struct channel_fds *fds)
{
	struct child_ready message;
	(void)fds;
	if (raw.len != sizeof message || from->state != PROCESS_STARTING)
		return;
	memcpy(&message, raw.at, sizeof message);
	from->confinement = message.confinement;
	from->state = PROCESS_RUNNING;
	from->ready_ns = loop_now_ns(from->supervisor->loop);
	from->supervisor->keeper_served |= from->name.role == ROLE_KEEPER;
	give_to_edges(from);
}

/* A recorder is there before its producers, so that no event has to wait, and a directory before the environments that ask it. */
static void want_before(struct supervisor *s, enum process_role role, const struct worker_name *name)
{
	struct worker_name first = { .role = role, .tenant = name->tenant };
	struct process *p = process_find(s, &first);
	if (!p && (p = process_add(s, &first, LANE_NONE, 0, false)))
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
		want_before(s, ROLE_RECORDER, &p->name);
	if ((fresh || p->state == PROCESS_RESTING) && p->name.role == ROLE_DATA)
		want_before(s, ROLE_IDENTITY, &p->name);
	if (fresh)
		process_start_soon(p);
	else if (p->state == PROCESS_RESTING)
		process_wake(p);
	else if (p->state == PROCESS_STOPPING)
		p->wanted_again = true;
}

static void on_worker_wanted(struct process *from, bytes raw, struct channel_fds *fds)
{
	struct supervisor *s = from->supervisor;
	struct child_worker_wanted message;
	(void)fds;
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

/* --- the routing table --- */

void supervisor_check_told(struct supervisor *s)
{
	struct routes_told told = { .kind = SUPERVISOR_TOLD, .number = s->told_question };
	if (!s->told_asked)
		return;
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		const struct process *p = &s->processes[i];
		if (p->name.role == ROLE_EDGE && process_is_up(p) && p->routes_number < s->told_from)
			return;
	}
	s->told_asked = false;
	struct process *control = process_find(s, &(struct worker_name){ .role = ROLE_CONTROL });
	if (control && failed(process_send(control, &told, sizeof told, (str){ 0 }, NULL)))
		log_line(LOG_WARNING, "control does not hear that the edges were told");
}

static void send_routes(struct process *edge)
{
	struct supervisor *s = edge->supervisor;
	struct supervisor_facts message = { .kind = SUPERVISOR_FACTS, .known = 1, .routes_number = s->routes_number };
	struct channel_fds fds = { .fd = { s->routes_fd }, .count = 1 };
	if (failed(process_send(edge, &message, sizeof message, (str){ 0 }, &fds)))
		log_line(LOG_WARNING, "an edge does not take the routing table");
}

/* Only looked at from outside: the edges read it. */
static void on_routes(struct supervisor *s, struct channel_fds *fds)
{
	err e = fds->count == 1 ? memory_file_check(fds->fd[0], ROUTES_BYTES_MAX) : ERR(ERR_INVALID, "no file");
	if (failed(e)) {
		log_err("routing table of control; the old one stays in use", e);
		return;
	}
	close(s->routes_fd);
	s->routes_fd = fds->fd[0];
	fds->count = 0;
	s->routes_number++;
	for (size_t i = 0; i < PROCESSES_MAX; i++)
		if (s->processes[i].name.role == ROLE_EDGE && process_is_up(&s->processes[i]))
			send_routes(&s->processes[i]);
}

static void on_told_asked(struct process *from, bytes raw, struct channel_fds *fds)
{
	struct supervisor *s = from->supervisor;
	struct routes_told message;
	(void)fds;
	if (raw.len != sizeof message)
		return;
	memcpy(&message, raw.at, sizeof message);
	s->told_asked = true;
	s->told_question = message.number;
	s->told_from = s->routes_number;
	supervisor_check_told(s);
}

static void on_told(struct process *from, bytes raw, struct channel_fds *fds)
{
	struct routes_told message;
	(void)fds;
	if (raw.len != sizeof message)
		return;
	memcpy(&message, raw.at, sizeof message);
	if (message.number > from->routes_number && message.number <= from->supervisor->routes_number)
		from->routes_number = message.number;
	supervisor_check_told(from->supervisor);
}

static void on_facts(struct process *from, bytes raw, struct channel_fds *fds)
{
	struct supervisor *s = from->supervisor;
	struct supervisor_facts message;
	if (raw.len < sizeof message)
		return;
	memcpy(&message, raw.at, sizeof message);
	str text = str_of_bytes(bytes_from(raw, sizeof message));
	if (message.worker.role == ROLE_EDGE) {
		on_routes(s, fds);
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

static void on_provision(struct process *from, bytes raw, struct channel_fds *fds)
{
	struct supervisor_answer answer = { .kind = SUPERVISOR_PROVISIONED };
	struct child_provision message;
	(void)fds;
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

/* Others of the tenant that use it: of a recorder its producers, of a directory the environments. */
static bool has_users(struct supervisor *s, const struct process *of)
{
	unsigned users = of->name.role == ROLE_RECORDER ? 1u << ROLE_IDENTITY | 1u << ROLE_DATA : 1u << ROLE_DATA;
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		const struct process *p = &s->processes[i];
		if (users & 1u << p->name.role && p->state != PROCESS_ABSENT && p->state != PROCESS_RESTING &&
		    uuid_equal(&p->name.tenant, &of->name.tenant))
			return true;
	}
	return false;
}

static void on_idle(struct process *from, bytes raw, struct channel_fds *fds)
{
	(void)raw;
	(void)fds;
	if (from->permanent || from->state != PROCESS_RUNNING)
		return;
	if ((from->name.role == ROLE_RECORDER || from->name.role == ROLE_IDENTITY) && has_users(from->supervisor, from))
		return;
	process_stop(from);
}

static void on_status_asked(struct process *from, bytes raw, struct channel_fds *fds)
{
	static struct supervisor_status message;
	(void)raw;
	(void)fds;
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

/* From the directory of a tenant to control: whose environments it may speak of, its channel says. */
static void on_environment_change(struct process *from, bytes raw, struct channel_fds *fds)
{
	struct supervisor *s = from->supervisor;
	struct environment_change message;
	(void)fds;
	if (raw.len != sizeof message)
		return;
	memcpy(&message, raw.at, sizeof message);
	message.kind = SUPERVISOR_ENVIRONMENT_CHANGE;
	message.tenant = from->name.tenant;
	struct process *control = process_find(s, &(struct worker_name){ .role = ROLE_CONTROL });
	if (!control || failed(process_send(control, &message, sizeof message, (str){ 0 }, NULL)))
		log_line(LOG_WARNING, "control does not hear of a change of an environment");
}

static void on_environment_changed(struct process *from, bytes raw, struct channel_fds *fds)
{
	struct environment_changed message;
	(void)fds;
	if (raw.len != sizeof message)
		return;
	memcpy(&message, raw.at, sizeof message);
	message.kind = SUPERVISOR_ENVIRONMENT_CHANGED;
	struct process *identity =
		process_find(from->supervisor, &(struct worker_name){ .role = ROLE_IDENTITY, .tenant = message.tenant });
	if (identity && failed(process_send(identity, &message, sizeof message, (str){ 0 }, NULL)))
		log_line(LOG_WARNING, "a directory does not hear of its change");
}

static void on_reloaded(struct process *from, bytes raw, struct channel_fds *fds)
{
	(void)raw;
	(void)fds;
	supervisor_reload_others(from->supervisor);
}

enum { SAID_BY_ALL = ~0u, SAID_BY_EDGE = 1 << ROLE_EDGE, SAID_BY_CONTROL = 1 << ROLE_CONTROL, SAID_BY_IDENTITY = 1 << ROLE_IDENTITY, SAID_BY_KEEPER = 1 << ROLE_KEEPER,
       SAID_BY_WORKERS = 1 << ROLE_IDENTITY | 1 << ROLE_DATA | 1 << ROLE_RECORDER | SAID_BY_CONTROL };

/* Who may say what. */
static const struct {
	enum supervisor_message_kind kind;
	unsigned said_by; /* bits of process roles */
	void (*take)(struct process *from, bytes raw, struct channel_fds *fds);
	bool with_file;
} messages[] = {
	{ CHILD_READY, SAID_BY_ALL, on_ready, false },
	{ CHILD_WORKER_WANTED, SAID_BY_EDGE, on_worker_wanted, false },
	{ CHILD_IDLE, SAID_BY_WORKERS, on_idle, false },
	{ CHILD_FACTS, SAID_BY_CONTROL, on_facts, true },
	{ CHILD_PROVISION, SAID_BY_CONTROL, on_provision, false },
	{ CHILD_STATUS_ASKED, SAID_BY_CONTROL, on_status_asked, false },
	{ CHILD_RELOADED, SAID_BY_KEEPER, on_reloaded, false },
	{ CHILD_TOLD_ASKED, SAID_BY_CONTROL, on_told_asked, false },
	{ CHILD_TOLD, SAID_BY_EDGE, on_told, false },
	{ CHILD_ENVIRONMENT_CHANGE, SAID_BY_IDENTITY, on_environment_change, false },
	{ CHILD_ENVIRONMENT_CHANGED, SAID_BY_CONTROL, on_environment_changed, false },
};

/* A process that says what it may not is no longer ours: it is ended, and its successor starts clean. */
void supervisor_take_message(struct process *from, bytes raw, struct channel_fds *fds)
{
	enum supervisor_message_kind kind = 0;
	if (raw.len >= sizeof kind)
		memcpy(&kind, raw.at, sizeof kind);
	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		if (messages[i].kind == kind && messages[i].said_by & 1u << from->name.role &&
		    (messages[i].with_file || fds->count == 0)) {
			messages[i].take(from, raw, fds);
			return;
		}
	}
	log_line(LOG_ERROR, "%s (pid %d) sent a message of kind %d, which it may not: it is ended",
		 process_role_name(from->name.role), (int)from->pid, (int)kind);
	kill(from->pid, SIGKILL);
}
