/* The control worker tells what there is: facts of a worker, and the edges' routing table. */
#include "host/file.h"
#include "platform/facts.h"
#include "proc/control_internal.h"

static err send_facts(struct control *c, const struct worker_name *name, bool known, str text)
{
	SCOPED(buffer) b = { 0 };
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

/* Too long for a message from some hundred tenants on, hence the file. */
static err send_routes(struct control *c, bytes text)
{
	struct supervisor_facts head = { .kind = CHILD_FACTS, .worker = { .role = ROLE_EDGE }, .known = 1 };
	SCOPED(fd) file = { -1 };
	TRY(memory_file_new(text, &file.n));
	TRY(child_send_file(c->worker->child, &head, sizeof head, file.n));
	c->routes_number++;
	return OK;
}

err control_publish_routes(struct control *c)
{
	SCOPED(buffer) text = { 0 };
	struct arena *arena = arena_new(CONTROL_WORK_BYTES);
	buffer_init(&text, ROUTES_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for facts");
	err e = facts_of_edges(c->worker->store, c->origin, arena, &text);
	if (!failed(e))
		e = send_routes(c, buffer_bytes(&text));
	arena_free(arena);
	return e;
}
