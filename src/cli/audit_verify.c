#include "cli/audit_verify.h"

#include "cli/own_service.h"
#include "cli/audit_source.h"
#include "cli/remote.h"

struct verification {
	struct cli_call *call;
	struct json_writer json; /* of --json */
	struct buffer text;
	str origin;
	size_t findings, logs;
	bool reached; /* the service itself has answered */
	uint64_t entries, bodies;
};

static void tell(void *self, const struct finding *f)
{
	struct verification *v = self;
	struct buffer line;
	buffer_init(&line, 2048);
	finding_write(&line, v->origin, f);
	if (v->call->json)
		json_str(&v->json, buffer_str(&line));
	else
		fprintf(v->call->out, "%.*s\n", STR_ARG(buffer_str(&line)));
	buffer_release(&line);
}

static err verify_one(struct verification *v, str tenant, str log)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct audit_source source;
	struct verify_report report = { 0 };
	if (!arena)
		FAIL(ERR_LIMIT, "no memory to verify a log");
	err e = audit_source_open(v->call->position[0], tenant, log, arena, &source);
	if (!failed(e)) {
		v->origin = source.verify.origin;
		e = verify_log(&source.verify, tell, v, &report);
	}
	v->findings += report.findings;
	v->entries += report.entries;
	v->bodies += report.bodies;
	v->logs++;
	if (!failed(e) && !v->call->json)
		fprintf(v->call->out, "%s %.*s: %llu events\n", report.findings ? "NOT AS SIGNED" : "verified",
			STR_ARG(source.verify.origin), (unsigned long long)report.entries);
	arena_free(arena);
	return e;
}

/* The recorder of a tenant that there is does not answer: its database or its folder is gone or cannot be opened. */
static void tell_unreadable(struct verification *v, str tenant)
{
	struct buffer line;
	buffer_init(&line, 256);
	buffer_append_format(&line, "unreadable logs: %s %.*s: the recorder cannot open them",
			     tenant.len ? "tenant" : "the installation's", STR_ARG(tenant));
	if (v->call->json)
		json_str(&v->json, buffer_str(&line));
	else
		fprintf(v->call->out, "%.*s\n", STR_ARG(buffer_str(&line)));
	buffer_release(&line);
	v->findings++;
}

/* Every log of a tenant; an empty tenant: the installation's own. */
static int verify_tenant(struct verification *v, str tenant)
{
	const struct json *answer;
	str path = tenant.len ? str_format(v->call->arena, "/%.*s/audit/logs", STR_ARG(tenant)) : S("/audit/logs");
	int status = remote_call(v->call, "GET", path, NULL, &answer);
	const struct json *list = json_member(answer, S("value"));
	if (status == CLI_UNREACHABLE && v->reached) { /* the service is there */
		tell_unreadable(v, tenant);
		return CLI_OK;
	}
	if (status != CLI_OK)
		return CLI_UNREACHABLE;
	for (const struct json *log = list ? list->first : NULL; log; log = log->next) {
		err e = verify_one(v, tenant, remote_text(log, "id"));
		if (err_kind_of(e) == ERR_UNAVAILABLE && v->reached) {
			tell_unreadable(v, tenant);
			return CLI_OK;
		}
		if (failed(e)) {
			cli_fail(v->call, "verifying a log", e);
			return CLI_UNREACHABLE;
		}
	}
	return CLI_OK;
}

static int verify_all(struct verification *v)
{
	const struct json *answer;
	int status = remote_call(v->call, "GET", S("/platform/v1/tenants"), NULL, &answer);
	const struct json *list = json_is(answer, JSON_ARRAY) ? answer : json_member(answer, S("value"));
	if (status != CLI_OK)
		return CLI_UNREACHABLE;
	v->reached = true;
	status = verify_tenant(v, S(""));
	if (status != CLI_OK)
		return status;
	for (const struct json *tenant = list ? list->first : NULL; tenant; tenant = tenant->next) {
		status = verify_tenant(v, remote_text(tenant, "id"));
		if (status != CLI_OK)
			return status;
	}
	return CLI_OK;
}

static void show_json(struct verification *v)
{
	json_close_array(&v->json);
	json_member_i64(&v->json, S("logs"), (int64_t)v->logs);
	json_member_i64(&v->json, S("events"), (int64_t)v->entries);
	json_member_i64(&v->json, S("bodies"), (int64_t)v->bodies);
	json_close_object(&v->json);
	fprintf(v->call->out, "%.*s\n", STR_ARG(buffer_str(&v->text)));
}

static int verify(struct cli_call *call)
{
	struct verification v = { .call = call };
	const char *tenant = cli_value(call, "tenant");
	buffer_init(&v.text, (size_t)64 << 20);
	v.json = json_writer_to(&v.text);
	json_open_object(&v.json);
	json_key(&v.json, S("findings"));
	json_open_array(&v.json);
	int status = tenant ? verify_tenant(&v, str_of(tenant)) : verify_all(&v);
	if (call->json)
		show_json(&v);
	else
		fprintf(call->out, "%zu logs, %llu events, %llu bodies: %zu findings\n", v.logs, (unsigned long long)v.entries,
			(unsigned long long)v.bodies, v.findings);
	buffer_release(&v.text);
	return status != CLI_OK ? status : v.findings ? CLI_FAILED : CLI_OK;
}

int cli_audit_verify(struct cli_call *call)
{
	struct own_service service;
	err e = own_service_start(call, &service);
	if (failed(e))
		return cli_fail(call, "reaching the recorder", e);
	int status = verify(call);
	own_service_stop(&service);
	return status;
}
