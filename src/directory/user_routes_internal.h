/* directory/user_routes_internal.h - a change of a user that may have to wait for the hasher. */
#ifndef DIRECTORY_USER_ROUTES_INTERNAL_H
#define DIRECTORY_USER_ROUTES_INTERNAL_H

#include "directory/user.h"
#include "web/call.h"

struct user_change {
	struct web_call *call;
	struct user user;                 /* as it shall be */
	struct password_profile password; /* given: hashed first */
	bool password_made;               /* by us: shown once */
	str changes;                      /* for the audit log: JSON or empty */
	/* Writes everything in one transaction and fills the answer. phc: `at` null without a password. */
	err (*write)(struct user_change *change, str phc);
};

err user_change_create(struct user_change *change, str phc);
err user_change_update(struct user_change *change, str phc);
/* Writes now, or parks the call until the password is hashed. The change lives in the call's arena. */
MUST_USE NONNULL err user_change_run(struct user_change *change);

#endif
