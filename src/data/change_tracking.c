#include "data/change_tracking.h"

#include "authz/cascade.h"
#include "authz/share.h"
#include "codec/base64.h"
#include "crypto/hash.h"
#include "data/cursor.h"
#include "data/sql_catalog.h"
#include "data/sql_text.h"
#include "data/view_code.h"
#include "metadata/physical.h"

/* Of row_note. */
enum note_kind { NOTE_MADE = 1, NOTE_GONE, NOTE_MOVED, NOTE_UNSHARED, NOTE_SHARED, NOTE_CHANGED /* of built-in tables */ };
enum { VIEW_BYTES_MAX = 16 << 20, DAY_S = 86400, REMOVED_MAX = 100000 };

static int64_t now_s(const struct data_call *dc)
{
	return dc->web->now.ms / 1000;
}

static err expired(struct data_call *dc)
{
	return REFUSE(dc, 410, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync.");
}

/* --- what is tracked --- */

static err run(struct data_call *dc, const struct sql_text *sql, const int64_t *values, int count)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, sql, &s));
	for (int i = 0; i < count; i++)
		TRY(bind_i64(&s, i + 1, values[i]));
	return statement_run(&s);
}

static err track_find(struct data_call *dc, const struct table *t, bool *out_tracked, int64_t *out_floor, int64_t *out_time)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_TRACK_FIND, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(statement_step(&s, out_tracked));
	*out_floor = *out_tracked ? column_i64(&s, 0) : 0;
	*out_time = *out_tracked ? column_i64(&s, 1) : 0;
	return OK;
}

static err notes_drop(struct data_call *dc, const struct table *t)
{
	int64_t old = now_s(dc) - (int64_t)TRACKING_DAYS * DAY_S;
	TRY(run(dc, &SQL_TRACK_FLOOR, (int64_t[]){ t->ordinal, old, now_s(dc) }, 3));
	TRY(run(dc, &SQL_TRACK_DROP, (int64_t[]){ t->ordinal, old }, 2));
	return run(dc, &SQL_TRACK_VIEWS_DROP, (int64_t[]){ old }, 1);
}

static err track(struct data_call *dc, const struct table *t, int64_t *out_floor)
{
	bool tracked;
	int64_t time;
	TRY(track_find(dc, t, &tracked, out_floor, &time));
	if (tracked && now_s(dc) - time < DAY_S)
		return OK;
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	if (tracked) {
		TRY(notes_drop(dc, t));
	} else {
		if (!t->builtin) /* those of the views are there already */
			TRY(physical_tracking_create(dc->app->store, t, share_bit(RIGHT_READ), dc->arena));
		TRY(run(dc, &SQL_TRACK_BEGIN, (int64_t[]){ t->ordinal, now_s(dc) }, 2));
	}
	TRY(track_find(dc, t, &tracked, out_floor, &time));
	return transaction_commit(&tx);
}

/* Shares from above change with the rows above. */
static err track_above(struct data_call *dc, const struct visible *v)
{
	int64_t floor;
	for (size_t i = 0; v->cascade && i < v->cascade->count; i++)
		TRY(track(dc, v->cascade->links[i].parent, &floor));
	return v->also ? track_above(dc, v->also) : OK;
}

/* --- what is seen --- */

static err view_find(struct data_call *dc, bytes hash, bytes *out_body, int64_t *out_time)
{
	SCOPED(statement) s = { 0 };
	bool row;
	*out_body = (bytes){ 0 };
	TRY(statement_open(dc->app->store, &SQL_TRACK_VIEW_FIND, &s));
	TRY(bind_bytes(&s, 1, hash));
	TRY(statement_step(&s, &row));
	if (!row)
		return OK;
	*out_body = bytes_copy(dc->arena, column_bytes(&s, 0));
	TRY_NEW(out_body->at);
	*out_time = column_i64(&s, 1);
	return OK;
}

static err view_keep(struct data_call *dc, bytes hash, bytes body)
{
	SCOPED(statement) s = { 0 };
	bytes known;
	int64_t time = 0;
	TRY(view_find(dc, hash, &known, &time));
	if (known.at && now_s(dc) - time < DAY_S)
		return OK;
	TRY(statement_open(dc->app->store, &SQL_TRACK_VIEW_KEEP, &s));
	TRY(bind_bytes(&s, 1, hash));
	TRY(bind_bytes(&s, 2, body));
	TRY(bind_i64(&s, 3, now_s(dc)));
	return statement_run(&s);
}

