#include "proc/supervisor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "codec/json_write.h"
#include "host/file.h"
#include "host/log.h"
#include "proc/child.h"

enum { LISTEN_BACKLOG = 1024, CONFIG_ARENA_BYTES = 1 << 20 };

/* --- listening sockets --- */

static err address_of(const struct config_listen *listen, struct sockaddr_storage *out, socklen_t *out_len)
{
	char host[64];
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	snprintf(host, sizeof host, "%.*s", STR_ARG(listen->host));
	*out = (struct sockaddr_storage){ 0 };
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(listen->port);
		*out_len = sizeof *v4;
		return OK;
	}
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(listen->port);
		*out_len = sizeof *v6;
		return OK;
	}
	FAIL(ERR_INVALID, "listen wants an address, not a name");
}

static err listen_tcp(struct supervisor *s, const struct config_listen *listen_on, uint32_t edge_index)
{
	struct sockaddr_storage address;
	socklen_t len;
	int on = 1;
	TRY(address_of(listen_on, &address, &len));
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_of_errno(errno);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on); /* one queue per edge; the kernel spreads */
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, LISTEN_BACKLOG) != 0) {
		err e = errno == EADDRINUSE ? ERR(ERR_CONFLICT, "the address is in use") : err_of_errno(errno);
		close(fd);
		return e;
	}
	s->listeners[s->listener_count++] = (struct listener){ fd, edge_index, LANE_PUBLIC };
	return OK;
}

/* The operator's door: whoever may open DIR/run/control.sock. The edge checks the peer's uid besides. */
static err listen_operator(struct supervisor *s, uint32_t edge_index)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	if (snprintf(address.sun_path, sizeof address.sun_path, "%s/run/control.sock", s->folder) >=
	    (int)sizeof address.sun_path)
		FAIL(ERR_LIMIT, "the folder's path is too long for a Unix socket");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_of_errno(errno);
	unlink(address.sun_path);
	mode_t before = umask(0177);
	int bound = bind(fd, (struct sockaddr *)&address, sizeof address);
	umask(before);
	if (bound != 0 || listen(fd, 64) != 0) {
		err e = err_of_errno(errno);
		close(fd);
		return e;
	}
	s->listeners[s->listener_count++] = (struct listener){ fd, edge_index, LANE_OPERATOR };
	return OK;
}

static err open_doors(struct supervisor *s)
{
	for (uint32_t edge = 0; edge < s->edge_count; edge++)
		for (size_t i = 0; i < s->config.listen_count; i++)
			TRY(listen_tcp(s, &s->config.listen[i], edge));
	return listen_operator(s, s->edge_count);
}

/* --- life --- */

static bool any_up(const struct supervisor *s, enum process_role role)
{
	for (size_t i = 0; i < PROCESSES_MAX; i++)
		if (s->processes[i].name.role == role &&
		    (process_is_up(&s->processes[i]) || s->processes[i].state == PROCESS_STOPPING))
			return true;
	return false;
}

/* Doors first, then those whose events others keep, then the keepers of events and keys. */
static const enum process_role stop_order[] = { ROLE_EDGE, ROLE_IDENTITY, ROLE_DATA, ROLE_CONTROL, ROLE_HASHER,
						ROLE_RECORDER, ROLE_KEEPER };

static void stop_step(struct loop_timer *timer)
{
	struct supervisor *s = timer->owner;
	for (size_t i = 0; i < COUNT_OF(stop_order); i++) {
		if (!any_up(s, stop_order[i]))
			continue;
		for (size_t k = 0; k < PROCESSES_MAX; k++)
			if (s->processes[k].name.role == stop_order[i] && process_is_up(&s->processes[k]))
				process_stop(&s->processes[k]);
		if (failed(loop_timer_set(s->loop, &s->stop_timer, loop_now_ns(s->loop) + 2000000)))
			break;
		return;
	}
	loop_stop(s->loop);
}

void supervisor_stop(struct supervisor *s)
{
	if (s->stopping)
		return;
	s->stopping = true;
	log_line(LOG_INFO, "stopping");
	s->stop_timer = (struct loop_timer){ .fire = stop_step, .owner = s };
	stop_step(&s->stop_timer);
}

