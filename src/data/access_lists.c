/* data/access_lists.c - who can reach a row, and what somebody can reach (5.1; our own functions):
 *   GET WhoCanAccess(ObjectId=guid,LogicalName='table',Right='Read')[?After=guid]   every user who may, and by which grants; 500 looked at a time
 *   GET WhatCanAccess(PrincipalId=guid)                                             each table, each right, how far, by which roles, and how many rows are read
 * The same code judges as at requests. Who asks WhoCanAccess reads the row or is a System Administrator; WhatCanAccess, about oneself or
 * a System Administrator. */
#include "data/access_internal.h"
#include "data/answer.h"
#include "data/argument.h"
#include "data/api.h"
#include "data/names.h"
#include "data/row_find.h"
#include "data/sql_catalog.h"

enum { PEOPLE_AT_A_TIME = 500, ROWS_COUNTED_MAX = 100000 };

struct person {
	int64_t key;
	struct uuid id;
};

static err people_read(struct data_call *dc, const struct uuid *after, struct person **out, size_t *out_count)
{
	SCOPED(statement) s = { 0 };
	*out = NEW_ARRAY(dc->arena, struct person, PEOPLE_AT_A_TIME + 1);
	*out_count = 0;
	TRY_NEW(*out);
	TRY(statement_open(dc->app->store, &SQL_USERS_AFTER, &s));
	TRY(bind_uuid(&s, 1, after));
	TRY(bind_i64(&s, 2, PEOPLE_AT_A_TIME + 1));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		(*out)[(*out_count)++] = (struct person){ column_i64(&s, 0), column_uuid(&s, 1) };
	}
}

static err person_write(struct data_call *dc, struct json_writer *w, struct question *q, const struct person *p, enum right right,
			struct grants *room)
{
	const struct name *name;
	str sentence;
	q->principal = p->key;
	q->principal_id = p->id;
	TRY(access_context(dc, q));
	struct decision d = access_decide_right(dc, q, right);
	if (!allowed(&d))
		return OK;
	TRY(access_sentence(dc, q, &d, &sentence));
	TRY(names_principal(dc->app->names, p->key, &name));
	json_open_object(w);
	json_member_uuid(w, S("PrincipalId"), &p->id);
	json_member_str(w, S("Name"), str_of(name->text));
	json_member_str(w, S("Path"), str_of(access_path_name(d.path)));
	json_member_str(w, S("Explanation"), sentence);
	TRY(access_grants_write(dc, w, q, right, room));
	json_close_object(w);
	return OK;
}

err function_who_can_access(struct data_call *dc)
{
	const struct path_segment *s = &dc->path.segment[0];
	struct uuid after = { { 0 } };
	struct question q = { 0 };
	struct person *people;
	struct json_writer w;
	enum right right;
	size_t count;
	str text;
	struct grants *room = NEW(dc->arena, struct grants);
	TRY_NEW(room);
	q.table = metadata_table(dc->app->metadata, argument_text(dc, s, S("LogicalName")));
	if (!q.table || failed(uuid_parse(argument_text(dc, s, S("ObjectId")), &q.row_id)))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "ObjectId must be a GUID, LogicalName name a table.");
	if (!access_right_of(argument_text(dc, s, S("Right")), &right))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Right must be Read, Write, Delete, Append, AppendTo, Assign or Share.");
	if (url_param_find(&dc->params, S("After"), &text) && failed(uuid_parse(text, &after)))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "After must be a GUID.");
	TRY(access_admit(dc, &q, false));
	if (!q.found)
		return row_missing(dc, q.table, &q.row_id);
	TRY(people_read(dc, &after, &people, &count));
	TRY(access_answer(dc, "WhoCanAccessResponse", &w));
	json_key(&w, S("Principals"));
	json_open_array(&w);
	for (size_t i = 0; i < count && i < PEOPLE_AT_A_TIME; i++)
		TRY(person_write(dc, &w, &q, &people[i], right, room));
	json_close_array(&w);
	json_key(&w, S("After"));
	if (count > PEOPLE_AT_A_TIME)
		json_uuid(&w, &people[PEOPLE_AT_A_TIME - 1].id);
	else
		json_null(&w);
	json_close_object(&w);
	return OK;
}

/* --- what --- */

static const char *reach_of(const struct row_filter *f)
{
	return !f->any ? "none" : f->all ? "all rows" : f->unit_count ? "business units" : "own rows";
}

static err right_write(struct data_call *dc, struct json_writer *w, const struct question *q, const struct table *t, enum right right)
{
	const struct row_filter *f = NULL;
	struct decision gate = authz_check_privilege(q->context, t, right);
	TRY(authz_row_filter(q->context, t, right, &f));
	if (!f->any)
		return OK;
	json_open_object(w);
	json_member_str(w, S("LogicalName"), t->logical_name);
	json_member_str(w, S("Right"), str_of(right_name(right)));
	json_member_str(w, S("Reach"), allowed(&gate) ? str_of(reach_of(f)) : S("none"));
	json_member_str(w, S("Reason"), reason_row(gate.reason)->code);
	TRY(access_roles_write(dc, w, q, t, right));
	if (right == RIGHT_READ && allowed(&gate)) {
		struct odata_query all = { .table = t, .top = -1 };
		struct visible visible;
		int64_t rows;
		TRY(rights_visible_to(dc, q->context, t, &visible));
		TRY(rows_count(dc->app->store, &all, &visible, ROWS_COUNTED_MAX, dc->arena, &rows));
		json_member_i64(w, S("Rows"), rows);
		json_member_bool(w, S("RowsExceeded"), rows == ROWS_COUNTED_MAX);
	}
	json_close_object(w);
	return OK;
}

err function_what_can_access(struct data_call *dc)
{
	const struct metadata *m = dc->app->metadata;
	struct question q = { 0 };
	struct json_writer w;
	if (failed(uuid_parse(argument_text(dc, &dc->path.segment[0], S("PrincipalId")), &q.principal_id)))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "PrincipalId must be a GUID.");
	if (!uuid_equal(&q.principal_id, &dc->caller.user_id) && !rights_is_administrator(dc))
		return REFUSE(dc, 403, "0x80040220", "About others only a System Administrator may ask.");
	TRY(access_principal(dc, &q, 0));
	TRY(access_context(dc, &q));
	TRY(access_answer(dc, "WhatCanAccessResponse", &w));
	json_key(&w, S("Tables"));
	json_open_array(&w);
	for (size_t i = 0; i < m->by_ordinal_count; i++)
		for (int r = RIGHT_CREATE; m->by_ordinal[i] && rights_table_shown(dc, m->by_ordinal[i]) && r < RIGHTS_END; r++)
			TRY(right_write(dc, &w, &q, m->by_ordinal[i], (enum right)r));
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}