static err view_note(struct data_call *dc, const struct table *t, const struct visible *v, bytes *out_body, struct tracking *tr)
{
	SCOPED(buffer) body = { 0 };
	bool plain;
	buffer_init(&body, VIEW_BYTES_MAX);
	TRY(view_encode(dc, t, v, &body, &plain));
	*out_body = bytes_copy(dc->arena, buffer_bytes(&body));
	TRY_NEW(out_body->at);
	struct sha256 hash = sha256_of(*out_body);
	tr->view = base64url_text(dc->arena, bytes_of(hash.b, sizeof hash.b));
	TRY_NEW(tr->view.at);
	/* what cannot be made again is compared by its hash alone; under a policy about days it is another at every moment */
	return plain ? view_keep(dc, bytes_of(hash.b, sizeof hash.b), *out_body) : OK;
}

/* --- from a link --- */

static err noted(struct data_call *dc, const struct table *t, int64_t since, enum note_kind up_to, bool *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(dc->app->store, &SQL_TRACK_NOTED, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_i64(&s, 2, since));
	TRY(bind_i64(&s, 3, up_to));
	TRY(statement_step(&s, &row));
	*out = !row || column_i64(&s, 0);
	return OK;
}

static err changed(struct data_call *dc, const struct table *t, int64_t since, bool *out)
{
	SCOPED(statement) s = { 0 };
	str sql = str_format(dc->arena, "SELECT 1 FROM %.*s WHERE version > ?1 LIMIT 1", STR_ARG(t->sql));
	TRY_NEW(sql.at);
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_i64(&s, 1, since));
	return statement_step(&s, out);
}

static err hidden_changes(struct data_call *dc, const struct table *t, const struct visible *v, int64_t since, bool *out)
{
	SCOPED(sql_builder) b = { 0 };
	SCOPED(statement) s = { 0 };
	struct value from = { .kind = VALUE_I64, .i64 = since };
	TRY(sql_builder_init(&b, 2 * VISIBLE_SQL_VALUES_MAX, dc->arena));
	buffer_append_format(&b.text, "SELECT 1 FROM %.*s AS r WHERE r.version > ?%d AND NOT coalesce((", STR_ARG(t->sql), sql_parameter(&b, &from));
	TRY(visible_sql(&b, &b.text, "r", t, v, dc->arena));
	buffer_append_str(&b.text, S("), 0) LIMIT 1"));
	TRY(sql_open(&b, dc->app->store, &s));
	return statement_step(&s, out);
}

/* Through policies, shares from above and impersonation: whether a row was seen then cannot be told from owners, units and shares. So
 * the link holds while no row went away, none that changed is hidden now, and nothing above changed. */
static err derived_check(struct data_call *dc, const struct table *t, const struct visible *v, int64_t since)
{
	bool stale = false;
	if (!v->policy && !v->also && !v->cascade)
		return OK;
	TRY(noted(dc, t, since, NOTE_UNSHARED, &stale));
	if (!stale)
		TRY(hidden_changes(dc, t, v, since, &stale));
	for (size_t i = 0; v->cascade && i < v->cascade->count && !stale; i++) {
		const struct table *parent = v->cascade->links[i].parent;
		if (parent != t)
			TRY(changed(dc, parent, since, &stale));
		if (!stale && parent != t)
			TRY(noted(dc, parent, since, NOTE_SHARED, &stale));
	}
	return stale ? expired(dc) : OK;
}

/* `columns` of the view then and now: what can be read only now must be told as if it were new. */
static err before_read(struct data_call *dc, bytes then, bytes now, struct tracking *tr)
{
	struct visible unused;
	bytes columns_then, columns_now;
	bool plain_then, plain_now;
	TRY(view_decode(then, dc->arena, &tr->before, &columns_then, &plain_then));
	TRY(view_decode(now, dc->arena, &unused, &columns_now, &plain_now));
	if (!plain_then || !plain_now)
		return expired(dc);
	/* the rows of before are then "not seen": all that is visible is told again, and nothing but what is out of sight is removed */
	tr->since.before = bytes_equal(columns_then, columns_now) ? &tr->before : NEW(dc->arena, struct visible);
	TRY_NEW(tr->since.before);
	return OK;
}

