/* data/cascade_rows.c */
#include "data/cascade_rows.h"

#include "data/change_log.h"
#include "data/row_store.h"

bool cascade_assigns(const struct relationship *r)
{
	return r->assign && table_is_owned(r->referencing) && !r->referencing->builtin;
}

err cascade_children(struct data_call *dc, const struct relationship *r, const struct row_place *parent, enum cascade_kind kind, int64_t after,
		     int64_t limit, struct statement *out)
{
	const struct table *t = r->referencing;
	const char *which = kind == CASCADE_ACTIVE ? " AND c.state = 0" : kind == CASCADE_USER_OWNED ? " AND c.owner = ?2" : "";
	str sql = str_format(dc->arena, "SELECT c.key, c.id, c.version%s FROM %.*s AS c WHERE c.%.*s = ?1 AND c.key > ?3%s ORDER BY c.key LIMIT ?4",
			     table_is_owned(t) ? ", c.owner, c.unit" : "", STR_ARG(t->sql), STR_ARG(r->lookup->sql), which);
	TRY_NEW(sql.at);
	TRY(statement_open_text(dc->app->store, sql, out));
	TRY(bind_uuid(out, 1, &parent->id));
	if (kind == CASCADE_USER_OWNED)
		TRY(bind_i64(out, 2, parent->owner));
	TRY(bind_i64(out, 3, after));
	return bind_i64(out, 4, limit);
}

struct row_place cascade_child(const struct relationship *r, const struct statement *s)
{
	struct row_place child = { .key = column_i64(s, 0), .id = column_uuid(s, 1), .version = column_i64(s, 2) };
	if (table_is_owned(r->referencing)) {
		child.owner = column_i64(s, 3);
		child.unit = column_i64(s, 4);
	}
	return child;
}

err cascade_row_place(struct data_call *dc, const struct table *t, const struct row_place *before, struct row_place *after, bool policy)
{
	static const struct body nothing = { 0 };
	SCOPED(change_log) log = { 0 };
	if (after->owner == before->owner && after->unit == before->unit)
		return OK;
	change_log_open(&log);
	TRY(change_log_add_place(&log, dc, before, after));
	TRY(row_update(dc, t, &nothing, before, after));
	if (policy)
		TRY(rights_policy(dc, false, t, after));
	return change_log_emit(&log, dc, S("update.row"), t, &before->id);
}

err cascade_row_delete(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	SCOPED(change_log) log = { 0 };
	change_log_open(&log);
	TRY(row_delete(dc, t, row));
	return change_log_emit(&log, dc, S("delete.row"), t, &row->id);
}

err cascade_link_clear(struct data_call *dc, const struct relationship *r, const struct uuid *row)
{
	SCOPED(statement) s = { 0 };
	int64_t version;
	str sql = str_format(dc->arena, "UPDATE %.*s SET %.*s = NULL, version = ?2 WHERE %.*s = ?1", STR_ARG(r->referencing->sql),
			     STR_ARG(r->lookup->sql), STR_ARG(r->lookup->sql));
	TRY_NEW(sql.at);
	TRY(row_version_take(dc, &version));
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_uuid(&s, 1, row));
	TRY(bind_i64(&s, 2, version));
	return statement_run(&s);
}

err cascade_link_restrict(struct data_call *dc, const struct relationship *r, const struct uuid *row, int64_t job)
{
	SCOPED(statement) s = { 0 };
	bool found;
	str sql = str_format(dc->arena, "SELECT 1 FROM %.*s AS c WHERE c.%.*s = ?1 AND NOT EXISTS (SELECT 1 FROM job_row AS j WHERE j.tbl = ?2 AND "
			     "j.obj = c.key AND j.job = ?3) LIMIT 1", STR_ARG(r->referencing->sql), STR_ARG(r->lookup->sql));
	TRY_NEW(sql.at);
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_uuid(&s, 1, row));
	TRY(bind_i64(&s, 2, r->referencing->ordinal));
	TRY(bind_i64(&s, 3, job));
	TRY(statement_step(&s, &found));
	if (found)
		return REFUSE(dc, 405, CODE_METHOD, "The row cannot be deleted because it is associated with another row.");
	return OK;
}
