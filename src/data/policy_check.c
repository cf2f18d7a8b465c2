#include "data/policy_check.h"

#include "data/policy_condition.h"
#include "data/rights.h"
#include "data/sql_catalog.h"
#include "data/sql_text.h"

enum { EXPLANATION_LEN_MAX = 2000 };

/* --- what the planner says --- */

/* "SCAN x1", of a table: neither the array of a parameter, nor a recursion's own rows, nor a row of constants. */
static bool is_table_scan(str step)
{
	static const char *const others[] = { "SCAN tree", "SCAN CONSTANT ROW" };
	if (!str_starts_with(step, S("SCAN ")))
		return false;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (str_equal(step, str_of(others[i])))
			return false;
	return str_find(step, S(" VIRTUAL TABLE"), 0) == SIZE_MAX;
}

struct steps {
	bool scans, searches; /* a table, an index */
};

/* "label: step; step" as a line of `to`. */
static err plan_explain(struct data_call *dc, struct sql_builder *b, const char *label, struct buffer *to, struct steps *out)
{
	SCOPED(statement) s = { 0 };
	bool first = true;
	*out = (struct steps){ 0 };
	TRY(sql_open(b, dc->app->store, &s));
	buffer_append_format(to, "%s%s: ", buffer_str(to).len ? "\n" : "", label);
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		str step = column_text(&s, 3);
		out->scans |= is_table_scan(step);
		out->searches |= str_starts_with(step, S("SEARCH "));
		buffer_append_format(to, "%s%.*s", first ? "" : "; ", STR_ARG(step));
		first = false;
	}
}

/* How the condition on rows of `t` is found to hold: of one row, or of all. */
static err condition_explain(struct data_call *dc, const struct table *t, const struct filter *f, bool one, struct buffer *to, struct steps *out)
{
	SCOPED(sql_builder) b = { 0 };
	str condition;
	TRY(sql_builder_init(&b, 64, dc->arena));
	TRY(filter_sql(&b, f, dc->arena, &condition));
	buffer_append_format(&b.text, "EXPLAIN QUERY PLAN SELECT r.key FROM %.*s AS r WHERE %s%.*s", STR_ARG(t->sql), one ? "r.key = 1 AND " : "",
			     STR_ARG(condition));
	return plan_explain(dc, &b, one ? "row" : "rows", to, out);
}

static err take(struct data_call *dc, const struct buffer *text, str *out)
{
	str all = buffer_str(text);
	*out = str_copy(dc->arena, str_slice(all, 0, all.len < EXPLANATION_LEN_MAX ? all.len : EXPLANATION_LEN_MAX));
	TRY_NEW(out->at);
	return OK;
}

static err no_index(struct data_call *dc, str explanation)
{
	return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "No index leads to what the row policy asks (%.*s). An alternate key or a lookup makes one; "
		      "'forced': true saves it as it is.", STR_ARG(explanation));
}

/* --- what is there, and what the body says --- */

struct wish {
	str table, query, path;
	bool forced, constrains, asks; /* asks: the body changes what is judged here */
	struct uuid policy;
};

static bool text_of(const struct body *b, const char *name, str *to)
{
	for (size_t i = 0; i < b->count; i++) {
		if (!str_equal(b->changes[i].column->logical_name, str_of(name)))
			continue;
		*to = str_trim(b->changes[i].value.text);
		return true;
	}
	return false;
}

static bool flag_of(const struct body *b, bool *to)
{
	for (size_t i = 0; i < b->count; i++) {
		if (!str_equal(b->changes[i].column->logical_name, S("forced")))
			continue;
		*to = b->changes[i].value.kind == VALUE_I64 && b->changes[i].value.i64;
		return true;
	}
	return false;
}

static err kept(struct data_call *dc, const struct statement *s, int column, str *to)
{
	*to = str_copy(dc->arena, column_text(s, column));
	TRY_NEW(to->at);
	return OK;
}

static err policy_stored(struct data_call *dc, const struct uuid *id, struct wish *w, bool *out_found)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_POLICY_STORED, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, out_found));
	if (!*out_found)
		return OK;
	TRY(kept(dc, &s, 0, &w->table));
	TRY(kept(dc, &s, 1, &w->query));
	w->forced = column_i64(&s, 2) != 0;
	w->constrains = column_i64(&s, 3) != 0;
	return OK;
}

