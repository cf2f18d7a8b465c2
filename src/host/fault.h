/* host/fault.h - named moments at which the crash tests kill a process.
 *
 * FAULT("store.commit.synced") does nothing unless the program was built with -Dfaults=true. Then the environment
 * variable BAILIWICK_FAULT=name or name:nth makes the process send itself SIGKILL when it reaches that point for the
 * nth time. A release build holds neither the names nor the test for them. */
#ifndef HOST_FAULT_H
#define HOST_FAULT_H

#include "base/attr.h"

#ifdef BAILIWICK_FAULTS
#define FAULT(name_) fault_point(name_)
#else
#define FAULT(name_) ((void)0)
#endif

/* In every build, so that the library links alike; called through FAULT only. */
NONNULL void fault_point(const char *name);

#endif
