#include "signin/refresh_state.h"

#include <assert.h>

static const enum refresh_action actions[FAMILY_STATE_COUNT][REFRESH_EVENT_COUNT] = {
	/*                   current          previous in grace      previous late    other          */
	[FAMILY_LIVE]    = { REFRESH_ROTATE,  REFRESH_ANSWER_AGAIN,  REFRESH_REVOKE,  REFRESH_REVOKE },
	[FAMILY_ENDED]   = { REFRESH_EXPIRED, REFRESH_EXPIRED,       REFRESH_REVOKE,  REFRESH_REVOKE },
	[FAMILY_REVOKED] = { REFRESH_REFUSE,  REFRESH_REFUSE,        REFRESH_REFUSE,  REFRESH_REFUSE },
};

enum refresh_family_state refresh_state_of(const struct refresh_times *times, struct instant now)
{
	if (times->revoked)
		return FAMILY_REVOKED;
	return instant_before(now, times->idle_until) && instant_before(now, times->ends_at) ? FAMILY_LIVE : FAMILY_ENDED;
}

enum refresh_event refresh_event_of(const struct refresh_times *times, uint64_t presented, uint64_t current, bool secret_fits,
				    struct instant now)
{
	if (!secret_fits || presented > current || current - presented > 1)
		return PRESENTED_OTHER;
	if (presented == current)
		return PRESENTED_CURRENT;
	bool in_grace = !instant_before(instant_add_ms(times->previous_spent_at, times->grace_ms), now);
	return times->grace_ms > 0 && in_grace ? PRESENTED_PREVIOUS_IN_GRACE : PRESENTED_PREVIOUS_LATE;
}

enum refresh_action refresh_action_of(enum refresh_family_state state, enum refresh_event event)
{
	assert(state < FAMILY_STATE_COUNT && event < REFRESH_EVENT_COUNT);
	return actions[state][event];
}