static err constraint_stored(struct data_call *dc, const struct uuid *id, struct wish *w, bool *out_found)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_POLICY_CONSTRAINT_STORED, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, out_found));
	if (!*out_found)
		return OK;
	w->policy = column_uuid(&s, 0);
	TRY(kept(dc, &s, 1, &w->table));
	TRY(kept(dc, &s, 2, &w->path));
	w->forced = column_i64(&s, 3) != 0;
	return OK;
}

/* --- policies --- */

static err policy_judge(struct data_call *dc, const struct table *t, const struct wish *w, str *out_explanation)
{
	SCOPED(buffer) text = { 0 };
	const struct filter *f;
	struct steps one, all;
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	TRY(policy_query_parse(dc, dc->caller.context, t, w->query, &dc->problem, &f));
	TRY(condition_explain(dc, t, f, true, &text, &one));
	TRY(condition_explain(dc, t, f, false, &text, &all));
	TRY(take(dc, &text, out_explanation));
	return (one.scans || (w->constrains && !all.searches)) && !w->forced ? no_index(dc, *out_explanation) : OK;
}

err policy_check(struct data_call *dc, const struct body *b, const struct uuid *stored, str *out_explanation)
{
	struct wish w = { 0 };
	bool found;
	*out_explanation = (str){ 0 };
	if (!rights_is_administrator(dc))
		return OK;
	if (!uuid_is_nil(stored))
		TRY(policy_stored(dc, stored, &w, &found));
	else
		(void)text_of(b, "entityname", &w.table);
	w.asks = text_of(b, "query", &w.query);
	w.asks |= flag_of(b, &w.forced);
	const struct table *t = metadata_table(dc->app->metadata, w.table.at ? w.table : S(""));
	return w.asks && t && !t->builtin && w.query.len ? policy_judge(dc, t, &w, out_explanation) : OK;
}

/* --- constraints --- */

static err constraint_judge(struct data_call *dc, const struct table *t, const struct wish *w, const struct wish *policy, str *out_explanation)
{
	SCOPED(buffer) text = { 0 };
	const struct table *primary = metadata_table(dc->app->metadata, policy->table);
	const struct filter *query, *f;
	struct steps one, all;
	if (!primary)
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "The policy's table is not there any more.");
	buffer_init(&text, SQL_TEXT_BYTES_MAX);
	TRY(policy_query_parse(dc, dc->caller.context, primary, policy->query, &dc->problem, &query));
	TRY(policy_path_parse(dc, t, w->path, primary, query, &dc->problem, &f));
	TRY(condition_explain(dc, t, f, true, &text, &one));
	TRY(condition_explain(dc, primary, query, false, &text, &all));
	TRY(take(dc, &text, out_explanation));
	return (one.scans || !all.searches) && !w->forced && !policy->forced ? no_index(dc, *out_explanation) : OK;
}

static void policy_named(const struct body *b, struct wish *w)
{
	for (size_t i = 0; i < b->count; i++)
		if (str_equal(b->changes[i].column->logical_name, S("rowpolicyid")) && b->changes[i].value.kind == VALUE_UUID)
			w->policy = b->changes[i].value.uuid;
}

err policy_constraint_check(struct data_call *dc, const struct body *b, const struct uuid *stored, str *out_explanation)
{
	struct wish w = { 0 }, policy = { 0 };
	bool found = true;
	*out_explanation = (str){ 0 };
	if (!rights_is_administrator(dc))
		return OK;
	if (!uuid_is_nil(stored))
		TRY(constraint_stored(dc, stored, &w, &found));
	else
		(void)text_of(b, "entityname", &w.table);
	policy_named(b, &w);
	w.asks = text_of(b, "path", &w.path);
	w.asks |= flag_of(b, &w.forced);
	const struct table *t = metadata_table(dc->app->metadata, w.table.at ? w.table : S(""));
	if (!found || !w.asks || !t || t->builtin || !w.path.len)
		return OK;
	TRY(policy_stored(dc, &w.policy, &policy, &found));
	return found ? constraint_judge(dc, t, &w, &policy, out_explanation) : OK;
}
