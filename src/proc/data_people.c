#include "proc/data_people.h"

#include <stdlib.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/log.h"
#include "ipc/channel.h"
#include "ipc/directory_message.h"

struct people_client {
	int fd;         /* -1: the directory is away */
	bool changed;   /* told while an answer was awaited */
	uint64_t number;
	struct directory_answer answer;
	struct person_source source;
};

static err ask(void *self, const struct person_wish *wish, struct arena *arena, struct person_facts *out);

struct people_client *people_client_new(void)
{
	struct people_client *c = calloc(1, sizeof *c);
	if (!c) {
		log_line(LOG_ERROR, "no memory to ask the directory");
		_exit(1);
	}
	c->fd = -1;
	c->source = (struct person_source){ ask, c };
	return c;
}

static void leave(struct people_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->changed = true;
}

void people_client_free(struct people_client *c)
{
	if (c)
		leave(c);
	free(c);
}

void people_client_connect(struct people_client *c, int fd)
{
	leave(c);
	c->fd = fd;
}

const struct person_source *people_client_source(struct people_client *c)
{
	return &c->source;
}

/* ERR_UNAVAILABLE: nothing waits. */
static err receive(struct people_client *c)
{
	size_t len;
	TRY(channel_receive(c->fd, (uint8_t *)&c->answer, sizeof c->answer, &len, NULL));
	if (len == sizeof c->answer && c->answer.kind == DIRECTORY_ANSWER)
		return OK;
	if (len != sizeof c->answer.kind || c->answer.kind != DIRECTORY_CHANGED)
		leave(c);
	c->changed = true;
	c->answer.number = 0;
	return OK;
}

bool people_client_changed(struct people_client *c)
{
	while (c->fd >= 0) {
		err e = receive(c);
		if (err_kind_of(e) == ERR_UNAVAILABLE)
			break;
		if (failed(e))
			leave(c);
	}
	bool changed = c->changed;
	c->changed = false;
	return changed;
}

static err take_answer(const struct directory_answer *a, struct arena *arena, struct person_facts *out)
{
	if (a->result || a->plan_count > DIRECTORY_PLANS_MAX || a->group_count > DIRECTORY_GROUPS_MAX || a->upn_len > sizeof a->upn || a->name_len > sizeof a->name)
		FAIL(ERR_UNAVAILABLE, "the directory cannot tell");
	struct uuid *plans = NEW_ARRAY(arena, struct uuid, a->plan_count + 1);
	TRY_NEW(plans);
	if (a->plan_count)
		memcpy(plans, a->plans, a->plan_count * sizeof *plans);
	struct person_group *groups = NEW_ARRAY(arena, struct person_group, a->group_count + 1);
	TRY_NEW(groups);
	for (uint32_t i = 0; i < a->group_count; i++)
		groups[i] = (struct person_group){ a->groups[i].id, a->groups[i].owner };
	*out = (struct person_facts){ .groups = groups, .group_count = a->group_count, .guest = a->guest, .id = a->id, .known = a->known, .enabled = a->enabled, .in_group = a->in_group, .administers = a->administers,
				      .plans = plans, .plan_count = a->plan_count, .upn = str_copy(arena, (str){ a->upn, a->upn_len }),
				      .name = str_copy(arena, (str){ a->name, a->name_len }) };
	TRY_NEW(out->upn.at);
	TRY_NEW(out->name.at);
	return OK;
}

static err wait_for(struct people_client *c, uint64_t number)
{
	int64_t until_ns = clock_monotonic_ns(&clock_system) + DIRECTORY_CALL_MS * 1000000LL;
	while (c->fd >= 0) {
		int64_t left_ms = (until_ns - clock_monotonic_ns(&clock_system)) / 1000000;
		TRY(channel_wait(c->fd, left_ms > 0 ? (int)left_ms : 0));
		TRY(receive(c));
		if (c->answer.number == number)
			return OK;
	}
	FAIL(ERR_UNAVAILABLE, "the directory is away");
}

static err ask(void *self, const struct person_wish *wish, struct arena *arena, struct person_facts *out)
{
	struct people_client *c = self;
	struct directory_question q = { .kind = DIRECTORY_QUESTION, .number = ++c->number, .id = wish->id, .group = wish->group };
	if (wish->by == PERSON_BY_APPLICATION)
		q.by = DIRECTORY_BY_APP_ID;
	if (wish->by == PERSON_BY_UPN) {
		q.by = DIRECTORY_BY_UPN;
		q.upn_len = (uint32_t)(wish->upn.len < sizeof q.upn ? wish->upn.len : sizeof q.upn);
		memcpy(q.upn, wish->upn.at, q.upn_len);
	}
	if (c->fd < 0)
		FAIL(ERR_UNAVAILABLE, "the directory is away");
	err e = channel_send(c->fd, bytes_of(&q, sizeof q), NULL);
	if (!failed(e))
		e = wait_for(c, q.number);
	if (failed(e)) {
		leave(c);
		return e;
	}
	return take_answer(&c->answer, arena, out);
}
