#include "data/cascade.h"

#include "data/change_log.h"
#include "data/row_store.h"
#include "metadata/relationship.h"

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
};

enum { SEEN_SLOTS = 4 * CASCADE_ROWS_MAX };

static bool seen_add(struct walk *w, const struct table *t, int64_t key)
{
	uint64_t wanted = (uint64_t)t->ordinal << 48 | (uint64_t)key;
	size_t at = (size_t)(wanted * 0x9e3779b97f4a7c15u >> 32) % SEEN_SLOTS;
	for (; w->seen[at]; at = (at + 1) % SEEN_SLOTS)
		if (w->seen[at] == wanted)
			return false;
	w->seen[at] = wanted;
	return true;
}

static err walk_add(struct walk *w, const struct table *t, const struct row_place *row)
{
	if (w->seen && !seen_add(w, t, row->key))
		return OK;
	if (w->count > CASCADE_ROWS_MAX)
		return REFUSE(w->dc, 400, CODE_INVALID_ARGUMENT, "More than %d rows depend on this one: do it in parts.", CASCADE_ROWS_MAX);
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
	*w = (struct walk){ .dc = dc };
	TRY(relationships_read(dc->app->store, dc->app->metadata, dc->arena, &w->relationships, &w->relationship_count));
	w->seen = w->relationship_count ? NEW_ARRAY(dc->arena, uint64_t, SEEN_SLOTS) : NULL;
	if (w->relationship_count)
		TRY_NEW(w->seen);
	return walk_add(w, t, row);
}

/* The rows whose lookup names `parent`. `kind`: which of them; owners are compared with the parent's. */
static err children_add(struct walk *w, const struct relationship *r, const struct row_place *parent, enum cascade_kind kind)
{
	const struct table *t = r->referencing;
	SCOPED(statement) s = { 0 };
	const char *which = kind == CASCADE_ACTIVE ? " AND c.state = 0" : kind == CASCADE_USER_OWNED ? " AND c.owner = ?2" : "";
	str sql = str_format(w->dc->arena, "SELECT c.key, c.id, c.version%s FROM %.*s AS c WHERE c.%.*s = ?1%s",
			     table_is_owned(t) ? ", c.owner, c.unit" : "", STR_ARG(t->sql), STR_ARG(r->lookup->sql), which);
	TRY_NEW(sql.at);
	TRY(statement_open_text(w->dc->app->store, sql, &s));
	TRY(bind_uuid(&s, 1, &parent->id));
	if (kind == CASCADE_USER_OWNED)
		TRY(bind_i64(&s, 2, parent->owner));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		struct row_place child = { .key = column_i64(&s, 0), .id = column_uuid(&s, 1), .version = column_i64(&s, 2) };
		if (table_is_owned(t)) {
			child.owner = column_i64(&s, 3);
			child.unit = column_i64(&s, 4);
		}
		TRY(walk_add(w, t, &child));
	}
}

/* --- delete --- */

static err reference_clear(struct data_call *dc, const struct relationship *r, const struct row_place *row)
{
	SCOPED(statement) s = { 0 };
	int64_t version;
	str sql = str_format(dc->arena, "UPDATE %.*s SET %.*s = NULL, version = ?2 WHERE %.*s = ?1", STR_ARG(r->referencing->sql),
			     STR_ARG(r->lookup->sql), STR_ARG(r->lookup->sql));
	TRY_NEW(sql.at);
	TRY(row_version_take(dc, &version));
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_uuid(&s, 1, &row->id));
	TRY(bind_i64(&s, 2, version));
	return statement_run(&s);
}

static err reference_restrict(struct data_call *dc, const struct relationship *r, const struct row_place *row)
{
	SCOPED(statement) s = { 0 };
	bool found;
	str sql = str_format(dc->arena, "SELECT 1 FROM %.*s WHERE %.*s = ?1 LIMIT 1", STR_ARG(r->referencing->sql), STR_ARG(r->lookup->sql));
	TRY_NEW(sql.at);
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_uuid(&s, 1, &row->id));
	TRY(statement_step(&s, &found));
	if (found)
		return REFUSE(dc, 405, CODE_METHOD, "The row cannot be deleted because it is associated with another row.");
	return OK;
}

static err row_remove(struct data_call *dc, const struct met *met)
{
	SCOPED(change_log) log = { 0 };
	change_log_open(&log);
	TRY(row_delete(dc, met->table, &met->row));
	return change_log_emit(&log, dc, S("delete.row"), met->table, &met->row.id);
}

/* First who else goes, then the rows themselves, then what is left of links to them: so a restricting row that goes too is no hindrance. */
err cascade_delete(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	struct walk w;
	TRY(walk_begin(&w, dc, t, row));
	for (size_t n = 0; n < w.count; n++) {
		const struct met met = w.rows[n];
		for (size_t i = 0; i < w.relationship_count; i++)
			if (w.relationships[i].referenced == met.table && w.relationships[i].on_delete == DELETE_CASCADE)
				TRY(children_add(&w, &w.relationships[i], &met.row, CASCADE_ALL));
	}
	for (size_t n = 0; n < w.count; n++)
		TRY(row_remove(dc, &w.rows[n]));
	for (size_t n = 0; n < w.count; n++) {
		for (size_t i = 0; i < w.relationship_count; i++) {
			const struct relationship *r = &w.relationships[i];
			if (r->referenced == w.rows[n].table && r->on_delete != DELETE_CASCADE)
				TRY(r->on_delete == DELETE_RESTRICT ? reference_restrict(dc, r, &w.rows[n].row) :
								      reference_clear(dc, r, &w.rows[n].row));
		}
	}
	return OK;
}

/* --- assign --- */

/* What has changed above, and only that, changes here. */
static err place_change(struct data_call *dc, const struct met *met, const struct row_place *to, bool owner, bool unit)
{
	static const struct body nothing = { 0 };
	SCOPED(change_log) log = { 0 };
	struct row_place after = met->row;
	if (owner)
		after.owner = to->owner;
	if (unit)
		after.unit = to->unit;
	if (after.owner == met->row.owner && after.unit == met->row.unit)
		return OK;
	change_log_open(&log);
	TRY(change_log_add_place(&log, dc, &met->row, &after));
	TRY(row_update(dc, met->table, &nothing, &met->row, &after));
	TRY(rights_policy(dc, false, met->table, &after));
	return change_log_emit(&log, dc, S("update.row"), met->table, &met->row.id);
}

/* Children are read under the old owner of their parent, before anything below changes. */
err cascade_assign(struct data_call *dc, const struct table *t, const struct row_place *before, const struct row_place *after, bool unit)
{
	struct walk w;
	TRY(walk_begin(&w, dc, t, before));
	for (size_t n = 0; n < w.count; n++) {
		const struct met met = w.rows[n];
		for (size_t i = 0; i < w.relationship_count; i++) {
			const struct relationship *r = &w.relationships[i];
			if (r->referenced == met.table && r->assign && table_is_owned(r->referencing) && !r->referencing->builtin)
				TRY(children_add(&w, r, &met.row, r->assign));
		}
	}
	for (size_t n = 1; n < w.count; n++)
		TRY(place_change(dc, &w.rows[n], after, before->owner != after->owner, unit));
	return OK;
}
