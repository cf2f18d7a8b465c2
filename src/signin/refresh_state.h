/* signin/refresh_state.h - what a presented refresh token means for its family. Pure.
 *
 * Source:  identity 2.5, RFC 9700 4.14.2. A family is the line of tokens that one sign-in gave one client; at most one is
 *          current. The database runs this inside one transaction, so that of two requests with the same token the
 *          second sees the first one's result.
 *
 *                          current            previous, in grace   previous, late     older, forged
 *   live                   rotate             answer again         revoke             revoke
 *   live, past its end     expired            expired              revoke             revoke
 *   revoked                refuse             refuse               refuse             refuse
 *
 * A previous token in grace is answered with the very response of the first time: no fork of the line, and a client that
 * lost the answer to its network recovers. An unknown number or a wrong secret in a live family is as good as stolen. */
#ifndef SIGNIN_REFRESH_STATE_H
#define SIGNIN_REFRESH_STATE_H

#include "base/instant.h"

enum refresh_family_state { FAMILY_LIVE = 0, FAMILY_ENDED, FAMILY_REVOKED, FAMILY_STATE_COUNT };

enum refresh_event { PRESENTED_CURRENT = 0, PRESENTED_PREVIOUS_IN_GRACE, PRESENTED_PREVIOUS_LATE, PRESENTED_OTHER,
		     REFRESH_EVENT_COUNT };

enum refresh_action { REFRESH_REFUSE = 0, REFRESH_ROTATE, REFRESH_ANSWER_AGAIN, REFRESH_EXPIRED, REFRESH_REVOKE };

struct refresh_times {
	struct instant idle_until, ends_at, previous_spent_at;
	int64_t grace_ms;
	bool revoked;
};

enum refresh_family_state refresh_state_of(const struct refresh_times *times, struct instant now);
/* presented, current: numbers in the line. secret_fits: the presented secret is that number's. */
enum refresh_event refresh_event_of(const struct refresh_times *times, uint64_t presented, uint64_t current, bool secret_fits,
				    struct instant now);
enum refresh_action refresh_action_of(enum refresh_family_state state, enum refresh_event event);

#endif
