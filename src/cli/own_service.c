#include "cli/own_service.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/http_client.h"
#include "host/file.h"

enum { START_TRIES = 3000, TRY_MS = 20, PROBE_ARENA_BYTES = 8 << 20 };

/* ERR_UNAVAILABLE while nobody answers, or not yet. */
static err probe(const char *folder)
{
	struct cli_target target = { .folder = folder };
	struct arena *arena = arena_new(PROBE_ARENA_BYTES);
	int status = 0;
	bytes body = { 0 };

	if (!arena)
		FAIL(ERR_LIMIT, "no memory to ask the service");
	err e = cli_http(&target, S("GET"), S("/platform/v1/tenants"), S(""), (bytes){ 0 }, arena, &status, &body);
	arena_free(arena);
	TRY(e);
	if (status != 200)
		FAIL(ERR_UNAVAILABLE, "the service does not answer yet");
	return OK;
}

static void redirect_log(const char *folder)
{
	char path[4096];

	if (snprintf(path, sizeof path, "%s/run", folder) >= (int)sizeof path - 32 || failed(folder_make(path, 0711)))
		return;
	strcat(path, "/own-service.log");
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return;
	dup2(fd, STDERR_FILENO);
	close(fd);
}

/* In the child. */
static int serve(struct cli_call *call, pid_t parent)
{
	struct serve_options options = { .folder = call->position[0], .closed = true,
					 .passphrase_file = cli_value(call, "passphrase-file") };

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it ended before the line above */
		return 1;
	redirect_log(call->position[0]);
	return call->ports->serve(&options);
}

static err wait_until_it_answers(struct own_service *service, const char *folder)
{
	struct timespec pause = { .tv_nsec = TRY_MS * 1000000L };
	int status = 0;

	for (int i = 0; i < START_TRIES; i++) {
		if (!failed(probe(folder)))
			return OK;
		if (waitpid(service->pid, &status, WNOHANG) == service->pid) {
			service->pid = 0;
			FAIL(ERR_UNAVAILABLE, "the processes that answer could not be started: see run/own-service.log");
		}
		nanosleep(&pause, NULL);
	}
	FAIL(ERR_UNAVAILABLE, "the processes that answer did not become ready: see run/own-service.log");
}

err own_service_start(struct cli_call *call, struct own_service *out)
{
	pid_t parent = getpid();
	err e = probe(call->position[0]);

	*out = (struct own_service){ 0 };
	if (!failed(e) || err_kind_of(e) != ERR_UNAVAILABLE)
		return e;
	fflush(call->out);
	fflush(call->err);
	out->pid = fork();
	if (out->pid < 0) {
		out->pid = 0;
		FAIL(ERR_UNAVAILABLE, "no process can be started");
	}
	if (out->pid == 0)
		_exit(serve(call, parent));
	e = wait_until_it_answers(out, call->position[0]);
	if (failed(e))
		own_service_stop(out);
	return e;
}

void own_service_stop(struct own_service *service)
{
	int status = 0;

	if (service->pid <= 0)
		return;
	kill(service->pid, SIGTERM);
	while (waitpid(service->pid, &status, 0) < 0 && errno == EINTR)
		;
	service->pid = 0;
}
