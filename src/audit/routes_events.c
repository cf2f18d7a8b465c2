/* Events and their bodies. */
#include "audit/event.h"
#include "audit/routes_internal.h"
#include "audit/sql_catalog.h"
#include "codec/base64.h"
#include "host/log.h"
#include "token/verify.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000, BODIES_MAX = 256 };
static const int64_t seq_max = ((int64_t)1 << RECORDER_SEQ_BITS) - 1;

/* Who asks; the token has been verified on the way in and is remembered. */
static void name_actor(struct web_call *call, struct audit_event *event)
{
	const struct principal *p;
	str token;
	event->actor_type = AUDIT_ACTOR_OPERATOR;
	event->actor_id = S("operator");
	if (call->request.lane == WEB_LANE_OPERATOR || !web_bearer(&call->request, &token) ||
	    failed(token_verify(audit_app_of(call)->verifier, token, call->now, call->arena, &p)))
		return;
	event->actor_type = p->kind == PRINCIPAL_APP ? AUDIT_ACTOR_APP : AUDIT_ACTOR_USER;
	event->actor_id = uuid_text(call->arena, &p->oid);
	event->actor_name = p->upn;
	event->on_behalf_of = S("");
	event->session = p->sid;
}

static struct audit_event read_event(struct web_call *call)
{
	struct audit_event event = {
		.category = AUDIT_ADMIN, .op = S("read.audit"), .result = AUDIT_SUCCESS, .severity = AUDIT_INFORMATIONAL,
		.client_ip = web_client_text(call), .target_type = S("log"),
		.request_id = uuid_text(call->arena, &call->request.id), .method = S("GET"), .route = str_of(call->route),
		.status = 200,
	};
	name_actor(call, &event);
	return event;
}

static void say(struct web_call *call, const struct audit_event *event)
{
	struct audit_app *app = audit_app_of(call);
	recorder_emit(app->recorder, recorder_log_at(app->recorder, 0), event);
	if (app->queued)
		app->queued(app->self);
}

void audit_say_read(struct web_call *call, struct recorder_log *log, str what)
{
	struct audit_event event = read_event(call);
	event.target_id = uuid_text(call->arena, recorder_log_id(log));
	event.target_name = what;
	say(call, &event);
}

void audit_say_refused(struct web_call *call)
{
	struct audit_event event = read_event(call);
	event.result = AUDIT_DENIED;
	event.reason = S("no_access");
	event.severity = AUDIT_WARNING;
	event.status = 403;
	say(call, &event);
}

static err store_of(struct web_call *call, struct store **out)
{
	*out = recorder_store(audit_app_of(call)->recorder);
	if (!*out)
		FAIL(ERR_CORRUPT, "audit.db cannot be opened");
	return OK;
}

/* --- a page of events --- */

struct filter {
	uint64_t from, limit;
	str op, actor, target;
	int64_t result; /* 0: any */
	struct instant since, until; /* ms 0: any */
};

static err read_time(struct web_call *call, const char *name, struct instant *out)
{
	str text;
	TRY(audit_query(call, name, &text));
	if (text.len)
		TRY(instant_parse(text, out));
	return OK;
}

static err read_filter(struct web_call *call, struct filter *out)
{
	str result;
	TRY(audit_query_number(call, "from", 0, (uint64_t)seq_max, &out->from));
	TRY(audit_query_number(call, "limit", PAGE_DEFAULT, PAGE_MAX, &out->limit));
	TRY(audit_query(call, "op", &out->op));
	TRY(audit_query(call, "actor", &out->actor));
	TRY(audit_query(call, "target", &out->target));
	TRY(audit_query(call, "result", &result));
	TRY(read_time(call, "since", &out->since));
	TRY(read_time(call, "until", &out->until));
	for (int i = AUDIT_SUCCESS; result.len && i <= AUDIT_DENIED; i++)
		if (str_equal(result, str_of(event_result_name((enum audit_result)i))))
			out->result = i;
	if (result.len && !out->result)
		FAIL(ERR_INVALID, "result is success, failure or denied");
	return OK;
}

