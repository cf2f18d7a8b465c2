/* data/change_log.c */
#include "data/change_log.h"

#include "audit/client.h"
#include "codec/utf8.h"

enum { CHANGES_BYTES_MAX = 32 * 1024, CHANGE_TEXT_MAX = 500 };

void change_log_open(struct change_log *log)
{
	*log = (struct change_log){ 0 };
	buffer_init(&log->text, CHANGES_BYTES_MAX * 2);
	log->writer = json_writer_to(&log->text);
	json_open_object(&log->writer);
}

void change_log_release(struct change_log *log)
{
	buffer_release(&log->text);
}

static void side(struct json_writer *w, str name, const struct column *c, const struct value *v)
{
	struct value shown = *v;
	if (v->kind == VALUE_NULL)
		return;
	if (v->kind == VALUE_TEXT)
		shown.text = utf8_clip(v->text, CHANGE_TEXT_MAX);
	json_key(w, name);
	value_write(w, c, &shown);
}

void change_log_add(struct change_log *log, const struct column *c, const struct value *before, const struct value *after)
{
	struct json_writer *w = &log->writer;
	if (value_equal(before, after) || log->text.len > CHANGES_BYTES_MAX)
		return;
	log->count++;
	json_key(w, c->logical_name);
	json_open_object(w);
	side(w, S("old"), c, before);
	side(w, S("new"), c, after);
	json_close_object(w);
}

void change_log_add_id(struct change_log *log, str name, const struct uuid *before, const struct uuid *after)
{
	struct json_writer *w = &log->writer;
	log->count++;
	json_key(w, name);
	json_open_object(w);
	if (!uuid_is_nil(before))
		json_member_uuid(w, S("old"), before);
	if (!uuid_is_nil(after))
		json_member_uuid(w, S("new"), after);
	json_close_object(w);
}

err change_log_emit(struct change_log *log, struct data_call *dc, str op, const struct table *t, const struct uuid *id)
{
	char user[UUID_TEXT_LEN + 1], row[UUID_TEXT_LEN + 1], request[UUID_TEXT_LEN + 1];
	const struct principal *token = dc->caller.token;
	json_close_object(&log->writer);
	if (log->text.failed)
		FAIL(ERR_LIMIT, "the changes do not fit an audit event");
	uuid_format(token ? &token->oid : &dc->caller.user_id, user);
	uuid_format(id, row);
	uuid_format(&dc->web->request.id, request);
	struct audit_event event = {
		.category = AUDIT_DATA, .op = op, .result = AUDIT_SUCCESS, .severity = 6,
		.actor_type = !token ? AUDIT_ACTOR_OPERATOR : token->kind == PRINCIPAL_APP ? AUDIT_ACTOR_APP : AUDIT_ACTOR_USER,
		.actor_id = str_of(user), .actor_name = token && token->upn.len ? token->upn : dc->caller.name,
		.client_ip = web_client_text(dc->web), .target_type = S("row"), .target_id = str_of(row),
		.target_table = t->logical_name, .request_id = str_of(request),
		.method = str_of(http_method_name(dc->web->request.method)), .route = str_of(dc->web->route ? dc->web->route : ""),
		.changes = buffer_str(&log->text), .environment = { dc->app->environment } };
	return audit_emit(dc->app->store, dc->web->now, &event);
}
