/* access/evaluation.c - access evaluation and access evaluations. */
#include "access/call.h"
#include "access/columns.h"
#include "access/external.h"

static err answer_one(struct access_call *call, const struct access_question *q, struct access_outcome *out)
{
	struct access_target what;
	struct access_parties who;
	const struct external_type *external = NULL;
	*out = (struct access_outcome){ .reason = REASON_ERROR, .wrong = q->wrong };
	if (!q->wrong)
		TRY(external_type_find(call, q->resource.type, &external));
	out->external = external != NULL;
	if (external)
		return external_decide(call, external, q, &out->reason);
	if (!q->wrong)
		out->wrong = q->row_wrong;
	if (out->wrong)
		return OK;
	access_parties_find(q, &who);
	TRY(access_target_find(&call->data, q, &call->rows, &what));
	TRY(access_decide(&call->data, &who, &what, &out->reason));
	return out->reason == REASON_NONE ? access_columns_masked(&call->data, &what, &out->masked, &out->masked_count) : OK;
}

static bool decides(enum access_semantic semantic, const struct access_outcome *o)
{
	bool permitted = !o->wrong && o->reason == REASON_NONE;
	return (semantic == DENY_ON_FIRST_DENY && !permitted) || (semantic == PERMIT_ON_FIRST_PERMIT && permitted);
}

static void error_write(struct json_writer *w, const char *wrong)
{
	json_key(w, S("error"));
	json_open_object(w);
	json_member_i64(w, S("status"), 400);
	json_member_str(w, S("message"), str_of(wrong));
	json_close_object(w);
}

/* An external type's policy has said yes or no, and there is nothing to add. */
static bool says_enough(const struct access_outcome *o)
{
	return o->external && !o->wrong && (o->reason == REASON_NONE || o->reason == REASON_EXTERNAL_POLICY);
}

static void masked_write(struct json_writer *w, const struct access_outcome *o)
{
	json_key(w, S("masked"));
	json_open_array(w);
	for (size_t i = 0; i < o->masked_count; i++)
		json_str(w, o->masked[i]);
	json_close_array(w);
}

static void context_write(const struct access_call *call, struct json_writer *w, const struct access_outcome *o)
{
	json_key(w, S("context"));
	json_open_object(w);
	if (o->wrong)
		error_write(w, o->wrong);
	else if (o->reason != REASON_NONE)
		json_member_str(w, S("reason"), reason_row(o->reason)->code);
	if (o->masked_count)
		masked_write(w, o);
	json_member_i64(w, S("epoch"), (int64_t)call->epoch);
	json_close_object(w);
}

static void outcome_write(const struct access_call *call, struct json_writer *w, const struct access_outcome *o)
{
	json_open_object(w);
	json_member_bool(w, S("decision"), !o->wrong && o->reason == REASON_NONE);
	if (!says_enough(o))
		context_write(call, w, o);
	json_close_object(w);
}

static void answer_write(struct access_call *call)
{
	struct json_writer w = web_begin_json(call->data.web, 200);
	web_no_store(call->data.web);
	if (!call->request.batch) {
		outcome_write(call, &w, &call->outcomes[0]);
		return;
	}
	json_open_object(&w);
	json_key(&w, S("evaluations"));
	json_open_array(&w);
	for (size_t i = 0; i < call->outcome_count; i++)
		outcome_write(call, &w, &call->outcomes[i]);
	json_close_array(&w);
	json_close_object(&w);
}

err evaluation_run(struct access_call *call)
{
	const struct access_request *r = &call->request;
	call->outcomes = NEW_ARRAY(call->data.arena, struct access_outcome, r->count);
	TRY_NEW(call->outcomes);
	for (size_t i = 0; i < r->count; i++) {
		TRY(answer_one(call, &r->questions[i], &call->outcomes[i]));
		call->outcome_count++;
		if (decides(r->semantic, &call->outcomes[i]))
			break;
	}
	answer_write(call);
	return OK;
}
