/* access/search_external.c - the three searches where the resource is of an external type. */
#include "access/external.h"
#include "access/search.h"
#include "access/sql_catalog.h"

enum { CANDIDATE_ARENA_BYTES = 1024 * 1024 };

/* Each stored entity of `kind` takes its turn as `candidate`, one of the two in `c`; what the question says of it does not count. */
static err candidates_offer(struct search *s, const struct external_type *type, const struct external_type *kind, struct external_case *c,
			    struct external_entity *candidate, struct arena *scratch)
{
	struct data_call *dc = &s->call->data;
	SCOPED(statement) all = { 0 };
	bool row, wanted = true;
	int64_t seen = 0;
	TRY(statement_open(dc->app->store, &SQL_EXTERNAL_ENTITIES, &all));
	TRY(bind_i64(&all, 1, kind->key));
	TRY(bind_i64(&all, 2, s->after));
	TRY(bind_i64(&all, 3, SEARCH_SUBJECTS_SEEN_MAX));
	while (wanted) {
		TRY(statement_step(&all, &row));
		if (!row)
			break;
		seen++;
		arena_reset(scratch);
		*candidate = (struct external_entity){ .type = kind->name, .id = str_copy(dc->arena, column_text(&all, 1)) };
		TRY_NEW(candidate->id.at);
		TRY(external_properties_read(column_text(&all, 2), scratch, &candidate->stored));
		wanted = search_offer(s, column_i64(&all, 0), candidate->id, external_case_decide(type, c) == REASON_NONE);
	}
	s->more = s->more || (wanted && seen == SEARCH_SUBJECTS_SEEN_MAX);
	return OK;
}

/* Each principal of the environment takes its turn as the subject. */
static err principals_offer(struct search *s, const struct external_type *type, struct external_case *c, struct arena *scratch)
{
	struct data_call *dc = &s->call->data;
	str kind = s->call->request.questions->subject.type;
	SCOPED(statement) all = { 0 };
	bool row, wanted = true;
	int64_t seen = 0;
	TRY(search_principals_open(s, subject_type_of(kind), &all));
	while (wanted) {
		TRY(statement_step(&all, &row));
		if (!row)
			break;
		seen++;
		arena_reset(scratch);
		TRY(external_principal_read(dc, kind, column_i64(&all, 0), scratch, &c->question.subject, &c->subject_refused));
		str id = str_copy(dc->arena, c->question.subject.id);
		TRY_NEW(id.at);
		wanted = search_offer(s, column_i64(&all, 0), id, external_case_decide(type, c) == REASON_NONE);
	}
	s->more = s->more || (wanted && seen == SEARCH_SUBJECTS_SEEN_MAX);
	return OK;
}

static err principals_run(struct search *s, const struct external_type *type, struct external_case *c)
{
	struct arena *scratch = arena_new(CANDIDATE_ARENA_BYTES);
	TRY_NEW(scratch);
	err e = principals_offer(s, type, c, scratch);
	arena_free(scratch);
	return e;
}

static err candidates_run(struct search *s, const struct external_type *type, const struct external_type *kind, struct external_case *c,
			  struct external_entity *candidate)
{
	struct arena *scratch = arena_new(CANDIDATE_ARENA_BYTES);
	TRY_NEW(scratch);
	err e = candidates_offer(s, type, kind, c, candidate, scratch);
	arena_free(scratch);
	return e;
}

err search_external_subject_run(struct search *s, const struct external_type *type)
{
	const struct access_question *q = s->call->request.questions;
	const struct external_type *subjects;
	struct external_case c;
	TRY(external_type_find(s->call, q->subject.type, &subjects));
	TRY(external_case_make(s->call, type, q, s->call->data.arena, &c));
	if (subjects && c.resource_known)
		TRY(candidates_run(s, type, subjects, &c, &c.question.subject));
	else if (c.resource_known && external_subject_is_principal(&q->subject))
		TRY(principals_run(s, type, &c));
	return search_answer(s, q->subject.type);
}

err search_external_resource_run(struct search *s, const struct external_type *type)
{
	const struct access_question *q = s->call->request.questions;
	struct external_case c;
	TRY(external_case_make(s->call, type, q, s->call->data.arena, &c));
	if (c.subject_known)
		TRY(candidates_run(s, type, type, &c, &c.question.resource));
	return search_answer(s, q->resource.type);
}

err search_external_action_run(struct search *s, const struct external_type *type)
{
	struct external_case c;
	str rest = type->actions, name;
	bool wanted = true;
	TRY(external_case_make(s->call, type, s->call->request.questions, s->call->data.arena, &c));
	if (!c.subject_known || !c.resource_known)
		return search_answer(s, S(""));
	for (int64_t at = 1; wanted && rest.len && str_split(&rest, ',', &name); at++) {
		c.question.action = str_trim(name);
		if (at > s->after)
			wanted = search_offer(s, at, c.question.action, external_case_decide(type, &c) == REASON_NONE);
	}
	return search_answer(s, S(""));
}
