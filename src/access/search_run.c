/* access/search_run.c - where the candidates of the three searches come from. */
#include "access/external.h"
#include "access/search.h"
#include "access/sql_catalog.h"
#include "authz/cascade.h"
#include "authz/share.h"

/* --- resources --- */

static err visible_make(struct data_call *dc, struct authz_context *ctx, const struct access_target *what, struct visible *out)
{
	const struct row_filter *f = NULL;
	int64_t shared = 0;
	TRY(authz_row_filter(ctx, what->table, what->right, &f));
	*out = (struct visible){ .everything = f->all, .owners = f->owners, .owner_count = f->owner_count, .units = f->units,
				 .unit_count = f->unit_count };
	if (!f->all)
		TRY(authz_shares_held(dc->app->authz, f, what->table, what->right, &shared));
	if (shared == 0)
		return OK;
	out->shared_with = f->sharers;
	out->shared_count = f->sharer_count;
	out->shared_bit = share_bit(what->right);
	out->shared_rows = shared;
	return authz_cascade(dc->app->authz, what->table, &out->cascade);
}

static err rows_offer(struct search *s, const struct access_parties *who, struct access_target *what, const struct visible *visible)
{
	static const struct value nothing[ORDER_MAX];
	struct data_call *dc = &s->call->data;
	const struct column *id = what->table->primary_id;
	struct odata_query query = { .table = what->table, .select = &id, .select_count = 1, .top = -1 };
	struct rows_wish wish = { .query = &query, .visible = visible, .limit = who->on_behalf ? SEARCH_ROWS_SEEN_MAX : s->limit + 1,
				  .after = s->after ? nothing : NULL, .after_key = s->after, .memory = &dc->app->plan_memory };
	bool owned = table_is_owned(what->table), wanted = true;
	SCOPED(rows) rows = { 0 };
	TRY(rows_open(dc->app->store, &wish, dc->arena, &rows));
	for (bool row; wanted;) {
		enum authz_reason reason;
		TRY(rows_next(&rows, &row));
		if (!row)
			break;
		what->found = true;
		what->row = (struct row_place){ .key = column_i64(&rows.statement, 0), .id = column_uuid(&rows.statement, rows_select_index(&rows)) };
		if (owned) {
			what->row.owner = column_i64(&rows.statement, 2);
			what->row.unit = column_i64(&rows.statement, 3);
		}
		TRY(access_decide(dc, who, what, &reason));
		wanted = search_offer(s, what->row.key, uuid_text(dc->arena, &what->row.id), reason == REASON_NONE);
	}
	s->more = s->more || (wanted && rows.given == wish.limit);
	return OK;
}

err search_resource_run(struct access_call *call)
{
	const struct access_question *q = call->request.questions;
	struct data_call *dc = &call->data;
	struct authz_context *ctx = NULL;
	struct access_parties who;
	struct access_target what;
	struct visible visible;
	const struct external_type *external;
	struct search s;
	TRY(search_begin(call, ACCESS_SEARCH_RESOURCE, &s));
	TRY(external_type_find(call, q->resource.type, &external));
	if (external)
		return search_external_resource_run(&s, external);
	access_parties_find(q, &who);
	TRY(access_target_find(dc, q, &call->rows, &what));
	if (!who.subject || !what.table || what.right <= RIGHT_CREATE || what.refused != REASON_NONE)
		return search_answer(&s, q->resource.type);
	TRY(authz_context_of(dc->app->authz, who.subject, &ctx));
	struct decision gate = authz_check_gate(ctx, what.table, what.right);
	if (allowed(&gate)) {
		TRY(visible_make(dc, ctx, &what, &visible));
		TRY(rows_offer(&s, &who, &what, &visible));
	}
	return search_answer(&s, q->resource.type);
}

/* --- subjects --- */

err search_principals_open(struct search *s, enum subject_type type, struct statement *out)
{
	struct store *store = s->call->data.app->store;
	TRY(statement_open(store, type == SUBJECT_TEAM ? &SQL_SUBJECTS_TEAMS : &SQL_SUBJECTS_USERS, out));
	TRY(bind_i64(out, 1, s->after));
	TRY(bind_i64(out, 2, SEARCH_SUBJECTS_SEEN_MAX));
	return type == SUBJECT_TEAM ? OK : bind_i64(out, 3, type == SUBJECT_APPLICATION);
}

static err subjects_offer(struct search *s, enum subject_type type, struct access_parties *who, const struct access_target *what)
{
	struct data_call *dc = &s->call->data;
	SCOPED(statement) candidates = { 0 };
	bool row, wanted = true;
	int64_t seen = 0;
	TRY(search_principals_open(s, type, &candidates));
	while (wanted) {
		enum authz_reason reason;
		TRY(statement_step(&candidates, &row));
		if (!row)
			break;
		seen++;
		who->subject = column_i64(&candidates, 0);
		struct uuid id = column_uuid(&candidates, 1);
		TRY(access_decide(dc, who, what, &reason));
		wanted = search_offer(s, who->subject, uuid_text(dc->arena, &id), reason == REASON_NONE);
	}
	s->more = s->more || (wanted && seen == SEARCH_SUBJECTS_SEEN_MAX);
	return OK;
}

err search_subject_run(struct access_call *call)
{
	const struct access_question *q = call->request.questions;
	enum subject_type type = subject_type_of(q->subject.type);
	struct access_parties who;
	struct access_target what;
	const struct external_type *external;
	struct search s;
	TRY(search_begin(call, ACCESS_SEARCH_SUBJECT, &s));
	TRY(external_type_find(call, q->resource.type, &external));
	if (external)
		return search_external_subject_run(&s, external);
	access_parties_find(q, &who);
	TRY(access_target_find(&call->data, q, &call->rows, &what));
	if (type != SUBJECT_UNKNOWN && type != SUBJECT_CONTACT && what.table)
		TRY(subjects_offer(&s, type, &who, &what));
	return search_answer(&s, q->subject.type);
}

/* --- actions --- */

err search_action_run(struct access_call *call)
{
	struct access_question q = *call->request.questions;
	struct access_parties who;
	const struct external_type *external;
	struct search s;
	bool wanted = true;
	TRY(search_begin(call, ACCESS_SEARCH_ACTION, &s));
	TRY(external_type_find(call, q.resource.type, &external));
	if (external)
		return search_external_action_run(&s, external);
	access_parties_find(&q, &who);
	for (int r = RIGHT_READ; r < RIGHTS_END && wanted; r++) {
		struct access_target what;
		enum authz_reason reason;
		if (r <= s.after)
			continue;
		q.action = action_name((enum right)r);
		TRY(access_target_find(&call->data, &q, &call->rows, &what));
		TRY(access_decide(&call->data, &who, &what, &reason));
		wanted = search_offer(&s, r, q.action, reason == REASON_NONE);
	}
	return search_answer(&s, S(""));
}
