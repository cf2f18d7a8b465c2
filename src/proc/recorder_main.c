/* The recorder: takes events from its tenant's processes, keeps the audit database and the append-only logs, shows them.
 *
 * It holds no way to sign or to change what it has written: the keeper signs, and only what continues the last tree. Which
 * log a producer writes is decided by the channel that the supervisor made: a data worker its environment's, everybody else
 * the tenant's (or the installation's) own. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "audit/routes.h"
#include "host/fault.h"
#include "host/log.h"
#include "ipc/audit_message.h"
#include "ipc/channel.h"
#include "proc/worker.h"
#include "token/verify.h"

#define DIRECTORY_RESOURCE "00000003-0000-0000-c000-000000000000"

enum { MESSAGES_PER_TURN = 8 };
static const int64_t batch_wait_ns = 20000000, retry_ns = 250000000, checkpoint_interval_ns = 1000000000;

struct producer {
	struct state *state;
	struct loop_watch watch;
	struct uuid environment;      /* nil: the tenant's own log                       */
	struct recorder_log *log;     /* null until the recorder is open                  */
	uint64_t taken, acknowledged; /* the producer's own numbers                      */
	struct buffer held;           /* a batch that could not be taken whole: not read on until it is */
	struct producer *next;
};

struct state {
	struct audit_app app; /* first: what the routes see of it */
	struct worker *worker;
	struct arena *arena; /* texts of the verifier */
	struct database_keys keys;
	struct producer *producers;
	struct loop_timer flush, checkpoint;
	struct audit_message_event events[AUDIT_BATCH_EVENTS_MAX];
	uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
};

/* --- timers --- */

static void arm(struct state *s, struct loop_timer *timer, int64_t wait_ns)
{
	if (timer->heap_index == 0 && failed(loop_timer_set(s->worker->loop, timer, loop_now_ns(s->worker->loop) + wait_ns)))
		log_line(LOG_ERROR, "no memory for a timer");
}

/* --- producers --- */

static void acknowledge(struct producer *p)
{
	uint8_t message[AUDIT_ACK_BYTES];
	if (p->taken == p->acknowledged || !recorder_log_is_durable(p->log))
		return;
	audit_ack_encode(p->taken, message);
	FAULT("audit.ack.before");
	if (!failed(channel_send(p->watch.fd, bytes_of(message, sizeof message), NULL)))
		p->acknowledged = p->taken; /* else at the next turn: acknowledgements are cumulative */
	FAULT("audit.ack.sent");
}

static void drop_producer(struct producer *p)
{
	struct producer **link = &p->state->producers;
	while (*link != p)
		link = &(*link)->next;
	*link = p->next;
	loop_remove(p->state->worker->loop, &p->watch);
	close(p->watch.fd);
	buffer_release(&p->held);
	free(p);
}

static void read_on(struct producer *p, bool on)
{
	if (failed(loop_change(p->state->worker->loop, &p->watch, on ? LOOP_READ : 0)))
		log_line(LOG_ERROR, "a producer cannot be watched");
}

/* Queues what of the batch has not been queued before. */
static err take_events(struct producer *p, bytes raw)
{
	struct state *s = p->state;
	size_t count;
	TRY(audit_batch_decode(raw, s->events, &count));
	for (size_t i = 0; i < count; i++) {
		if (s->events[i].n <= p->taken)
			continue;
		TRY(recorder_add(s->app.recorder, p->log, s->events[i].draft));
		p->taken = s->events[i].n;
	}
	return OK;
}

/* A full queue or a stopped log: the batch is held, and its producer not read. Its events stay in its outbox. */
static void hold(struct producer *p, bytes raw)
{
	buffer_clear(&p->held);
	buffer_append(&p->held, raw);
	if (p->held.failed) {
		log_line(LOG_ERROR, "no memory to hold a producer's batch");
		drop_producer(p);
		return;
	}
	read_on(p, false);
}

static void retry_held(struct producer *p)
{
	if (p->held.len == 0 || !p->log)
		return;
	if (failed(take_events(p, buffer_bytes(&p->held))))
		return;
	buffer_release(&p->held);
	buffer_init(&p->held, AUDIT_BATCH_BYTES_MAX);
	read_on(p, true);
}

