#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/job_phase.h"

/* Every pair: what is not named here ends the job. */
static enum job_phase next_wanted(enum job_kind kind, enum job_phase phase)
{
	if (kind == JOB_ASSIGN)
		return phase == JOB_LIST ? JOB_WORK : phase == JOB_WORK || phase == JOB_UNDO ? JOB_CLEAN : JOB_END;
	if (kind == JOB_DELETE)
		return phase == JOB_LIST ? JOB_CHECK : phase == JOB_CHECK ? JOB_WORK : phase == JOB_WORK ? JOB_CLEAN : JOB_END;
	return JOB_END;
}

static enum job_phase refused_wanted(enum job_kind kind, enum job_phase phase)
{
	if (kind == JOB_ASSIGN)
		return phase == JOB_LIST || phase == JOB_WORK ? JOB_UNDO : phase == JOB_UNDO ? JOB_CLEAN : JOB_END;
	if (kind == JOB_DELETE)
		return phase == JOB_LIST || phase == JOB_CHECK || phase == JOB_WORK ? JOB_CLEAN : JOB_END;
	return JOB_END;
}

static void every_pair_goes_where_it_should(void **state)
{
	(void)state;
	for (int k = 0; k <= JOB_KINDS_END; k++) {
		for (int p = 0; p <= JOB_PHASES_END; p++) {
			enum job_kind kind = (enum job_kind)k;
			enum job_phase phase = (enum job_phase)p;
			if (job_phase_next(kind, phase) != next_wanted(kind, phase) || job_phase_refused(kind, phase) != refused_wanted(kind, phase))
				fail_msg("kind %d phase %d", k, p);
		}
	}
}

static void every_job_ends_whatever_is_refused(void **state)
{
	(void)state;
	for (int k = JOB_ASSIGN; k < JOB_KINDS_END; k++) {
		for (unsigned refusals = 0; refusals < 1u << JOB_PHASES_END; refusals++) {
			enum job_phase phase = job_phase_first((enum job_kind)k);
			int steps = 0;
			for (; phase != JOB_END && steps < JOB_PHASES_END; steps++)
				phase = refusals >> phase & 1 ? job_phase_refused((enum job_kind)k, phase) : job_phase_next((enum job_kind)k, phase);
			assert_int_equal(phase, JOB_END);
		}
	}
}

/* Where rows were listed, the list goes before the job does; and what an assignment has begun is never left as it stands when it is refused. */
static void lists_are_cleaned_and_assignments_undone(void **state)
{
	(void)state;
	assert_int_equal(job_phase_first(JOB_ASSIGN), JOB_LIST);
	assert_int_equal(job_phase_first(JOB_DELETE), JOB_LIST);
	assert_int_equal(job_phase_first(JOB_MOVE), JOB_WORK);
	assert_int_equal(job_phase_first(JOB_MATRIX_END), JOB_WORK);
	for (int p = JOB_LIST; p <= JOB_WORK; p++) {
		assert_int_not_equal(job_phase_next(JOB_DELETE, (enum job_phase)p), JOB_END);
		assert_int_not_equal(job_phase_refused(JOB_DELETE, (enum job_phase)p), JOB_END);
		assert_int_equal(job_phase_refused(JOB_ASSIGN, (enum job_phase)p), p == JOB_CHECK ? JOB_END : JOB_UNDO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_pair_goes_where_it_should), cmocka_unit_test(every_job_ends_whatever_is_refused),
					    cmocka_unit_test(lists_are_cleaned_and_assignments_undone) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
