#include "proc/worker.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/file.h"
#include "host/log.h"
#include "proc/worker_damage.h"

enum { HTTP_CHANNELS_MAX = 80, CALL_ARENA_BYTES = 16 << 20, PARKED_MAX = 256, CALLS_PER_TURN = 8 };

static const int64_t idle_tick_ns = 250000000, work_again_ns = 1000000000;

struct http_channel {
	struct frame *frame;
	struct loop_watch watch;
	enum web_lane lane;
	bool open;
};

/* A call with what it borrows: the raw message its request points into, and its body's mapping. */
struct running {
	struct web_call call;
	struct frame *frame;
	int channel_index;
	uint64_t channel_serial;
	struct arena *arena;
	struct http_request_message message;
	struct memory_view body;
	struct running *next;
};

struct frame {
	struct worker worker;
	const struct worker_app *app;
	struct http_channel channels[HTTP_CHANNELS_MAX];
	uint64_t serials[HTTP_CHANNELS_MAX]; /* tells a reused slot from the one a parked call came through */
	struct loop_watch recorder_watch, hasher_watch;
	int recorder;
	struct loop_timer tick, work;
	struct running *parked;
	size_t parked_count;
	int64_t last_work_ns;
	bool opened, stopping;
	uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX];
};

/* --- answering --- */

static void fill_response(const struct web_call *call, struct http_response_message *out)
{
	*out = (struct http_response_message){
		.request_id = call->request.id,
		.status = call->response.status,
		.flags = call->response.close ? HTTP_RESPONSE_CLOSE : 0,
		.header_count = call->response.header_count,
		.body = { .inline_body = buffer_bytes(&call->response.body), .memory_fd = -1 },
	};
	memcpy(out->headers, call->response.headers, sizeof out->headers[0] * out->header_count);
}

static void send_answer(struct running *run)
{
	struct frame *frame = run->frame;
	struct http_response_message message;
	if (frame->app->before_answer && frame->opened)
		frame->app->before_answer(&frame->worker);
	if (!frame->channels[run->channel_index].open || frame->serials[run->channel_index] != run->channel_serial)
		return; /* that edge has gone, and its client with it */
	if (run->call.response.body.failed) {
		buffer_clear(&run->call.response.body);
		run->call.response.status = 500;
		run->call.response.header_count = 0;
	}
	fill_response(&run->call, &message);
	err e = http_response_send(frame->channels[run->channel_index].watch.fd, &message);
	if (failed(e))
		log_err("answer to the edge", e);
}

static void free_running(struct running *run)
{
	buffer_release(&run->call.response.body);
	memory_view_release(&run->body);
	arena_free(run->arena);
	free(run);
}

static void finish_parked(struct web_call *call)
{
	struct running *run = call->runtime, **link = &run->frame->parked;
	struct frame *frame = run->frame;
	while (*link != run)
		link = &(*link)->next;
	*link = run->next;
	frame->parked_count--;
	frame->last_work_ns = loop_now_ns(frame->worker.loop);
	send_answer(run);
	free_running(run);
	if (frame->worker.pump)
		audit_pump_send(frame->worker.pump);
	if (frame->stopping && frame->parked_count == 0)
		loop_stop(frame->worker.loop);
}

static void park(struct running *run)
{
	struct frame *frame = run->frame;
	run->next = frame->parked;
	frame->parked = run;
	frame->parked_count++;
	if (frame->channels[run->channel_index].open) {
		err e = http_parked_send(frame->channels[run->channel_index].watch.fd, &run->call.request.id);
		if (failed(e))
			log_err("parking", e);
	}
}

/* --- receiving --- */

static void fill_request(struct running *run, enum web_lane lane)
{
	const struct http_request_message *m = &run->message;
	struct web_request *r = &run->call.request;
	r->lane = lane;
	r->method = m->method;
	r->id = m->request_id;
	memcpy(r->client_address, m->client_address, sizeof r->client_address);
	r->client_port = m->client_port;
	r->origin = m->origin;
	r->base = m->base;
	r->path = m->path;
	r->query = m->query;
	r->headers = m->headers;
	r->header_count = m->header_count;
	r->body = m->body.memory_fd >= 0 ? bytes_of(run->body.at, run->body.len) : m->body.inline_body;
}

static err decode_request(struct running *run, bytes raw, struct channel_fds *fds)
{
	bytes kept = bytes_copy(run->arena, raw);
	TRY_NEW(kept.at);
	TRY(http_request_decode(kept, fds, &run->message));
	if (run->message.body.memory_fd >= 0) {
		err e = memory_view_open(run->message.body.memory_fd, HTTP_BODY_BYTES_MAX, &run->body);
		close(run->message.body.memory_fd);
		TRY(e);
	}
	return OK;
}

