#include "proc/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/fault.h"
#include "host/log.h"
#include "proc/child.h"
#include "proc/confinement.h"

enum { CHILD_SUPERVISOR_FD = 3, CHILD_FIRST_LISTENER_FD = 4, STOP_GRACE_MS = 10000 };

static const int64_t facts_retry_ns = 50000000;

struct process *process_find(struct supervisor *s, const struct worker_name *name)
{
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct process *p = &s->processes[i];
		if (p->state != PROCESS_ABSENT && p->name.role == name->role &&
		    uuid_equal(&p->name.tenant, &name->tenant) && uuid_equal(&p->name.environment, &name->environment))
			return p;
	}
	return NULL;
}

bool process_is_up(const struct process *p)
{
	return p->state == PROCESS_STARTING || p->state == PROCESS_RUNNING;
}

int64_t process_served_ns(const struct process *p)
{
	return p->ready_ns ? loop_now_ns(p->supervisor->loop) - p->ready_ns : 0;
}

static void on_start_due(struct loop_timer *timer);
static void on_stop_overdue(struct loop_timer *timer);
static void on_patience_ended(struct loop_timer *timer);

void process_forget(struct process *p)
{
	struct loop *loop = p->supervisor->loop;
	loop_timer_stop(loop, &p->start_timer);
	loop_timer_stop(loop, &p->stop_timer);
	loop_timer_stop(loop, &p->patience_timer);
	p->state = PROCESS_ABSENT;
}

/* A free slot, else that of the process that has rested longest. */
static struct process *free_slot(struct supervisor *s)
{
	struct process *rested = NULL;
	for (size_t i = 0; i < PROCESSES_MAX; i++) {
		struct process *p = &s->processes[i];
		if (p->state == PROCESS_ABSENT)
			return p;
		if (p->state == PROCESS_RESTING &&
		    (!rested || p->restart.last_failure_ns < rested->restart.last_failure_ns))
			rested = p;
	}
	if (rested)
		process_forget(rested);
	return rested;
}

struct process *process_add(struct supervisor *s, const struct worker_name *name, enum channel_lane lane, uint32_t index,
			    bool permanent)
{
	struct process *p = free_slot(s);
	if (!p)
		return NULL;
	*p = (struct process){ .state = PROCESS_WANTED, .supervisor = s, .name = *name, .lane = lane,
			       .index = index, .permanent = permanent };
	p->channel_watch.fd = p->exit_watch.fd = -1;
	p->start_timer = (struct loop_timer){ .fire = on_start_due, .owner = p };
	p->stop_timer = (struct loop_timer){ .fire = on_stop_overdue, .owner = p };
	p->patience_timer = (struct loop_timer){ .fire = on_patience_ended, .owner = p };
	return p;
}

/* --- starting --- */

static int move_descriptor(int from, int to)
{
	if (from == to) /* dup2 would leave close-on-exec set */
		return fcntl(from, F_SETFD, 0);
	return dup2(from, to) < 0 ? -1 : 0;
}