static void flush(struct state *s)
{
	struct recorder *recorder = s->app.recorder;
	bool waiting = false;
	err e = recorder_flush(recorder);
	if (failed(e))
		log_err("recording", e);
	if (err_kind_of(e) == ERR_CORRUPT && recorder_store(recorder) && failed(s->app.reopen(s)))
		log_line(LOG_ERROR, "audit.db cannot be opened again: nothing more is recorded");
	for (struct producer *p = s->producers; p; p = p->next) {
		if (!p->log)
			continue;
		if (p->taken != p->acknowledged && !recorder_log_is_durable(p->log) && recorder_queued(recorder) == 0)
			recorder_log_files(recorder, p->log); /* a log that failed is opened again, and completed */
		acknowledge(p);
		retry_held(p);
		waiting |= p->taken != p->acknowledged;
	}
	if (recorder_queued(recorder) && !failed(e))
		arm(s, &s->flush, recorder_is_due(recorder) ? 0 : batch_wait_ns);
	else if (recorder_queued(recorder) || waiting)
		arm(s, &s->flush, retry_ns);
	if (!recorder_is_signed(recorder))
		arm(s, &s->checkpoint, checkpoint_interval_ns);
}

static void on_flush(struct loop_timer *timer)
{
	flush(timer->owner);
}

/* False when the producer is not to be read on for now. */
static bool take_batch(struct producer *p, bytes raw)
{
	err e = p->log ? take_events(p, raw) : ERR(ERR_UNAVAILABLE, "the recorder is not open yet");
	if (!failed(e))
		return true;
	if (err_kind_of(e) == ERR_INVALID) {
		log_err("a producer that does not speak our language", e);
		drop_producer(p);
	} else {
		hold(p, raw);
	}
	return false;
}

static void producer_ready(struct loop_watch *watch, unsigned events)
{
	struct producer *p = watch->owner;
	struct state *s = p->state;
	size_t len;
	if (p->held.len) { /* not read, so this is its end; it keeps in its outbox what it was not told of */
		if (events & LOOP_HANGUP)
			drop_producer(p);
		return;
	}
	for (int i = 0; i < MESSAGES_PER_TURN; i++) {
		err e = channel_receive(watch->fd, s->raw, sizeof s->raw, &len, NULL);
		if (err_kind_of(e) == ERR_UNAVAILABLE)
			break;
		if (failed(e) || len == 0) {
			drop_producer(p);
			break;
		}
		if (!take_batch(p, bytes_of(s->raw, len)))
			break;
	}
	if (!s->app.recorder)
		return;
	if (recorder_is_due(s->app.recorder))
		flush(s);
	else if (recorder_queued(s->app.recorder))
		arm(s, &s->flush, batch_wait_ns);
}

/* Made by whichever comes first: the keeper's channel, or a producer's. */
static struct state *state_of(struct worker *worker)
{
	struct state *s = worker->app;
	if (!s && (s = calloc(1, sizeof *s))) {
		worker->app = s;
		s->worker = worker;
	}
	return s;
}

static err on_producer(struct worker *worker, const struct channel_binding *binding, int fd)
{
	struct state *s = state_of(worker);
	struct producer *p = s ? calloc(1, sizeof *p) : NULL;
	if (!p) {
		close(fd);
		FAIL(ERR_LIMIT, "no memory for a producer");
	}
	p->state = s;
	p->environment = binding->peer == ROLE_DATA ? binding->environment : (struct uuid){ { 0 } };
	p->watch = (struct loop_watch){ fd, producer_ready, p };
	buffer_init(&p->held, AUDIT_BATCH_BYTES_MAX);
	p->next = s->producers;
	s->producers = p;
	TRY(loop_add(worker->loop, &p->watch, LOOP_READ));
	if (s->app.recorder)
		TRY(recorder_log_for(s->app.recorder, &p->environment, &p->log));
	return OK;
}

/* --- checkpoints --- */

static void on_checkpoint(struct loop_timer *timer)
{
	struct state *s = timer->owner;
	if (!recorder_checkpoint(s->app.recorder))
		arm(s, timer, checkpoint_interval_ns);
}

/* --- opening --- */

static err open_store(struct state *s)
{
	struct store_options options = { .path = s->worker->child->start.path, .keys = &s->keys,
					 .migrations = recorder_migrations, .migration_count = recorder_migration_count };
	return store_open(&options, &s->worker->store);
}

static err reopen(void *self)
{
	struct state *s = self;
	recorder_set_store(s->app.recorder, NULL);
	store_close(s->worker->store);
	s->worker->store = NULL;
	TRY(open_store(s));
	recorder_set_store(s->app.recorder, s->worker->store);
	return OK;
}

static void queued(void *self)
{
	struct state *s = self;
	arm(s, &s->flush, batch_wait_ns);
}

