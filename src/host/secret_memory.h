/* host/secret_memory.h - pages for what must never reach a disk, a core file or another process.
 *
 * Source: encryption-and-keys section 4. A mapping of its own between two guard pages: memfd_secret(2) where the kernel offers it
 * (not even the kernel's own maps show it, nor /proc/PID/mem), else locked pages left out of core files. Never swapped, not given
 * to a forked child, wiped when freed. For the few long-lived secrets of the keeper, not for each request: it costs pages.
 *
 * Errors: ERR_LIMIT when the pages cannot be locked (RLIMIT_MEMLOCK): a keeper does not start without them. */
#ifndef HOST_SECRET_MEMORY_H
#define HOST_SECRET_MEMORY_H

#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

/* What the kernel gave, for status. */
enum secret_memory_kind { SECRET_MEMORY_LOCKED = 1, SECRET_MEMORY_HIDDEN /* memfd_secret */ };

/* Zeroed. */
MUST_USE NONNULL err secret_memory_new(size_t size, void **out);
/* Wipes and unmaps; the size is that of the making. Accepts null. */
void secret_memory_free(void *at, size_t size);
/* Tries it. */
enum secret_memory_kind secret_memory_offered(void);

#endif
