/* directory/graph_read.c - rows as JSON objects, by a table of properties. */
#include "directory/directory.h"
#include "directory/graph.h"

static void write_property(struct json_writer *w, const struct property *p, const struct statement *s, int column)
{
	char text[INSTANT_TEXT_LEN + 1];
	struct uuid id;

	json_key(w, str_of(p->name));
	if (column_is_null(s, column)) {
		json_null(w);
		return;
	}
	switch (p->type) {
	case PROPERTY_TEXT:
		json_str(w, column_text(s, column));
		return;
	case PROPERTY_BOOL:
		json_bool(w, column_i64(s, column));
		return;
	case PROPERTY_UUID:
		id = column_uuid(s, column);
		json_uuid(w, &id);
		return;
	case PROPERTY_TIME:
		instant_format((struct instant){ column_i64(s, column) }, true, text);
		json_str(w, str_of(text));
		return;
	case PROPERTY_JSON:
		json_raw(w, column_text(s, column));
		return;
	}
}

/* Column 0 is the key. */
static void write_row(struct json_writer *w, const struct query *q, const struct statement *s)
{
	for (size_t i = 0; i < q->select_count; i++)
		write_property(w, q->select[i], s, (int)i + 1);
}

static void write_context(struct web_call *call, struct json_writer *w, const struct entity *entity, const char *suffix)
{
	struct directory *d = directory_of(call);
	str text = str_format(call->arena, "%.*s/v1.0/$metadata#%s%s", STR_ARG(d->origin), entity->set, suffix);
	json_member_str(w, S("@odata.context"), text);
}

static void sql_columns(struct buffer *b, const struct entity *entity, const struct query *q)
{
	buffer_append_format(b, "SELECT %s", entity->key);
	for (size_t i = 0; i < q->select_count; i++)
		buffer_append_format(b, ", %s", q->select[i]->sql);
	buffer_append_format(b, " FROM %s", entity->from);
}

static void sql_where(struct buffer *b, const struct query *q, const char *where)
{
	buffer_append_format(b, " WHERE (%s)", where ? where : "1");
	if (q->where.len)
		buffer_append_format(b, " AND %.*s", STR_ARG(q->where));
}

/* ?1 the caller's argument, ?2 where to go on, ?3 how many. */
static void sql_page(struct buffer *b, const struct entity *entity, const struct query *q)
{
	if (q->order) {
		buffer_append_format(b, " ORDER BY %s%s%s, %s LIMIT ?3 OFFSET ?2", q->order->sql,
				     q->order->type == PROPERTY_TEXT ? " COLLATE NOCASE" : "", q->descending ? " DESC" : "",
				     entity->key);
		return;
	}
	buffer_append_format(b, " AND %s > ?2 ORDER BY %s LIMIT ?3", entity->key, entity->key);
}

static err count_rows(struct web_call *call, const struct entity *entity, const struct query *q, const char *where,
		      int64_t argument, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	struct buffer b;
	bool row = false;

	buffer_init(&b, 1 << 18);
	buffer_append_format(&b, "SELECT count(*) FROM %s", entity->from);
	sql_where(&b, q, where);
	err e = b.failed ? ERR(ERR_LIMIT, "the query is too long") :
			   statement_open_text(directory_of(call)->store, buffer_str(&b), &s);
	buffer_release(&b);
	TRY(e);
	if (where && strchr(where, '?'))
		TRY(bind_i64(&s, 1, argument));
	TRY(query_bind_values(q, &s));
	TRY(statement_step(&s, &row));
	*out = column_i64(&s, 0);
	return OK;
}

static err open_page(struct web_call *call, const struct entity *entity, const struct query *q, const char *where,
		     int64_t argument, struct statement *out)
{
	struct buffer b;

	buffer_init(&b, 1 << 18);
	sql_columns(&b, entity, q);
	sql_where(&b, q, where);
	sql_page(&b, entity, q);
	err e = b.failed ? ERR(ERR_LIMIT, "the query is too long") :
			   statement_open_text(directory_of(call)->store, buffer_str(&b), out);
	buffer_release(&b);
	TRY(e);
	if (where && strchr(where, '?'))
		TRY(bind_i64(out, 1, argument));
	TRY(bind_i64(out, 2, q->after));
	TRY(bind_i64(out, 3, q->top + 1));
	return query_bind_values(q, out);
}

