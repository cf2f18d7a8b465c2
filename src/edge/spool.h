/* edge/spool.h - a request body while it arrives: in memory up to 64 KiB, then in a memory file. */
#ifndef EDGE_SPOOL_H
#define EDGE_SPOOL_H

#include "base/buffer.h"
#include "base/err.h"
#include "ipc/http_message.h"

enum { SPOOL_MEMORY_BYTES_MAX = 64 * 1024 };

struct spool {
	struct buffer memory;
	int file;         /* -1 while everything fits in memory */
	uint64_t size, size_max;
};

NONNULL void spool_init(struct spool *spool, uint64_t size_max);
NONNULL void spool_release(struct spool *spool);
/* ERR_LIMIT when the body would exceed size_max. */
MUST_USE NONNULL err spool_append(struct spool *spool, bytes octets);
/* The whole body as a message carries it; a file is sealed. The spool keeps what it points to. */
MUST_USE NONNULL err spool_finish(struct spool *spool, struct http_body *out);

#endif