static err link_read(struct data_call *dc, const struct table *t, const struct visible *v, str token, int64_t floor, bytes view,
		     struct tracking *tr)
{
	struct cursor_place place = { "$deltatoken", &dc->app->cursor_secret, dc->caller.user_id, tr->query };
	struct cursor c;
	bytes hash, then;
	int64_t time;
	TRY(cursor_open(&place, token, dc->arena, &dc->problem, &c));
	if (c.count != 1 || c.values[0].kind != VALUE_TEXT || failed(base64url_parse(c.values[0].text, dc->arena, &hash)))
		return cursor_refuse(&place, dc->arena, &dc->problem);
	tr->delta = true;
	tr->from = c.key;
	tr->same = str_equal(c.values[0].text, tr->view);
	tr->from_value = (struct value){ .kind = VALUE_I64, .i64 = c.key };
	tr->since = (struct filter){ .kind = FILTER_SINCE, .table = t, .values = &tr->from_value, .value_count = 1 };
	if (tr->from < floor)
		return expired(dc);
	if (tr->same) {
		tr->before = *v;
		return derived_check(dc, t, v, tr->from);
	}
	TRY(view_find(dc, hash, &then, &time));
	return then.at ? before_read(dc, then, view, tr) : expired(dc);
}

err tracking_begin(struct data_call *dc, const struct table *t, const struct visible *v, str query, int64_t began, struct tracking *out)
{
	str token = { 0 };
	bytes view;
	int64_t floor;
	bool linked = url_param_find(&dc->params, S("$deltatoken"), &token);
	*out = (struct tracking){ .on = dc->prefer.track_changes || linked || began, .query = query, .now = began };
	if (!out->on)
		return OK;
	if (!t->trackable)
		return REFUSE(dc, 501, CODE_BAD_QUERY, "Changes of '%.*s' are not tracked.", STR_ARG(t->logical_name));
	TRY(track(dc, t, &floor));
	TRY(track_above(dc, v));
	TRY(view_note(dc, t, v, &view, out));
	return linked ? link_read(dc, t, v, token, floor, view, out) : OK;
}

