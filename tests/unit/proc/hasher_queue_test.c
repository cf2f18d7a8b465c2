/* Every admission and every turn, without a process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "proc/hasher_queue.h"

static const char channels[] = "ABCDE"; /* each channel is the address of its letter */

/* Plays a script: a letter asks, '.' takes one. Writes what happened: letters in lower case for what was taken, '-' for a
 * job turned away, '<' and the letter for one evicted, '_' when there was nothing to take. */
static void play(const char *script, char *out)
{
	static struct hasher_queue q;
	struct hasher_request request = { .kind = HASHER_NOBODY };
	struct hasher_job job;
	memset(&q, 0, sizeof q);
	for (; *script; script++) {
		if (*script == '.') {
			bool any = hasher_queue_take(&q, &job);
			*out++ = any ? (char)(*(const char *)job.channel + ('a' - 'A')) : '_';
			continue;
		}
		switch (hasher_queue_add(&q, strchr(channels, *script), &request, &job)) {
		case HASHER_ADMITTED:
			break;
		case HASHER_TURNED_AWAY:
			*out++ = '-';
			break;
		case HASHER_ADMITTED_FOR:
			*out++ = '<';
			*out++ = *(const char *)job.channel;
		}
	}
	*out = '\0';
}

static void scripts(void **state)
{
	static const struct {
		const char *name, *script, *want;
	} rows[] = {
		{ "nothing to do", ".", "_" },
		{ "one", "A..", "a_" },
		{ "in order of arrival", "AAA...", "aaa" },
		{ "four wait, the fifth is turned away", "AAAAA", "-" },
		{ "a place becomes free", "AAAA.A", "a" },
		{ "a newcomer takes a place from the greedy", "AAAAB", "<A" },
		{ "and is served next but one", "AAAAB....", "<Aabaa" },
		{ "a second job of the newcomer is turned away", "AAAABB", "<A-" },
		{ "the greediest gives way", "AAABC", "<A" },
		{ "two and two: one of the first found gives way", "AABBC", "<A" },
		{ "four different ones: all deserve their place", "ABCDE", "-" },
		{ "turns alternate", "AABB....", "abab" },
		{ "the one served last waits for the others", "A.AB..", "aba" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char got[64];
		play(rows[i].script, got);
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: %s gave %s, not %s", rows[i].name, rows[i].script, got, rows[i].want);
	}
}

static void evicted_job_is_the_newest_and_whole(void **state)
{
	struct hasher_queue q = { 0 };
	struct hasher_job job;
	(void)state;
	for (uint64_t i = 1; i <= HASHER_QUEUE_MAX; i++) {
		struct hasher_request request = { .kind = HASHER_NOBODY, .correlation = i };
		assert_int_equal(hasher_queue_add(&q, &channels[0], &request, &job), HASHER_ADMITTED);
	}
	struct hasher_request other = { .kind = HASHER_NOBODY, .correlation = 99 };
	assert_int_equal(hasher_queue_add(&q, &channels[1], &other, &job), HASHER_ADMITTED_FOR);
	assert_int_equal(job.request.correlation, HASHER_QUEUE_MAX);
}

static void forgetting_a_channel_drops_its_jobs_and_wipes_them(void **state)
{
	static const struct hasher_job nothing;
	struct hasher_queue q = { 0 };
	struct hasher_job job;
	struct hasher_request request = { .kind = HASHER_NOBODY, .password_len = 3, .password = "abc" };
	(void)state;
	assert_int_equal(hasher_queue_add(&q, &channels[0], &request, &job), HASHER_ADMITTED);
	assert_int_equal(hasher_queue_add(&q, &channels[1], &request, &job), HASHER_ADMITTED);
	hasher_queue_forget(&q, &channels[0]);
	assert_int_equal(hasher_queue_count(&q), 1);
	assert_memory_equal(&q.jobs[0], &nothing, sizeof nothing);
	assert_true(hasher_queue_take(&q, &job));
	assert_ptr_equal(job.channel, &channels[1]);
	assert_memory_equal(&q.jobs[1], &nothing, sizeof nothing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts),
		cmocka_unit_test(evicted_job_is_the_newest_and_whole),
		cmocka_unit_test(forgetting_a_channel_drops_its_jobs_and_wipes_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