/* In the child: descriptors 3 (supervisor) and 4.. (listening sockets of this edge), everything else closed. */
static int inherit(const struct process *p, int channel)
{
	const struct supervisor *s = p->supervisor;
	int next = CHILD_FIRST_LISTENER_FD, high[LISTENERS_MAX], count = 0;
	int own = fcntl(channel, F_DUPFD_CLOEXEC, 1024);
	for (size_t i = 0; p->name.role == ROLE_EDGE && i < s->listener_count; i++)
		if (s->listeners[i].edge_index == p->index && s->listeners[i].lane == p->lane)
			high[count++] = fcntl(s->listeners[i].fd, F_DUPFD_CLOEXEC, 1024);
	if (own < 0 || move_descriptor(own, CHILD_SUPERVISOR_FD) != 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (high[i] < 0 || move_descriptor(high[i], next++) != 0)
			return -1;
	syscall(SYS_close_range, (unsigned)next, ~0u, 0);
	return count;
}

static NORETURN void become(const struct process *p, int channel)
{
	char bits[16];
	const char *role = process_role_name(p->name.role);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (inherit(p, channel) < 0)
		_exit(110);
	FAULT_ARM(p->supervisor->folder, role);
	snprintf(bits, sizeof bits, "%u", confinement_before_exec(p->name.role, p->uid));
	setenv("BAILIWICK_CONFINED", bits, 1);
	char *const argv[] = { (char[]){ "bailiwick" }, (char[]){ "process" }, (char *)(uintptr_t)role, NULL };
	execv("/proc/self/exe", argv);
	_exit(114);
}

static void on_channel_ready(struct loop_watch *watch, unsigned events)
{
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
	struct process *p = watch->owner;
	struct channel_fds fds = { .count = 0 };
	size_t len;
	(void)events;
	while (watch->fd >= 0 && !failed(channel_receive(watch->fd, raw, sizeof raw, &len, &fds))) {
		if (len == 0) { /* its exit is told by the pidfd */
			loop_remove(p->supervisor->loop, watch);
			close(watch->fd);
			watch->fd = -1;
			return;
		}
		supervisor_take_message(p, bytes_of(raw, len), &fds);
		channel_fds_close(&fds);
	}
}

static void on_exit_ready(struct loop_watch *watch, unsigned events);

static err watch_process(struct process *p, int channel)
{
	struct loop *loop = p->supervisor->loop;
	int pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	if (pidfd < 0)
		return ERR(ERR_UNAVAILABLE, "no descriptor for a process");
	fcntl(pidfd, F_SETFD, FD_CLOEXEC);
	p->exit_watch = (struct loop_watch){ pidfd, on_exit_ready, p };
	p->channel_watch = (struct loop_watch){ channel, on_channel_ready, p };
	TRY(loop_add(loop, &p->exit_watch, LOOP_READ));
	return loop_add(loop, &p->channel_watch, LOOP_READ);
}

static void fill_start(const struct process *p, struct supervisor_start *out)
{
	const struct supervisor *s = p->supervisor;
	*out = (struct supervisor_start){
		.kind = SUPERVISOR_START, .role = p->name.role, .lane = p->lane, .tenant = p->name.tenant,
		.environment = p->name.environment, .index = p->index,
		.idle_ms = p->permanent ? 0 : s->config.idle_s * 1000, .routes_number = s->routes_number,
		.user_requests = s->config.user_requests, .user_execution_s = s->config.user_execution_s,
	};
	snprintf(out->folder, sizeof out->folder, "%s", s->folder);
	place_path(s, &p->name, out->path, sizeof out->path);
	for (size_t i = 0; p->name.role == ROLE_EDGE && i < s->listener_count; i++)
		out->inherited_fd_count += s->listeners[i].edge_index == p->index && s->listeners[i].lane == p->lane;
}

/* It runs, but cannot be spoken to. Its end is told by the pidfd, if there is one. */
static err abandon(struct process *p, err why)
{
	kill(p->pid, SIGKILL);
	if (p->exit_watch.fd >= 0) {
		log_err("starting a process", why);
		return OK;
	}
	waitpid(p->pid, NULL, 0);
	return why;
}

err process_start(struct process *p, str facts)
{
	struct supervisor_start start;
	struct channel_fds fds = { .count = 0 };
	int ends[2];
	TRY(place_uid(p->supervisor, p, &p->uid));
	TRY(channel_pair(ends));
	p->pid = fork();
	if (p->pid == 0)
		become(p, ends[1]);
	close(ends[1]);
	if (p->pid < 0) {
		close(ends[0]);
		FAIL(ERR_LIMIT, "the kernel starts no further process");
	}
	p->state = PROCESS_STARTING;
	p->starts++;
	p->confinement = 0;
	p->ready_ns = 0;
	p->routes_number = p->supervisor->routes_number; /* START brings it, and it serves only after taking it */
	p->started.ms = clock_now(&clock_system).ms;
	fill_start(p, &start);
	err e = files_for(p->supervisor, p->name.role, &start.handed, &fds);
	(void)e; /* logged; the process does without what is missing */
	e = watch_process(p, ends[0]);
	if (!failed(e))
		e = process_send(p, &start, sizeof start, facts, &fds);
	channel_fds_close(&fds);
	if (failed(e))
		return abandon(p, e);
	channels_connect(p);
	return OK;
}

static bool has_facts(const struct process *p)
{
	return p->name.role == ROLE_IDENTITY || p->name.role == ROLE_DATA ||
	       (p->name.role == ROLE_RECORDER && !uuid_is_nil(&p->name.tenant));
}

/* The answer starts it (supervisor_message.c). Control itself may be starting just now. */
static void ask_facts(struct process *p)
{
	struct supervisor *s = p->supervisor;
	struct supervisor_facts ask = { .kind = SUPERVISOR_FACTS_ASKED, .worker = p->name };
	struct process *control = process_find(s, &(struct worker_name){ .role = ROLE_CONTROL });
	if (control && control->state == PROCESS_RUNNING &&
	    !failed(process_send(control, &ask, sizeof ask, (str){ 0 }, NULL)))
		return;
	err e = loop_timer_set(s->loop, &p->start_timer, loop_now_ns(s->loop) + facts_retry_ns);
	if (failed(e))
		log_err("asking for a worker's facts", e);
}

static void start_now(struct process *p)
{
	struct supervisor *s = p->supervisor;
	if (has_facts(p)) {
		ask_facts(p);
		return;
	}
	err e = process_start(p, p->name.role == ROLE_EDGE ? (str){ 0 } : s->first_facts);
	if (failed(e))
		process_start_failed(p, e);
}

static void on_start_due(struct loop_timer *timer)
{
	struct process *p = timer->owner;
	if (p->state == PROCESS_WANTED && !p->supervisor->stopping)
		start_now(p);
}

void process_start_soon(struct process *p)
{
	struct loop *loop = p->supervisor->loop;
	p->state = PROCESS_WANTED;
	if (p->restart.not_before_ns <= loop_now_ns(loop))
		start_now(p);
	else if (failed(loop_timer_set(loop, &p->start_timer, p->restart.not_before_ns)))
		log_line(LOG_ERROR, "no memory for a timer");
}

/* --- when it fails --- */

static void log_failing(const struct process *p)
{
	char id[UUID_TEXT_LEN + 1];
	const struct uuid *of = uuid_is_nil(&p->name.environment) ? &p->name.tenant : &p->name.environment;
	int64_t wait_ns = p->restart.not_before_ns - loop_now_ns(p->supervisor->loop);
	uuid_format(of, id);
	log_line(LOG_ERROR, "%s%s%s failed at %u starts one after the other: its requests are refused, the next try is due in %.1f s",
		 process_role_name(p->name.role), uuid_is_nil(of) ? "" : " ", uuid_is_nil(of) ? "" : id, p->restart.failures,
		 (double)wait_ns / 1e9);
}

static void take_action(struct process *p, enum restart_action action)
{
	switch (action) {
	case RESTART_FORGET:
		process_forget(p);
		return;
	case RESTART_REST:
		p->state = PROCESS_RESTING;
		return;
	case RESTART_START:
		process_start_soon(p);
		return;
	case RESTART_REFUSE:
		supervisor_refuse_wanted(p, ERR_UNAVAILABLE);
		p->state = PROCESS_RESTING;
		if (p->permanent)
			process_start_soon(p);
		return;
	}
}

void process_wake(struct process *p)
{
	take_action(p, restart_wanted(&p->restart, loop_now_ns(p->supervisor->loop)));
}

void process_start_failed(struct process *p, err why)
{
	struct restart_end end = { .needed = true };
	log_err("starting a process", why);
	enum restart_action action = restart_ended(&p->restart, &end, loop_now_ns(p->supervisor->loop));
	if (action == RESTART_REFUSE)
		log_failing(p);
	take_action(p, action);
}

/* A start that takes too long, be it for want of facts or of the keeper: who waits is told, the start goes on. */
static void on_patience_ended(struct loop_timer *timer)
{
	struct process *p = timer->owner;
	if (p->state == PROCESS_RUNNING)
		return;
	log_line(LOG_WARNING, "%s is long in starting: its requests are refused meanwhile", process_role_name(p->name.role));
	supervisor_refuse_wanted(p, ERR_UNAVAILABLE);
}

/* --- ending --- */

void process_stop(struct process *p)
{
	enum supervisor_message_kind stop = SUPERVISOR_STOP;
	if (!process_is_up(p)) {
		if (p->state == PROCESS_WANTED)
			loop_timer_stop(p->supervisor->loop, &p->start_timer);
		return;
	}
	p->state = PROCESS_STOPPING;
	if (failed(process_send(p, &stop, sizeof stop, (str){ 0 }, NULL)) ||
	    failed(loop_timer_set(p->supervisor->loop, &p->stop_timer,
				  loop_now_ns(p->supervisor->loop) + STOP_GRACE_MS * 1000000LL)))
		kill(p->pid, SIGKILL);
}

static void on_stop_overdue(struct loop_timer *timer)
{
	struct process *p = timer->owner;
	log_line(LOG_WARNING, "%s did not stop in time", process_role_name(p->name.role));
	kill(p->pid, SIGKILL);
}

static void log_end(const struct process *p, int status)
{
	const char *role = process_role_name(p->name.role);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		log_line(LOG_ERROR, "%s (pid %d) tried a forbidden system call and was killed", role, (int)p->pid);
	else if (WIFSIGNALED(status))
		log_line(LOG_WARNING, "%s (pid %d) was ended by signal %d", role, (int)p->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_line(LOG_WARNING, "%s (pid %d) ended with status %d", role, (int)p->pid, WEXITSTATUS(status));
}

static void close_watch(struct loop *loop, struct loop_watch *watch)
{
	if (watch->fd >= 0) {
		loop_remove(loop, watch);
		close(watch->fd);
	}
	watch->fd = -1;
}

/* Someone still needs it: an edge asked, or (a tenant's recorder, its directory) those who use it live. */
static bool is_needed(const struct process *p)
{
	const struct supervisor *s = p->supervisor;
	if (p->permanent || p->wanted_again)
		return true;
	for (size_t i = 0; i < EDGES_MAX; i++)
		if (p->edge_wants[i])
			return true;
	unsigned users = p->name.role == ROLE_RECORDER ? 1u << ROLE_IDENTITY | 1u << ROLE_DATA :
			 p->name.role == ROLE_IDENTITY ? 1u << ROLE_DATA : 0;
	for (size_t i = 0; users && i < PROCESSES_MAX; i++) {
		const struct process *other = &s->processes[i];
		if (users & 1u << other->name.role && process_is_up(other) &&
		    uuid_equal(&other->name.tenant, &p->name.tenant))
			return true;
	}
	return false;
}

/* A wrong passphrase, a root key of another installation, a damaged key store: nothing can serve, and trying again does not
 * help. Once the keeper has served, the same is a fault that may pass. */
static bool keeper_is_locked_out(const struct process *p, enum restart_action action, int status)
{
	if (p->name.role != ROLE_KEEPER || p->supervisor->keeper_served)
		return false;
	return action == RESTART_REFUSE || (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_EXIT_DENIED);
}

static void on_exit_ready(struct loop_watch *watch, unsigned events)
{
	struct process *p = watch->owner;
	struct supervisor *s = p->supervisor;
	int status = 0;
	(void)events;
	if (waitpid(p->pid, &status, WNOHANG) != p->pid)
		return;
	log_end(p, status);
	close_watch(s->loop, &p->exit_watch);
	close_watch(s->loop, &p->channel_watch);
	loop_timer_stop(s->loop, &p->stop_timer);
	if (s->stopping) {
		process_forget(p);
		return;
	}
	struct restart_end end = { .asked_for = p->state == PROCESS_STOPPING, .needed = is_needed(p),
				   .served_ns = process_served_ns(p) };
	enum restart_action action = restart_ended(&p->restart, &end, loop_now_ns(s->loop));
	if (keeper_is_locked_out(p, action, status)) {
		log_line(LOG_ERROR, "the keeper cannot open the keys: the service ends");
		process_forget(p);
		s->exit_status = 1;
		supervisor_stop(s);
		return;
	}
	if (action == RESTART_REFUSE)
		log_failing(p);
	p->wanted_again = false;
	p->ready_ns = 0;
	p->pid = 0;
	take_action(p, action);
	supervisor_check_told(s);
}