static err load_config(const struct supervisor *s, struct arena *arena, struct config *out)
{
	int line = 0;
	err e = config_load(s->folder, arena, out, &line);
	if (failed(e))
		log_line(LOG_ERROR, "bailiwick.conf line %d: %s", line, err_why(e));
	return e;
}

static bool send_reload(struct process *p)
{
	struct supervisor_reload message = { .kind = SUPERVISOR_RELOAD };
	struct channel_fds fds;
	err e = files_for(p->supervisor, p->name.role, &message.handed, &fds);
	(void)e; /* logged; what is missing is not replaced */
	e = process_send(p, &message, sizeof message, (str){ 0 }, &fds);
	channel_fds_close(&fds);
	if (failed(e))
		log_line(LOG_WARNING, "%s does not reload", process_role_name(p->name.role));
	return !failed(e);
}

void supervisor_reload_others(struct supervisor *s)
{
	for (size_t i = 0; i < PROCESSES_MAX; i++)
		if (process_is_up(&s->processes[i]) && s->processes[i].name.role != ROLE_KEEPER)
			send_reload(&s->processes[i]);
	log_line(LOG_INFO, "reloaded");
}

/* The keeper first: an edge takes a new certificate only when the keeper signs with its key (CHILD_RELOADED goes on). What only
 * a start can change is said. */
static void reload(struct supervisor *s)
{
	struct arena *arena = arena_new(CONFIG_ARENA_BYTES);
	struct config fresh;
	if (!arena || failed(load_config(s, arena, &fresh))) {
		log_line(LOG_ERROR, "the configuration in force stays");
		arena_free(arena);
		return;
	}
	if (!str_equal(fresh.origin, s->config.origin) || fresh.listen_count != s->config.listen_count ||
	    !str_equal(fresh.root_provider, s->config.root_provider))
		log_line(LOG_WARNING, "a changed origin, listen or root takes a restart");
	s->config.idle_s = fresh.idle_s;
	s->config.user_requests = fresh.user_requests;
	s->config.user_execution_s = fresh.user_execution_s;
	s->config.certificate = fresh.certificate;
	s->config.key = fresh.key;
	arena_free(s->reload_arena); /* of the texts just replaced */
	s->reload_arena = arena;
	struct process *keeper = process_find(s, &(struct worker_name){ .role = ROLE_KEEPER });
	if (!keeper || !process_is_up(keeper) || !send_reload(keeper))
		supervisor_reload_others(s);
}

static void on_signal(struct loop_watch *watch, unsigned events)
{
	struct supervisor *s = watch->owner;
	struct signalfd_siginfo info;
	(void)events;
	while (read(watch->fd, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGHUP)
			reload(s);
		else if (info.ssi_signo != SIGCHLD)
			supervisor_stop(s);
	}
}

static err watch_signals(struct supervisor *s)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return err_of_errno(errno);
	s->signal_watch = (struct loop_watch){ fd, on_signal, s };
	return loop_add(s->loop, &s->signal_watch, LOOP_READ);
}

static uint32_t processors(uint32_t wished)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t count = wished ? wished : online > 0 ? (uint32_t)online : 1;
	return count < EDGES_MAX - 1 ? count : EDGES_MAX - 1;
}

static err start_permanent(struct supervisor *s, enum process_role role, enum channel_lane lane, uint32_t index)
{
	struct process *p = process_add(s, &(struct worker_name){ .role = role }, lane, index, true);
	if (!p)
		FAIL(ERR_LIMIT, "too many processes");
	process_start_soon(p);
	return OK;
}

