/* Rotation of the tenants' token-signing keys: on schedule and as the operator wants it. The keeper does it and knows when it is
 * due; the control worker asks, and writes it down. */
#include "audit/client.h"
#include "host/clock.h"
#include "host/log.h"
#include "platform/tenant.h"
#include "proc/control_internal.h"

enum { SCHEDULE_S = 600, DUE_PER_TURN = 16, SCHEDULE_ARENA_BYTES = 256 * 1024 };

/* The event says which keys, by kid; a removal is a revocation. */
static err emit(struct control *c, struct arena *arena, struct instant now, const struct rotated_keys *done, bool removed,
		struct audit_event *event)
{
	event->category = AUDIT_KEY;
	event->op = removed ? S("revoke.key") : S("rotate.key");
	event->result = AUDIT_SUCCESS;
	event->severity = removed ? AUDIT_WARNING : AUDIT_NOTICE;
	event->target_type = S("tenant");
	event->target_id = uuid_text(arena, &done->tenant);
	str changes = S("{");
	for (size_t i = 0; i < done->count; i++)
		changes = str_format(arena, "%.*s%s\"%s\":{\"old\":\"%s\",\"new\":\"%s\"}", STR_ARG(changes), i ? "," : "",
				     done->key[i].alg == TOKEN_RS256 ? "RS256" : "ES256", done->key[i].before, done->key[i].after);
	event->changes = str_format(arena, "%.*s}", STR_ARG(changes));
	TRY_NEW(event->changes.at);
	return audit_emit(c->worker->store, now, event);
}

/* --- on schedule --- */

static err rotate_one(struct control *c, struct arena *arena, struct instant now)
{
	const struct uuid nil = { { 0 } };
	struct audit_event event = { .actor_type = AUDIT_ACTOR_SYSTEM, .actor_name = S("schedule") };
	struct rotated_keys done;
	SCOPED(transaction) tx = { 0 };
	TRY(keys_rotate(&c->worker->keys, ROTATE_DUE, &nil, &done));
	TRY(transaction_begin(c->worker->store, &tx));
	TRY(emit(c, arena, now, &done, false, &event));
	return transaction_commit(&tx);
}

static void on_timer(struct loop_timer *timer)
{
	struct control *c = timer->owner;
	struct arena *arena = arena_new(SCHEDULE_ARENA_BYTES);
	err e = arena ? OK : ERR(ERR_LIMIT, "no memory for the schedule of keys");
	for (int i = 0; i < DUE_PER_TURN && !failed(e); i++)
		e = rotate_one(c, arena, clock_now(&clock_system));
	arena_free(arena);
	if (failed(e) && err_kind_of(e) != ERR_NOT_FOUND)
		log_err("rotation of signing keys", e);
	e = loop_timer_set(c->worker->loop, timer, loop_now_ns(c->worker->loop) + SCHEDULE_S * 1000000000LL);
	if (failed(e))
		log_err("schedule of signing keys", e);
}

err control_keys_start(struct control *c)
{
	c->keys_timer = (struct loop_timer){ .fire = on_timer, .owner = c };
	return loop_timer_set(c->worker->loop, &c->keys_timer, loop_now_ns(c->worker->loop) + 1000000000LL);
}

/* --- by the operator --- */

static bool read_mode(str text, enum key_rotation *out)
{
	static const struct { const char *name; enum key_rotation mode; } modes[] = {
		{ "published", ROTATE_PUBLISHED }, { "now", ROTATE_NOW }, { "remove", ROTATE_REMOVE },
	};
	for (size_t i = 0; i < COUNT_OF(modes); i++)
		if (str_equal(text, str_of(modes[i].name))) {
			*out = modes[i].mode;
			return true;
		}
	return false;
}

/* The keeper's refusals in words that an operator can act on. */
static err rotate(struct control *c, enum key_rotation mode, const struct uuid *tenant, struct rotated_keys *out)
{
	err e = keys_rotate(&c->worker->keys, mode, tenant, out);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_CONFLICT, "the next key has not been published for 24 hours; --now does not wait for that");
	if (err_kind_of(e) == ERR_LIMIT)
		FAIL(ERR_CONFLICT, "too many keys were retired in the last 30 hours; --remove voids them");
	return e;
}

err control_rotate_keys(struct web_call *call)
{
	struct control *c = call->app;
	const struct json *body;
	enum key_rotation mode;
	struct rotated_keys done;
	struct tenant t;
	str text;
	TRY(web_json(call, &body));
	if (!json_member_is_str(body, S("mode"), &text) || !read_mode(text, &mode))
		FAIL(ERR_INVALID, "mode is published, now or remove");
	TRY(tenant_by_name(c->worker->store, call->path_args[0], call->arena, &t));
	TRY(rotate(c, mode, &t.id, &done));
	struct audit_event event = {
		.actor_type = AUDIT_ACTOR_OPERATOR, .actor_name = S("operator"), .target_name = t.display_name,
		.request_id = uuid_text(call->arena, &call->request.id), .route = str_of(call->route ? call->route : ""),
		.method = str_of(http_method_name(call->request.method)),
	};
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(c->worker->store, &tx));
	TRY(emit(c, call->arena, call->now, &done, mode == ROTATE_REMOVE, &event));
	TRY(transaction_commit(&tx));
	struct json_writer w = web_begin_json(call, 200);
	json_open_object(&w);
	json_key(&w, S("value"));
	json_open_array(&w);
	for (size_t i = 0; i < done.count; i++) {
		json_open_object(&w);
		json_member_str(&w, S("alg"), done.key[i].alg == TOKEN_RS256 ? S("RS256") : S("ES256"));
		json_member_str(&w, S("signed"), str_of(done.key[i].before));
		json_member_str(&w, S("signs"), str_of(done.key[i].after));
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}
