/* directory/permission.h - the permissions of the directory resource, and the directory roles.
 *
 * Source: identity 1.7, 1.12; names and ids are those of the public Graph. */
#ifndef DIRECTORY_PERMISSION_H
#define DIRECTORY_PERMISSION_H

#include "base/arena.h"
#include "base/uuid.h"

/* What the directory resource's application object says in `api` and `appRoles`. `at` null: budget spent. */
NONNULL str permission_api_json(struct arena *arena);
NONNULL str permission_roles_json(struct arena *arena);

enum role_name {
	ROLE_GLOBAL_ADMINISTRATOR = 1, ROLE_PRIVILEGED_ROLE_ADMINISTRATOR, ROLE_USER_ADMINISTRATOR, ROLE_GROUPS_ADMINISTRATOR,
	ROLE_APPLICATION_ADMINISTRATOR, ROLE_CLOUD_APPLICATION_ADMINISTRATOR, ROLE_GLOBAL_READER, ROLE_LICENSE_ADMINISTRATOR,
	ROLE_POWER_PLATFORM_ADMINISTRATOR, ROLE_DYNAMICS_ADMINISTRATOR, ROLE_OTHER
};

struct role_template {
	enum role_name name;
	const char *id, *display_name, *description;
};
/* All of them; *out_count how many. */
NONNULL const struct role_template *role_templates(size_t *out_count);
/* Null when there is none with that id. */
NONNULL const struct role_template *role_template_by_id(const struct uuid *id);
/* By its display name, without case; null. */
const struct role_template *role_template_by_display_name(str name);
NONNULL struct uuid role_template_id(enum role_name name);

#endif
