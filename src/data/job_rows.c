/* data/job_rows.c - what a job does to the rows that it has met. */
#include "authz/authz.h"
#include "data/cascade_rows.h"
#include "data/job_internal.h"

static struct row_place given(const struct job *job, const struct row_place *then)
{
	struct row_place place = *then;
	if (job->parts & JOB_OWNER)
		place.owner = job->owner;
	if (job->parts & JOB_UNIT)
		place.unit = job->unit;
	return place;
}

/* What somebody has assigned since it was met is theirs to decide; a row that only followed its owner into another unit is not assigned. */
static bool is_untouched(const struct job *job, const struct job_row *row)
{
	bool unit_counts = !(job->parts & JOB_OWNER);
	return row->table && row->now.owner == row->then.owner && (!unit_counts || row->now.unit == row->then.unit);
}

static bool is_given(const struct job *job, const struct job_row *row)
{
	if (!row->table)
		return false;
	return job->parts & JOB_OWNER ? row->now.owner == job->owner : row->now.unit == job->unit;
}

err job_assign(struct data_call *dc, struct job *job, bool *out_done)
{
	for (int64_t room = JOB_SLICE_ROWS; room > 0 && job->at < job->listed; room--, job->at++) {
		struct job_row row;
		TRY(job_row_read(dc, job, job->at, &row));
		if (!is_untouched(job, &row))
			continue;
		struct row_place place = given(job, &row.now);
		TRY(cascade_row_place(dc, row.table, &row.now, &place, true));
		job->done++;
	}
	*out_done = job->at >= job->listed;
	return OK;
}

/* Without matrix mode a row is where its owner is, who may have moved meanwhile. */
static err unit_back(struct data_call *dc, const struct job_row *row, int64_t *out)
{
	struct environment_settings settings;
	SCOPED(statement) s = { 0 };
	bool found;
	TRY(authz_settings(dc->app->authz, &settings));
	*out = row->then.unit;
	if (settings.matrix.enabled)
		return OK;
	TRY(statement_open_text(dc->app->store, S("SELECT unit FROM principal WHERE key = ?1"), &s));
	TRY(bind_i64(&s, 1, row->then.owner));
	TRY(statement_step(&s, &found));
	*out = found ? column_i64(&s, 0) : row->then.unit;
	return OK;
}

/* The rows before job->at, the last first, and so the row that was assigned at the end. */
err job_undo(struct data_call *dc, struct job *job, bool *out_done)
{
	for (int64_t room = JOB_SLICE_ROWS; room > 0 && job->at > 0; room--, job->at--) {
		struct job_row row;
		TRY(job_row_read(dc, job, job->at - 1, &row));
		if (!is_given(job, &row))
			continue;
		struct row_place place = row.now;
		place.owner = row.then.owner;
		TRY(unit_back(dc, &row, &place.unit));
		TRY(cascade_row_place(dc, row.table, &row.now, &place, false));
	}
	if (job->at == 0)
		job->done = 0;
	*out_done = job->at == 0;
	return OK;
}

/* Those below first. A lookup that a row still has to one that goes, in a circle or on the way, names nothing from then on. */
static err leave(struct data_call *dc, const struct job_row *row, const struct relationship *list, size_t count)
{
	TRY(cascade_row_delete(dc, row->table, &row->now));
	for (size_t i = 0; i < count; i++)
		if (list[i].referenced == row->table)
			TRY(cascade_link_clear(dc, &list[i], &row->now.id));
	return OK;
}

err job_delete(struct data_call *dc, struct job *job, bool *out_done)
{
	struct relationship *list;
	size_t count;
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &list, &count));
	for (int64_t room = JOB_SLICE_ROWS; room > 0 && job->at > 0; room--, job->at--) {
		struct job_row row;
		TRY(job_row_read(dc, job, job->at - 1, &row));
		if (!row.table)
			continue;
		TRY(leave(dc, &row, list, count));
		job->done++;
	}
	*out_done = job->at == 0;
	return OK;
}
