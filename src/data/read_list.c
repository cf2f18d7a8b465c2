/* data/read_list.c - rows, page by page. */
#include "data/read.h"

#include "data/aggregate.h"
#include "data/answer.h"
#include "data/change_tracking.h"
#include "data/cursor.h"
#include "data/expand.h"
#include "data/options.h"
#include "data/rights.h"
#include "data/row_json.h"

struct listing {
	struct odata_query query;
	struct expands expands;
	struct visible visible;
	struct cursor cursor;
	struct cursor_place place;
	int64_t page;       /* rows of this answer */
	bool paged;         /* more rows give a next link; $top says no */
	struct rows_of of;
	struct tracking tracking;
};

/* What a cursor is bound to: the set and every option but the cursor itself. */
static err query_text(struct data_call *dc, const struct listing *l, bool with_delta, str *out)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, 64 * 1024);
	buffer_append_str(&b, l->of.path);
	if (dc->caller.behind)
		buffer_append_format(&b, "\n%lld", (long long)dc->caller.behind_user);
	for (size_t i = 0; i < dc->params.count; i++)
		if (!str_equal(dc->params.items[i].name, S("$skiptoken")) &&
		    (with_delta || !str_equal(dc->params.items[i].name, S("$deltatoken"))))
			buffer_append_format(&b, "\n%.*s=%.*s", STR_ARG(dc->params.items[i].name),
					     STR_ARG(dc->params.items[i].value));
	if (b.failed)
		FAIL(ERR_LIMIT, "the query is too long");
	*out = str_copy(dc->arena, buffer_str(&b));
	TRY_NEW(out->at);
	return OK;
}

static err cursor_read(struct data_call *dc, struct listing *l)
{
	const struct odata_query *q = &l->query;
	TRY(cursor_open(&l->place, q->skip_token, dc->arena, &dc->problem, &l->cursor));
	if (l->cursor.count != q->order_count)
		return cursor_refuse(&l->place, dc->arena, &dc->problem);
	/* the page size of the first request goes on unless the client says another */
	if (!dc->prefer.page_size_max && l->cursor.page > 0 && l->cursor.page <= PAGE_ROWS_MAX)
		l->page = l->cursor.page;
	return OK;
}

static err condition_join(struct data_call *dc, struct listing *l, const struct filter *more)
{
	if (!more)
		return OK;
	struct filter *both = NEW(dc->arena, struct filter);
	TRY_NEW(both);
	*both = (struct filter){ .kind = FILTER_AND, .left = more, .right = l->query.filter };
	l->query.filter = l->query.filter ? both : more;
	return OK;
}

/* As upstream: what is tracked is a whole set. */
static err tracking_make(struct data_call *dc, const struct table *t, struct listing *l)
{
	str query;
	TRY(query_text(dc, l, false, &query));
	TRY(tracking_begin(dc, t, &l->visible, query, l->cursor.since, &l->tracking));
	if (!l->tracking.on)
		return OK;
	if (l->query.filter || l->query.order_count || !l->paged || l->expands.count || l->of.within || l->of.references)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Changes are tracked of a whole set: without $filter, $orderby, $top and $expand.");
	return condition_join(dc, l, l->tracking.delta ? &l->tracking.since : NULL);
}

static err listing_make(struct data_call *dc, const struct table *t, struct listing *l)
{
	struct url_params options;
	str place;
	TRY(rights_visible(dc, t, &l->visible));
	TRY(expand_take(dc, t, &options, &l->expands));
	TRY(url_params_without(&options, S("$deltatoken"), dc->arena, &options));
	TRY(odata_query_parse(t, &options, &dc->who, dc->arena, &dc->problem, &l->query));
	if (l->of.references && (l->query.select_given || l->expands.count))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Of references nothing can be selected or expanded.");
	TRY(query_text(dc, l, true, &place));
	l->place = (struct cursor_place){ "$skiptoken", &dc->app->cursor_secret, dc->caller.user_id, place };
	l->paged = l->query.top < 0;
	l->page = !l->paged ? l->query.top : dc->prefer.page_size_max ? dc->prefer.page_size_max : PAGE_ROWS_MAX;
	if (l->query.skip_token.len)
		TRY(cursor_read(dc, l));
	TRY(tracking_make(dc, t, l));
	return condition_join(dc, l, l->of.within);
}

