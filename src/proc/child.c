#include "proc/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codec/hex.h"
#include "host/log.h"
#include "proc/confinement.h"

enum { SUPERVISOR_FD = 3, START_TIMEOUT_MS = 10000, FACTS_ARENA_BYTES = FACTS_BYTES_MAX + 4096 };

err child_send(struct child *child, const void *message, size_t size)
{
	(void)child;
	return channel_send(SUPERVISOR_FD, bytes_of(message, size), NULL);
}

err child_send_file(struct child *child, const void *message, size_t size, int fd)
{
	struct channel_fds fds = { .fd = { fd }, .count = 1 };
	(void)child;
	return channel_send(SUPERVISOR_FD, bytes_of(message, size), &fds);
}

err child_say_ready(struct child *child)
{
	struct child_ready ready = { .kind = CHILD_READY, .confinement = child->confinement };
	return child_send(child, &ready, sizeof ready);
}

int child_handed(const struct child *child, enum handed_file file)
{
	return child->handed[__builtin_ctz(file)];
}

/* Takes over the descriptors that came with a message, in the order of the bits. */
static err take_handed(struct child *child, uint32_t handed, struct channel_fds *fds)
{
	size_t next = 0;
	if ((size_t)__builtin_popcount(handed) != fds->count || handed >> HANDED_FILE_COUNT)
		FAIL(ERR_INVALID, "files that do not fit their message");
	for (size_t i = 0; i < HANDED_FILE_COUNT; i++) {
		if (!(handed & 1u << i))
			continue;
		if (child->handed[i] >= 0)
			close(child->handed[i]);
		child->handed[i] = fds->fd[next++];
	}
	fds->count = 0;
	return OK;
}

static err keep_facts(struct child *child, bytes text)
{
	arena_reset(child->facts_arena);
	child->facts = str_copy(child->facts_arena, str_of_bytes(text));
	TRY_NEW(child->facts.at);
	return OK;
}

static err take_channel(struct child *child, bytes raw, struct channel_fds *fds)
{
	struct supervisor_channel message;
	if (raw.len != sizeof message || fds->count != 1)
		FAIL(ERR_INVALID, "malformed channel message");
	memcpy(&message, raw.at, sizeof message);
	int fd = fds->fd[0];
	fds->count = 0;
	return child->hooks->channel(child, &message.binding, fd);
}

static err take_facts(struct child *child, bytes raw, struct channel_fds *fds)
{
	struct supervisor_facts message;
	bool is_edge = child->hooks->role == ROLE_EDGE;
	if (raw.len < sizeof message)
		FAIL(ERR_INVALID, "malformed facts message");
	memcpy(&message, raw.at, sizeof message);
	TRY(take_handed(child, is_edge ? HANDED_ROUTES : 0, fds));
	TRY(keep_facts(child, bytes_from(raw, sizeof message)));
	child->routes_number = message.routes_number;
	if (child->hooks->facts)
		child->hooks->facts(child);
	return OK;
}

static err take_reload(struct child *child, bytes raw, struct channel_fds *fds)
{
	struct supervisor_reload message;
	if (raw.len != sizeof message)
		FAIL(ERR_INVALID, "malformed reload message");
	memcpy(&message, raw.at, sizeof message);
	TRY(take_handed(child, message.handed, fds));
	if (child->hooks->reload)
		child->hooks->reload(child);
	return OK;
}

static err take_message(struct child *child, bytes raw, struct channel_fds *fds)
{
	enum supervisor_message_kind kind;
	if (raw.len < sizeof kind)
		FAIL(ERR_INVALID, "message shorter than its kind");
	memcpy(&kind, raw.at, sizeof kind);
	switch (kind) {
	case SUPERVISOR_CHANNEL:
		return take_channel(child, raw, fds);
	case SUPERVISOR_FACTS:
		return take_facts(child, raw, fds);
	case SUPERVISOR_RELOAD:
		return take_reload(child, raw, fds);
	case SUPERVISOR_STOP:
		child->stopping = true;
		if (child->hooks->stop)
			child->hooks->stop(child);
		else
			loop_stop(child->loop);
		return OK;
	default:
		if (child->hooks->message)
			child->hooks->message(child, raw);
		return OK;
	}
}

