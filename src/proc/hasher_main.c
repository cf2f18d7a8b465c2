/* The hasher: makes and checks password hashes for the identity workers, one at a time, and knows nothing else: no file,
 * no key, no database. One process per processor. Between two jobs it reads every channel, so that a full queue is answered
 * at once and no channel waits behind another's flood. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypto/password.h"
#include "host/log.h"
#include "ipc/hasher_message.h"
#include "proc/child.h"
#include "proc/hasher_queue.h"

_Static_assert((int)HASHER_PASSWORD_BYTES_MAX == PASSWORD_BYTES_MAX, "one size");
_Static_assert((int)HASHER_PHC_MAX == PASSWORD_PHC_MAX, "one size");
_Static_assert((int)HASHER_STANDARD == PASSWORD_STANDARD && (int)HASHER_HIGH == PASSWORD_HIGH, "one numbering");

enum { LOCKABLE_BYTES_WANTED = 256 << 20, READS_PER_ROUND = 64 };

struct hasher;

struct hasher_channel {
	struct loop_watch watch;
	struct hasher *hasher;
	struct hasher_channel *next;
};

struct hasher {
	struct child *child;
	struct hasher_channel *channels;
	struct hasher_queue queue;
	struct loop_timer work; /* set while jobs wait */
};

/* --- answers --- */

static void answer_send(const struct hasher_channel *channel, const struct hasher_answer *answer)
{
	err e = channel_send(channel->watch.fd, bytes_of(answer, sizeof *answer), NULL);
	if (failed(e) && err_kind_of(e) != ERR_UNAVAILABLE)
		log_err("answer of the hasher", e); /* a worker that has gone, or reads nothing, will time out */
}

static void answer_without_work(const struct hasher_channel *channel, uint64_t correlation, enum hasher_result result)
{
	struct hasher_answer answer = {
		.version = HASHER_MESSAGE_VERSION, .result = (uint16_t)result, .correlation = correlation,
	};
	answer_send(channel, &answer);
}

static enum hasher_result result_of(err e)
{
	switch (err_kind_of(e)) {
	case 0:
		return HASHER_DONE;
	case ERR_INVALID:
		return HASHER_REFUSED;
	default:
		return HASHER_FAILED;
	}
}

static err do_hash(const struct hasher_request *r, bytes password, struct hasher_answer *out)
{
	TRY(password_hash((enum password_profile)r->profile, password, out->phc));
	out->phc_len = (uint16_t)strlen(out->phc);
	return OK;
}

static err do_verify(const struct hasher_request *r, bytes password, struct hasher_answer *out)
{
	bool matches, outdated;
	TRY(password_verify((enum password_profile)r->profile, password, (str){ r->phc, r->phc_len }, &matches, &outdated));
	out->matches = matches;
	out->outdated = outdated;
	return OK;
}

static err do_nobody(const struct hasher_request *r, bytes password, struct hasher_answer *out)
{
	(void)out;
	return password_verify_nobody((enum password_profile)r->profile, password);
}

static void work_one(struct hasher_job *job)
{
	static err (*const work[])(const struct hasher_request *, bytes, struct hasher_answer *) = {
		[HASHER_HASH] = do_hash, [HASHER_VERIFY] = do_verify, [HASHER_NOBODY] = do_nobody,
	};
	const struct hasher_request *r = &job->request;
	struct hasher_answer answer = { .version = HASHER_MESSAGE_VERSION, .correlation = r->correlation };
	err e = work[r->kind](r, bytes_of(r->password, r->password_len), &answer);
	answer.result = (uint16_t)result_of(e);
	if (failed(e))
		log_err("password hash", e);
	answer_send(job->channel, &answer);
	explicit_bzero(&answer, sizeof answer);
	hasher_job_wipe(job);
}

/* --- requests --- */

static void admit(struct hasher_channel *channel, const struct hasher_request *request)
{
	struct hasher *h = channel->hasher;
	struct hasher_job evicted;
	switch (hasher_queue_add(&h->queue, channel, request, &evicted)) {
	case HASHER_ADMITTED:
		break;
	case HASHER_ADMITTED_FOR:
		answer_without_work(evicted.channel, evicted.request.correlation, HASHER_BUSY);
		hasher_job_wipe(&evicted);
		break;
	case HASHER_TURNED_AWAY:
		answer_without_work(channel, request->correlation, HASHER_BUSY);
		break;
	}
}

