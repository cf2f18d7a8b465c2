/* host/random.h - random octets from the kernel (getrandom(2)). It cannot fail: where the kernel has none, the
 * process ends, since nothing safe can be done without. */
#ifndef HOST_RANDOM_H
#define HOST_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/uuid.h"

NONNULL void random_bytes(void *out, size_t len);
struct uuid random_uuid_v4(void);
/* Version 7: sorts by the time of making. */
struct uuid random_uuid_v7(void);

#endif
