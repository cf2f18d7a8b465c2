/* data/read.c - one row, one column of it. */
#include "data/read.h"

#include "data/answer.h"
#include "data/concealed.h"
#include "data/expand.h"
#include "data/masked.h"
#include "data/rights.h"
#include "data/row_find.h"
#include "data/row_json.h"

/* $select and $expand. The table's own gate comes before those of the expanded ones. */
static err options_of_one(struct data_call *dc, const struct table *t, struct odata_query *q, struct expands *expands)
{
	struct url_params options;
	str select = { 0 };
	TRY(rights_gate(dc, DO_READ, t));
	TRY(expand_take(dc, t, &options, expands));
	bool given = url_param_find(&options, S("$select"), &select);
	for (size_t i = 0; i < options.count; i++)
		if (!str_equal(options.items[i].name, S("$select")) && !str_starts_with(options.items[i].name, S("@")) &&
		    !str_equal(options.items[i].name, S("UnMaskedData")))
			return REFUSE(dc, 400, CODE_BAD_QUERY, "The query option '%.*s' is not supported here.",
				      STR_ARG(options.items[i].name));
	return odata_select_parse(t, select, given, dc->arena, &dc->problem, q);
}

/* The gate is answered before existence, so that a caller who fails it cannot tell 403 from 404 (4.8). */
static err row_open(struct data_call *dc, const struct odata_query *q, const struct uuid *id, struct statement *s, int *first,
		    struct row_place *place)
{
	bool found;
	TRY(rights_gate(dc, DO_READ, q->table));
	TRY(row_find(dc, q, id, DO_READ, s, first, place, &found));
	if (!found)
		return row_missing(dc, q->table, id);
	return rights_row(dc, DO_READ, q->table, place);
}

static err row_answer(struct data_call *dc, const struct odata_query *q, const struct expands *expands, const struct uuid *id,
		      int status, bool conditional)
{
	SCOPED(statement) s = { 0 };
	struct row_place place;
	int first;
	str known;
	TRY(row_open(dc, q, id, &s, &first, &place));
	str etag = etag_text(dc->arena, place.version);
	TRY_NEW(etag.at);
	if (conditional && !expands->count && !dc->prefer.annotations.len && web_header(&dc->web->request, S("if-none-match"), &known) &&
	    str_equal(known, etag)) {
		answer_empty(dc);
		web_status(dc->web, 304);
		return OK;
	}
	struct json_writer w = answer_json(dc, status);
	web_set_header(dc->web, S("etag"), etag);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context_url(dc, q, true));
	dc->one_row = true;
	TRY(row_json(dc, &w, q, &s, first));
	dc->one_row = false;
	TRY(expand_json(dc, &w, q->table, expands, place.key));
	json_close_object(&w);
	return OK;
}

err read_one(struct data_call *dc, const struct table *t, const struct uuid *id)
{
	struct odata_query q = { 0 };
	struct expands expands;
	TRY(options_of_one(dc, t, &q, &expands));
	return row_answer(dc, &q, &expands, id, 200, true);
}

err read_representation(struct data_call *dc, const struct table *t, const struct uuid *id, int status)
{
	struct odata_query q = { 0 };
	struct expands expands;
	TRY(options_of_one(dc, t, &q, &expands));
	web_set_header(dc->web, S("preference-applied"), S("return=representation"));
	return row_answer(dc, &q, &expands, id, status, false);
}

err read_column(struct data_call *dc, const struct table *t, const struct uuid *id, str name)
{
	const struct column *c = table_column(t, name);
	if (!c || (c->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY)))
		return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "Resource not found for the segment '%.*s'.", STR_ARG(name));
	struct odata_query q = { .table = t, .select = &c, .select_count = 1, .select_given = true };
	SCOPED(statement) s = { 0 };
	const struct mask *mask;
	struct row_place place;
	bool readable;
	int first;
	TRY(row_open(dc, &q, id, &s, &first, &place));
	struct value v = value_of_row(c, &s, first);
	TRY(concealed_take(dc, c, &v));
	TRY(rights_cell_readable(dc, t, c, place.key, &readable));
	if (v.kind == VALUE_NULL || !readable) {
		answer_empty(dc);
		return OK;
	}
	char id_text[UUID_TEXT_LEN + 1];
	uuid_format(id, id_text);
	str context = str_format(dc->arena, "%.*s$metadata#%.*s(%s)/%.*s", STR_ARG(dc->root), STR_ARG(t->entity_set), id_text,
				 STR_ARG(name));
	TRY_NEW(context.at);
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_key(&w, S("value"));
	dc->one_row = true;
	TRY(rights_mask(dc, c, &mask));
	dc->one_row = false;
	if (mask)
		TRY(masked_value(mask, c, &v, dc->arena, &v));
	value_write(&w, c, &v);
	json_close_object(&w);
	return OK;
}