static const struct sql_text *sql_for(const struct filter *f)
{
	if (f->target.len)
		return &SQL_EVENTS_OF_TARGET;
	if (f->actor.len)
		return &SQL_EVENTS_OF_ACTOR;
	return f->op.len ? &SQL_EVENTS_OF_OP : &SQL_EVENTS_PAGE;
}

static err bind_optional(struct statement *s, int index, str value)
{
	return value.len ? bind_text(s, index, value) : bind_null(s, index);
}

static err bind_number(struct statement *s, int index, int64_t value)
{
	return value ? bind_i64(s, index, value) : bind_null(s, index);
}

static err bind_filter(struct statement *s, int64_t first_row, const struct filter *f)
{
	TRY(bind_i64(s, 1, first_row + (int64_t)f->from));
	TRY(bind_i64(s, 2, first_row + seq_max));
	TRY(bind_i64(s, 3, (int64_t)f->limit));
	TRY(bind_optional(s, 4, f->op));
	TRY(bind_number(s, 5, f->result));
	TRY(bind_number(s, 6, f->since.ms));
	TRY(bind_number(s, 7, f->until.ms));
	TRY(bind_optional(s, 8, f->actor));
	return bind_optional(s, 9, f->target);
}

static err write_page(struct json_writer *w, struct statement *rows, const struct filter *f)
{
	uint64_t count = 0, next = 0;
	bool row;
	json_key(w, S("value"));
	json_open_array(w);
	for (;; count++) {
		TRY(statement_step(rows, &row));
		if (!row)
			break;
		json_raw(w, str_of_bytes(column_bytes(rows, 1)));
		next = (uint64_t)column_i64(rows, 0) + 1;
	}
	json_close_array(w);
	if (count && count == f->limit)
		json_member_i64(w, S("next"), (int64_t)next);
	return OK;
}

static err answer_page(struct web_call *call, struct recorder_log *log, struct audit_log *files, const struct filter *f)
{
	SCOPED(statement) rows = { 0 };
	struct store *store;
	TRY(store_of(call, &store));
	TRY(statement_open(store, sql_for(f), &rows));
	TRY(bind_filter(&rows, recorder_log_first_row(log), f));
	struct json_writer w = web_begin_json(call, 200);
	json_open_object(&w);
	json_member_str(&w, S("log"), audit_log_origin(files));
	TRY(write_page(&w, &rows, f));
	json_close_object(&w);
	return OK;
}

err audit_answer_events(struct web_call *call)
{
	struct recorder_log *log;
	struct audit_log *files;
	struct filter filter = { 0 };
	str name;
	TRY(audit_query(call, "log", &name));
	TRY(read_filter(call, &filter));
	if (!name.len)
		name = uuid_text(call->arena, recorder_log_id(recorder_log_at(audit_app_of(call)->recorder, 0)));
	TRY(audit_log_named(call, name, &log, &files));
	TRY(answer_page(call, log, files, &filter));
	web_no_store(call);
	audit_say_read(call, log, S("events"));
	return OK;
}

/* --- one event --- */

struct found_event {
	struct recorder_log *log;
	uint64_t seq;
	bytes body;
};

