#include "data/multiple.h"

#include "data/answer.h"
#include "data/deep_insert.h"
#include "data/job.h"
#include "data/options.h"
#include "data/row_find.h"
#include "data/typed_id.h"
#include "data/write.h"

struct many {
	struct data_call *dc;
	const struct table *table;
	struct json_writer answer;
};

static err targets_read(struct data_call *dc, const struct json **out)
{
	const struct json *body;
	err e = web_json(dc->web, &body);
	if (err_kind_of(e) == ERR_INVALID)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body is not valid JSON: %s.", err_why(e));
	TRY(e);
	*out = json_member(body, S("Targets"));
	if (!json_is(*out, JSON_ARRAY) || (*out)->count == 0 || (*out)->count > MULTIPLE_ROWS_MAX)
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Targets must hold 1 to %d rows.", MULTIPLE_ROWS_MAX);
	for (const struct json *t = (*out)->first; t; t = t->next)
		if (t->kind != JSON_OBJECT)
			return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Targets holds objects.");
	return OK;
}

static err create_one(struct many *m, const struct json *in)
{
	struct uuid id;
	TRY(deep_insert(m->dc, m->table, in, &id));
	json_uuid(&m->answer, &id);
	return OK;
}

static err update_one(struct many *m, const struct json *in)
{
	struct uuid id;
	if (!typed_id(in, m->table->primary_id->logical_name, &id))
		return REFUSE(m->dc, 400, CODE_INVALID_ARGUMENT, "Each row needs its '%.*s'.", STR_ARG(m->table->primary_id->logical_name));
	TRY(rights_gate(m->dc, DO_WRITE, m->table));
	return write_row_update(m->dc, m->table, &id, in);
}

static err upsert_one(struct many *m, const struct json *in)
{
	struct row_place place;
	struct uuid id;
	bool found = false;
	if (typed_id(in, m->table->primary_id->logical_name, &id))
		TRY(row_place_find(m->dc, m->table, &id, DO_WRITE, &place, &found));
	TRY(found ? update_one(m, in) : deep_insert(m->dc, m->table, in, &id));
	json_open_object(&m->answer);
	json_member_bool(&m->answer, S("RecordCreated"), !found);
	json_key(&m->answer, S("Target"));
	json_open_object(&m->answer);
	json_member_str(&m->answer, S("@odata.type"), str_format(m->dc->arena, "#Microsoft.Dynamics.CRM.%.*s", STR_ARG(m->table->logical_name)));
	json_member_uuid(&m->answer, m->table->primary_id->logical_name, &id);
	json_close_object(&m->answer);
	json_close_object(&m->answer);
	return OK;
}

static const struct {
	const char *name, *list; /* list null: nothing is answered */
	err (*one)(struct many *m, const struct json *in);
} actions[] = {
	{ "CreateMultiple", "Ids", create_one },
	{ "UpdateMultiple", NULL, update_one },
	{ "UpsertMultiple", "Results", upsert_one },
};

static err answer_open(struct many *m, size_t action)
{
	str context = str_format(m->dc->arena, "%.*s$metadata#Microsoft.Dynamics.CRM.%sResponse", STR_ARG(m->dc->root), actions[action].name);
	TRY_NEW(context.at);
	m->answer = answer_json(m->dc, 200);
	json_open_object(&m->answer);
	json_member_str(&m->answer, S("@odata.context"), context);
	json_key(&m->answer, str_of(actions[action].list));
	json_open_array(&m->answer);
	return OK;
}

static err run(struct many *m, size_t action)
{
	struct data_call *dc = m->dc;
	const struct json *targets;
	if (m->table->builtin)
		return REFUSE(dc, 501, CODE_UNKNOWN_PATH, "Rows of '%.*s' are made and changed one by one.", STR_ARG(m->table->logical_name));
	TRY(targets_read(dc, &targets));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	if (actions[action].list)
		TRY(answer_open(m, action));
	for (const struct json *t = targets->first; t; t = t->next)
		TRY(actions[action].one(m, t));
	if (actions[action].list) {
		json_close_array(&m->answer);
		json_close_object(&m->answer);
	} else {
		answer_empty(dc);
	}
	job_answer(dc);
	return transaction_commit(&tx);
}

err multiple_run(struct data_call *dc, const struct table *t, bool *out_found)
{
	static const str space = { "Microsoft.Dynamics.CRM.", 23 };
	struct many m = { .dc = dc, .table = t };
	str name = dc->path.segment[1].name;
	*out_found = false;
	if (dc->path.count != 2 || dc->web->request.method != HTTP_POST || !str_starts_with(name, space))
		return OK;
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		if (!str_equal(str_from(name, space.len), str_of(actions[i].name)))
			continue;
		*out_found = true;
		TRY(options_check(dc, ""));
		return run(&m, i);
	}
	return OK;
}
