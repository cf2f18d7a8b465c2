/* The list of processes: the supervisor has it, the operator reads it. */
#include "proc/confinement.h"
#include "proc/control_internal.h"

static void write_process(struct json_writer *w, const struct process_status *p)
{
	char text[128];
	json_open_object(w);
	json_member_str(w, S("role"), str_of(process_role_name(p->role)));
	if (p->role == ROLE_EDGE)
		json_member_str(w, S("lane"), p->lane == LANE_OPERATOR ? S("operator") : S("public"));
	json_member_i64(w, S("pid"), p->pid);
	json_member_i64(w, S("uid"), p->uid);
	if (!uuid_is_nil(&p->tenant))
		json_member_uuid(w, S("tenantId"), &p->tenant);
	if (!uuid_is_nil(&p->environment))
		json_member_uuid(w, S("environmentId"), &p->environment);
	json_member_bool(w, S("ready"), p->ready != 0);
	json_member_i64(w, S("starts"), p->starts);
	json_member_i64(w, S("failures"), p->failures);
	json_member_bool(w, S("failing"), p->failing != 0);
	instant_format((struct instant){ p->started_ms }, true, text);
	json_member_str(w, S("started"), str_of(text));
	confinement_text(p->confinement, text, sizeof text);
	json_member_str(w, S("confinedBy"), str_of(text));
	confinement_text(~p->confinement & confinement_expected(p->role), text, sizeof text);
	json_member_str(w, S("notOffered"), str_of(text));
	json_close_object(w);
}

static void finish_status(struct control *c)
{
	for (size_t i = 0; i < CALLS_WAITING_MAX; i++) {
		if (!c->waiting[i].call || !c->waiting[i].status)
			continue;
		struct web_call *call = c->waiting[i].call;
		c->waiting[i].call = NULL;
		struct json_writer w = web_begin_json(call, 200);
		json_open_object(&w);
		json_member_str(&w, S("version"), S(BAILIWICK_VERSION));
		json_key(&w, S("processes"));
		json_raw(&w, buffer_str(&c->status_rows));
		json_close_object(&w);
		web_finish(call);
	}
}

void control_status(struct control *c, const struct supervisor_status *message)
{
	if (message->row_count > STATUS_ROWS_PER_MESSAGE)
		return;
	if (message->row_first == 0) {
		buffer_clear(&c->status_rows);
		c->status_writer = json_writer_to(&c->status_rows);
		json_open_array(&c->status_writer);
	}
	for (uint32_t i = 0; i < message->row_count; i++)
		write_process(&c->status_writer, &message->rows[i]);
	if (message->row_first + message->row_count < message->row_total)
		return;
	json_close_array(&c->status_writer);
	finish_status(c);
}

err control_get_status(struct web_call *call)
{
	struct control *c = call->app;
	enum supervisor_message_kind ask = CHILD_STATUS_ASKED;
	struct uuid nil = { { 0 } };
	TRY(child_send(c->worker->child, &ask, sizeof ask));
	return control_wait(c, call, true, &nil, &nil);
}
