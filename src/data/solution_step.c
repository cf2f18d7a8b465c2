#include "data/solution_step.h"

#include "data/answer.h"
#include "data/api.h"
#include "web/inner.h"

enum { STEP_ARENA_BYTES = 16 << 20, STEP_VALUES_MAX = 400000 };

/* The outer request's, with the type of this body. */
static err headers_of(struct data_call *outer, struct web_request *request, struct arena *arena)
{
	static const char *const kept[] = { "authorization", "callerobjectid", "mscrmcallerid", "rowpolicycontext" };
	const struct web_request *from = &outer->web->request;
	struct http_header *list = NEW_ARRAY(arena, struct http_header, from->header_count + 1);
	size_t n = 0;
	TRY_NEW(list);
	for (size_t i = 0; i < from->header_count; i++)
		for (size_t k = 0; k < COUNT_OF(kept); k++)
			if (str_equal(from->headers[i].name, str_of(kept[k])))
				list[n++] = from->headers[i];
	list[n++] = (struct http_header){ .name = S("content-type"), .value = S("application/json") };
	request->headers = list;
	request->header_count = n;
	return OK;
}

static err run(struct data_call *outer, struct web_call *part, enum http_method method, str target, str body, struct data_call *dc)
{
	static const struct references none = { 0 }; /* counted as a part */
	struct web_request *request = &part->request;
	size_t query = str_find_char(target, '?', 0);
	*dc = (struct data_call){ .app = part->app, .web = part, .arena = part->arena };
	request->method = method;
	request->body = bytes_of_str(body);
	request->query = query == SIZE_MAX ? S("") : str_from(target, query + 1);
	TRY(headers_of(outer, request, part->arena));
	TRY(data_call_begin(dc, part, S("v9.2"), str_slice(target, 0, query == SIZE_MAX ? target.len : query)));
	dc->references = &none;
	return data_call_run(dc);
}

/* The texts die with the step. The table of a denial may be gone before it is audited. */
static err refusal_take(struct data_call *outer, const struct data_call *step, err why)
{
	outer->denial = (struct denial){ .reason = step->denial.reason.len ? str_copy(outer->arena, step->denial.reason) : S("") };
	if (!step->problem.status)
		return why;
	str code = str_copy(outer->arena, step->problem.code);
	TRY_NEW(code.at);
	return REFUSE(outer, step->problem.status, code.at, "%.*s", STR_ARG(step->problem.message));
}

static err answer_take(struct data_call *outer, struct web_call *part, struct arena *arena, const struct json **out)
{
	struct json_limits limits = { .depth_max = 16, .values_max = STEP_VALUES_MAX };
	web_inner_check(part);
	if (part->response.status >= 400)
		return REFUSE(outer, part->response.status, CODE_INTERNAL, "A part of the request could not be answered.");
	return part->response.body.len ? json_parse(buffer_bytes(&part->response.body), limits, arena, out, NULL) : OK;
}

err solution_step(struct data_call *outer, enum http_method method, str target, str body, struct arena *arena,
		  const struct json **out_answer)
{
	struct arena *own = arena_new(STEP_ARENA_BYTES);
	struct web_call part;
	struct data_call dc;
	*out_answer = NULL;
	if (!own)
		FAIL(ERR_LIMIT, "no memory for a part of a request");
	web_inner_begin(outer->web, own, &part);
	err e = run(outer, &part, method, target, body, &dc);
	e = failed(e) ? refusal_take(outer, &dc, e) : answer_take(outer, &part, arena, out_answer);
	web_inner_release(&part);
	arena_free(own);
	return e;
}
