/* directory/group.h - groups with assigned members. Source: identity 1.4, 1.12. */
#ifndef DIRECTORY_GROUP_H
#define DIRECTORY_GROUP_H

#include "base/instant.h"
#include "directory/object.h"

enum { GROUP_DEPTH_MAX = 16, GROUP_BIND_MAX = 20 };

struct group {
	int64_t key;
	struct uuid id;
	str display_name, mail_nickname, description; /* description may be absent */
	bool mail_enabled, security_enabled, role_assignable;
	str group_types; /* JSON */
};

/* Like user_apply. isAssignableToRole and groupTypes only when `creating`; dynamic groups are refused. The @odata.bind members
 * are left to the caller. */
MUST_USE NONNULL err group_apply(const struct json *body, bool creating, struct arena *arena, struct group *g);
MUST_USE NONNULL err group_insert(struct store *store, struct group *g, struct instant now);
MUST_USE NONNULL err group_update(struct store *store, const struct group *g, struct instant now);
MUST_USE NONNULL err group_by_id(struct store *store, const struct uuid *id, struct arena *arena, struct group *out);
/* Checks kind, cycles and depth. ERR_NOT_FOUND: no such object; ERR_INVALID: a member already, or not allowed. */
MUST_USE NONNULL err group_add_member(struct store *store, const struct group *g, const struct uuid *member);
MUST_USE NONNULL err group_remove_member(struct store *store, const struct group *g, const struct uuid *member);
MUST_USE NONNULL err group_remove_owner(struct store *store, const struct group *g, const struct uuid *owner);
MUST_USE NONNULL err group_add_owner(struct store *store, const struct group *g, const struct uuid *owner);
/* The last segment of "https://host/v1.0/directoryObjects/{id}". */
MUST_USE err directory_reference_parse(str reference, struct uuid *out);

#endif
