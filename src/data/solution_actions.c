/* data/solution_actions.c - solutions as actions of the Web API, by the vendor's names; the file is ours (docs/solutions.md):
 *   POST ExportSolution  {"SolutionName", "Version", "Publisher", "Tables": [..]} -> {"ExportSolutionFile": base64}
 *   POST ImportSolution  {"CustomizationFile": base64, "OverwriteUnmanagedCustomizations": true} -> 204, everything or nothing
 *   POST DiffSolution    {"CustomizationFile": base64} -> what an import would do
 * Customizers export, compare and import; each part of an import is judged as if it had come alone. */
#include "audit/client.h"
#include "codec/base64.h"
#include "data/answer.h"
#include "data/api.h"
#include "data/app.h"
#include "data/audit_who.h"
#include "data/definitions.h"
#include "data/rights.h"
#include "data/solution_import.h"
#include "data/solution_read.h"
#include "host/fault.h"

enum { SOLUTION_MEMORY_BYTES = 128 << 20, CONFLICT_LIST_BYTES_MAX = 1 << 20 };

struct solution_work {
	struct arena *arena;
	const struct json *body;
	struct solution there, here;
	struct solution_plan plan;
};

static void solution_work_release(struct solution_work *w)
{
	arena_free(w->arena);
	w->arena = NULL;
}

static err work_begin(struct data_call *dc, struct solution_work *w)
{
	TRY(rights_customize(dc));
	TRY(definition_body(dc, &w->body));
	w->arena = arena_new(SOLUTION_MEMORY_BYTES);
	return w->arena ? OK : ERR(ERR_LIMIT, "no memory for a solution");
}

static err event_emit(struct data_call *dc, str op, const struct solution *s, str changes)
{
	struct audit_event event = audit_who(dc);
	event.category = AUDIT_ADMIN;
	event.op = op;
	event.severity = 5;
	event.target_type = S("solution");
	event.target_id = s->version;
	event.target_name = s->name;
	event.changes = changes;
	return audit_emit(dc->app->store, dc->web->now, &event);
}

/* --- export --- */

static err head_read(struct data_call *dc, const struct json *body, struct solution *s)
{
	bool managed = false;
	s->version = S("1.0.0.0");
	s->publisher = S("");
	if (json_member_is_bool(body, S("Managed"), &managed) && managed)
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Managed solutions are not supported.");
	if (!json_member_is_str(body, S("SolutionName"), &s->name) || !solution_name_is_valid(s->name))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "SolutionName is a letter or _, then letters, digits and _.");
	(void)json_member_is_str(body, S("Version"), &s->version);
	if (!solution_version_is_valid(s->version))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Version is up to four numbers with dots between.");
	(void)json_member_is_str(body, S("Publisher"), &s->publisher);
	return s->publisher.len <= SOLUTION_PUBLISHER_LEN_MAX ? OK : REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Publisher is too long.");
}

static err tables_of(struct data_call *dc, const struct json *body, const struct json **out)
{
	*out = json_member(body, S("Tables"));
	if (json_is(*out, JSON_NULL))
		*out = NULL;
	return !*out || (*out)->kind == JSON_ARRAY ? OK : REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Tables is a list of logical names.");
}

static err export_answer(struct data_call *dc, const struct solution *s, struct arena *arena)
{
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, SOLUTION_BYTES_MAX);
	solution_write(s, &text);
	if (text.failed)
		return REFUSE(dc, 413, CODE_INVALID_ARGUMENT, "The solution is larger than %d octets: name the tables.", SOLUTION_BYTES_MAX);
	str file = base64_text(arena, buffer_bytes(&text));
	TRY_NEW(file.at);
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), str_format(dc->arena, "%.*s$metadata#Microsoft.Dynamics.CRM.ExportSolutionResponse", STR_ARG(dc->root)));
	json_member_str(&w, S("ExportSolutionFile"), file);
	json_close_object(&w);
	return OK;
}

err solution_export(struct data_call *dc)
{
	SCOPED(solution_work) work = { 0 };
	const struct json *tables;
	TRY(work_begin(dc, &work));
	TRY(head_read(dc, work.body, &work.here));
	TRY(tables_of(dc, work.body, &tables));
	TRY(solution_read(dc, tables, work.arena, &work.here));
	TRY(export_answer(dc, &work.here, work.arena));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(event_emit(dc, S("export.solution"), &work.here, S("")));
	return transaction_commit(&tx);
}

/* --- compare --- */

/* The refusal outlives the document. */
static err file_parse(struct data_call *dc, struct solution_work *w, bytes file)
{
	err e = solution_parse(file, w->arena, &dc->problem, &w->there);
	if (failed(e))
		dc->problem.message = str_copy(dc->arena, dc->problem.message);
	return e;
}

static err compare(struct data_call *dc, struct solution_work *w)
{
	str text;
	bytes file;
	TRY(work_begin(dc, w));
	if (!json_member_is_str(w->body, S("CustomizationFile"), &text) || failed(base64_parse(text, w->arena, &file)))
		return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "CustomizationFile must be the solution's file in base64.");
	TRY(file_parse(dc, w, file));
	TRY(solution_read(dc, NULL, w->arena, &w->here));
	return solution_compare(&w->there, &w->here, w->arena, &w->plan);
}

static void members_json(struct json_writer *w, enum solution_kind kind, unsigned members)
{
	const struct solution_member *m = solution_rules[kind].members;
	json_key(w, S("Members"));
	json_open_array(w);
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++)
		if (members >> i & 1u)
			json_str(w, str_of(m[i].name));
	json_close_array(w);
}

