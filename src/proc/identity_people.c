#include "proc/identity_people.h"

#include <stdlib.h>
#include <unistd.h>

#include "directory/person.h"
#include "host/log.h"
#include "ipc/channel.h"

enum { ANSWER_ARENA_BYTES = 256 * 1024 };

static void drop(struct people_channel *c)
{
	loop_remove(c->people->loop, &c->watch);
	close(c->watch.fd);
	c->watch.fd = -1;
}

static err answer(struct people_channel *c, const struct directory_question *question)
{
	static struct directory_answer a;
	struct arena *arena = arena_new(ANSWER_ARENA_BYTES);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for an answer");
	person_answer(c->people->directory, question, arena, &a);
	arena_free(arena);
	c->asked = true;
	return channel_send(c->watch.fd, bytes_of(&a, sizeof a), NULL);
}

/* Whoever does not speak the language, or does not read, is left: their end shows it, and the supervisor may connect them anew. */
static void take(struct people_channel *c)
{
	struct directory_question question;
	size_t len;
	while (c->watch.fd >= 0) {
		err e = channel_receive(c->watch.fd, (uint8_t *)&question, sizeof question, &len, NULL);
		if (err_kind_of(e) == ERR_UNAVAILABLE)
			return;
		if (!failed(e) && len == sizeof question && question.kind == DIRECTORY_QUESTION)
			e = answer(c, &question);
		else if (!failed(e) && len)
			e = ERR(ERR_INVALID, "a malformed question of an environment");
		if (failed(e))
			log_err("question of an environment", e);
		if (failed(e) || len == 0)
			drop(c);
	}
}

static void ready(struct loop_watch *watch, unsigned events)
{
	(void)events;
	take(watch->owner);
}

struct people *people_new(struct loop *loop)
{
	struct people *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->loop = loop;
	for (size_t i = 0; i < PEOPLE_CHANNELS_MAX; i++)
		p->channels[i].watch.fd = -1;
	return p;
}

void people_free(struct people *p)
{
	for (size_t i = 0; p && i < PEOPLE_CHANNELS_MAX; i++) {
		if (p->channels[i].watch.fd < 0)
			continue;
		if (p->directory)
			loop_remove(p->loop, &p->channels[i].watch);
		close(p->channels[i].watch.fd);
	}
	free(p);
}

err people_add(struct people *p, int fd)
{
	for (size_t i = 0; i < PEOPLE_CHANNELS_MAX; i++) {
		struct people_channel *c = &p->channels[i];
		if (c->watch.fd >= 0)
			continue;
		*c = (struct people_channel){ .people = p, .watch = { fd, ready, c } };
		return p->directory ? loop_add(p->loop, &c->watch, LOOP_READ) : OK;
	}
	close(fd);
	FAIL(ERR_LIMIT, "more environments than the directory answers");
}

void people_open(struct people *p, struct directory *d)
{
	p->directory = d;
	err e = person_epoch(d, &p->epoch);
	for (size_t i = 0; !failed(e) && i < PEOPLE_CHANNELS_MAX; i++)
		if (p->channels[i].watch.fd >= 0)
			e = loop_add(p->loop, &p->channels[i].watch, LOOP_READ);
	if (failed(e))
		log_err("opening the directory for its environments", e);
}

/* A notice that cannot be sent must not be missed: the channel's end says the same. */
static void tell(struct people_channel *c)
{
	enum directory_message_kind changed = DIRECTORY_CHANGED;
	c->asked = false;
	err e = channel_send(c->watch.fd, bytes_of(&changed, sizeof changed), NULL);
	if (failed(e))
		drop(c);
}

void people_notice(struct people *p)
{
	int64_t now = 0;
	err e = person_epoch(p->directory, &now);
	if (!failed(e) && now == p->epoch)
		return;
	if (failed(e))
		log_err("whether people have changed", e);
	p->epoch = now;
	for (size_t i = 0; i < PEOPLE_CHANNELS_MAX; i++)
		if (p->channels[i].watch.fd >= 0 && p->channels[i].asked)
			tell(&p->channels[i]);
}
