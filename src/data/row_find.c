/* data/row_find.c */
#include "data/row_find.h"

static err statement_for(struct data_call *dc, const struct odata_query *q, struct statement *out)
{
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, 256 * 1024);
	buffer_append_str(&text, S("SELECT r.key, r.version"));
	if (table_is_owned(q->table))
		buffer_append_str(&text, S(", r.owner, r.unit"));
	for (size_t i = 0; i < q->select_count; i++)
		buffer_append_format(&text, ", r.%.*s", STR_ARG(q->select[i]->sql));
	buffer_append_format(&text, " FROM %.*s AS r WHERE r.id = ?1", STR_ARG(q->table->sql));
	if (text.failed)
		FAIL(ERR_LIMIT, "the table has too many columns for one statement");
	return statement_open_text(dc->app->store, buffer_str(&text), out);
}

err row_find(struct data_call *dc, const struct odata_query *q, const struct uuid *id, enum data_right right, struct statement *s,
	     int *out_first, struct row_place *out_place, bool *out_found)
{
	bool concealed, owned = table_is_owned(q->table);
	TRY(statement_for(dc, q, s));
	TRY(bind_uuid(s, 1, id));
	TRY(statement_step(s, out_found));
	*out_first = owned ? 4 : 2;
	if (!*out_found)
		return OK;
	*out_place = (struct row_place){ .id = *id, .key = column_i64(s, 0), .version = column_i64(s, 1) };
	if (owned) {
		out_place->owner = column_i64(s, 2);
		out_place->unit = column_i64(s, 3);
	}
	TRY(rights_conceals(dc, right, q->table, out_place, &concealed));
	*out_found = !concealed;
	return OK;
}

err row_place_find(struct data_call *dc, const struct table *t, const struct uuid *id, enum data_right right, struct row_place *out,
		   bool *out_found)
{
	struct odata_query nothing_selected = { .table = t };
	SCOPED(statement) s = { 0 };
	int first;
	return row_find(dc, &nothing_selected, id, right, &s, &first, out, out_found);
}

err row_missing(struct data_call *dc, const struct table *t, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(id, text);
	return REFUSE(dc, 404, CODE_NOT_FOUND, "%.*s With Id = %s Does Not Exist", STR_ARG(t->logical_name), text);
}
