/* data/job_actor.c - who began a job, kept for the audit events of its slices: one line each of type, id, name, session, authn, client address,
 * request, on behalf of whom. */
#include "data/audit_who.h"
#include "data/job_internal.h"

enum { ACTOR_BYTES_MAX = 8192 };

static void line_write(struct buffer *b, str text)
{
	for (size_t i = 0; i < text.len; i++)
		buffer_append_char(b, (unsigned char)text.at[i] < ' ' ? ' ' : text.at[i]);
	buffer_append_char(b, '\n');
}

err job_actor_write(struct data_call *dc, str *out)
{
	SCOPED(buffer) b = { 0 };
	struct audit_event e = audit_who(dc);
	const str lines[] = { e.actor_id, e.actor_name, e.session, e.authn, e.client_ip, e.request_id, e.on_behalf_of };
	buffer_init(&b, ACTOR_BYTES_MAX);
	buffer_append_format(&b, "%d\n", (int)e.actor_type);
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		line_write(&b, lines[i]);
	if (b.failed)
		FAIL(ERR_LIMIT, "the names of the caller are too long");
	*out = str_copy(dc->arena, buffer_str(&b));
	TRY_NEW(out->at);
	return OK;
}

err job_actor_read(str text, struct arena *arena, struct audit_event *out)
{
	struct audit_event e = { .result = AUDIT_SUCCESS, .severity = AUDIT_INFORMATIONAL };
	str *const lines[] = { &e.actor_id, &e.actor_name, &e.session, &e.authn, &e.client_ip, &e.request_id, &e.on_behalf_of };
	str rest = str_copy(arena, text), type;
	int64_t number;
	TRY_NEW(rest.at);
	if (!str_split(&rest, '\n', &type) || !str_to_i64(type, &number) || number < AUDIT_ACTOR_USER || number > AUDIT_ACTOR_SYSTEM)
		FAIL(ERR_CORRUPT, "a job without the one who began it");
	e.actor_type = (enum audit_actor)number;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		if (!str_split(&rest, '\n', lines[i]))
			FAIL(ERR_CORRUPT, "a job without the one who began it");
	*out = e;
	return OK;
}