static struct running *running_new(struct frame *frame, int channel_index)
{
	struct running *run = calloc(1, sizeof *run);
	if (!run)
		return NULL;
	run->arena = arena_new(CALL_ARENA_BYTES);
	if (!run->arena) {
		free(run);
		return NULL;
	}
	run->frame = frame;
	run->channel_index = channel_index;
	run->channel_serial = frame->serials[channel_index];
	run->call.arena = run->arena;
	run->call.now = clock_now(&clock_system);
	run->call.app = frame->worker.app;
	run->call.finish = finish_parked;
	run->call.runtime = run;
	run->call.response.status = 200;
	buffer_init(&run->call.response.body, WEB_RESPONSE_BYTES_MAX);
	return run;
}

static void answer_busy(struct running *run)
{
	run->call.response.header_count = 0;
	web_set_header(&run->call, S("retry-after"), S("1"));
	web_problem(&run->call, 503, ERR(ERR_UNAVAILABLE, "starting, or too many requests wait"));
}

static void serve(struct running *run, enum web_lane lane, bytes raw, struct channel_fds *fds)
{
	struct frame *frame = run->frame;
	err e = decode_request(run, raw, fds);
	if (failed(e)) { /* the edge is not as it should be: drop it, it will be restarted or reconnect */
		log_err("request of the edge", e);
		free_running(run);
		return;
	}
	fill_request(run, lane);
	if (!frame->opened || frame->parked_count >= PARKED_MAX) {
		answer_busy(run);
	} else {
		if (frame->app->before_call)
			frame->app->before_call(&frame->worker);
		web_dispatch(frame->app->surfaces, frame->app->surface_count, &run->call);
	}
	if (run->call.parked) {
		park(run);
		return;
	}
	send_answer(run);
	free_running(run);
}

static void cancel(struct frame *frame, bytes raw)
{
	struct uuid id;
	if (failed(http_request_id_decode(raw, &id)))
		return;
	for (struct running *run = frame->parked; run; run = run->next)
		if (uuid_equal(&run->call.request.id, &id))
			run->call.cancelled = true;
}

static void close_http(struct http_channel *channel)
{
	loop_remove(channel->frame->worker.loop, &channel->watch);
	close(channel->watch.fd);
	channel->open = false;
}

static void leave_if_damaged(struct frame *frame)
{
	if (!frame->worker.store || !store_failed_page(frame->worker.store))
		return;
	audit_pump_free(frame->worker.pump);
	frame->worker.pump = NULL;
	worker_damage_leave(&frame->worker, frame->app);
}

/* Between requests: a timer that is due behind now fires in the loop's next turn, after those that have come. */
static void work_set(struct frame *frame, int64_t due_ns)
{
	if (frame->app->work && frame->opened && !frame->stopping && failed(loop_timer_set(frame->worker.loop, &frame->work, due_ns)))
		log_line(LOG_ERROR, "no memory for the work behind requests");
}

static void after_work(struct frame *frame)
{
	leave_if_damaged(frame);
	frame->last_work_ns = loop_now_ns(frame->worker.loop);
	if (frame->worker.pump)
		audit_pump_send(frame->worker.pump);
	if (frame->app->work && frame->app->is_busy && frame->app->is_busy(&frame->worker) && !frame->work.heap_index)
		work_set(frame, frame->last_work_ns);
}

static void on_work(struct loop_timer *timer)
{
	struct frame *frame = timer->owner;
	bool later = false, more = !frame->stopping && frame->app->work(&frame->worker, &later);
	leave_if_damaged(frame);
	if (frame->worker.pump)
		audit_pump_send(frame->worker.pump);
	int64_t now = loop_now_ns(frame->worker.loop);
	if (more)
		frame->last_work_ns = now;
	if (more || later)
		work_set(frame, now + (later ? work_again_ns : 1));
}

/* False when nothing more is waiting on the channel. */
static bool http_take_one(struct http_channel *channel)
{
	struct frame *frame = channel->frame;
	struct channel_fds fds = { .count = 0 };
	size_t len;
	err e = channel_receive(channel->watch.fd, frame->raw, sizeof frame->raw, &len, &fds);
	if (err_kind_of(e) == ERR_UNAVAILABLE)
		return false;
	if (failed(e) || len == 0) {
		close_http(channel);
		return false;
	}
	bytes raw = bytes_of(frame->raw, len);
	if (http_message_kind(raw) == HTTP_MESSAGE_CANCELLED) {
		cancel(frame, raw);
	} else {
		struct running *run = running_new(frame, (int)(channel - frame->channels));
		if (run)
			serve(run, channel->lane, raw, &fds);
	}
	channel_fds_close(&fds);
	after_work(frame);
	return channel->open;
}

