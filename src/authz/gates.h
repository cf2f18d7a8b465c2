/* authz/gates.h - account, licence and environment group: what steps 2, 3 and 5 of 5.1 ask of the directory for one person. Pure.
 *
 * Source: authorization-and-data 1.10, 4.11. The gates exist only where a group or plans are set. Exempt from the licence: application users,
 * non-interactive users, and platform administrators, who without one are confined to Administrative mode. Exempt from the group:
 * application users and platform administrators. What the directory does not know (a stub) is exempt from nothing. */
#ifndef AUTHZ_GATES_H
#define AUTHZ_GATES_H

#include "authz/person.h"
#include "authz/reason.h"

enum { REQUIRED_PLANS_MAX = 20 };

/* Who may enter, besides the environment's state. */
struct admission {
	struct uuid group;          /* nil: none is asked for    */
	size_t plan_count;          /* 0: no licence is asked for */
	struct uuid plans[REQUIRED_PLANS_MAX];
};

struct gates {
	enum authz_reason licence, group; /* REASON_NONE: passed */
	bool administrative;              /* forced into Administrative mode */
	bool bounded;                     /* licensed: the bounds of the plans hold */
};

static inline bool admission_asks(const struct admission *a)
{
	return a->plan_count || !uuid_is_nil(&a->group);
}
NONNULL bool admission_requires(const struct admission *a, const struct uuid *plan);
/* Step 2: USER_DISABLED when the account is, or is gone; known_before: the directory has known it. Who was never known is a stub, and passes. */
NONNULL enum authz_reason account_judge(const struct person_facts *p, bool known_before);
NONNULL struct gates gates_judge(const struct admission *a, const struct person_facts *p, bool application, bool non_interactive);

#endif