static void channel_close(struct hasher_channel *channel)
{
	struct hasher *h = channel->hasher;
	struct hasher_channel **at = &h->channels;
	while (*at != channel)
		at = &(*at)->next;
	*at = channel->next;
	hasher_queue_forget(&h->queue, channel);
	loop_remove(h->child->loop, &channel->watch);
	close(channel->watch.fd);
	free(channel);
}

/* Takes what is there. False when the channel is to be closed: its peer has gone, or speaks nonsense. */
static bool channel_read(struct hasher_channel *channel)
{
	struct hasher_request raw, request;
	for (int i = 0; i < READS_PER_ROUND; i++) {
		size_t len;
		err e = channel_receive(channel->watch.fd, (uint8_t *)&raw, sizeof raw, &len, NULL);
		if (err_kind_of(e) == ERR_UNAVAILABLE)
			break;
		if (!failed(e) && len == 0)
			return false;
		if (!failed(e))
			e = hasher_request_decode(bytes_of(&raw, len), &request);
		hasher_request_wipe(&raw);
		if (failed(e)) {
			log_err("request to the hasher", e);
			return false;
		}
		admit(channel, &request);
		hasher_request_wipe(&request);
	}
	return true;
}

static void work_set(struct hasher *h)
{
	if (hasher_queue_count(&h->queue) == 0)
		return;
	err e = loop_timer_set(h->child->loop, &h->work, loop_now_ns(h->child->loop)); /* the next turn: events come first */
	if (failed(e))
		log_err("hasher's timer", e);
}

static void channel_ready(struct loop_watch *watch, unsigned events)
{
	struct hasher_channel *channel = watch->owner;
	struct hasher *h = channel->hasher;
	(void)events;
	if (!channel_read(channel))
		channel_close(channel);
	work_set(h);
}

static void read_all(struct hasher *h)
{
	for (struct hasher_channel *channel = h->channels, *next; channel; channel = next) {
		next = channel->next;
		if (!channel_read(channel))
			channel_close(channel);
	}
}

static void work_due(struct loop_timer *timer)
{
	struct hasher *h = timer->owner;
	struct hasher_job job;
	read_all(h);
	if (hasher_queue_take(&h->queue, &job))
		work_one(&job);
	work_set(h);
}

/* --- the frame's hooks --- */

/* Where the limit allows it nothing of a password reaches the swap; under a smaller limit locking everything would make
 * Argon2id's memory fail instead. */
static void lock_memory(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur >= LOCKABLE_BYTES_WANTED)
		(void)mlockall(MCL_CURRENT | MCL_FUTURE);
}

static err hasher_open(struct child *child)
{
	struct hasher *h = calloc(1, sizeof *h);
	if (!h)
		FAIL(ERR_LIMIT, "no memory for the hasher");
	h->child = child;
	h->work = (struct loop_timer){ .fire = work_due, .owner = h };
	child->self = h;
	lock_memory();
	/* The library looks at the processor now, while it still may. */
	return password_verify_nobody(PASSWORD_STANDARD, (bytes){ NULL, 0 });
}

static err hasher_channel_new(struct child *child, const struct channel_binding *binding, int fd)
{
	struct hasher *h = child->self;
	struct hasher_channel *channel = calloc(1, sizeof *channel);
	if (!channel || binding->kind != CHANNEL_HASHER || binding->peer != ROLE_IDENTITY) {
		free(channel);
		close(fd);
		FAIL(ERR_DENIED, "a channel that the hasher does not serve");
	}
	channel->watch = (struct loop_watch){ fd, channel_ready, channel };
	channel->hasher = h;
	channel->next = h->channels;
	h->channels = channel;
	err e = loop_add(child->loop, &channel->watch, LOOP_READ);
	if (failed(e)) {
		h->channels = channel->next;
		free(channel);
		close(fd);
	}
	return e;
}

static void hasher_close(struct child *child)
{
	struct hasher *h = child->self;
	while (h->channels)
		channel_close(h->channels);
	free(h);
}

int hasher_main(void)
{
	static const struct child_hooks hooks = {
		.role = ROLE_HASHER, .open = hasher_open, .channel = hasher_channel_new, .close = hasher_close,
	};
	return child_run(&hooks, NULL);
}
