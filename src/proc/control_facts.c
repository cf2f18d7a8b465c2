/* The control worker tells what there is: facts of a worker, and the edges' routing table. */
#include "platform/facts.h"
#include "proc/control_internal.h"

static err send_facts(struct control *c, const struct worker_name *name, bool known, str text)
{
	SCOPED(buffer) b;
	struct supervisor_facts head = { .kind = CHILD_FACTS, .worker = *name, .known = known };
	buffer_init(&b, CHANNEL_MESSAGE_BYTES_MAX);
	buffer_append(&b, bytes_of(&head, sizeof head));
	buffer_append_str(&b, text);
	if (b.failed)
		FAIL(ERR_LIMIT, "facts longer than a message carries");
	return child_send(c->worker->child, b.at, b.len);
}

err control_publish_worker(struct control *c, const struct worker_name *name)
{
	struct arena *arena = arena_new(CONTROL_WORK_BYTES);
	bool known = false;
	str text;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for facts");
	err e = facts_of_worker(c->worker->store, name, c->origin, arena, &text, &known);
	if (!failed(e))
		e = send_facts(c, name, known, text);
	arena_free(arena);
	return e;
}

err control_publish_routes(struct control *c)
{
	struct worker_name edges = { .role = ROLE_EDGE };
	struct arena *arena = arena_new(CONTROL_WORK_BYTES);
	str text;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for facts");
	err e = facts_of_edges(c->worker->store, c->origin, arena, &text);
	if (!failed(e))
		e = send_facts(c, &edges, true, text);
	arena_free(arena);
	return e;
}
