#include "directory/environment_change.h"

#include "directory/routes_internal.h"
#include "host/log.h"

static const int64_t tick_ns = 500000000;

static void finish(struct waiting_change *w, err why)
{
	struct web_call *call = w->call;

	w->call = NULL;
	why = environments_settled(call, w->changes, why);
	if (failed(why))
		web_answer_err(call, why);
	web_finish(call);
}

static void on_tick(struct loop_timer *timer)
{
	struct environment_changes *c = timer->owner;
	int64_t now = loop_now_ns(c->loop);
	bool more = false;

	for (size_t i = 0; i < ENVIRONMENT_CHANGES_MAX; i++) {
		if (c->waiting[i].call && c->waiting[i].due_ns <= now)
			finish(&c->waiting[i], ERR(ERR_UNAVAILABLE, "the control plane is silent: not known whether it was made"));
		more = more || c->waiting[i].call;
	}
	if (more && failed(loop_timer_set(c->loop, timer, now + tick_ns)))
		log_line(LOG_ERROR, "no memory for a timer");
}

err environment_change_ask(struct environment_changes *c, struct web_call *call, str changes, struct environment_change *change)
{
	struct waiting_change *free_slot = NULL;

	for (size_t i = 0; i < ENVIRONMENT_CHANGES_MAX && !free_slot; i++)
		free_slot = c->waiting[i].call ? NULL : &c->waiting[i];
	if (!free_slot || !c->send)
		FAIL(ERR_UNAVAILABLE, "the control plane takes no change at present");
	change->kind = CHILD_ENVIRONMENT_CHANGE;
	change->number = ++c->number;
	TRY(c->send(c->self, change));
	*free_slot = (struct waiting_change){ call, changes, change->number, loop_now_ns(c->loop) + ENVIRONMENT_CHANGE_MS * 1000000LL };
	c->timer.fire = on_tick;
	c->timer.owner = c;
	web_park(call);
	return loop_timer_set(c->loop, &c->timer, loop_now_ns(c->loop) + tick_ns);
}

void environment_changed(struct environment_changes *c, const struct environment_changed *answer)
{
	for (size_t i = 0; i < ENVIRONMENT_CHANGES_MAX; i++) {
		if (c->waiting[i].call && c->waiting[i].number == answer->number)
			finish(&c->waiting[i], answer->result ? ERR(ERR_UNAVAILABLE, "the change could not be made") : OK);
	}
}
