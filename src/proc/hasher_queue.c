#include "proc/hasher_queue.h"

void hasher_job_wipe(struct hasher_job *job)
{
	explicit_bzero(job, sizeof *job);
}

static size_t waiting_of(const struct hasher_queue *q, const void *channel)
{
	size_t count = 0;
	for (size_t i = 0; i < HASHER_QUEUE_MAX; i++)
		count += q->jobs[i].order && q->jobs[i].channel == channel;
	return count;
}

size_t hasher_queue_count(const struct hasher_queue *q)
{
	size_t count = 0;
	for (size_t i = 0; i < HASHER_QUEUE_MAX; i++)
		count += q->jobs[i].order != 0;
	return count;
}

static struct hasher_job *empty_place(struct hasher_queue *q)
{
	for (size_t i = 0; i < HASHER_QUEUE_MAX; i++)
		if (!q->jobs[i].order)
			return &q->jobs[i];
	return NULL;
}

/* The newest job of the channel with most jobs, if that has more than one. */
static struct hasher_job *least_deserving(struct hasher_queue *q)
{
	struct hasher_job *found = NULL;
	size_t most = 1;
	for (size_t i = 0; i < HASHER_QUEUE_MAX; i++) {
		struct hasher_job *job = &q->jobs[i];
		size_t count = waiting_of(q, job->channel);
		if (count > most || (found && count == most && job->channel == found->channel && job->order > found->order)) {
			most = count;
			found = job;
		}
	}
	return found;
}

enum hasher_admission hasher_queue_add(struct hasher_queue *q, const void *channel, const struct hasher_request *request,
				       struct hasher_job *out_evicted)
{
	enum hasher_admission admission = HASHER_ADMITTED;
	struct hasher_job *place = empty_place(q);
	if (!place) {
		place = waiting_of(q, channel) == 0 ? least_deserving(q) : NULL;
		if (!place)
			return HASHER_TURNED_AWAY;
		*out_evicted = *place;
		admission = HASHER_ADMITTED_FOR;
	}
	*place = (struct hasher_job){ .channel = channel, .order = ++q->arrivals, .request = *request };
	return admission;
}

static struct hasher_job *oldest(struct hasher_queue *q, const void *except)
{
	struct hasher_job *found = NULL;
	for (size_t i = 0; i < HASHER_QUEUE_MAX; i++) {
		struct hasher_job *job = &q->jobs[i];
		if (job->order && job->channel != except && (!found || job->order < found->order))
			found = job;
	}
	return found;
}

bool hasher_queue_take(struct hasher_queue *q, struct hasher_job *out)
{
	struct hasher_job *job = oldest(q, q->served);
	if (!job)
		job = oldest(q, NULL);
	if (!job)
		return false;
	*out = *job;
	hasher_job_wipe(job);
	q->served = out->channel;
	return true;
}

void hasher_queue_forget(struct hasher_queue *q, const void *channel)
{
	for (size_t i = 0; i < HASHER_QUEUE_MAX; i++)
		if (q->jobs[i].order && q->jobs[i].channel == channel)
			hasher_job_wipe(&q->jobs[i]);
	if (q->served == channel)
		q->served = NULL; /* its address may become another's */
}
