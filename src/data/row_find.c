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

static void place_read(const struct table *t, const struct statement *s, const struct uuid *id, struct row_place *out)
{
	*out = (struct row_place){ .id = *id, .key = column_i64(s, 0), .version = column_i64(s, 1) };
	if (table_is_owned(t)) {
		out->owner = column_i64(s, 2);
		out->unit = column_i64(s, 3);
	}
}

static err conceal(struct data_call *dc, enum data_right right, const struct table *t, const struct row_place *place, bool *inout_found)
{
	bool concealed = false;
	if (*inout_found)
		TRY(rights_conceals(dc, right, t, place, &concealed));
	*inout_found = *inout_found && !concealed;
	return OK;
}

err row_find(struct data_call *dc, const struct odata_query *q, const struct uuid *id, enum data_right right, struct statement *s,
	     int *out_first, struct row_place *out_place, bool *out_found)
{
	TRY(statement_for(dc, q, s));
	TRY(bind_uuid(s, 1, id));
	TRY(statement_step(s, out_found));
	*out_first = table_is_owned(q->table) ? 4 : 2;
	if (*out_found)
		place_read(q->table, s, id, out_place);
	return conceal(dc, right, q->table, out_place, out_found);
}

err row_finder_find(struct data_call *dc, struct row_finder *finder, const struct table *t, const struct uuid *id, struct row_place *out,
		    bool *out_found)
{
	struct odata_query nothing_selected = { .table = t };
	if (finder->table != t) {
		row_finder_release(finder);
		TRY(statement_for(dc, &nothing_selected, &finder->statement));
		finder->table = t;
	}
	TRY(bind_uuid(&finder->statement, 1, id));
	err e = statement_step(&finder->statement, out_found);
	if (!failed(e) && *out_found)
		place_read(t, &finder->statement, id, out);
	statement_again(&finder->statement); /* nothing is kept open on the database meanwhile */
	return e;
}

void row_finder_release(struct row_finder *finder)
{
	statement_release(&finder->statement);
	finder->table = NULL;
}

err row_place_find(struct data_call *dc, const struct table *t, const struct uuid *id, enum data_right right, struct row_place *out,
		   bool *out_found)
{
	SCOPED(row_finder) once = { 0 };
	TRY(row_finder_find(dc, &once, t, id, out, out_found));
	return conceal(dc, right, t, out, out_found);
}

err row_missing(struct data_call *dc, const struct table *t, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(id, text);
	return REFUSE(dc, 404, CODE_NOT_FOUND, "%.*s With Id = %s Does Not Exist", STR_ARG(t->logical_name), text);
}
