/* Who may read, and the logs themselves. Bodies: routes_events.c. */
#include "audit/routes.h"

#include "audit/routes_internal.h"
#include "codec/base64.h"
#include "token/verify.h"

static const char scope_read_all[] = "AuditLog.Read.All";

/* Directory roles that may read: Global Administrator, Global Reader, Security Administrator, Security Reader, Reports Reader. */
static const char *const reader_roles[] = {
	"62e90394-69f5-4237-9190-012177145e10", "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
	"194ae4cb-b126-40b2-bd5b-6091b380977d", "5d6b6bb7-de71-4623-b4af-96380a352509",
	"4a5d8f65-41da-4de4-8968-e035b65339cf",
};

static bool may_read(const struct principal *p)
{
	if (p->kind == PRINCIPAL_APP)
		return principal_has_role(p, str_of(scope_read_all));
	if (!principal_has_scope(p, str_of(scope_read_all)))
		return false;
	for (size_t i = 0; i < COUNT_OF(reader_roles); i++) {
		struct uuid role;
		if (!failed(uuid_parse(str_of(reader_roles[i]), &role)) && principal_has_wid(p, &role))
			return true;
	}
	return false;
}

static void refuse(struct web_call *call, int status, const char *challenge, bool *out_answered)
{
	web_problem(call, status, ERR(ERR_DENIED, "reading the audit log is not allowed to this caller"));
	if (status == 401)
		web_set_header(call, S("www-authenticate"), str_of(challenge));
	*out_answered = true;
}

static err enter(struct web_call *call, bool *out_answered)
{
	struct audit_app *app = audit_app_of(call);
	const struct principal *principal;
	str token;
	if (call->request.lane == WEB_LANE_OPERATOR)
		return OK;
	if (!app->verifier || !web_bearer(&call->request, &token)) {
		refuse(call, 401, "Bearer", out_answered);
		return OK;
	}
	err e = token_verify(app->verifier, token, call->now, call->arena, &principal);
	if (err_kind_of(e) == ERR_UNAVAILABLE)
		return e;
	if (failed(e))
		refuse(call, 401, "Bearer error=\"invalid_token\"", out_answered);
	else if (!may_read(principal)) {
		audit_say_refused(call);
		refuse(call, 403, "", out_answered);
	}
	return OK;
}

/* --- helpers --- */

err audit_query(struct web_call *call, const char *name, str *out)
{
	struct url_params params;
	TRY(web_query(call, &params));
	if (!url_param_find(&params, str_of(name), out))
		*out = S("");
	return OK;
}

err audit_query_number(struct web_call *call, const char *name, uint64_t absent, uint64_t max, uint64_t *out)
{
	str text;
	TRY(audit_query(call, name, &text));
	*out = absent;
	if (text.len && (!str_to_u64(text, out) || *out > max))
		FAIL(ERR_INVALID, "a number in the query is malformed or too large");
	return OK;
}

err audit_log_named(struct web_call *call, str text, struct recorder_log **out, struct audit_log **out_files)
{
	struct recorder *recorder = audit_app_of(call)->recorder;
	struct uuid id;
	if (failed(uuid_parse(text, &id)))
		FAIL(ERR_NOT_FOUND, "no such log");
	TRY(recorder_log_find(recorder, &id, out));
	*out_files = recorder_log_files(recorder, *out);
	if (!*out_files)
		FAIL(ERR_UNAVAILABLE, "the log cannot be opened now");
	return OK;
}

/* --- the logs --- */

static err answer_checkpoint(struct web_call *call)
{
	struct recorder_log *log;
	struct audit_log *files;
	str note;
	TRY(audit_log_named(call, call->path_args[0], &log, &files));
	TRY(audit_log_read_checkpoint(files, call->arena, &note));
	web_text(call, 200, S("text/plain; charset=utf-8"), note);
	web_set_header(call, S("cache-control"), S("no-cache"));
	return OK;
}

static err answer_tile(struct web_call *call)
{
	struct recorder_log *log;
	struct audit_log *files;
	struct tile_name name;
	bytes tile;
	TRY(audit_log_named(call, call->path_args[0], &log, &files));
	if (failed(tile_name_parse(call->path_args[1], &name)))
		FAIL(ERR_NOT_FOUND, "no such tile");
	TRY(audit_log_read_tile(files, &name, call->arena, &tile));
	web_text(call, 200, S("application/octet-stream"), str_of_bytes(tile));
	web_set_header(call, S("cache-control"), S("max-age=31536000, immutable"));
	return OK;
}

