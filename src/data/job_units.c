/* data/job_units.c - rows follow their owners into another business unit. Table after table, by key: job->at is the ordinal of the table,
 * job->after the key up to which it is through. As in a request, one version stands for all rows of a slice. */
#include "data/job_internal.h"
#include "data/row_store.h"

enum { UNIT_SLICES = 5 }; /* all rows of a slice in one statement: they cost less */

/* The next table of business rows with owners, from job->at on; null: there is none. */
static const struct table *table_at(const struct data_call *dc, struct job *job)
{
	const struct metadata *m = dc->app->metadata;
	for (; (size_t)job->at < m->by_ordinal_count; job->at++, job->after = 0) {
		const struct table *t = m->by_ordinal[job->at];
		if (t && !t->builtin && table_is_owned(t))
			return t;
	}
	return NULL;
}

/* Up to which key this slice goes, and whether that is the last row. ?1 after, ?2 limit; "which": a condition with ?3 the owner. */
static err bound_find(struct data_call *dc, const struct job *job, const struct table *t, const char *which, int64_t *out_bound, bool *out_last)
{
	SCOPED(statement) s = { 0 };
	const int64_t limit = UNIT_SLICES * (int64_t)JOB_SLICE_ROWS;
	bool row;
	str sql = str_format(dc->arena, "SELECT max(key), count(*) FROM (SELECT key FROM %.*s WHERE key > ?1%s ORDER BY key LIMIT ?2)",
			     STR_ARG(t->sql), which);
	TRY_NEW(sql.at);
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_i64(&s, 1, job->after));
	TRY(bind_i64(&s, 2, limit));
	if (*which)
		TRY(bind_i64(&s, 3, job->owner));
	TRY(statement_step(&s, &row));
	*out_bound = column_i64(&s, 0);
	*out_last = column_i64(&s, 1) < limit;
	return OK;
}

/* text: an UPDATE with ?1 after, ?2 bound, ?3 version. move: with ?4 owner and ?5 unit. */
static err rows_update(struct data_call *dc, struct job *job, const char *text, const struct table *t, int64_t bound, bool move)
{
	SCOPED(statement) s = { 0 };
	int64_t version;
	str sql = str_format(dc->arena, "UPDATE %.*s AS r SET %s", STR_ARG(t->sql), text);
	TRY_NEW(sql.at);
	TRY(row_version_take(dc, &version));
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_i64(&s, 1, job->after));
	TRY(bind_i64(&s, 2, bound));
	TRY(bind_i64(&s, 3, version));
	if (move)
		TRY(bind_i64(&s, 4, job->owner));
	if (move)
		TRY(bind_i64(&s, 5, job->unit));
	TRY(statement_run(&s));
	job->done += store_changes(dc->app->store);
	return OK;
}

static err slice(struct data_call *dc, struct job *job, const char *which, const char *text, bool *out_done)
{
	const struct table *t = table_at(dc, job);
	int64_t bound;
	bool last;
	*out_done = !t;
	if (!t)
		return OK;
	TRY(bound_find(dc, job, t, which, &bound, &last));
	if (bound > job->after)
		TRY(rows_update(dc, job, text, t, bound, *which != 0));
	job->after = bound;
	if (last) {
		job->at++;
		job->after = 0;
	}
	return OK;
}

/* The unit that the owner moved to then; where that is gone, the one that they are in. */
err job_move(struct data_call *dc, struct job *job, bool *out_done)
{
	return slice(dc, job, " AND owner = ?3",
		     "version = ?3, unit = coalesce((SELECT u.key FROM unit AS u WHERE u.key = ?5), (SELECT p.unit FROM principal AS p WHERE p.key = ?4)) "
		     "WHERE r.owner = ?4 AND r.key > ?1 AND r.key <= ?2 AND r.unit <> ?5", out_done);
}

err job_matrix(struct data_call *dc, struct job *job, bool *out_done)
{
	return slice(dc, job, "", "version = ?3, unit = p.unit FROM principal AS p WHERE p.key = r.owner AND r.key > ?1 AND r.key <= ?2 AND r.unit <> p.unit",
		     out_done);
}