static void component_json(struct json_writer *w, const struct component *c, unsigned members)
{
	json_member_str(w, S("Kind"), str_of(solution_rules[c->kind].name));
	json_member_str(w, S("Name"), c->title);
	json_member_uuid(w, S("Id"), &c->id);
	members_json(w, c->kind, members);
}

static void change_json(struct json_writer *w, const struct solution_change *c)
{
	json_open_object(w);
	json_member_str(w, S("State"), str_of(change_state_name(c->state)));
	component_json(w, c->there, c->members);
	json_close_object(w);
}

static void kept_json(struct json_writer *w, const struct component *c, unsigned members)
{
	json_open_object(w);
	component_json(w, c, members);
	json_close_object(w);
}

/* What is here beyond the document, whole components first. */
static void all_kept_json(struct json_writer *w, const struct solution_plan *plan)
{
	json_key(w, S("Kept"));
	json_open_array(w);
	for (size_t i = 0; i < plan->kept_count; i++)
		kept_json(w, plan->kept[i], 0);
	for (size_t i = 0; i < plan->count; i++)
		if (plan->changes[i].kept)
			kept_json(w, plan->changes[i].here, plan->changes[i].kept);
	json_close_array(w);
}

err solution_diff(struct data_call *dc)
{
	SCOPED(solution_work) work = { 0 };
	TRY(compare(dc, &work));
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), str_format(dc->arena, "%.*s$metadata#Microsoft.Dynamics.CRM.DiffSolutionResponse", STR_ARG(dc->root)));
	json_member_str(&w, S("SolutionName"), work.there.name);
	json_member_str(&w, S("Version"), work.there.version);
	json_member_i64(&w, S("Added"), (int64_t)work.plan.added);
	json_member_i64(&w, S("Changed"), (int64_t)work.plan.altered);
	json_member_i64(&w, S("Conflicts"), (int64_t)work.plan.conflicts);
	json_key(&w, S("Changes"));
	json_open_array(&w);
	for (size_t i = 0; i < work.plan.count; i++)
		if (work.plan.changes[i].state != CHANGE_SAME)
			change_json(&w, &work.plan.changes[i]);
	json_close_array(&w);
	all_kept_json(&w, &work.plan);
	json_close_object(&w);
	return OK;
}

/* --- import --- */

static void conflict_say(struct buffer *to, const struct solution_change *c)
{
	const struct solution_member *m = solution_rules[c->there->kind].members;
	buffer_append_format(to, "%s%s ", to->len ? "; " : "", solution_rules[c->there->kind].name);
	buffer_append_str(to, c->there->title);
	for (size_t i = 0, n = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++)
		if (c->members >> i & 1u)
			buffer_append_format(to, "%s%s", n++ ? ", " : ": ", m[i].name);
}

/* All of them, and nothing is applied. */
static err conflicts_refuse(struct data_call *dc, const struct solution_plan *plan, enum change_state state, const char *what)
{
	SCOPED(buffer) list = { 0 };
	buffer_init(&list, CONFLICT_LIST_BYTES_MAX);
	for (size_t i = 0; i < plan->count; i++)
		if (plan->changes[i].state == state)
			conflict_say(&list, &plan->changes[i]);
	str message = str_format(dc->arena, "Nothing was imported. %s: %.*s.", what, STR_ARG(buffer_str(&list)));
	TRY_NEW(message.at);
	dc->problem = (struct problem){ .status = 412, .code = S(CODE_DUPLICATE_KEY), .message = message };
	FAIL(ERR_INVALID, "refused: the answer says why");
}

static err plan_check(struct data_call *dc, const struct solution_work *w)
{
	bool overwrite = false;
	(void)json_member_is_bool(w->body, S("OverwriteUnmanagedCustomizations"), &overwrite);
	if (w->plan.conflicts)
		return conflicts_refuse(dc, &w->plan, CHANGE_CONFLICT, "These differ here and cannot be changed");
	return w->plan.altered && !overwrite ?
		       conflicts_refuse(dc, &w->plan, CHANGE_ALTER, "These differ here, and OverwriteUnmanagedCustomizations is not true") : OK;
}

/* The caller's context is that of the rights before. */
static err apply_and_emit(struct data_call *dc, const struct solution_work *w)
{
	str changes = str_format(dc->arena, "{\"added\":%zu,\"changed\":%zu}", w->plan.added, w->plan.altered);
	TRY_NEW(changes.at);
	TRY(solution_apply(dc, &w->there, &w->plan));
	TRY(rights_caller_renew(dc));
	return event_emit(dc, S("import.solution"), &w->there, changes);
}

static err import_whole(struct data_call *dc, const struct solution_work *w)
{
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	transaction_open_to_parts(&tx);
	TRY(apply_and_emit(dc, w));
	FAULT("data.solution.before_commit");
	err e = transaction_commit(&tx);
	FAULT("data.solution.committed");
	return e;
}

err solution_import(struct data_call *dc)
{
	SCOPED(solution_work) work = { 0 };
	TRY(compare(dc, &work));
	TRY(plan_check(dc, &work));
	err e = import_whole(dc, &work);
	/* parts have loaded what may have been undone */
	err loaded = data_app_reload(dc->app);
	if (!failed(e) && !failed(loaded))
		loaded = rights_caller_renew(dc);
	TRY(e);
	TRY(loaded);
	answer_empty(dc);
	return OK;
}
