/* proc/hasher_queue.h - the hasher's short queue: at most HASHER_QUEUE_MAX jobs, shared fairly by its channels. Pure.
 *
 * A queue that is full answers `busy` at once: a sign-in that would wait for seconds is better told to come again
 * (identity 6.1). A channel with nothing waiting is never turned away because another has filled the queue: the newest job of
 * the fullest channel leaves instead. Channels are served in turn. */
#ifndef PROC_HASHER_QUEUE_H
#define PROC_HASHER_QUEUE_H

#include "ipc/hasher_message.h"

enum { HASHER_QUEUE_MAX = 4 }; /* one thread, times four */

struct hasher_job {
	const void *channel; /* whose: an identity, never followed */
	uint64_t order;      /* of arrival; 0: an empty place      */
	struct hasher_request request;
};

struct hasher_queue {
	struct hasher_job jobs[HASHER_QUEUE_MAX];
	uint64_t arrivals;
	const void *served; /* the channel whose job was taken last */
};

enum hasher_admission {
	HASHER_TURNED_AWAY = 0, /* the new job is to be answered busy        */
	HASHER_ADMITTED,
	HASHER_ADMITTED_FOR     /* and the job put into *out_evicted is busy */
};

NONNULL enum hasher_admission hasher_queue_add(struct hasher_queue *q, const void *channel,
					       const struct hasher_request *request, struct hasher_job *out_evicted);
/* The oldest job of any other channel than the one served last, else the oldest; false when there is none. Its place in the
 * queue is wiped. */
NONNULL bool hasher_queue_take(struct hasher_queue *q, struct hasher_job *out);
/* A channel has gone. */
NONNULL void hasher_queue_forget(struct hasher_queue *q, const void *channel);
NONNULL size_t hasher_queue_count(const struct hasher_queue *q);
NONNULL void hasher_job_wipe(struct hasher_job *job);

#endif
