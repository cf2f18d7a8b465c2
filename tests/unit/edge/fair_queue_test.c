/* The queue alone, on a clock that the test turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "edge/fair_queue.h"

#define MS INT64_C(1000000)

static const struct fair_limits limits = { 1024, 16384, 5 * MS, 20 * MS, 200 * MS };

struct job {
	struct fair_entry entry;
	int64_t asked_ns;
	int tenant;
};

struct world {
	struct fair_queue *queue;
	struct fair_outlet outlets[3];
	uint32_t dropped[3], served[3], asked[3];
	int64_t worst_ns[3];
};

static void count_drop(void *self, struct fair_entry *entry)
{
	struct world *w = self;
	struct job *job = (struct job *)entry;
	w->dropped[job->tenant]++;
	free(job);
}

static void world_open(struct world *w, int tenants)
{
	*w = (struct world){ .queue = fair_queue_new(limits, count_drop, w) };
	for (int i = 0; i < tenants; i++) {
		struct uuid tenant = { { (uint8_t)(i + 1) } };
		assert_false(failed(fair_outlet_init(w->queue, &tenant, &w->outlets[i])));
		fair_outlet_set_open(w->queue, &w->outlets[i], true);
	}
}

static void ask(struct world *w, int tenant, uint64_t source, int64_t now)
{
	struct job *job = calloc(1, sizeof *job);
	job->asked_ns = now;
	job->tenant = tenant;
	w->asked[tenant]++;
	struct fair_entry *victim = fair_queue_push(w->queue, &w->outlets[tenant], &job->entry, source, now);
	if (victim)
		count_drop(w, victim);
}

/* One processor, 1 ms of work per request. Tenant 0 asks `flood` times as often as tenant 1, for 10 simulated seconds. */
static void run_flood(struct world *w, int flood)
{
	struct job *running = NULL;
	int64_t done_at = 0;
	for (int64_t now = 0; now < 10000 * MS; now += MS / 10) {
		if (now % (10 * MS) == 0) {
			ask(w, 1, 7, now);
			for (int i = 0; i < flood; i++)
				ask(w, 0, (uint64_t)i, now);
		}
		if (running && now >= done_at) {
			int64_t took = now - running->asked_ns;
			w->served[running->tenant]++;
			if (took > w->worst_ns[running->tenant])
				w->worst_ns[running->tenant] = took;
			fair_queue_charge(w->queue, &w->outlets[running->tenant], MS);
			fair_outlet_set_open(w->queue, &w->outlets[running->tenant], true);
			free(running);
			running = NULL;
		}
		if (!running && (running = (struct job *)fair_queue_pop(w->queue, now)))
			done_at = now + MS;
	}
	free(running);
}

static void world_close(struct world *w)
{
	for (int i = 0; i < 2; i++) {
		while (w->outlets[i].count) {
			struct fair_entry *e = w->outlets[i].buckets[__builtin_ctzll(w->outlets[i].filled)].head;
			fair_queue_remove(w->queue, e);
			free(e);
		}
	}
	fair_queue_free(w->queue);
}

static void flood_of_one_tenant_does_not_hurt_another(void **state)
{
	struct world alone, flooded;
	(void)state;
	world_open(&alone, 2);
	run_flood(&alone, 0);
	world_open(&flooded, 2);
	run_flood(&flooded, 500); /* 50 times what the processor can do; tenant 1 uses a tenth of it */
	assert_int_equal(flooded.dropped[1], 0);
	assert_true(flooded.served[1] + 1 >= flooded.asked[1]);
	assert_true(flooded.worst_ns[1] <= 3 * alone.worst_ns[1]);
	assert_true(flooded.dropped[0] > 0);
	assert_true(flooded.served[0] > 8500); /* and what is left over goes to the flood */
	world_close(&alone);
	world_close(&flooded);
}

static void sources_of_a_tenant_take_turns(void **state)
{
	struct world w;
	(void)state;
	world_open(&w, 1);
	for (int i = 0; i < 100; i++)
		ask(&w, 0, 1, 0);
	ask(&w, 0, 2, 0);
	for (int i = 0; i < 2; i++) {
		struct fair_entry *e = fair_queue_pop(w.queue, MS);
		assert_non_null(e);
		if (i == 1)
			assert_int_equal(e->bucket, 2);
		free(e);
		fair_outlet_set_open(w.queue, &w.outlets[0], true);
	}
	world_close(&w);
}

static void overflow_takes_from_the_longest(void **state)
{
	struct fair_limits small = { 10, 12, 5 * MS, 20 * MS, 200 * MS };
	struct world w = { .queue = fair_queue_new(small, count_drop, &w) };
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct uuid tenant = { { (uint8_t)(i + 1) } };
		assert_false(failed(fair_outlet_init(w.queue, &tenant, &w.outlets[i])));
	}
	for (int i = 0; i < 11; i++)
		ask(&w, 0, 1, 0);
	assert_int_equal(w.dropped[0], 1); /* its own bound */
	for (int i = 0; i < 3; i++)
		ask(&w, 1, 1, 0);
	assert_int_equal(w.dropped[0], 2); /* the total bound: not the arriving tenant's */
	assert_int_equal(w.dropped[1], 0);
	assert_int_equal(fair_queue_count(w.queue), 12);
	assert_null(fair_queue_pop(w.queue, 0)); /* closed outlets give nothing */
	world_close(&w);
}

static void standing_queue_is_thinned_from_its_head(void **state)
{
	struct world w;
	(void)state;
	world_open(&w, 1);
	for (int i = 0; i < 200; i++)
		ask(&w, 0, 1, 0);
	for (int64_t now = 30 * MS; now < 1000 * MS; now += 10 * MS) {
		free(fair_queue_pop(w.queue, now));
		fair_outlet_set_open(w.queue, &w.outlets[0], true);
	}
	assert_true(w.dropped[0] >= 5);
	assert_true(w.dropped[0] < 100);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flood_of_one_tenant_does_not_hurt_another),
		cmocka_unit_test(sources_of_a_tenant_take_turns),
		cmocka_unit_test(overflow_takes_from_the_longest),
		cmocka_unit_test(standing_queue_is_thinned_from_its_head),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
