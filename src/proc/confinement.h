/* proc/confinement.h - what each process gives up before it reads its first untrusted byte.
 *
 * Two steps. The supervisor's fork, while still privileged: namespaces, uid, rlimits, no-new-privs
 * (confinement_before_exec). The process itself, after it has opened what it needs: Landlock to its own folder, then the
 * seccomp allow-list of its role (confinement_enter). What the machine does not offer is skipped and reported, never
 * required.
 *
 * A system call outside the list answers EPERM; one that only an attacker would try (ptrace, execve, a new socket, a signal
 * to another process...) kills the process, and the supervisor records that. */
#ifndef PROC_CONFINEMENT_H
#define PROC_CONFINEMENT_H

#include <sys/types.h>

#include "base/err.h"
#include "ipc/supervisor_message.h"

enum confinement {
	CONFINED_UID = 1,          /* a uid of its own                               */
	CONFINED_NO_NEW_PRIVS = 2, /* execve cannot gain rights                      */
	CONFINED_RLIMITS = 4,      /* no core file, bounded descriptors, no new processes */
	CONFINED_NO_DUMP = 8,      /* no ptrace, no /proc/PID/mem                    */
	CONFINED_NAMESPACES = 16,  /* no network interface but what it was handed    */
	CONFINED_LANDLOCK = 32,    /* no file outside its own folder                 */
	CONFINED_SECCOMP = 64,     /* system-call allow-list                         */
	CONFINEMENT_ALL = 127,     /* what every process has where the machine offers it */
	CONFINED_LOCKED_MEMORY = 128, /* keeper: none of its memory is ever swapped      */
	CONFINED_HIDDEN_SECRETS = 256, /* keeper: its long-lived secrets are in memfd_secret pages; else in locked ones */
	CONFINED_KEY_HEAP = 512,   /* keeper: decoded private keys are in locked, guarded pages */
};

/* The bits that the machine would have to offer for nothing to be missing. */
uint32_t confinement_expected(enum process_role role);

/* In the forked child, before exec. uid 0 means: keep the caller's (not started as root). Returns the bits in force;
 * ends the process when dropping the uid fails. */
uint32_t confinement_before_exec(enum process_role role, uid_t uid);

/* After opening. `folder` may be read and written, no other file; null: none at all. Returns the bits now in force, those of
 * before the exec included. Ends the process when the seccomp filter cannot be loaded. */
uint32_t confinement_enter(enum process_role role, const char *folder);

/* "seccomp, landlock" of bits, for people. */
NONNULL void confinement_text(uint32_t bits, char *out, size_t size);

#endif
