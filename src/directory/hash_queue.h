/* directory/hash_queue.h - asks the hasher to make or check password hashes, without waiting.
 *
 * The identity worker has one queue. A handler submits and parks; the callback runs from the worker's loop when the
 * answer is there. ERR_UNAVAILABLE, at once or later, says that the hasher is away, too slow, or that too many
 * wait already: 503 with Retry-After. Passwords are copied into the message and wiped after sending. */
#ifndef DIRECTORY_HASH_QUEUE_H
#define DIRECTORY_HASH_QUEUE_H

#include "base/err.h"
#include "base/instant.h"
#include "base/str.h"

enum { HASH_JOBS_MAX = 64, HASH_TIMEOUT_MS = 10000, HASH_PHC_MAX = 160 };

struct hash_answer {
	err failed;        /* OK, or why there is no answer                              */
	bool matches;      /* of a check                                                 */
	bool outdated;     /* of a check that matches: made with other parameters        */
	str phc;           /* of a making; a view that lives during the callback         */
};
typedef void (*hash_done)(void *context, const struct hash_answer *answer);

struct hash_queue;
MUST_USE NONNULL err hash_queue_new(struct hash_queue **out);
/* Every waiting job fails first. Accepts null. */
void hash_queue_free(struct hash_queue *q);

/* channel -1: the hasher is away; waiting jobs fail. */
NONNULL void hash_queue_set_channel(struct hash_queue *q, int channel);
/* Call when the channel is readable (worker_app.hasher_ready). */
NONNULL void hash_queue_receive(struct hash_queue *q);
/* Fails jobs whose time has run out. Call now and then. */
NONNULL void hash_queue_expire(struct hash_queue *q, int64_t monotonic_ms);
NONNULL bool hash_queue_is_busy(const struct hash_queue *q);

MUST_USE NONNULL err hash_queue_make(struct hash_queue *q, str password, hash_done done, void *context);
/* An empty phc: as much work, and no match (HASHER_NOBODY): for names that do not exist. */
MUST_USE NONNULL err hash_queue_check(struct hash_queue *q, str password, str phc, hash_done done, void *context);

/* Takes the callback away from the job of a cancelled request. */
NONNULL void hash_queue_forget(struct hash_queue *q, void *context);

#endif
