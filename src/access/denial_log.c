/* access/denial_log.c - a decision record for each denial (5.1): who would have done what to which row, who asked, and why not. */
#include "access/call.h"
#include "codec/utf8.h"
#include "data/audit_who.h"
#include "host/log.h"

enum { NAME_BYTES_MAX = 200, RECORD_BYTES_MAX = 8192 };

static void entity_write(struct json_writer *w, str name, const struct access_entity *e)
{
	json_key(w, name);
	json_open_object(w);
	json_member_str(w, S("type"), utf8_clip(e->type, NAME_BYTES_MAX));
	json_member_str(w, S("id"), utf8_clip(e->id, NAME_BYTES_MAX));
	json_close_object(w);
}

/* The resource stands in the record where it is no row, which the event names. */
static err record_write(const struct access_call *call, const struct access_question *q, bool row, struct buffer *out)
{
	buffer_init(out, RECORD_BYTES_MAX);
	struct json_writer w = json_writer_to(out);
	json_open_object(&w);
	entity_write(&w, S("subject"), &q->subject);
	if (q->on_behalf)
		entity_write(&w, S("onBehalfOf"), &q->on_behalf_of);
	if (!row)
		entity_write(&w, S("resource"), &q->resource);
	json_member_str(&w, S("action"), utf8_clip(q->action, NAME_BYTES_MAX));
	json_member_i64(&w, S("epoch"), (int64_t)call->epoch);
	json_close_object(&w);
	if (out->failed)
		FAIL(ERR_LIMIT, "decision record too long");
	return OK;
}

static err denial_emit(struct access_call *call, const struct audit_event *who, const struct access_question *q,
		       enum authz_reason reason)
{
	const struct table *t = metadata_table(call->data.app->metadata, q->resource.type);
	struct audit_event event = *who;
	SCOPED(buffer) record = { 0 };
	TRY(record_write(call, q, t != NULL, &record));
	event.category = AUDIT_AUTHZ;
	event.op = S("decide.access");
	event.result = AUDIT_DENIED;
	event.reason = reason_row(reason)->code;
	event.severity = AUDIT_NOTICE;
	event.target_type = t ? S("row") : S("environment");
	event.target_table = t ? t->logical_name : S("");
	event.target_id = t ? utf8_clip(q->resource.id, NAME_BYTES_MAX) : S("");
	event.status = 200;
	event.changes = buffer_str(&record);
	return audit_emit(call->data.app->store, call->data.web->now, &event);
}

static err denials_emit(struct access_call *call)
{
	struct audit_event who = audit_who(&call->data);
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(call->data.app->store, &tx));
	for (size_t i = 0; i < call->outcome_count; i++)
		if (!call->outcomes[i].wrong && call->outcomes[i].reason != REASON_NONE)
			TRY(denial_emit(call, &who, &call->request.questions[i], call->outcomes[i].reason));
	return transaction_commit(&tx);
}

void access_denials_log(struct access_call *call)
{
	bool denied = false;
	for (size_t i = 0; i < call->outcome_count; i++)
		denied = denied || (!call->outcomes[i].wrong && call->outcomes[i].reason != REASON_NONE);
	err e = denied ? denials_emit(call) : OK;
	if (failed(e))
		log_err("audit of access decisions", e);
}
