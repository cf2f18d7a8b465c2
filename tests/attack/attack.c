#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "codec/json_read.h"
#include "ipc/channel.h"
#include "ipc/keeper_message.h"
#include "ipc/supervisor_message.h"
#include "keys/keeper.h"

enum { SUPERVISOR_FD = 3, DESCRIPTORS_TRIED = 64 };

static struct worker *worker_attacked; /* one process, one attacker */

struct attempt {
	str path, tenant, issuer, octets;
	pid_t pid;
	struct uuid log;
	const char *answer;
};

void attack_from(struct worker *worker)
{
	worker_attacked = worker;
}

static const char *path_of(const struct attempt *a, char out[static 4096])
{
	snprintf(out, 4096, "%.*s", STR_ARG(a->path));
	return out;
}

/* --- files --- */

static long open_to_read(struct attempt *a)
{
	char path[4096];
	return open(path_of(a, path), O_RDONLY);
}

static long open_to_write(struct attempt *a)
{
	char path[4096];
	return open(path_of(a, path), O_WRONLY);
}

static long make_file(struct attempt *a)
{
	char path[4096];
	return open(path_of(a, path), O_WRONLY | O_CREAT, 0600);
}

static long list_folder(struct attempt *a)
{
	char path[4096];
	return open(path_of(a, path), O_RDONLY | O_DIRECTORY);
}

static long link_here(struct attempt *a)
{
	char path[4096], own[PATH_TEXT_MAX + 8];
	snprintf(own, sizeof own, "%s.stolen", worker_attacked->child->start.path);
	return syscall(SYS_link, path_of(a, path), own);
}

/* --- other processes --- */

static long read_memory(struct attempt *a)
{
	char octets[64];
	struct iovec here = { octets, sizeof octets }, there = { (void *)(uintptr_t)0x400000, sizeof octets };
	return process_vm_readv(a->pid, &here, 1, &there, 1, 0);
}

static long trace(struct attempt *a)
{
	return ptrace(PTRACE_ATTACH, a->pid, NULL, NULL);
}

static long end_process(struct attempt *a)
{
	return kill(a->pid, SIGKILL);
}

static long end_thread(struct attempt *a)
{
	return syscall(SYS_tgkill, a->pid, a->pid, SIGKILL);
}

static long queue_signal(struct attempt *a)
{
	siginfo_t info = { .si_code = SI_QUEUE };
	return syscall(SYS_rt_sigqueueinfo, a->pid, SIGKILL, &info);
}

static long open_process(struct attempt *a)
{
	return syscall(SYS_pidfd_open, a->pid, 0);
}

static long start_shell(struct attempt *a)
{
	char *const argv[] = { (char[]){ "sh" }, NULL };
	(void)a;
	return execv("/bin/sh", argv);
}

