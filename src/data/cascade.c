#include "data/cascade.h"

#include "data/cascade_rows.h"
#include "data/job.h"

/* Rows met, first come first done; each once, so that a circle of lookups ends. */
struct met {
	const struct table *table;
	struct row_place row;
};

struct walk {
	struct data_call *dc;
	struct relationship *relationships;
	size_t relationship_count;
	struct met *rows;
	size_t count, room;
	uint64_t *seen; /* table << 48 | key, open addressing; 0: free. Null where no row can be below another */
	size_t seen_slots, rows_max;
	bool beyond;    /* there are more than rows_max below the first */
};

static bool seen_add(struct walk *w, const struct table *t, int64_t key)
{
	uint64_t wanted = (uint64_t)t->ordinal << 48 | (uint64_t)key;
	size_t at = (size_t)(wanted * 0x9e3779b97f4a7c15u >> 32) % w->seen_slots;
	for (; w->seen[at]; at = (at + 1) % w->seen_slots)
		if (w->seen[at] == wanted)
			return false;
	w->seen[at] = wanted;
	return true;
}

static err walk_add(struct walk *w, const struct table *t, const struct row_place *row)
{
	if (w->seen && !seen_add(w, t, row->key))
		return OK;
	w->beyond = w->count > w->rows_max;
	if (w->beyond)
		return OK;
	if (w->count == w->room) {
		struct met *wider = NEW_ARRAY(w->dc->arena, struct met, w->room ? w->room * 2 : 16);
		TRY_NEW(wider);
		if (w->count)
			memcpy(wider, w->rows, w->count * sizeof *wider);
		w->room = w->room ? w->room * 2 : 16;
		w->rows = wider;
	}
	w->rows[w->count++] = (struct met){ t, *row };
	return OK;
}

static err walk_begin(struct walk *w, struct data_call *dc, const struct table *t, const struct row_place *row)
{
	*w = (struct walk){ .dc = dc, .rows_max = (size_t)JOB_ROWS_MIN };
	w->seen_slots = 4 * (w->rows_max + 1);
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &w->relationships, &w->relationship_count));
	w->seen = w->relationship_count ? NEW_ARRAY(dc->arena, uint64_t, w->seen_slots) : NULL;
	if (w->relationship_count)
		TRY_NEW(w->seen);
	return walk_add(w, t, row);
}

/* The rows whose lookup names `parent`. `kind`: which of them; owners are compared with the parent's. */
static err children_add(struct walk *w, const struct relationship *r, const struct row_place *parent, enum cascade_kind kind)
{
	SCOPED(statement) s = { 0 };
	TRY(cascade_children(w->dc, r, parent, kind, 0, (int64_t)w->rows_max + 2, &s));
	for (bool row; !w->beyond;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		struct row_place child = cascade_child(r, &s);
		TRY(walk_add(w, r->referencing, &child));
	}
	return OK;
}

/* --- delete --- */

/* First who else goes, then the rows themselves, then what is left of links to them: so a restricting row that goes too is no hindrance. */
err cascade_delete(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	struct walk w;
	TRY(walk_begin(&w, dc, t, row));
	for (size_t n = 0; n < w.count && !w.beyond; n++) {
		const struct met met = w.rows[n];
		for (size_t i = 0; i < w.relationship_count; i++)
			if (w.relationships[i].referenced == met.table && w.relationships[i].on_delete == DELETE_CASCADE)
				TRY(children_add(&w, &w.relationships[i], &met.row, CASCADE_ALL));
	}
	if (w.beyond)
		return job_begin_delete(dc, t, row);
	for (size_t n = 0; n < w.count; n++) {
		TRY(cascade_row_delete(dc, w.rows[n].table, &w.rows[n].row));
		FAULT("data.cascade.after_row");
	}
	for (size_t n = 0; n < w.count; n++) {
		for (size_t i = 0; i < w.relationship_count; i++) {
			const struct relationship *r = &w.relationships[i];
			if (r->referenced == w.rows[n].table && r->on_delete != DELETE_CASCADE)
				TRY(r->on_delete == DELETE_RESTRICT ? cascade_link_restrict(dc, r, &w.rows[n].row.id, 0) :
								      cascade_link_clear(dc, r, &w.rows[n].row.id));
		}
	}
	return OK;
}

/* --- assign --- */

/* Children are read under the old owner of their parent, before anything below changes. */
err cascade_assign(struct data_call *dc, const struct table *t, const struct row_place *before, const struct row_place *after, bool unit)
{
	struct walk w;
	TRY(walk_begin(&w, dc, t, before));
	for (size_t n = 0; n < w.count && !w.beyond; n++) {
		const struct met met = w.rows[n];
		for (size_t i = 0; i < w.relationship_count; i++) {
			const struct relationship *r = &w.relationships[i];
			if (r->referenced == met.table && cascade_assigns(r))
				TRY(children_add(&w, r, &met.row, r->assign));
		}
	}
	if (w.beyond)
		return job_begin_assign(dc, t, before, after, unit);
	for (size_t n = 1; n < w.count; n++) {
		struct row_place place = w.rows[n].row;
		if (before->owner != after->owner) /* what has changed above, and only that, changes here */
			place.owner = after->owner;
		if (unit)
			place.unit = after->unit;
		TRY(cascade_row_place(dc, w.rows[n].table, &w.rows[n].row, &place, true));
		FAULT("data.cascade.after_row");
	}
	return OK;
}
