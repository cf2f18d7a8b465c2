/* host/fault.h - named moments at which the crash tests kill a process.
 *
 * FAULT("store.commit.synced") does nothing unless the program was built with -Dfaults=true. Then the environment
 * variable BAILIWICK_FAULT=name or name:nth makes the process send itself SIGKILL when it reaches that point for the
 * nth time. A release build holds neither the names nor the test for them.
 *
 * FAULT_LIMIT("BAILIWICK_JOB_ROWS", 10000) is the number, unless such a build finds another in that environment variable: what takes 10000 rows
 * can then be tested with 20.
 *
 * In a running installation one process is armed, once, by the file DIR/run/fault, "ROLE NAME[:NTH]": the next process of
 * that role that the supervisor starts takes the file away and the variable with it. */
#ifndef HOST_FAULT_H
#define HOST_FAULT_H

#include "base/attr.h"

#ifdef BAILIWICK_FAULTS
#define FAULT(name_) fault_point(name_)
#define FAULT_ARM(folder_, role_) fault_arm((folder_), (role_))
#define FAULT_LIMIT(variable_, value_) fault_limit((variable_), (value_))
#else
#define FAULT(name_) ((void)0)
#define FAULT_ARM(folder_, role_) ((void)(folder_), (void)(role_))
#define FAULT_LIMIT(variable_, value_) (value_)
#endif

/* In every build, so that the library links alike; called through the macros only. */
NONNULL void fault_point(const char *name);
NONNULL long fault_limit(const char *variable, long value);
/* In a process that is about to become a role, while it may still read DIR. */
NONNULL void fault_arm(const char *folder, const char *role);

#endif
