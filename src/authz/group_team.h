/* authz/group_team.h - teams whose members are those of a directory group (authorization-and-data 1.6).
 *
 * Who belongs to one is asked of the directory when a context is made, and again when people have changed: nothing is copied, so a change of
 * the group holds for the next request. By membershiptype: 0 members and guests, 1 members who are no guests, 2 owners who are no guests,
 * 3 guests. Without an answer of the directory nobody belongs. */
#ifndef AUTHZ_GROUP_TEAM_H
#define AUTHZ_GROUP_TEAM_H

#include "authz/person.h"

enum group_membership { GROUP_MEMBERS_AND_GUESTS = 0, GROUP_MEMBERS, GROUP_OWNERS, GROUP_GUESTS, GROUP_MEMBERSHIPS };

struct group_team {
	int64_t team;         /* its key */
	struct uuid group;
	enum group_membership membership;
};

/* Pure. */
NONNULL bool group_team_has(const struct group_team *t, const struct person_facts *p);

#endif