static err answer_vkeys(struct web_call *call)
{
	struct recorder_log *log;
	struct audit_log *files;
	struct buffer text;
	TRY(audit_log_named(call, call->path_args[0], &log, &files));
	struct note_key key = audit_log_key(files);
	buffer_init(&text, 1024);
	note_key_write(&text, &key);
	buffer_append_char(&text, '\n');
	str line = str_copy(call->arena, buffer_str(&text));
	buffer_release(&text);
	TRY_NEW(line.at);
	web_text(call, 200, S("text/plain; charset=utf-8"), line);
	return OK;
}

static void write_log(struct json_writer *w, struct web_call *call, struct recorder_log *log)
{
	struct audit_log *files = recorder_log_files(audit_app_of(call)->recorder, log);
	json_open_object(w);
	json_member_uuid(w, S("id"), recorder_log_id(log));
	if (!files) {
		json_member_str(w, S("state"), S("unavailable"));
	} else {
		json_member_str(w, S("origin"), audit_log_origin(files));
		json_member_str(w, S("state"), audit_log_state(files) == LOG_GOOD ? S("good") : S("corrupt"));
		json_member_str(w, S("why"), str_of(audit_log_why(files)));
		json_member_i64(w, S("size"), (int64_t)audit_log_size(files));
		json_member_i64(w, S("signedSize"), (int64_t)audit_log_signed_size(files));
	}
	json_close_object(w);
}

static err answer_logs(struct web_call *call)
{
	struct recorder *recorder = audit_app_of(call)->recorder;
	struct recorder_log *log;
	err e = recorder_log_load_all(recorder);
	if (failed(e) && err_kind_of(e) != ERR_CORRUPT) /* the others are still shown */
		return e;
	struct json_writer w = web_begin_json(call, 200);
	json_open_object(&w);
	json_key(&w, S("value"));
	json_open_array(&w);
	for (size_t i = 0; (log = recorder_log_at(recorder, i)); i++)
		write_log(&w, call, log);
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}

/* What the keeper says, asked now: the files have no part in it. */
static err answer_state(struct web_call *call)
{
	struct recorder_log *log;
	struct audit_log *files;
	struct checkpoint_state last;
	if (call->request.lane != WEB_LANE_OPERATOR)
		FAIL(ERR_NOT_FOUND, "for operators only");
	TRY(audit_log_named(call, call->path_args[0], &log, &files));
	TRY(recorder_keeper_state(audit_app_of(call)->recorder, log, &last));
	str root = base64_text(call->arena, bytes_of(last.root, 32));
	TRY_NEW(root.at);
	struct json_writer w = web_begin_json(call, 200);
	json_open_object(&w);
	json_member_str(&w, S("origin"), audit_log_origin(files));
	json_member_str(&w, S("state"), audit_log_state(files) == LOG_GOOD ? S("good") : S("corrupt"));
	json_member_str(&w, S("why"), str_of(audit_log_why(files)));
	json_member_i64(&w, S("signedSize"), (int64_t)last.size);
	json_member_str(&w, S("signedRoot"), root);
	json_close_object(&w);
	return OK;
}

static const struct web_route routes[] = {
	{ HTTP_GET, "/events", audit_answer_events },
	{ HTTP_GET, "/events/{}", audit_answer_event },
	{ HTTP_GET, "/events/{}/proof", audit_answer_proof },
	{ HTTP_GET, "/logs", answer_logs },
	{ HTTP_GET, "/log/{}/checkpoint", answer_checkpoint },
	{ HTTP_GET, "/log/{}/vkeys", answer_vkeys },
	{ HTTP_GET, "/log/{}/state", answer_state },
	{ HTTP_GET, "/log/{}/bodies", audit_answer_bodies },
	{ HTTP_GET, "/log/{}/tile/*", answer_tile },
};

const struct web_surface audit_surface = { .prefix = "/audit", .routes = routes, .route_count = COUNT_OF(routes),
					   .enter = enter, .write_error = web_problem };
