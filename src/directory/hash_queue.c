#include "directory/hash_queue.h"

#include <stdlib.h>

#include "host/clock.h"
#include "ipc/hasher_client.h"

struct job {
	uint64_t correlation; /* 0: free */
	int64_t due_ms;
	hash_done done;       /* null: nobody waits any more */
	void *context;
};

struct hash_queue {
	int channel;
	uint64_t next_correlation;
	size_t count;
	struct job jobs[HASH_JOBS_MAX];
};

static int64_t now_ms(void)
{
	return clock_monotonic_ns(&clock_system) / 1000000;
}

err hash_queue_new(struct hash_queue **out)
{
	struct hash_queue *q = calloc(1, sizeof *q);

	if (!q)
		FAIL(ERR_LIMIT, "no memory for the queue of password hashes");
	q->channel = -1;
	q->next_correlation = 1;
	*out = q;
	return OK;
}

/* Frees the place before it calls back: the callback may submit again. */
static void finish(struct hash_queue *q, struct job *job, const struct hash_answer *answer)
{
	struct job done = *job;

	*job = (struct job){ 0 };
	q->count--;
	if (done.done)
		done.done(done.context, answer);
}

static void fail_all(struct hash_queue *q, err why)
{
	const struct hash_answer answer = { .failed = why };

	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		if (q->jobs[i].correlation)
			finish(q, &q->jobs[i], &answer);
	}
}

void hash_queue_free(struct hash_queue *q)
{
	if (!q)
		return;
	q->channel = -1;
	fail_all(q, ERR(ERR_UNAVAILABLE, "the worker is ending"));
	free(q);
}

void hash_queue_set_channel(struct hash_queue *q, int channel)
{
	if (channel == q->channel)
		return;
	q->channel = channel;
	fail_all(q, ERR(ERR_UNAVAILABLE, "the hasher has gone away"));
}

static struct job *find(struct hash_queue *q, uint64_t correlation)
{
	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		if (q->jobs[i].correlation == correlation)
			return &q->jobs[i];
	}
	return NULL;
}

static void deliver(struct hash_queue *q, const struct hasher_answer *raw)
{
	struct job *job = raw->correlation ? find(q, raw->correlation) : NULL;
	struct hash_answer answer = { .failed = OK, .matches = raw->matches, .outdated = raw->outdated,
				      .phc = hasher_answer_phc(raw) };

	if (!job) /* its time had run out */
		return;
	if (raw->result == HASHER_BUSY)
		answer.failed = ERR(ERR_UNAVAILABLE, "the hasher has too much to do");
	else if (raw->result == HASHER_REFUSED)
		answer.failed = ERR(ERR_INTERNAL, "the hasher refused the request");
	else if (raw->result != HASHER_DONE)
		answer.failed = ERR(ERR_UNAVAILABLE, "the hasher had no memory");
	if (failed(answer.failed))
		answer.matches = false;
	finish(q, job, &answer);
}

void hash_queue_receive(struct hash_queue *q)
{
	struct hasher_answer answer;
	bool closed = false;

	for (size_t i = 0; i < 2 * HASH_JOBS_MAX && q->channel >= 0; i++) {
		err e = hasher_answer_receive(q->channel, &answer, &closed);
		if (closed) {
			hash_queue_set_channel(q, -1);
			return;
		}
		if (err_kind_of(e) == ERR_UNAVAILABLE)
			return;
		if (!failed(e))
			deliver(q, &answer);
		explicit_bzero(&answer, sizeof answer);
	}
}

void hash_queue_expire(struct hash_queue *q, int64_t monotonic_ms)
{
	const struct hash_answer answer = { .failed = ERR(ERR_UNAVAILABLE, "the hasher did not answer in time") };

	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		if (q->jobs[i].correlation && q->jobs[i].due_ms <= monotonic_ms)
			finish(q, &q->jobs[i], &answer);
	}
}

bool hash_queue_is_busy(const struct hash_queue *q)
{
	return q->count > 0;
}

static err reserve(struct hash_queue *q, struct job **out)
{
	hash_queue_expire(q, now_ms());
	if (q->channel < 0)
		FAIL(ERR_UNAVAILABLE, "the hasher is away");
	*out = find(q, 0);
	if (!*out)
		FAIL(ERR_UNAVAILABLE, "too many password hashes are waiting");
	return OK;
}

static void take(struct hash_queue *q, struct job *job, hash_done done, void *context)
{
	*job = (struct job){ q->next_correlation++, now_ms() + HASH_TIMEOUT_MS, done, context };
	q->count++;
}

err hash_queue_make(struct hash_queue *q, str password, hash_done done, void *context)
{
	struct job *job = NULL;

	TRY(reserve(q, &job));
	TRY(hasher_ask_hash(q->channel, q->next_correlation, HASHER_STANDARD, password));
	take(q, job, done, context);
	return OK;
}

err hash_queue_check(struct hash_queue *q, str password, str phc, hash_done done, void *context)
{
	struct job *job = NULL;

	TRY(reserve(q, &job));
	if (phc.len)
		TRY(hasher_ask_verify(q->channel, q->next_correlation, HASHER_STANDARD, password, phc));
	else
		TRY(hasher_ask_nobody(q->channel, q->next_correlation, HASHER_STANDARD, password));
	take(q, job, done, context);
	return OK;
}

void hash_queue_forget(struct hash_queue *q, void *context)
{
	for (size_t i = 0; i < HASH_JOBS_MAX; i++) {
		if (q->jobs[i].correlation && q->jobs[i].context == context)
			q->jobs[i].done = NULL;
	}
}
