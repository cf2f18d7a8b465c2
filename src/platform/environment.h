/* platform/environment.h - the environments of this installation's tenants. */
#ifndef PLATFORM_ENVIRONMENT_H
#define PLATFORM_ENVIRONMENT_H

#include "base/instant.h"
#include "base/unique_name.h"
#include "base/uuid.h"
#include "store/store.h"

enum environment_state { ENVIRONMENT_BEING_MADE = 0, ENVIRONMENT_READY, ENVIRONMENT_ADMINISTRATION, ENVIRONMENT_DISABLED };

enum { ENVIRONMENT_PLANS_MAX = 20 };

struct environment {
	struct uuid id, tenant;
	str unique_name, display_name, tenant_display_name;
	enum environment_state state;
	struct instant created;
	struct uuid security_group;       /* nil: none is asked for */
	const struct uuid *required_plans; /* one of them is needed; none: no licence is */
	size_t required_plan_count;
};

/* A label of a host name: 2 to 40 lower-case letters, digits and inner hyphens, a letter first; none of the names that the
 * platform keeps for itself (admin, bus, vault, www, login, api). */
MUST_USE NONNULL err unique_name_check(str name);
/* "being made", "ready", "administration", "disabled" */
const char *environment_state_name(enum environment_state state);
/* False for another text, and for "being made". */
NONNULL bool environment_state_parse(str text, enum environment_state *out);

/* In state BEING_MADE, in the caller's transaction. ERR_CONFLICT: the name is taken. ERR_NOT_FOUND: no active tenant. */
MUST_USE NONNULL err environment_insert(struct store *store, const struct uuid *id, const struct uuid *tenant, str unique_name,
					str display_name, struct instant now);
MUST_USE NONNULL err environment_activate(struct store *store, const struct uuid *id);
MUST_USE NONNULL err environment_set_state(struct store *store, const struct uuid *id, enum environment_state state);
/* State, group and plans as they stand in `e`. ERR_LIMIT: more than ENVIRONMENT_PLANS_MAX plans. */
MUST_USE NONNULL err environment_set_admission(struct store *store, const struct environment *e);
MUST_USE NONNULL err environment_by_id(struct store *store, const struct uuid *id, struct arena *arena,
				       struct environment *out);
/* `tenant` null: all. */
MUST_USE err environment_list(struct store *store, const struct uuid *tenant, struct arena *arena, struct environment **out,
			      size_t *out_count);

#endif
