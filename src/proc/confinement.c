#include "proc/confinement.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/log.h"

enum { DESCRIPTORS_WORKER = 512, DESCRIPTORS_EDGE = 65536, LOCKABLE_BYTES = 512 << 20 };

static void limit(int what, rlim_t value)
{
	struct rlimit now, wanted = { value, value };
	if (setrlimit(what, &wanted) == 0 || getrlimit(what, &now) != 0) /* beyond the hard limit: the privileged only */
		return;
	wanted = (struct rlimit){ now.rlim_max, now.rlim_max };
	setrlimit(what, &wanted);
}

static void drop_to(uid_t uid)
{
	if (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0)
		_exit(111);
	if (setuid(0) == 0) /* must not be possible any more */
		_exit(112);
}

uint32_t confinement_before_exec(enum process_role role, uid_t uid)
{
	uint32_t bits = CONFINED_RLIMITS;
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, role == ROLE_EDGE || role == ROLE_KEEPER ? DESCRIPTORS_EDGE : DESCRIPTORS_WORKER);
	if (geteuid() == 0) {
		if (role == ROLE_KEEPER || role == ROLE_HASHER) /* the others have nothing that must not be swapped */
			limit(RLIMIT_MEMLOCK, LOCKABLE_BYTES);
		if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) == 0)
			bits |= CONFINED_NAMESPACES;
	}
	if (uid != 0) {
		drop_to(uid);
		bits |= CONFINED_UID;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		bits |= CONFINED_NO_NEW_PRIVS;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return bits;
}

/* --- Landlock --- */

static const uint64_t landlock_all =
	LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
	LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
	LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
	LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
	LANDLOCK_ACCESS_FS_MAKE_SYM;

static void landlock_allow(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

static bool landlock_enter(const char *folder)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = landlock_all };
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (ruleset < 0)
		return false;
	if (folder)
		landlock_allow(ruleset, folder, landlock_all & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE);
	bool entered = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close(ruleset);
	return entered;
}

/* --- seccomp --- */

enum { NEEDS_FILES = 1, NEEDS_ACCEPT = 2, NEEDS_THREADS = 4 };

static const int calls_always[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(recvfrom),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl),
	SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mlock),
	SCMP_SYS(munlock), SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(fcntl),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek), SCMP_SYS(memfd_create), SCMP_SYS(ftruncate),
	SCMP_SYS(shutdown), SCMP_SYS(getsockopt), SCMP_SYS(uname), SCMP_SYS(getrusage), SCMP_SYS(sysinfo),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(prlimit64), SCMP_SYS(rseq),
	SCMP_SYS(membarrier), SCMP_SYS(getrlimit), SCMP_SYS(dup),
};

static const int calls_files[] = {
	SCMP_SYS(openat), SCMP_SYS(open), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(pread64),
	SCMP_SYS(pwrite64), SCMP_SYS(preadv), SCMP_SYS(pwritev), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
	SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir), SCMP_SYS(getdents64), SCMP_SYS(fallocate), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd), SCMP_SYS(fchmod), SCMP_SYS(chmod), SCMP_SYS(umask), SCMP_SYS(flock), SCMP_SYS(utimensat),
	SCMP_SYS(fchown), SCMP_SYS(statfs), SCMP_SYS(fstatfs),
};

static const int calls_accept[] = {
	SCMP_SYS(accept4), SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(listen),
};

/* Only an attacker's code would try these. */
static const int calls_fatal[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(fork),
	SCMP_SYS(vfork), SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(pidfd_send_signal), SCMP_SYS(bpf), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(unshare),
	SCMP_SYS(setns), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(kexec_load), SCMP_SYS(setuid),
	SCMP_SYS(setresuid), SCMP_SYS(setreuid), SCMP_SYS(chroot), SCMP_SYS(pivot_root), SCMP_SYS(perf_event_open),
	SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(clone), SCMP_SYS(clone3),
	SCMP_SYS(userfaultfd), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key),
};

static const unsigned role_needs[ROLE_COUNT] = {
	[ROLE_KEEPER] = NEEDS_FILES, [ROLE_EDGE] = NEEDS_ACCEPT | NEEDS_FILES, [ROLE_CONTROL] = NEEDS_FILES,
	[ROLE_IDENTITY] = NEEDS_FILES, [ROLE_DATA] = NEEDS_FILES, [ROLE_RECORDER] = NEEDS_FILES, [ROLE_HASHER] = 0,
};

static int add_rules(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
	int result = 0;
	for (size_t i = 0; i < count && result == 0; i++) {
		result = seccomp_rule_add(filter, action, calls[i], 0);
		if (result == -EDOM || result == -EOPNOTSUPP) /* not on this architecture */
			result = 0;
	}
	return result;
}

static bool seccomp_enter(enum process_role role)
{
	unsigned needs = role_needs[role];
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return false;
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	int result = add_rules(filter, SCMP_ACT_ALLOW, calls_always, COUNT_OF(calls_always));
	if (result == 0 && needs & NEEDS_FILES)
		result = add_rules(filter, SCMP_ACT_ALLOW, calls_files, COUNT_OF(calls_files));
	if (result == 0 && needs & NEEDS_ACCEPT)
		result = add_rules(filter, SCMP_ACT_ALLOW, calls_accept, COUNT_OF(calls_accept));
	if (result == 0)
		result = add_rules(filter, SCMP_ACT_KILL_PROCESS, calls_fatal, COUNT_OF(calls_fatal));
	/* A process may end itself: abort() and the fault points of the crash tests. */
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
					  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(tgkill), 1,
					  SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid()));
	if (result == 0)
		result = seccomp_load(filter);
	seccomp_release(filter);
	return result == 0;
}

uint32_t confinement_enter(enum process_role role, const char *folder)
{
	uint32_t bits = CONFINED_RLIMITS;
	const char *before = getenv("BAILIWICK_CONFINED"); /* what the fork could do; set by the supervisor */
	if (before)
		bits |= (uint32_t)strtoul(before, NULL, 10);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
		bits |= CONFINED_NO_DUMP;
	if (landlock_enter(folder))
		bits |= CONFINED_LANDLOCK;
	if (!seccomp_enter(role)) {
		log_line(LOG_ERROR, "the system-call filter could not be loaded");
		_exit(113);
	}
	return bits | CONFINED_SECCOMP;
}

uint32_t confinement_expected(enum process_role role)
{
	uint32_t bits = CONFINEMENT_ALL;
	if (role == ROLE_KEEPER)
		bits |= CONFINED_LOCKED_MEMORY | CONFINED_HIDDEN_SECRETS | CONFINED_KEY_HEAP;
	return bits;
}

void confinement_text(uint32_t bits, char *out, size_t size)
{
	static const char *const names[] = { "uid", "no-new-privs", "rlimits", "no-dump", "namespaces", "landlock",
					     "seccomp", "locked-memory", "hidden-secrets", "key-heap" };
	size_t len = 0;
	if (size)
		out[0] = '\0';
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!(bits & 1u << i) || len >= size)
			continue;
		int n = snprintf(out + len, size - len, "%s%s", len ? ", " : "", names[i]);
		len += n > 0 ? (size_t)n : 0;
	}
}
