/* platform/facts.h - what a process must know to start, as the JSON that docs/ARCHITECTURE.md lists per role. */
#ifndef PLATFORM_FACTS_H
#define PLATFORM_FACTS_H

#include "base/buffer.h"
#include "ipc/supervisor_message.h"
#include "store/store.h"

/* Writes the facts of that worker. *out_known is false when no such tenant or environment should have one. ERR_LIMIT when
 * they do not fit a message. */
MUST_USE NONNULL err facts_of_worker(struct store *store, const struct worker_name *worker, str origin, struct arena *arena,
				     str *out, bool *out_known);
/* The routing table of the edges, into the caller's buffer. The arena is for working. ERR_LIMIT beyond the buffer's bound. */
MUST_USE NONNULL err facts_of_edges(struct store *store, str origin, struct arena *arena, struct buffer *out);

#endif
