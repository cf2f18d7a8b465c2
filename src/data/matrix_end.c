/* data/matrix_end.c - what switching matrix mode off would change, asked before anybody does it (authorization-and-data 1.3). */
#include "data/answer.h"
#include "data/api.h"
#include "data/job.h"
#include "data/rights.h"
#include "data/sql_catalog.h"

/* "Tables":[...], and the sum of their rows. */
static err tables_write(struct data_call *dc, struct json_writer *w, int64_t *out_rows)
{
	SCOPED(statement) s = { 0 };
	*out_rows = 0;
	json_key(w, S("Tables"));
	json_open_array(w);
	TRY(statement_open(dc->app->store, &SQL_MATRIX_END_ROWS, &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		const struct table *t = metadata_table_by_ordinal(dc->app->metadata, (uint16_t)column_i64(&s, 0));
		if (!t)
			continue;
		*out_rows += column_i64(&s, 1);
		json_open_object(w);
		json_member_str(w, S("LogicalName"), t->logical_name);
		json_member_i64(w, S("RowCount"), column_i64(&s, 1));
		json_close_object(w);
	}
	json_close_array(w);
	return OK;
}

static err roles_count(struct data_call *dc, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(dc->app->store, &SQL_MATRIX_END_ROLES, &s));
	TRY(statement_step(&s, &row));
	*out = row ? column_i64(&s, 0) : 0;
	return OK;
}

err function_preview_matrix_end(struct data_call *dc)
{
	int64_t rows, roles;
	if (!rights_is_administrator(dc))
		return REFUSE(dc, 403, CODE_NO_ACCESS, "Only System Administrators change the settings.");
	SCOPED(transaction) snapshot = { 0 };
	TRY(transaction_begin_read(dc->app->store, &snapshot));
	str context = str_format(dc->arena, "%.*s$metadata#Microsoft.Dynamics.CRM.PreviewMatrixEndResponse", STR_ARG(dc->root));
	TRY_NEW(context.at);
	TRY(roles_count(dc, &roles));
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	TRY(tables_write(dc, &w, &rows));
	json_member_i64(&w, S("RowCount"), rows);
	json_member_i64(&w, S("RoleAssignmentCount"), roles);
	json_member_bool(&w, S("IsJob"), rows > JOB_ROWS_MIN);
	json_close_object(&w);
	return OK;
}
