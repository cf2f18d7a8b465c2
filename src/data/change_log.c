/* data/change_log.c */
#include "data/change_log.h"

#include "codec/utf8.h"
#include "data/audit_who.h"
#include "data/masked.h"
#include "data/names.h"

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

err change_log_add(struct change_log *log, struct data_call *dc, const struct column *c, const struct value *before, const struct value *after)
{
	struct json_writer *w = &log->writer;
	struct value old, new;
	if (value_equal(before, after) || log->text.len > CHANGES_BYTES_MAX)
		return OK;
	TRY(masked_for_log(dc, c, before, &old));
	TRY(masked_for_log(dc, c, after, &new));
	log->count++;
	json_key(w, c->logical_name);
	json_open_object(w);
	side(w, S("old"), c, &old);
	side(w, S("new"), c, &new);
	json_close_object(w);
	return OK;
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

err change_log_add_place(struct change_log *log, struct data_call *dc, const struct row_place *before, const struct row_place *after)
{
	const struct name *name;
	if (before->owner != after->owner) {
		TRY(names_principal(dc->app->names, before->owner, &name));
		struct uuid old = name->id;
		TRY(names_principal(dc->app->names, after->owner, &name));
		change_log_add_id(log, S("ownerid"), &old, &name->id);
	}
	if (before->unit != after->unit) {
		TRY(names_unit(dc->app->names, before->unit, &name));
		struct uuid old = name->id;
		TRY(names_unit(dc->app->names, after->unit, &name));
		change_log_add_id(log, S("owningbusinessunit"), &old, &name->id);
	}
	return OK;
}

err change_log_emit(struct change_log *log, struct data_call *dc, str op, const struct table *t, const struct uuid *id)
{
	struct audit_event event = audit_who(dc);
	json_close_object(&log->writer);
	if (log->text.failed)
		FAIL(ERR_LIMIT, "the changes do not fit an audit event");
	event.category = AUDIT_DATA;
	event.op = op;
	event.target_type = S("row");
	event.target_id = uuid_text(dc->arena, id);
	event.target_table = t->logical_name;
	event.changes = buffer_str(&log->text);
	return audit_emit(dc->app->store, dc->web->now, &event);
}