static void http_ready(struct loop_watch *watch, unsigned events)
{
	(void)events;
	for (int i = 0; i < CALLS_PER_TURN; i++)
		if (!http_take_one(watch->owner))
			return;
}

/* --- channels --- */

static err add_http(struct frame *frame, enum channel_lane lane, int fd)
{
	for (size_t i = 0; i < HTTP_CHANNELS_MAX; i++) {
		struct http_channel *channel = &frame->channels[i];
		if (channel->open)
			continue;
		*channel = (struct http_channel){ .frame = frame, .watch = { fd, http_ready, channel }, .open = true,
						  .lane = lane == LANE_OPERATOR ? WEB_LANE_OPERATOR : WEB_LANE_PUBLIC };
		frame->serials[i]++;
		return loop_add(frame->worker.loop, &channel->watch, LOOP_READ);
	}
	close(fd);
	FAIL(ERR_LIMIT, "too many edges");
}

static void unwatch(struct frame *frame, struct loop_watch *watch, int *fd)
{
	if (*fd >= 0) {
		loop_remove(frame->worker.loop, watch);
		close(*fd);
	}
	*fd = -1;
}

static void recorder_readable(struct loop_watch *watch, unsigned events)
{
	struct frame *frame = watch->owner;
	if (frame->worker.pump)
		audit_pump_receive(frame->worker.pump);
	if (events & LOOP_HANGUP) {
		unwatch(frame, &frame->recorder_watch, &frame->recorder);
		if (frame->worker.pump)
			audit_pump_set_channel(frame->worker.pump, -1);
	}
}

static err set_recorder(struct frame *frame, int fd)
{
	unwatch(frame, &frame->recorder_watch, &frame->recorder);
	frame->recorder = fd;
	frame->recorder_watch = (struct loop_watch){ fd, recorder_readable, frame };
	TRY(loop_add(frame->worker.loop, &frame->recorder_watch, LOOP_READ));
	if (frame->worker.pump) {
		audit_pump_set_channel(frame->worker.pump, fd);
		audit_pump_send(frame->worker.pump);
	}
	return OK;
}

static void hasher_readable(struct loop_watch *watch, unsigned events)
{
	struct frame *frame = watch->owner;
	if (events & LOOP_HANGUP)
		unwatch(frame, &frame->hasher_watch, &frame->worker.hasher);
	if (frame->app->hasher_ready && frame->opened)
		frame->app->hasher_ready(&frame->worker);
}

static err set_hasher(struct frame *frame, int fd)
{
	unwatch(frame, &frame->hasher_watch, &frame->worker.hasher);
	frame->worker.hasher = fd;
	frame->hasher_watch = (struct loop_watch){ fd, hasher_readable, frame };
	TRY(loop_add(frame->worker.loop, &frame->hasher_watch, LOOP_READ));
	if (frame->app->hasher_ready && frame->opened)
		frame->app->hasher_ready(&frame->worker);
	return OK;
}

static err open_app(struct frame *frame)
{
	TRY(frame->app->open(&frame->worker));
	frame->opened = true;
	if (frame->app->no_audit_pump)
		return child_say_ready(frame->worker.child);
	TRY(store_execute(frame->worker.store, str_of(audit_outbox_schema)));
	TRY(audit_pump_new(frame->worker.store, &frame->worker.pump));
	audit_pump_set_channel(frame->worker.pump, frame->recorder);
	audit_pump_send(frame->worker.pump);
	work_set(frame, loop_now_ns(frame->worker.loop));
	return child_say_ready(frame->worker.child);
}

static err set_keeper(struct frame *frame, int fd)
{
	if (frame->worker.keys.channel >= 0)
		close(frame->worker.keys.channel);
	frame->worker.keys.channel = fd;
	if (frame->opened)
		return OK;
	err e = open_app(frame);
	if (failed(e)) { /* without its database there is nothing it could do; the supervisor tries again */
		log_err("opening the database", e);
		_exit(err_kind_of(e) == ERR_CORRUPT ? CHILD_EXIT_CORRUPT : CHILD_EXIT_FAILED);
	}
	return OK;
}

static err on_channel(struct child *child, const struct channel_binding *binding, int fd)
{
	struct frame *frame = child->self;
	switch (binding->kind) {
	case CHANNEL_KEEPER:
		return set_keeper(frame, fd);
	case CHANNEL_HTTP:
		return add_http(frame, binding->lane, fd);
	case CHANNEL_HASHER:
		return set_hasher(frame, fd);
	case CHANNEL_RECORDER:
		if (frame->app->producer)
			return frame->app->producer(&frame->worker, binding, fd);
		return set_recorder(frame, fd);
	case CHANNEL_DIRECTORY:
		if (frame->app->directory_channel)
			return frame->app->directory_channel(&frame->worker, fd);
		close(fd);
		FAIL(ERR_INVALID, "a channel that this role has no use for");
	default:
		close(fd);
		FAIL(ERR_INVALID, "channel of an unknown kind");
	}
}

