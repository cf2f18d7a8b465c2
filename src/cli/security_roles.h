/* cli/security_roles.h - `role assign|list` with --environment: an environment's security roles instead of the directory's. */
#ifndef CLI_SECURITY_ROLES_H
#define CLI_SECURITY_ROLES_H

#include "cli/commands.h"

NONNULL int security_role_assign(struct cli_call *call);
NONNULL int security_role_list(struct cli_call *call);

#endif