static void supervisor_ready(struct loop_watch *watch, unsigned events)
{
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX]; /* one supervisor channel per process */
	struct child *child = watch->owner;
	(void)events;
	for (;;) {
		struct channel_fds fds = { .count = 0 };
		size_t len;
		err e = channel_receive(SUPERVISOR_FD, raw, sizeof raw, &len, &fds);
		if (err_kind_of(e) == ERR_UNAVAILABLE)
			return;
		if (!failed(e) && len == 0)
			_exit(0); /* the supervisor is gone */
		if (!failed(e))
			e = take_message(child, bytes_of(raw, len), &fds);
		if (failed(e))
			log_err("message of the supervisor", e);
		channel_fds_close(&fds);
	}
}

void child_take_waiting(struct child *child)
{
	if (!child->stopping)
		supervisor_ready(&child->watch, 0);
}

static err receive_start(struct child *child)
{
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
	struct channel_fds fds = { .count = 0 };
	size_t len;
	TRY(channel_wait(SUPERVISOR_FD, START_TIMEOUT_MS));
	TRY(channel_receive(SUPERVISOR_FD, raw, sizeof raw, &len, &fds));
	if (len < sizeof child->start)
		FAIL(ERR_INVALID, "no start message");
	memcpy(&child->start, raw, sizeof child->start);
	child->start.folder[PATH_TEXT_MAX - 1] = child->start.path[PATH_TEXT_MAX - 1] = '\0';
	if (child->start.kind != SUPERVISOR_START || child->start.role != child->hooks->role)
		FAIL(ERR_INVALID, "start message of another role");
	TRY(take_handed(child, child->start.handed, &fds));
	child->routes_number = child->start.routes_number;
	return keep_facts(child, bytes_of(raw + sizeof child->start, len - sizeof child->start));
}

static void name_process(const struct child *child)
{
	char name[64], tenant[9];
	const struct uuid *id = uuid_is_nil(&child->start.environment) ? &child->start.tenant
									: &child->start.environment;
	hex_format(bytes_of(id->b, 4), tenant);
	if (uuid_is_nil(id))
		snprintf(name, sizeof name, "%s", process_role_name(child->start.role));
	else
		snprintf(name, sizeof name, "%s %s", process_role_name(child->start.role), tenant);
	log_set_process(name);
}

/* The folder that holds the process's one database, and nothing else: every other file is handed over open. */
static uint32_t confine(const struct child *child)
{
	char own[PATH_TEXT_MAX];
	snprintf(own, sizeof own, "%s", child->start.path);
	char *slash = strrchr(own, '/');
	if (slash && slash != own)
		*slash = '\0';
	return confinement_enter(child->start.role, child->start.path[0] ? own : NULL);
}

static err start(struct child *child)
{
	child->loop = loop_new();
	child->facts_arena = arena_new(FACTS_ARENA_BYTES);
	if (!child->loop || !child->facts_arena)
		FAIL(ERR_LIMIT, "no memory to start");
	TRY(receive_start(child));
	name_process(child);
	TRY(child->hooks->open(child));
	child->confinement |= confine(child);
	child->watch = (struct loop_watch){ SUPERVISOR_FD, supervisor_ready, child };
	TRY(loop_add(child->loop, &child->watch, LOOP_READ));
	return child->hooks->ready_later ? OK : child_say_ready(child);
}

static enum child_exit exit_of(err e)
{
	switch (err_kind_of(e)) {
	case ERR_CORRUPT:
		return CHILD_EXIT_CORRUPT;
	case ERR_DENIED:
		return CHILD_EXIT_DENIED;
	default:
		return CHILD_EXIT_FAILED;
	}
}

int child_run(const struct child_hooks *hooks, void *self)
{
	struct child child = { .hooks = hooks, .self = self };
	for (size_t i = 0; i < HANDED_FILE_COUNT; i++)
		child.handed[i] = -1;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* what a terminal or a service manager sends to the group is for the supervisor, */
	signal(SIGTERM, SIG_IGN); /* which stops everyone in order */
	signal(SIGHUP, SIG_IGN);
	log_set_process(process_role_name(hooks->role));
	err e = start(&child);
	if (failed(e)) {
		log_err("start", e);
		_exit(exit_of(e));
	}
	loop_run(child.loop);
	if (hooks->close)
		hooks->close(&child);
	arena_free(child.facts_arena);
	loop_free(child.loop);
	/* No exit handlers: library destructors have nothing to add, and the filter may not allow what they try. */
	_exit(0);
}