static err count_write(struct data_call *dc, struct json_writer *w, const struct listing *l)
{
	int64_t n;
	TRY(rows_count(dc->app->store, &l->query, &l->visible, PAGE_ROWS_MAX + 1, dc->arena, &n));
	bool more = n > PAGE_ROWS_MAX;
	json_member_i64(w, S("@odata.count"), more ? PAGE_ROWS_MAX : n);
	if (dc->prefer.annotations.len) {
		json_member_i64(w, S("@Microsoft.Dynamics.CRM.totalrecordcount"), more ? PAGE_ROWS_MAX : n);
		json_member_bool(w, S("@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"), more);
	}
	return OK;
}

/* Remembers the row that stands, as the place to go on behind. */
static err cursor_note(struct data_call *dc, struct listing *l, const struct rows *rows)
{
	const struct odata_query *q = &l->query;
	l->cursor = (struct cursor){ .key = column_i64(&rows->statement, 0), .count = q->order_count, .page = l->page,
				      .since = l->tracking.now };
	for (size_t i = 0; i < q->order_count; i++) {
		struct value *v = &l->cursor.values[i];
		*v = value_of_row(q->order[i].column, &rows->statement, rows_order_index(rows) + (int)i);
		if (v->kind != VALUE_TEXT)
			continue;
		v->text = str_copy(dc->arena, v->text);
		TRY_NEW(v->text.at);
	}
	return OK;
}

static bool is_token(str piece, bool delta)
{
	return str_starts_with(piece, S("$skiptoken=")) || str_starts_with(piece, S("%24skiptoken=")) ||
	       (delta && (str_starts_with(piece, S("$deltatoken=")) || str_starts_with(piece, S("%24deltatoken="))));
}

/* The address of this list with another token in place of its own. */
static err link_write(struct data_call *dc, struct json_writer *w, const struct listing *l, bool delta, str token)
{
	SCOPED(buffer) url = { 0 };
	str piece, rest = dc->web->request.query;
	buffer_init(&url, 128 * 1024);
	buffer_append_format(&url, "%.*s%.*s?", STR_ARG(dc->root), STR_ARG(l->of.path));
	while (str_split(&rest, '&', &piece)) {
		if (!piece.len || is_token(piece, delta))
			continue;
		buffer_append_str(&url, piece);
		buffer_append_char(&url, '&');
	}
	buffer_append_format(&url, "%s=%.*s", delta ? "$deltatoken" : "$skiptoken", STR_ARG(token));
	if (url.failed)
		FAIL(ERR_LIMIT, "the next link is too long");
	json_member_str(w, delta ? S("@odata.deltaLink") : S("@odata.nextLink"), buffer_str(&url));
	return OK;
}

static err next_link(struct data_call *dc, struct json_writer *w, const struct listing *l)
{
	str token;
	TRY(cursor_seal(&l->place, &l->cursor, dc->arena, &token));
	return link_write(dc, w, l, false, token);
}

static err delta_link(struct data_call *dc, struct json_writer *w, const struct listing *l)
{
	str token;
	TRY(tracking_token(dc, &l->tracking, &token));
	return link_write(dc, w, l, true, token);
}

static err row_write(struct data_call *dc, struct json_writer *w, const struct listing *l, const struct rows *rows)
{
	const struct odata_query *q = &l->query;
	if (!l->of.references) {
		TRY(row_json(dc, w, q, &rows->statement, rows_select_index(rows)));
		return expand_json(dc, w, q->table, &l->expands, column_i64(&rows->statement, 0));
	}
	char id[UUID_TEXT_LEN + 1];
	for (size_t i = 0; i < q->select_count; i++) {
		if (q->select[i] != q->table->primary_id)
			continue;
		struct uuid row = column_uuid(&rows->statement, rows_select_index(rows) + (int)i);
		uuid_format(&row, id);
	}
	str address = str_format(dc->arena, "%.*s%.*s(%s)", STR_ARG(dc->root), STR_ARG(q->table->entity_set), id);
	TRY_NEW(address.at);
	json_member_str(w, S("@odata.id"), address);
	return OK;
}

