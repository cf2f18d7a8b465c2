/* authz/record_team.h - the system-managed access team of a row (authorization-and-data 1.6, 1.8).
 *
 * A template says which rights the members of a row's team get. The team is made with its first member: an access team, the one row shared
 * with it, in the row's unit. It goes with its row, its template or its table, and nobody adds or removes its members otherwise. */
#ifndef AUTHZ_RECORD_TEAM_H
#define AUTHZ_RECORD_TEAM_H

#include "authz/admin.h"

struct record_team_template {
	int64_t key;
	uint16_t table;  /* ordinal */
	uint32_t mask;   /* share bits */
	str name;
};
/* ERR_NOT_FOUND when there is none. The name is in the arena. */
MUST_USE NONNULL err record_team_template(struct authz *authz, const struct uuid *id, struct arena *arena, struct record_team_template *out);

struct record_team_row {
	const struct table *table;
	int64_t key, unit;
	struct uuid id;
};
/* Inside the caller's transaction, once the caller's Share and the template's rights on the row are judged. The member must hold a privilege
 * for each right of the template: member_lacks_privilege. */
MUST_USE NONNULL err record_team_add(struct admin_call *call, const struct record_team_template *t, const struct record_team_row *row,
				     const struct uuid *user);
/* Nothing when the user is no member. */
MUST_USE NONNULL err record_team_remove(struct admin_call *call, const struct record_team_template *t, const struct record_team_row *row,
					const struct uuid *user);
/* The row is deleted. */
MUST_USE NONNULL err record_teams_end(struct authz *authz, const struct table *table, int64_t row_key, struct arena *arena);

#endif