static err find_event(struct web_call *call, struct found_event *out)
{
	SCOPED(statement) find = { 0 };
	struct store *store;
	struct uuid id;
	bool row;
	if (failed(uuid_parse(call->path_args[0], &id)))
		FAIL(ERR_NOT_FOUND, "no such event");
	TRY(store_of(call, &store));
	TRY(statement_open(store, &SQL_EVENT_BY_ID, &find));
	TRY(bind_uuid(&find, 1, &id));
	TRY(statement_step(&find, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such event");
	struct uuid log_id = column_uuid(&find, 0);
	out->seq = (uint64_t)column_i64(&find, 1);
	out->body = bytes_copy(call->arena, column_bytes(&find, 2));
	TRY_NEW(out->body.at);
	return recorder_log_find(audit_app_of(call)->recorder, &log_id, &out->log);
}

err audit_answer_event(struct web_call *call)
{
	struct found_event found;
	TRY(find_event(call, &found));
	web_text(call, 200, S("application/json"), str_of_bytes(found.body));
	web_no_store(call);
	audit_say_read(call, found.log, S("event"));
	return OK;
}

err audit_answer_proof(struct web_call *call)
{
	struct found_event found;
	struct buffer proof;
	TRY(find_event(call, &found));
	struct audit_log *files = recorder_log_files(audit_app_of(call)->recorder, found.log);
	if (!files)
		FAIL(ERR_UNAVAILABLE, "the log cannot be opened now");
	buffer_init(&proof, NOTE_BYTES_MAX * 2);
	err e = audit_log_prove(files, found.seq, &proof);
	str text = failed(e) ? S("") : str_copy(call->arena, buffer_str(&proof));
	buffer_release(&proof);
	TRY(e);
	TRY_NEW(text.at);
	web_text(call, 200, S("text/plain; charset=utf-8"), text);
	web_no_store(call);
	return OK;
}

/* --- bodies for a verifier --- */

static err write_body(struct json_writer *w, const struct statement *row, struct arena *arena)
{
	struct uuid id = column_uuid(row, 1);
	str salt = base64_text(arena, column_bytes(row, 2)), body = base64_text(arena, column_bytes(row, 3));
	TRY_NEW(salt.at);
	TRY_NEW(body.at);
	json_open_object(w);
	json_member_i64(w, S("seq"), column_i64(row, 0));
	json_member_uuid(w, S("id"), &id);
	json_member_str(w, S("salt"), salt);
	json_member_str(w, S("body"), body);
	json_close_object(w);
	return OK;
}

/* Moves *from behind the last row that was written. */
static err write_run(struct web_call *call, struct json_writer *w, int64_t first_row, int64_t *from, int64_t limit)
{
	SCOPED(statement) rows = { 0 };
	struct store *store;
	bool row;
	TRY(store_of(call, &store));
	TRY(statement_open(store, &SQL_EVENT_BODIES, &rows));
	TRY(bind_i64(&rows, 1, first_row + *from));
	TRY(bind_i64(&rows, 2, first_row + seq_max));
	TRY(bind_i64(&rows, 3, limit));
	for (;;) {
		TRY(statement_step(&rows, &row));
		if (!row)
			return OK;
		int64_t seq = column_i64(&rows, 0);
		TRY(write_body(w, &rows, call->arena));
		*from = seq + 1;
	}
}

static void write_unreadable(struct json_writer *w, int64_t seq)
{
	json_open_object(w);
	json_member_i64(w, S("seq"), seq);
	json_member_bool(w, S("unreadable"), true);
	json_close_object(w);
}

/* Bodies whose page does not authenticate are named one by one; the database is opened anew after each, since a handle that met
 * such a page refuses everything. `end` is the size of the log as its files say, so that a run of lost rows ends. */
static err write_bodies(struct web_call *call, struct json_writer *w, int64_t first_row, int64_t from, int64_t end)
{
	struct audit_app *app = audit_app_of(call);
	int64_t at = from;
	while (at < end) {
		err e = write_run(call, w, first_row, &at, end - at);
		if (!failed(e))
			return OK;
		if (err_kind_of(e) != ERR_CORRUPT)
			return e;
		if (!recorder_store(app->recorder) || failed(app->reopen(app->self))) {
			for (; at < end; at++)
				write_unreadable(w, at);
			return OK;
		}
		write_unreadable(w, at++);
	}
	return OK;
}

err audit_answer_bodies(struct web_call *call)
{
	struct recorder_log *log;
	struct audit_log *files;
	uint64_t from, limit;
	if (call->request.lane != WEB_LANE_OPERATOR)
		FAIL(ERR_NOT_FOUND, "for operators only");
	TRY(audit_log_named(call, call->path_args[0], &log, &files));
	TRY(audit_query_number(call, "from", 0, (uint64_t)seq_max, &from));
	TRY(audit_query_number(call, "limit", BODIES_MAX, BODIES_MAX, &limit));
	uint64_t size = audit_log_signed_size(files);
	uint64_t end = from + limit < size ? from + limit : size;
	struct json_writer w = web_begin_json(call, 200);
	json_open_object(&w);
	json_key(&w, S("value"));
	json_open_array(&w);
	TRY(write_bodies(call, &w, recorder_log_first_row(log), (int64_t)from, (int64_t)end));
	json_close_array(&w);
	json_close_object(&w);
	web_no_store(call);
	if (from == 0) /* once for a walk through the log */
		audit_say_read(call, log, S("bodies"));
	return OK;
}