static long start_process(struct attempt *a)
{
	(void)a;
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

/* --- the network, the kernel --- */

static long make_socket(struct attempt *a)
{
	(void)a;
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long connect_operator(struct attempt *a)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%.*s", (int)(a->path.len < 100 ? a->path.len : 100), a->path.at);
	return connect(worker_attacked->keys.channel, (struct sockaddr *)&address, sizeof address);
}

static long become_root(struct attempt *a)
{
	(void)a;
	return setuid(0);
}

static long new_namespace(struct attempt *a)
{
	(void)a;
	return unshare(CLONE_NEWUSER);
}

static long leave_root(struct attempt *a)
{
	(void)a;
	return chroot("/");
}

static long load_filter(struct attempt *a)
{
	(void)a;
	return syscall(SYS_bpf, 0, NULL, 0);
}

static long be_dumpable(struct attempt *a)
{
	(void)a;
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static long make_executable(struct attempt *a)
{
	(void)a;
	return mprotect((void *)(uintptr_t)((uintptr_t)attack_from & ~UINT64_C(4095)), 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
}

/* --- the keeper: what a data worker has no business to ask --- */

static long ask_keeper(struct attempt *a, const void *request, size_t size)
{
	static uint8_t answer[KEEPER_ANSWER_BYTES_MAX];
	struct keeper_head head = { .result = 0 };
	size_t len = 0;
	err e = channel_call(worker_attacked->keys.channel, bytes_of(request, size), answer, sizeof answer, &len, 5000);
	if (failed(e) || len < sizeof head) {
		a->answer = "no answer";
		return -1;
	}
	memcpy(&head, answer, sizeof head);
	a->answer = head.result ? err_kind_name(head.result) : "granted";
	return head.result ? -1 : (long)len;
}

static struct keeper_head head_of(uint16_t kind)
{
	return (struct keeper_head){ .version = KEEPER_MESSAGE_VERSION, .kind = kind, .correlation = 0xa77acc };
}

static long ask_sign_token(struct attempt *a)
{
	struct keeper_sign_token m = { .head = head_of(KEEPER_SIGN_TOKEN), .type = 1, .alg = 1 };
	int n = snprintf(m.claims, sizeof m.claims, "{\"iss\":\"%.*s\",\"tid\":\"%.*s\",\"sub\":\"me\"}", STR_ARG(a->issuer), STR_ARG(a->tenant));
	m.claims_len = (uint16_t)n;
	return ask_keeper(a, &m, sizeof m);
}

static long ask_sign_checkpoint(struct attempt *a)
{
	struct keeper_sign_checkpoint m = { .head = head_of(KEEPER_SIGN_CHECKPOINT), .log_id = a->log, .size = 1000000 };
	return ask_keeper(a, &m, sizeof m);
}

static long ask_checkpoint_state(struct attempt *a)
{
	struct keeper_checkpoint_state m = { .head = head_of(KEEPER_CHECKPOINT_STATE), .log_id = a->log };
	return ask_keeper(a, &m, sizeof m);
}

static long ask_sign_tls(struct attempt *a)
{
	struct keeper_sign_tls m = { .head = head_of(KEEPER_SIGN_TLS), .scheme = 0x0403, .content_len = 130 };
	return ask_keeper(a, &m, sizeof m);
}

static long ask_ticket_keys(struct attempt *a)
{
	struct keeper_head m = head_of(KEEPER_TICKET_KEYS);
	return ask_keeper(a, &m, sizeof m);
}

static long ask_create_database(struct attempt *a)
{
	struct keeper_create_database m = { .head = head_of(KEEPER_CREATE_DATABASE) };
	if (failed(uuid_parse(a->tenant, &m.tenant)))
		return -1;
	return ask_keeper(a, &m, sizeof m);
}

/* Another tenant's keys: there is no field to name it, so whatever stands behind the head is a request of the wrong size. */
static long database_keys_of(struct attempt *a)
{
	struct keeper_create_database m = { .head = head_of(KEEPER_DATABASE_KEYS), .database = a->log };
	if (failed(uuid_parse(a->tenant, &m.tenant)))
		return -1;
	return ask_keeper(a, &m, sizeof m);
}

/* Its own keys, which it may have. */
static long ask_own_keys(struct attempt *a)
{
	struct keeper_head m = head_of(KEEPER_DATABASE_KEYS);
	return ask_keeper(a, &m, sizeof m);
}

static long ask_unknown_request(struct attempt *a)
{
	struct keeper_head m = head_of(77);
	return ask_keeper(a, &m, sizeof m);
}

/* --- channels --- */

static long send_to_supervisor(struct attempt *a, const void *message, size_t size)
{
	err e = channel_send(SUPERVISOR_FD, bytes_of(message, size), NULL);
	a->answer = failed(e) ? err_why(e) : "sent";
	return 0;
}

static long provision(struct attempt *a)
{
	struct child_provision m = { .kind = CHILD_PROVISION };
	if (failed(uuid_parse(S("00000000-0000-4000-8000-00000000dead"), &m.tenant)))
		return -1;
	return send_to_supervisor(a, &m, sizeof m);
}

static long want_worker(struct attempt *a)
{
	struct child_worker_wanted m = { .kind = CHILD_WORKER_WANTED, .worker = { .role = ROLE_IDENTITY } };
	if (failed(uuid_parse(a->tenant, &m.worker.tenant)))
		return -1;
	return send_to_supervisor(a, &m, sizeof m);
}

static long routing_table(struct attempt *a)
{
	uint8_t raw[sizeof(struct supervisor_facts) + 64] = { 0 };
	struct supervisor_facts m = { .kind = CHILD_FACTS, .worker = { .role = ROLE_EDGE }, .known = 1 };
	memcpy(raw, &m, sizeof m);
	memcpy(raw + sizeof m, "{\"tenants\":[],\"environments\":[]}", 32);
	return send_to_supervisor(a, raw, sizeof m + 32);
}

/* Octets without meaning to whoever listens: keeper, recorder, edges. Not the supervisor. */
static long babble(struct attempt *a)
{
	uint8_t raw[512];
	long sent = 0;
	memset(raw, 0xa5, sizeof raw);
	for (int fd = SUPERVISOR_FD + 1; fd < DESCRIPTORS_TRIED; fd++)
		sent += send(fd, raw, sizeof raw, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof raw;
	a->answer = "sent";
	return sent;
}

/* --- the surface --- */

static const struct {
	const char *name;
	long (*try)(struct attempt *a);
} attempts[] = {
	{ "open", open_to_read }, { "open-write", open_to_write }, { "make-file", make_file }, { "list", list_folder }, { "link", link_here },
	{ "process-vm-readv", read_memory }, { "ptrace", trace }, { "kill", end_process }, { "tgkill", end_thread },
	{ "sigqueue", queue_signal }, { "pidfd", open_process }, { "execve", start_shell }, { "clone", start_process },
	{ "socket", make_socket }, { "connect", connect_operator }, { "setuid", become_root }, { "unshare", new_namespace },
	{ "chroot", leave_root }, { "bpf", load_filter }, { "dumpable", be_dumpable }, { "mprotect", make_executable },
	{ "sign-token", ask_sign_token }, { "sign-checkpoint", ask_sign_checkpoint }, { "checkpoint-state", ask_checkpoint_state },
	{ "sign-tls", ask_sign_tls }, { "ticket-keys", ask_ticket_keys }, { "create-database", ask_create_database },
	{ "database-keys", database_keys_of }, { "own-keys", ask_own_keys }, { "unknown-request", ask_unknown_request },
	{ "provision", provision }, { "want-worker", want_worker }, { "routing-table", routing_table }, { "babble", babble },
};

static str text_member(const struct json *body, str name)
{
	str text = { 0 };
	return json_member_is_str(body, name, &text) ? text : S("");
}

static void read_attempt(const struct json *body, struct attempt *a)
{
	str pid = text_member(body, S("pid")), log = text_member(body, S("log"));
	uint64_t number = 0;
	a->path = text_member(body, S("path"));
	a->tenant = text_member(body, S("tenant"));
	a->issuer = text_member(body, S("issuer"));
	if (pid.len && str_to_u64(pid, &number))
		a->pid = (pid_t)number;
	if (log.len && failed(uuid_parse(log, &a->log)))
		a->log = (struct uuid){ { 0 } };
}

static err attempt(struct web_call *call)
{
	const struct json *body;
	struct attempt a = { .answer = "" };
	TRY(web_json(call, &body));
	read_attempt(body, &a);
	for (size_t i = 0; i < COUNT_OF(attempts); i++) {
		if (!str_equal(call->path_args[0], str_of(attempts[i].name)))
			continue;
		errno = 0;
		long result = attempts[i].try(&a);
		int why = errno;
		str text = str_format(call->arena, "{\"result\":%ld,\"errno\":\"%s\",\"answer\":\"%s\"}", result,
				      result < 0 && why ? strerrorname_np(why) : "", a.answer);
		TRY_NEW(text.at);
		web_text(call, 200, S("application/json"), text);
		return OK;
	}
	FAIL(ERR_NOT_FOUND, "no such attempt");
}

static const struct web_route routes[] = { { HTTP_POST, "/{}", attempt } };

const struct web_surface attack_surface = { .prefix = "/attack/v1", .routes = routes, .route_count = COUNT_OF(routes) };
