#include "cli/demo_service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/http_client.h"
#include "host/clock.h"
#include "host/file.h"

enum { READY_WAIT_S = 30, PROBE_PAUSE_MS = 20 };

/* A port that was free a moment ago: the configured one may be taken, and nobody is to come in yet. */
static err free_port(int *out)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;
	SCOPED(fd) fd = { socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	if (fd.n < 0 || bind(fd.n, (struct sockaddr *)&address, sizeof address) != 0 ||
	    getsockname(fd.n, (struct sockaddr *)&address, &len) != 0)
		return err_of_errno(errno);
	*out = ntohs(address.sin_port);
	return OK;
}

static _Noreturn void serve(struct cli_call *call, int port, int log, pid_t parent)
{
	struct serve_options options = { call->position[0], port, cli_value(call, "passphrase-file") };
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(CLI_FAILED); /* it ended before we asked to be told */
	setpgid(0, 0); /* Ctrl-C is the command's; it then stops us in order */
	dup2(log, STDERR_FILENO);
	dup2(log, STDOUT_FILENO);
	_exit(call->ports->serve(&options) == 0 ? CLI_OK : CLI_FAILED);
}

static bool answers(struct cli_call *call)
{
	struct cli_target target = { .folder = call->position[0], .timeout_s = READY_WAIT_S };
	bytes body;
	int status;
	err e = cli_http(&target, S("GET"), S("/platform/v1/tenants"), S(""), (bytes){ NULL, 0 }, call->arena, &status, &body);
	return !failed(e) && status == 200;
}

static err wait_ready(struct cli_call *call, struct demo_service *service)
{
	int64_t deadline = clock_monotonic_ns(&clock_system) + (int64_t)READY_WAIT_S * 1000000000;
	const struct timespec pause = { .tv_nsec = PROBE_PAUSE_MS * 1000000L };
	while (clock_monotonic_ns(&clock_system) < deadline) {
		if (answers(call))
			return OK;
		if (waitpid(service->pid, NULL, WNOHANG) == service->pid) {
			service->pid = 0;
			FAIL(ERR_UNAVAILABLE, "the service ended at its start");
		}
		nanosleep(&pause, NULL);
	}
	FAIL(ERR_UNAVAILABLE, "the service does not answer");
}

err demo_service_start(struct cli_call *call, const char *log_path, struct demo_service *out)
{
	int port;
	pid_t self = getpid();
	TRY(free_port(&port));
	SCOPED(fd) log = { open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) };
	if (log.n < 0)
		return err_of_errno(errno);
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		return err_of_errno(errno);
	if (pid == 0)
		serve(call, port, log.n, self);
	out->pid = pid;
	return wait_ready(call, out);
}

err demo_service_stop(struct demo_service *service)
{
	int status = 0;
	pid_t pid = service->pid;
	if (pid == 0)
		return OK;
	service->pid = 0;
	kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_of_errno(errno);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		FAIL(ERR_INTERNAL, "the service did not stop in order");
	return OK;
}

void demo_service_release(struct demo_service *service)
{
	err e = demo_service_stop(service);
	(void)e; /* whoever releases has an error of its own to tell */
}