static err start_all(struct supervisor *s)
{
	TRY(start_permanent(s, ROLE_KEEPER, LANE_NONE, 0));
	TRY(start_permanent(s, ROLE_RECORDER, LANE_NONE, 0));
	TRY(start_permanent(s, ROLE_CONTROL, LANE_NONE, 0));
	for (uint32_t i = 0; i < s->hasher_count; i++)
		TRY(start_permanent(s, ROLE_HASHER, LANE_NONE, i));
	for (uint32_t i = 0; i < s->edge_count; i++)
		TRY(start_permanent(s, ROLE_EDGE, LANE_PUBLIC, i));
	return start_permanent(s, ROLE_EDGE, LANE_OPERATOR, s->edge_count);
}

/* What control starts from, and the edges until control has told them more. */
static err first_facts(struct supervisor *s)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, FACTS_BYTES_MAX);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	json_member_str(&w, S("origin"), s->config.origin);
	json_member_raw(&w, S("tenants"), S("[]"));
	json_member_raw(&w, S("environments"), S("[]"));
	json_member_bool(&w, S("provisional"), true);
	json_close_object(&w);
	s->first_facts = str_copy(s->config_arena, buffer_str(&b));
	TRY_NEW(s->first_facts.at);
	return memory_file_new(bytes_of_str(s->first_facts), &s->routes_fd);
}

/* One service per folder. The descriptor stays open, and with it the lock, for as long as the supervisor lives. */
static err take_lock(struct supervisor *s)
{
	char path[PATH_TEXT_MAX + 32];
	snprintf(path, sizeof path, "%s/run/lock", s->folder);
	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0)
		return err_of_errno(errno);
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
		FAIL(ERR_CONFLICT, "another service runs in this folder");
	return OK;
}

/* Processes of other uids reach their files from here: the folders above need not let them pass (root's home does not). */
static err settle_in(struct supervisor *s)
{
	if (chdir(s->folder) != 0)
		return err_of_errno(errno);
	snprintf(s->folder, sizeof s->folder, ".");
	return OK;
}

static err prepare(struct supervisor *s, const struct serve_options *options)
{
	char absolute[PATH_MAX];
	s->root = geteuid() == 0;
	s->loop = loop_new();
	s->processes = calloc(PROCESSES_MAX, sizeof *s->processes);
	s->config_arena = arena_new(CONFIG_ARENA_BYTES);
	if (!s->loop || !s->processes || !s->config_arena)
		FAIL(ERR_LIMIT, "no memory to start");
	if (!realpath(options->folder, absolute))
		return err_of_errno(errno);
	if (snprintf(s->folder, sizeof s->folder, "%s", absolute) >= (int)sizeof s->folder)
		FAIL(ERR_LIMIT, "the folder's path is too long");
	TRY(load_config(s, s->config_arena, &s->config));
	TRY(first_facts(s));
	for (size_t i = 0; options->port && i < s->config.listen_count; i++)
		s->config.listen[i].port = (uint16_t)options->port;
	s->edge_count = processors(s->config.edges);
	s->hasher_count = processors(s->config.hashers);
	if (options->closed)
		s->config.listen_count = s->edge_count = 0;
	TRY(place_make_installation(s));
	TRY(take_lock(s));
	TRY(files_check(s, options->passphrase_file));
	TRY(settle_in(s));
	TRY(open_doors(s));
	return watch_signals(s);
}

static err write_pid(const struct supervisor *s)
{
	char path[PATH_TEXT_MAX + 32], text[16];
	snprintf(path, sizeof path, "%s/run/supervisor.pid", s->folder);
	snprintf(text, sizeof text, "%d\n", (int)getpid());
	return file_write(path, bytes_of_str(str_of(text)), 0644);
}

int supervisor_main(const struct serve_options *options)
{
	struct supervisor *s = calloc(1, sizeof *s);
	if (!s)
		return 1;
	log_set_process("supervisor");
	umask(077);
	err e = prepare(s, options);
	if (!failed(e))
		e = write_pid(s);
	if (!failed(e))
		e = start_all(s);
	if (failed(e)) {
		log_err("start", e);
		return 1;
	}
	loop_run(s->loop);
	char path[PATH_TEXT_MAX + 32];
	snprintf(path, sizeof path, "%s/run/supervisor.pid", s->folder);
	unlink(path);
	log_line(LOG_INFO, "stopped");
	return s->exit_status;
}
