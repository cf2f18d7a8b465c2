#include "data/masked.h"

#include "authz/columns.h"
#include "data/audit_who.h"
#include "data/rights.h"

static err text_of(const struct column *c, const struct value *v, struct arena *arena, str *out)
{
	SCOPED(buffer) text = { 0 };
	*out = v->text;
	if (v->kind == VALUE_TEXT)
		return OK;
	buffer_init(&text, 1024);
	struct json_writer w = json_writer_to(&text);
	value_write(&w, c, v);
	*out = str_copy(arena, buffer_str(&text));
	TRY_NEW(out->at);
	return OK;
}

/* `out` may be `v`. */
err masked_value(const struct mask *m, const struct column *c, const struct value *v, struct arena *arena, struct value *out)
{
	str text;
	*out = *v;
	if (v->kind == VALUE_NULL)
		return OK;
	TRY(text_of(c, v, arena, &text));
	*out = (struct value){ .kind = VALUE_TEXT, .text = mask_apply(m, text, arena) };
	TRY_NEW(out->text.at);
	return OK;
}

err masked_for_log(struct data_call *dc, const struct column *c, const struct value *v, struct value *out)
{
	const struct mask *m;
	*out = *v;
	TRY(authz_column_mask(dc->app->authz, c, &m));
	return m ? masked_value(m, c, v, dc->arena, out) : OK;
}

err masked_write_check(struct data_call *dc, const struct column *c, const struct value *stored, const struct value *written)
{
	struct value shown;
	str text;
	const struct mask *m;
	TRY(authz_column_mask(dc->app->authz, c, &m));
	if (!m || stored->kind == VALUE_NULL || written->kind == VALUE_NULL || value_equal(stored, written) || rights_column_bare(dc, c))
		return OK;
	TRY(masked_value(m, c, stored, dc->arena, &shown));
	TRY(text_of(c, written, dc->arena, &text));
	if (str_equal(shown.text, text))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "The value of '%.*s' is the mask of what is stored.", STR_ARG(c->logical_name));
	return OK;
}

err masked_reads_log(struct data_call *dc)
{
	if (!dc->bare_values)
		return OK;
	struct audit_event event = audit_who(dc);
	event.category = AUDIT_DATA;
	event.op = S("read.unmasked");
	event.target_type = S("row");
	const struct table *t = dc->path.count ? metadata_table_by_set(dc->app->metadata, dc->path.segment[0].name) : NULL;
	event.target_table = t ? t->logical_name : S("");
	event.changes = str_format(dc->arena, "{\"values\":%u}", dc->bare_values);
	TRY_NEW(event.changes.at);
	if (dc->path.count && dc->path.segment[0].argument_count == 1)
		event.target_id = dc->path.segment[0].argument[0].value;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(audit_emit(dc->app->store, dc->web->now, &event));
	return transaction_commit(&tx);
}
