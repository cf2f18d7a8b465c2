#include "access/search.h"

enum { BINDING_BYTES_MAX = 8 << 20 };

/* --- the page --- */

/* No deeper than the parser lets a tree be. */
static void tree_write(struct json_writer *w, const struct json *v)
{
	bool object = v->kind == JSON_OBJECT;
	if (v->kind == JSON_STRING) {
		json_str(w, v->text);
	} else if (v->kind == JSON_NUMBER) {
		json_raw(w, v->text);
	} else if (v->kind == JSON_TRUE || v->kind == JSON_FALSE) {
		json_bool(w, v->kind == JSON_TRUE);
	} else if (v->kind == JSON_NULL) {
		json_null(w);
	} else {
		object ? json_open_object(w) : json_open_array(w);
		for (const struct json *m = v->first; m; m = m->next) {
			if (object)
				json_key(w, m->name);
			tree_write(w, m);
		}
		object ? json_close_object(w) : json_close_array(w);
	}
}

/* What a token is good for: this search with these members, as they were sent. */
static err binding_make(struct access_call *call, enum access_api api, str *out)
{
	static const str bound[] = { { "subject", 7 }, { "action", 6 }, { "resource", 8 }, { "context", 7 } };
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, BINDING_BYTES_MAX);
	buffer_append_format(&b, "access search %d\n", (int)api);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	for (size_t i = 0; i < COUNT_OF(bound); i++) {
		const struct json *v = json_member(call->request.root, bound[i]);
		if (!v)
			continue;
		json_key(&w, bound[i]);
		tree_write(&w, v);
	}
	json_close_object(&w);
	if (b.failed)
		FAIL(ERR_LIMIT, "the request is too long");
	*out = str_copy(call->data.arena, buffer_str(&b));
	TRY_NEW(out->at);
	return OK;
}

static err token_refused(struct data_call *dc)
{
	return REFUSE(dc, 400, "", "page.token is not one of this request.");
}

static err token_read(struct search *s, const struct access_page_wish *wish)
{
	struct data_call *dc = &s->call->data;
	struct problem problem = { 0 };
	struct cursor c;
	err e = cursor_open(&s->place, wish->token, dc->arena, &problem, &c);
	if (failed(e))
		return problem.status ? token_refused(dc) : e;
	if (c.count || c.page > SEARCH_LIMIT_MAX || (wish->limit >= 0 && s->limit != c.page))
		return token_refused(dc);
	s->limit = c.page;
	s->after = s->last = c.key;
	return OK;
}

err search_begin(struct access_call *call, enum access_api api, struct search *out)
{
	struct data_call *dc = &call->data;
	const struct access_page_wish *wish = &call->request.page;
	*out = (struct search){ .call = call, .limit = wish->limit < 0 ? SEARCH_LIMIT_DEFAULT : wish->limit };
	if (out->limit > SEARCH_LIMIT_MAX)
		out->limit = SEARCH_LIMIT_MAX;
	out->place = (struct cursor_place){ .name = "page token", .secret = &dc->app->cursor_secret, .user = dc->caller.user_id };
	TRY(binding_make(call, api, &out->place.query));
	if (wish->token.len)
		TRY(token_read(out, wish));
	out->results = NEW_ARRAY(dc->arena, str, (size_t)out->limit + 1);
	TRY_NEW(out->results);
	return OK;
}

bool search_offer(struct search *s, int64_t key, str text, bool allowed)
{
	if (allowed && s->count == s->limit) {
		s->more = true;
		return false;
	}
	if (allowed)
		s->results[s->count++] = text;
	s->last = key;
	return true;
}

static void results_write(const struct search *s, struct json_writer *w, str type)
{
	json_key(w, S("results"));
	json_open_array(w);
	for (int64_t i = 0; i < s->count; i++) {
		json_open_object(w);
		if (type.len)
			json_member_str(w, S("type"), type);
		json_member_str(w, type.len ? S("id") : S("name"), s->results[i]);
		json_close_object(w);
	}
	json_close_array(w);
}

err search_answer(struct search *s, str type)
{
	struct data_call *dc = &s->call->data;
	struct cursor c = { .key = s->last, .page = s->limit };
	str token = S("");
	if (s->more)
		TRY(cursor_seal(&s->place, &c, dc->arena, &token));
	struct json_writer w = web_begin_json(dc->web, 200);
	web_no_store(dc->web);
	json_open_object(&w);
	json_key(&w, S("page"));
	json_open_object(&w);
	json_member_str(&w, S("next_token"), token);
	json_member_i64(&w, S("count"), s->count);
	json_close_object(&w);
	json_key(&w, S("context"));
	json_open_object(&w);
	json_member_i64(&w, S("epoch"), (int64_t)s->call->epoch);
	json_close_object(&w);
	results_write(s, &w, type);
	json_close_object(&w);
	return OK;
}