err tracking_snapshot(struct data_call *dc, struct tracking *tr)
{
	SCOPED(statement) s = { 0 };
	bool row;
	if (!tr->on || tr->now)
		return OK;
	TRY(statement_open(dc->app->store, &SQL_TRACK_VERSION, &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_CORRUPT, "the state row of the definitions is missing");
	tr->now = column_i64(&s, 0);
	return OK;
}

/* --- what is gone --- */

/* " AND the view of then covers it": a note by what stood in the row, or the share that was. */
static void covered_sql(struct sql_builder *b, const struct visible *was)
{
	if (was->everything)
		return;
	struct value owners = value_of_i64s(was->owners, was->owner_count), units = value_of_i64s(was->units, was->unit_count);
	struct value with = value_of_i64s(was->shared_with, was->shared_count);
	buffer_append_format(&b->text, " AND CASE l.kind WHEN %d THEN l.principal IN (SELECT value FROM i64_array(?%d))", NOTE_UNSHARED,
			     sql_parameter(b, &with));
	buffer_append_format(&b->text, " ELSE l.owner IN (SELECT value FROM i64_array(?%d))", sql_parameter(b, &owners));
	buffer_append_format(&b->text, " OR l.unit IN (SELECT value FROM i64_array(?%d)) END", sql_parameter(b, &units));
}

/* Rows that lost a way by which they were seen then: it was there already (no earlier note made it), and no way is left. */
static err left_sql(struct data_call *dc, struct sql_builder *b, const struct table *t, const struct visible *v, const struct tracking *tr, int from,
		    int table)
{
	buffer_append_format(&b->text, "SELECT l.id FROM row_note AS l WHERE l.tbl = ?%d AND l.version > ?%d AND l.kind IN (%d, %d, %d)", table, from,
			     NOTE_GONE, NOTE_MOVED, NOTE_UNSHARED);
	covered_sql(b, &tr->before);
	buffer_append_format(&b->text, " AND NOT EXISTS (SELECT 1 FROM row_note AS e WHERE e.tbl = l.tbl AND e.id = l.id AND e.version > ?%d "
			     "AND e.version < l.version AND (e.kind = %d OR (l.kind <> %d AND e.kind = %d) "
			     "OR (l.kind = %d AND e.kind = %d AND e.principal = l.principal)))", from, NOTE_MADE, NOTE_UNSHARED, NOTE_MOVED,
			     NOTE_UNSHARED, NOTE_SHARED);
	buffer_append_format(&b->text, " AND NOT EXISTS (SELECT 1 FROM %.*s AS r WHERE r.id = l.id AND ", STR_ARG(t->sql));
	TRY(visible_sql(b, &b->text, "r", t, v, dc->arena));
	buffer_append_char(&b->text, ')');
	return OK;
}

/* Rows that stand where they stood, while the caller's own view narrowed. */
static err narrowed_sql(struct data_call *dc, struct sql_builder *b, const struct table *t, const struct visible *v, const struct tracking *tr,
			int from, int table)
{
	struct visible placed = tr->before;
	struct value with = value_of_i64s(placed.shared_with, placed.shared_count), bit = { .kind = VALUE_I64, .i64 = placed.shared_bit };
	placed.shared_count = 0;
	buffer_append_format(&b->text, " UNION SELECT r.id FROM %.*s AS r WHERE ((", STR_ARG(t->sql));
	TRY(visible_sql(b, &b->text, "r", t, &placed, dc->arena));
	buffer_append_format(&b->text, " AND NOT EXISTS (SELECT 1 FROM row_note AS e WHERE e.tbl = ?%d AND e.id = r.id AND e.version > ?%d "
			     "AND e.kind IN (%d, %d)))", table, from, NOTE_MADE, NOTE_MOVED);
	buffer_append_format(&b->text, " OR EXISTS (SELECT 1 FROM share AS h WHERE h.tbl = ?%d AND h.obj = r.key AND h.principal IN "
			     "(SELECT value FROM i64_array(?%d))", table, sql_parameter(b, &with));
	buffer_append_format(&b->text, " AND (h.mask & ?%d) <> 0 AND NOT EXISTS (SELECT 1 FROM row_note AS e WHERE e.tbl = ?%d AND e.id = r.id "
			     "AND e.version > ?%d AND e.kind = %d AND e.principal = h.principal))", sql_parameter(b, &bit), table, from, NOTE_SHARED);
	buffer_append_str(&b->text, S(") AND NOT coalesce(("));
	TRY(visible_sql(b, &b->text, "r", t, v, dc->arena));
	buffer_append_str(&b->text, S("), 0)"));
	return OK;
}

err tracking_removed_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct visible *v, const struct tracking *tr)
{
	SCOPED(sql_builder) b = { 0 };
	SCOPED(statement) s = { 0 };
	str context = str_format(dc->arena, "%.*s$metadata#%.*s/$deletedEntity", STR_ARG(dc->root), STR_ARG(t->entity_set));
	TRY_NEW(context.at);
	TRY(sql_builder_init(&b, 8 * VISIBLE_SQL_VALUES_MAX, dc->arena));
	struct value ordinal = { .kind = VALUE_I64, .i64 = t->ordinal };
	int from = sql_parameter(&b, &tr->from_value), table = sql_parameter(&b, &ordinal);
	TRY(left_sql(dc, &b, t, v, tr, from, table));
	if (!tr->same)
		TRY(narrowed_sql(dc, &b, t, v, tr, from, table));
	TRY(sql_open(&b, dc->app->store, &s));
	for (int n = 0;; n++) {
		bool row;
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		if (n == REMOVED_MAX)
			return expired(dc);
		struct uuid id = column_uuid(&s, 0);
		json_open_object(w);
		json_member_str(w, S("@odata.context"), context);
		json_member_uuid(w, S("id"), &id);
		json_member_str(w, S("reason"), S("deleted"));
		json_close_object(w);
	}
}

err tracking_token(struct data_call *dc, const struct tracking *tr, str *out)
{
	struct cursor_place place = { "$deltatoken", &dc->app->cursor_secret, dc->caller.user_id, tr->query };
	struct cursor c = { .key = tr->now, .count = 1, .values = { { .kind = VALUE_TEXT, .text = tr->view } } };
	return cursor_seal(&place, &c, dc->arena, out);
}