static err rows_write(struct data_call *dc, struct json_writer *w, struct listing *l)
{
	SCOPED(rows) rows = { 0 };
	struct rows_wish wish = { .query = &l->query, .visible = &l->visible, .limit = l->page + (l->paged ? 1 : 0),
				  .memory = &dc->app->plan_memory };
	if (l->query.skip_token.len) {
		struct value *after = NEW_ARRAY(dc->arena, struct value, ORDER_MAX);
		TRY_NEW(after);
		memcpy(after, l->cursor.values, sizeof l->cursor.values);
		wish.after = after;
		wish.after_key = l->cursor.key;
	}
	TRY(rows_open(dc->app->store, &wish, dc->arena, &rows));
	json_key(w, S("value"));
	json_open_array(w);
	bool row = false;
	for (int64_t n = 0;; n++) {
		TRY(rows_next(&rows, &row));
		if (!row || n == l->page)
			break;
		json_open_object(w);
		TRY(row_write(dc, w, l, &rows));
		json_close_object(w);
		if (l->paged && n + 1 == l->page)
			TRY(cursor_note(dc, l, &rows));
	}
	if (!row && l->tracking.delta)
		TRY(tracking_removed_json(dc, w, l->query.table, &l->visible, &l->tracking));
	json_close_array(w);
	if (row && l->paged)
		return next_link(dc, w, l);
	return l->tracking.on ? delta_link(dc, w, l) : OK;
}

static err preferences_applied(struct data_call *dc, const struct listing *l)
{
	if (dc->prefer.page_size_max && l->paged) {
		str text = str_format(dc->arena, "odata.maxpagesize=%lld", (long long)l->page);
		TRY_NEW(text.at);
		web_set_header(dc->web, S("preference-applied"), text);
	}
	if (dc->prefer.track_changes && l->tracking.on)
		web_set_header(dc->web, S("preference-applied"), S("odata.track-changes"));
	if (dc->prefer.annotations.len) {
		str text = str_format(dc->arena, "odata.include-annotations=\"%.*s\"", STR_ARG(dc->prefer.annotations));
		TRY_NEW(text.at);
		web_set_header(dc->web, S("preference-applied"), text);
	}
	return OK;
}

err read_list(struct data_call *dc, const struct table *t, const struct rows_of *of)
{
	struct listing l = { .of = *of };
	if (url_param_count(&dc->params, S("$apply")) && !of->references)
		return aggregate_list(dc, t, of->within);
	TRY(listing_make(dc, t, &l));
	SCOPED(transaction) snapshot = { 0 };
	TRY(transaction_begin_read(dc->app->store, &snapshot));
	TRY(tracking_snapshot(dc, &l.tracking));
	struct json_writer w = answer_json(dc, 200);
	str context = of->references ? str_join(dc->arena, dc->root, S("$metadata#Collection($ref)")) : context_url(dc, &l.query, false);
	if (l.tracking.delta)
		context = str_join(dc->arena, context, S("/$delta"));
	TRY_NEW(context.at);
	TRY(preferences_applied(dc, &l));
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	if (l.query.count)
		TRY(count_write(dc, &w, &l));
	TRY(rows_write(dc, &w, &l));
	json_close_object(&w);
	return OK;
}

err read_count(struct data_call *dc, const struct table *t, const struct rows_of *of)
{
	struct listing l = { .of = *of };
	int64_t n;
	TRY(options_check(dc, "@ $filter"));
	TRY(listing_make(dc, t, &l));
	TRY(rows_count(dc->app->store, &l.query, &l.visible, PAGE_ROWS_MAX, dc->arena, &n));
	str text = str_format(dc->arena, "%lld", (long long)n);
	TRY_NEW(text.at);
	web_text(dc->web, 200, S("text/plain"), text);
	web_set_header(dc->web, S("odata-version"), S("4.0"));
	return OK;
}
