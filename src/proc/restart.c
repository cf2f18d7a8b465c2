#include "proc/restart.h"

static int64_t wait_after(uint32_t failures)
{
	int64_t wait = RESTART_WAIT_FIRST_NS;
	for (uint32_t i = 1; i < failures && wait < RESTART_WAIT_MAX_NS; i++)
		wait *= 2;
	return wait < RESTART_WAIT_MAX_NS ? wait : RESTART_WAIT_MAX_NS;
}

uint32_t restart_failures(const struct restart *r, int64_t served_ns, int64_t now_ns)
{
	bool counts = served_ns < RESTART_SERVED_NS && now_ns - r->last_failure_ns < RESTART_WINDOW_NS;
	return counts ? r->failures : 0;
}

bool restart_is_failing(const struct restart *r, int64_t served_ns, int64_t now_ns)
{
	return restart_failures(r, served_ns, now_ns) >= RESTART_FAILURES_MAX;
}

enum restart_action restart_ended(struct restart *r, const struct restart_end *end, int64_t now_ns)
{
	if (end->asked_for || end->served_ns >= RESTART_SERVED_NS) {
		*r = (struct restart){ .not_before_ns = now_ns };
		return end->needed ? RESTART_START : RESTART_FORGET;
	}
	r->failures = restart_failures(r, 0, now_ns) + 1;
	r->last_failure_ns = now_ns;
	r->not_before_ns = now_ns + wait_after(r->failures);
	if (r->failures >= RESTART_FAILURES_MAX)
		return RESTART_REFUSE;
	return end->needed ? RESTART_START : RESTART_REST;
}

enum restart_action restart_wanted(struct restart *r, int64_t now_ns)
{
	if (restart_is_failing(r, 0, now_ns) && now_ns < r->not_before_ns)
		return RESTART_REFUSE;
	return RESTART_START;
}
