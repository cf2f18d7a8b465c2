/* data/job_list.c - which rows a cascade reaches, found in slices; what keeps them from being deleted; and how the list ends. */
#include "data/cascade_rows.h"
#include "data/job_internal.h"
#include "data/sql_catalog.h"

enum { CLEAN_SLICES = 25 }; /* a row costs less than one that is changed */

static bool follows(const struct job *job, const struct relationship *r, const struct table *parent)
{
	return r->referenced == parent && (job->kind == JOB_ASSIGN ? cascade_assigns(r) : r->on_delete == DELETE_CASCADE);
}

/* The children over one link, behind job->after; *room less for each. job->after is 0 when there are no more. */
static err children_add(struct data_call *dc, struct job *job, const struct relationship *r, const struct row_place *parent, int64_t *room)
{
	SCOPED(statement) s = { 0 };
	TRY(cascade_children(dc, r, parent, job->kind == JOB_ASSIGN ? r->assign : CASCADE_ALL, job->after, *room, &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		struct row_place child = cascade_child(r, &s);
		TRY(job_row_add(dc, job, r->referencing, &child));
		job->after = child.key;
		--*room;
	}
	if (*room > 0)
		job->after = 0;
	return OK;
}

/* Children are those of the owner that the parent had when it was met: it may be another's by now. */
static err parent_follow(struct data_call *dc, struct job *job, const struct job_row *parent, const struct relationship *list, size_t count,
			 int64_t *room)
{
	struct row_place as_met = parent->now;
	as_met.owner = parent->then.owner;
	for (; parent->table && (size_t)job->link < count; job->link++) {
		const struct relationship *r = &list[job->link];
		if (!follows(job, r, parent->table))
			continue;
		TRY(children_add(dc, job, r, &as_met, room));
		if (*room == 0)
			return OK;
	}
	job->link = job->after = 0;
	job->at++;
	--*room;
	return OK;
}

/* Definitions that have changed in between may have put the links into another order: the present parent's are followed anew. */
err job_list(struct data_call *dc, struct job *job, bool *out_done)
{
	struct relationship *list;
	size_t count;
	int64_t room = JOB_SLICE_ROWS, version = (int64_t)dc->app->metadata->version;
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &list, &count));
	if (job->definitions != version)
		job->link = job->after = 0;
	job->definitions = version;
	while (room > 0 && job->at < job->listed) {
		struct job_row parent;
		TRY(job_row_read(dc, job, job->at, &parent));
		TRY(parent_follow(dc, job, &parent, list, count, &room));
	}
	*out_done = job->at >= job->listed;
	return OK;
}

/* Nothing has been deleted yet, and no row joins those listed any more. */
err job_check(struct data_call *dc, struct job *job, bool *out_done)
{
	struct relationship *list;
	size_t count;
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &list, &count));
	for (int64_t room = JOB_SLICE_ROWS; room > 0 && job->at < job->listed; room--, job->at++) {
		struct job_row row;
		TRY(job_row_read(dc, job, job->at, &row));
		for (size_t i = 0; row.table && i < count; i++)
			if (list[i].referenced == row.table && list[i].on_delete == DELETE_RESTRICT)
				TRY(cascade_link_restrict(dc, &list[i], &row.now.id, job->key));
	}
	*out_done = job->at >= job->listed;
	return OK;
}

err job_clean(struct data_call *dc, struct job *job, bool *out_done)
{
	SCOPED(statement) s = { 0 };
	job->at += CLEAN_SLICES * (int64_t)JOB_SLICE_ROWS;
	TRY(statement_open(dc->app->store, &SQL_JOB_ROWS_DROP, &s));
	TRY(bind_i64(&s, 1, job->key));
	TRY(bind_i64(&s, 2, job->at));
	TRY(statement_run(&s));
	*out_done = job->at >= job->listed;
	return OK;
}