/* --- life --- */

static bool is_busy(const struct frame *frame)
{
	return frame->parked_count || (frame->worker.pump && audit_pump_is_busy(frame->worker.pump)) ||
	       (frame->app->is_busy && frame->app->is_busy((struct worker *)(uintptr_t)&frame->worker));
}

static void on_tick(struct loop_timer *timer)
{
	struct frame *frame = timer->owner;
	int64_t now = loop_now_ns(frame->worker.loop);
	int64_t idle_ns = (int64_t)frame->worker.child->start.idle_ms * 1000000;
	if (frame->opened && frame->app->tick)
		frame->app->tick(&frame->worker);
	if (frame->worker.pump)
		audit_pump_send(frame->worker.pump);
	if (frame->worker.store && now - frame->last_work_ns > idle_tick_ns)
		store_idle(frame->worker.store);
	leave_if_damaged(frame);
	if (idle_ns && !is_busy(frame) && now - frame->last_work_ns > idle_ns) {
		enum supervisor_message_kind idle = CHILD_IDLE;
		frame->last_work_ns = now; /* said again later: who needs it now may be gone by then */
		if (failed(child_send(frame->worker.child, &idle, sizeof idle)))
			log_line(LOG_WARNING, "the supervisor does not hear that there is nothing to do");
	}
	if (failed(loop_timer_set(frame->worker.loop, timer, now + idle_tick_ns)))
		log_line(LOG_ERROR, "no memory for the tick");
}

/* Nothing is lost to a worker that leaves: further sends fail at the edge, which then asks for a new worker, and what was
 * sent before is still served. */
static void on_stop(struct child *child)
{
	struct frame *frame = child->self;
	frame->stopping = true;
	for (size_t i = 0; i < HTTP_CHANNELS_MAX; i++) {
		struct http_channel *channel = &frame->channels[i];
		if (!channel->open)
			continue;
		shutdown(channel->watch.fd, SHUT_RD);
		while (http_take_one(channel))
			;
	}
	if (frame->parked_count == 0)
		loop_stop(child->loop);
}

static err on_open(struct child *child)
{
	struct frame *frame = child->self;
	frame->worker.child = child;
	frame->worker.loop = child->loop;
	frame->last_work_ns = loop_now_ns(child->loop);
	frame->tick = (struct loop_timer){ .fire = on_tick, .owner = frame };
	frame->work = (struct loop_timer){ .fire = on_work, .owner = frame };
	return loop_timer_set(child->loop, &frame->tick, loop_now_ns(child->loop) + idle_tick_ns);
}

static void on_facts(struct child *child)
{
	struct frame *frame = child->self;
	if (frame->opened && frame->app->facts)
		frame->app->facts(&frame->worker);
}

static void on_reload(struct child *child)
{
	struct frame *frame = child->self;
	if (frame->opened && frame->app->reload)
		frame->app->reload(&frame->worker);
}

static void on_message(struct child *child, bytes raw)
{
	struct frame *frame = child->self;
	if (frame->app->message)
		frame->app->message(&frame->worker, raw);
}

static void on_close(struct child *child)
{
	struct frame *frame = child->self;
	audit_pump_free(frame->worker.pump);
	if (frame->opened && frame->app->close)
		frame->app->close(&frame->worker);
	store_close(frame->worker.store);
}

static err put_anchor(void *self, const struct database_anchor *anchor)
{
	struct worker *worker = self;
	return keys_anchor_put(&worker->keys, anchor);
}

static err get_anchor(void *self, struct database_anchor *out)
{
	struct worker *worker = self;
	return keys_anchor_get(&worker->keys, out);
}

err worker_open_store(struct worker *worker, const struct database_keys *keys, const struct sql_migration *migrations,
		      size_t migration_count)
{
	struct store_options options = {
		.path = worker->child->start.path, .keys = keys, .migrations = migrations,
		.migration_count = migration_count, .anchor = { put_anchor, get_anchor, worker },
	};
	return store_open(&options, &worker->store);
}

int worker_run(const struct worker_app *app)
{
	struct child_hooks hooks = {
		.role = app->role, .ready_later = true, .open = on_open, .channel = on_channel, .facts = on_facts, .reload = on_reload,
		.stop = on_stop, .message = on_message, .close = on_close,
	};
	struct frame *frame = calloc(1, sizeof *frame);
	if (!frame)
		return 1;
	frame->app = app;
	frame->worker.keys.channel = frame->worker.hasher = frame->recorder = -1;
	return child_run(&hooks, frame);
}