/* "https://example.org:8443" -> "example.org:8443": the host in a log's name (audit-and-trust 4.5). */
static str host_of(str origin)
{
	size_t scheme = str_find(origin, S("://"), 0);
	str host = scheme == SIZE_MAX ? origin : str_from(origin, scheme + 3);
	return str_slice(host, 0, str_find_char(host, '/', 0));
}

static err make_verifier(struct state *s, str origin)
{
	const struct uuid *tenant = &s->worker->child->start.tenant;
	str id = uuid_text(s->arena, tenant), kept = str_copy(s->arena, origin);
	str issuer = str_format(s->arena, "%.*s/%.*s/v2.0", STR_ARG(kept), STR_ARG(id));
	TRY_NEW(issuer.at);
	const str audiences[] = { S(DIRECTORY_RESOURCE), kept };
	struct token_verifier_options options = { .issuer = issuer, .tenant = *tenant, .audiences = audiences,
						  .audience_count = COUNT_OF(audiences), .keys = &s->worker->keys };
	return token_verifier_new(&options, &s->app.verifier);
}

static err make_recorder(struct state *s, str origin)
{
	const struct supervisor_start *start = &s->worker->child->start;
	char folder[PATH_TEXT_MAX];
	bool installation = uuid_is_nil(&start->tenant);
	snprintf(folder, sizeof folder, "%s", start->path);
	char *slash = strrchr(folder, '/');
	if (!slash)
		FAIL(ERR_INVALID, "audit.db without a folder");
	*slash = '\0';
	struct recorder_options options = { .store = s->worker->store, .keys = &s->worker->keys, .folder = folder,
					    .tenant = start->tenant, .host = host_of(origin),
					    .clock = &clock_system };
	TRY(recorder_new(&options, &s->app.recorder));
	return installation || str_is_empty(origin) ? OK : make_verifier(s, origin);
}

/* audit.db may be damaged beyond opening: the logs are then still shown, so that verification can say what is lost. */
static err open_database(struct state *s)
{
	TRY(keys_database(&s->worker->keys, &s->keys));
	err e = open_store(s);
	if (err_kind_of(e) != ERR_CORRUPT)
		return e;
	log_err("audit.db cannot be opened: reading only", e);
	return OK;
}

static err on_open(struct worker *worker)
{
	const struct json *facts = NULL;
	str origin = S("");
	struct state *s = state_of(worker);
	if (!s)
		FAIL(ERR_LIMIT, "no memory for the recorder");
	s->flush = (struct loop_timer){ .fire = on_flush, .owner = s };
	s->checkpoint = (struct loop_timer){ .fire = on_checkpoint, .owner = s };
	s->app.reopen = reopen;
	s->app.queued = queued;
	s->app.self = s;
	s->arena = arena_new(FACTS_BYTES_MAX * 64);
	if (!s->arena)
		FAIL(ERR_LIMIT, "no memory for the recorder");
	if (worker->child->facts.len)
		TRY(json_parse(bytes_of_str(worker->child->facts), JSON_LIMITS_DEFAULT, s->arena, &facts, NULL));
	json_member_is_str(facts, S("origin"), &origin);
	TRY(open_database(s));
	TRY(make_recorder(s, origin));
	for (struct producer *p = s->producers; p; p = p->next)
		TRY(recorder_log_for(s->app.recorder, &p->environment, &p->log));
	arm(s, &s->flush, batch_wait_ns); /* takes what producers sent meanwhile */
	return OK;
}

static void on_close(struct worker *worker)
{
	struct state *s = worker->app;
	flush(s);
	recorder_checkpoint(s->app.recorder);
	while (s->producers)
		drop_producer(s->producers);
	recorder_free(s->app.recorder);
	token_verifier_free(s->app.verifier);
	database_keys_wipe(&s->keys);
	arena_free(s->arena);
	free(s);
}

static bool on_is_busy(struct worker *worker)
{
	const struct state *s = worker->app;
	return s && s->app.recorder && (recorder_queued(s->app.recorder) || !recorder_is_signed(s->app.recorder));
}

static const struct web_surface *const surfaces[] = { &audit_surface };

int recorder_main(void)
{
	static const struct worker_app app = {
		.role = ROLE_RECORDER, .surfaces = surfaces, .surface_count = COUNT_OF(surfaces), .open = on_open,
		.close = on_close, .producer = on_producer, .is_busy = on_is_busy, .no_audit_pump = true,
	};
	return worker_run(&app);
}
