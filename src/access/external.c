#include "access/external.h"

#include "access/sql_catalog.h"

enum { CASE_BYTES_MAX = 1024 * 1024 };

/* --- types --- */

static err policy_read(struct data_call *dc, str text, const struct filter **out)
{
	struct problem unused = { 0 };
	*out = NULL;
	if (!text.len)
		return OK;
	err e = external_policy_parse(text, dc->arena, &unused, out);
	if (!failed(e))
		return OK;
	*out = NULL;
	return err_kind_of(e) == ERR_INVALID ? OK : e;
}

static err type_read(struct data_call *dc, struct external_type *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(dc->app->store, &SQL_EXTERNAL_TYPE, &s));
	TRY(bind_text(&s, 1, out->name));
	TRY(statement_step(&s, &row));
	if (!row)
		return OK;
	out->key = column_i64(&s, 0);
	str policy = str_copy(dc->arena, column_text(&s, 1));
	out->actions = str_copy(dc->arena, column_text(&s, 2));
	TRY_NEW(policy.at);
	TRY_NEW(out->actions.at);
	return policy_read(dc, policy, &out->policy);
}

err external_type_find(struct access_call *call, str name, const struct external_type **out)
{
	struct data_call *dc = &call->data;
	const struct external_type *known = call->externals;
	*out = NULL;
	if (metadata_table(dc->app->metadata, name))
		return OK;
	while (known && !str_equal(known->name, name))
		known = known->next;
	if (!known) {
		struct external_type *fresh = NEW(dc->arena, struct external_type);
		TRY_NEW(fresh);
		*fresh = (struct external_type){ .name = name, .next = call->externals };
		TRY(type_read(dc, fresh));
		call->externals = known = fresh;
	}
	*out = known->key ? known : NULL;
	return OK;
}

/* --- entities --- */

err external_properties_read(str text, struct arena *arena, const struct json **out)
{
	*out = NULL;
	if (!text.len)
		return OK;
	err e = json_parse(bytes_of_str(text), JSON_LIMITS_DEFAULT, arena, out, NULL);
	if (!failed(e))
		return OK;
	*out = NULL;
	return err_kind_of(e) == ERR_INVALID ? OK : e;
}

static err entity_read(struct store *store, const struct external_type *type, const struct access_entity *said, struct arena *arena,
		       struct external_entity *out, bool *out_known)
{
	SCOPED(statement) s = { 0 };
	*out = (struct external_entity){ .type = said->type, .id = said->id, .said = said->properties };
	*out_known = false;
	if (!type || !said->id.at)
		return OK;
	TRY(statement_open(store, &SQL_EXTERNAL_ENTITY, &s));
	TRY(bind_i64(&s, 1, type->key));
	TRY(bind_text(&s, 2, said->id));
	TRY(statement_step(&s, out_known));
	return *out_known ? external_properties_read(column_text(&s, 0), arena, &out->stored) : OK;
}

/* --- questions --- */

err external_subject_is_declared(struct access_call *call, const struct access_question *q, bool *out)
{
	const struct external_type *resource, *subject = NULL;
	TRY(external_type_find(call, q->resource.type, &resource));
	if (resource)
		TRY(external_type_find(call, q->subject.type, &subject));
	*out = subject != NULL;
	return OK;
}

static err principal_read(struct data_call *dc, const struct access_entity *said, struct arena *arena, struct external_case *c)
{
	c->subject_declared = true;
	c->subject_refused = said->refused ? (enum authz_reason)said->refused : REASON_TENANT;
	if (!said->key)
		return OK;
	TRY(external_principal_read(dc, said->type, said->key, arena, &c->question.subject, &c->subject_refused));
	c->subject_known = c->subject_refused == REASON_NONE;
	return OK;
}

err external_case_make(struct access_call *call, const struct external_type *type, const struct access_question *q, struct arena *arena,
		       struct external_case *out)
{
	struct store *store = call->data.app->store;
	const struct external_type *subjects;
	*out = (struct external_case){ .question = { .action = q->action, .action_properties = q->action_properties, .context = q->context } };
	TRY(external_type_find(call, q->subject.type, &subjects));
	out->subject_declared = subjects != NULL;
	if (!subjects && external_subject_is_principal(&q->subject))
		TRY(principal_read(&call->data, &q->subject, arena, out));
	else
		TRY(entity_read(store, subjects, &q->subject, arena, &out->question.subject, &out->subject_known));
	return entity_read(store, type, &q->resource, arena, &out->question.resource, &out->resource_known);
}

enum authz_reason external_case_decide(const struct external_type *type, const struct external_case *c)
{
	if (!c->subject_declared)
		return REASON_TENANT;
	if (c->subject_refused != REASON_NONE)
		return c->subject_refused;
	return type->policy && external_policy_allows(type->policy, &c->question) ? REASON_NONE : REASON_EXTERNAL_POLICY;
}

err external_decide(struct access_call *call, const struct external_type *type, const struct access_question *q, enum authz_reason *out)
{
	struct external_case c;
	struct arena *arena = arena_new(CASE_BYTES_MAX);
	TRY_NEW(arena);
	err e = external_case_make(call, type, q, arena, &c);
	if (!failed(e))
		*out = external_case_decide(type, &c);
	arena_free(arena);
	return e;
}