static void write_next_link(struct web_call *call, struct json_writer *w, const struct url_params *params, int64_t token)
{
	struct buffer b;

	buffer_init(&b, 1 << 16);
	buffer_append_str(&b, call->request.origin);
	buffer_append_str(&b, call->request.base);
	buffer_append_str(&b, call->request.path);
	buffer_append_char(&b, '?');
	for (size_t i = 0; i < params->count; i++) {
		if (str_equal(params->items[i].name, S("$skiptoken")))
			continue;
		/* '$' is allowed as it is (RFC 3986, 3.4), and readers expect it */
		str name = params->items[i].name;
		bool dollar = str_starts_with(name, S("$"));
		buffer_append_str(&b, dollar ? S("$") : S(""));
		url_encode_write(&b, str_from(name, dollar));
		buffer_append_char(&b, '=');
		url_encode_write(&b, params->items[i].value);
		buffer_append_char(&b, '&');
	}
	buffer_append_format(&b, "$skiptoken=%lld", (long long)token);
	json_member_str(w, S("@odata.nextLink"), buffer_str(&b));
	buffer_release(&b);
}

static err write_rows(struct json_writer *w, const struct query *q, struct statement *s, bool *out_more, int64_t *out_last)
{
	bool row = false;

	*out_more = false;
	for (int64_t n = 0;; n++) {
		TRY(statement_step(s, &row));
		if (!row)
			return OK;
		if (n == q->top) {
			*out_more = true;
			return OK;
		}
		*out_last = column_i64(s, 0);
		json_open_object(w);
		write_row(w, q, s);
		json_close_object(w);
	}
}

err graph_list(struct web_call *call, const struct entity *entity, const char *where, int64_t argument)
{
	struct url_params params;
	struct query *q = NEW(call->arena, struct query);
	SCOPED(statement) s = { 0 };
	int64_t count = 0, last = 0;
	bool more = false;

	TRY_NEW(q);
	TRY(web_query(call, &params));
	err e = query_parse(&params, &entity->properties, false, call->arena, q);
	if (failed(e))
		return graph_refuse(call, 400, "Request_UnsupportedQuery", err_why(e));
	if (q->count)
		TRY(count_rows(call, entity, q, where, argument, &count));
	TRY(open_page(call, entity, q, where, argument, &s));
	struct json_writer w = web_begin_json(call, 200);
	web_set_header(call, S("request-id"), uuid_text(call->arena, &call->request.id));
	web_no_store(call);
	json_open_object(&w);
	write_context(call, &w, entity, "");
	if (q->count)
		json_member_i64(&w, S("@odata.count"), count);
	json_key(&w, S("value"));
	json_open_array(&w);
	TRY(write_rows(&w, q, &s, &more, &last));
	json_close_array(&w);
	if (more)
		write_next_link(call, &w, &params, q->order ? q->after + q->top : last);
	json_close_object(&w);
	return OK;
}

static err open_one(struct web_call *call, const struct entity *entity, const struct query *q, int64_t key,
		    struct statement *out)
{
	struct buffer b;

	buffer_init(&b, 1 << 16);
	sql_columns(&b, entity, q);
	buffer_append_format(&b, " WHERE %s = ?1", entity->key);
	err e = statement_open_text(directory_of(call)->store, buffer_str(&b), out);
	buffer_release(&b);
	TRY(e);
	return bind_i64(out, 1, key);
}

err graph_one(struct web_call *call, const struct entity *entity, int64_t key, int status)
{
	struct url_params params = { 0 };
	struct query *q = NEW(call->arena, struct query);
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY_NEW(q);
	if (status == 200)
		TRY(web_query(call, &params));
	err e = query_parse(&params, &entity->properties, true, call->arena, q);
	if (failed(e))
		return graph_refuse(call, 400, "Request_UnsupportedQuery", err_why(e));
	TRY(open_one(call, entity, q, key, &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "there is no such object");
	struct json_writer w = web_begin_json(call, status);
	web_set_header(call, S("request-id"), uuid_text(call->arena, &call->request.id));
	web_no_store(call);
	json_open_object(&w);
	write_context(call, &w, entity, "/$entity");
	write_row(&w, q, &s);
	json_close_object(&w);
	return OK;
}
