#include "cli/demo.h"

#include <errno.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/demo_content.h"
#include "cli/own_service.h"
#include "host/file.h"

enum { REMOVE_DESCRIPTORS = 16 };

static const char mark_name[] = "demo.unfinished";

static err path_of(struct cli_call *call, const char *name, const char **out)
{
	str path = str_format(call->arena, "%s/%s", call->position[0], name);
	TRY_NEW(path.at);
	*out = path.at;
	return OK;
}

/* --- what was interrupted --- */

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* What an installation is made of, and nothing else that may lie in the folder. Not while somebody serves it. */
static err remove_unfinished(struct cli_call *call)
{
	static const char *const parts[] = { "bailiwick.conf", "keys", "tls", "platform", "tenants", "audit", "run" };
	const char *path;
	TRY(path_of(call, "run/lock", &path));
	SCOPED(fd) lock = { open(path, O_RDWR | O_CLOEXEC) };
	if (lock.n >= 0 && flock(lock.n, LOCK_EX | LOCK_NB) != 0)
		FAIL(ERR_CONFLICT, "an unfinished demo is being served from this folder: stop it first");
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		TRY(path_of(call, parts[i], &path));
		if (access(path, F_OK) == 0 && nftw(path, remove_entry, REMOVE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS) != 0)
			return err_of_errno(errno);
	}
	return OK;
}

err demo_prepare(struct cli_call *call)
{
	const char *mark, *config;
	TRY(path_of(call, mark_name, &mark));
	TRY(path_of(call, "bailiwick.conf", &config));
	if (access(mark, F_OK) == 0)
		TRY(remove_unfinished(call));
	else if (access(config, F_OK) == 0)
		FAIL(ERR_CONFLICT, "the folder holds an installation already");
	TRY(folder_make(call->position[0], 0711));
	return file_write(mark, bytes_of_str(S("init --demo has not ended; run it again\n")), 0644);
}

/* --- building --- */

static void say(struct cli_call *call, const char *what)
{
	bool terminal = !call->json && isatty(fileno(call->err));
	fprintf(call->err, terminal ? "\r\033[K%s" : "%s\n", what);
	fflush(call->err);
}

static int tenant_build(struct cli_call *call, struct demo_tenant *tenant, struct demo_registry *registry)
{
	call->tenant = str_of(tenant->plan->domain);
	say(call, tenant->plan->name);
	DO(demo_tenant_make(call, tenant));
	DO(demo_table_make(call, tenant));
	DO(demo_case_tables_make(call, tenant));
	if (tenant->plan == &demo_plan[0]) {
		say(call, "business units");
		DO(demo_units_make(call, tenant, registry));
	}
	say(call, "roles");
	DO(demo_roles_make(call, tenant));
	DO(demo_owners_make(call, tenant));
	say(call, "rows");
	DO(demo_rows_import(call, tenant, registry));
	say(call, "people and applications");
	DO(demo_people_make(call, tenant, registry));
	if (tenant->plan == &demo_plan[0])
		DO(demo_cases_make(call, tenant));
	return demo_apps_make(call, tenant);
}

static int content_build(struct cli_call *call, struct demo_registry *registry, struct demo_tenant *tenants)
{
	for (size_t i = 0; i < DEMO_TENANTS; i++) {
		tenants[i].plan = &demo_plan[i];
		DO(tenant_build(call, &tenants[i], registry));
	}
	return CLI_OK;
}

/* The mark goes after demo.json has come: between the two the next run would begin anew, which is only slow. */
static err finish(struct cli_call *call, str origin, const struct demo_tenant *tenants)
{
	const char *file, *mark;
	TRY(path_of(call, "demo.json", &file));
	TRY(path_of(call, mark_name, &mark));
	TRY(demo_file_write(origin, tenants, file));
	return unlink(mark) == 0 ? OK : err_of_errno(errno);
}

static void report(struct cli_call *call, const struct demo_tenant *tenants)
{
	if (call->json || !isatty(fileno(call->err)))
		return;
	fprintf(call->err, "\r\033[K");
	for (size_t i = 0; i < DEMO_TENANTS; i++)
		fprintf(call->out, "%s (%s): %zu rows, %zu people\n", tenants[i].plan->name, tenants[i].plan->domain, tenants[i].rows,
			tenants[i].plan->people_count);
}

static int served_build(struct cli_call *call, str origin, struct demo_registry *registry)
{
	struct demo_tenant *tenants = NEW_ARRAY(call->arena, struct demo_tenant, DEMO_TENANTS);
	struct own_service service = { 0 };
	if (!tenants)
		return cli_fail(call, "demo", ERR(ERR_LIMIT, "no memory"));
	say(call, "starting the processes");
	err e = own_service_start(call, &service);
	if (failed(e))
		return cli_fail(call, "demo", e);
	int status = content_build(call, registry, tenants);
	own_service_stop(&service);
	if (status != CLI_OK)
		return status;
	e = finish(call, origin, tenants);
	if (failed(e))
		return cli_fail(call, "demo", e);
	report(call, tenants);
	return CLI_OK;
}

int demo_build(struct cli_call *call, str origin)
{
	struct demo_registry *registry = NEW(call->arena, struct demo_registry);
	if (!registry)
		return cli_fail(call, "demo", ERR(ERR_LIMIT, "no memory"));
	err e = demo_registry_open(call->arena, registry);
	int status = failed(e) ? cli_fail(call, "demo", e) : served_build(call, origin, registry);
	demo_registry_close(registry);
	return status;
}
