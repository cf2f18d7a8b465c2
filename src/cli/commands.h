/* cli/commands.h - the table of all commands, and their handlers by file. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/command.h"

NONNULL const struct command *cli_commands(size_t *out_count);

/* init.c: makes an installation's folder, keys and certificates. */
NONNULL int cli_init(struct cli_call *call);
/* platform.c: what the control worker answers. */
NONNULL int cli_status(struct cli_call *call);
NONNULL int cli_tenant_create(struct cli_call *call);
NONNULL int cli_tenant_list(struct cli_call *call);
NONNULL int cli_environment_create(struct cli_call *call);
NONNULL int cli_environment_list(struct cli_call *call);
NONNULL int cli_key_rotate(struct cli_call *call);
/* The recorder's logs. */
NONNULL int cli_audit_logs(struct cli_call *call);
NONNULL int cli_audit_events(struct cli_call *call);
/* people.c, applications.c: a tenant's directory. */
NONNULL int cli_user_create(struct cli_call *call);
NONNULL int cli_user_list(struct cli_call *call);
NONNULL int cli_user_delete(struct cli_call *call);
NONNULL int cli_group_create(struct cli_call *call);
NONNULL int cli_group_list(struct cli_call *call);
NONNULL int cli_group_add(struct cli_call *call);
NONNULL int cli_licence_add(struct cli_call *call);
NONNULL int cli_licence_list(struct cli_call *call);
NONNULL int cli_licence_assign(struct cli_call *call);
NONNULL int cli_licence_unassign(struct cli_call *call);
NONNULL int cli_role_assign(struct cli_call *call);
NONNULL int cli_role_list(struct cli_call *call);
NONNULL int cli_role_unassign(struct cli_call *call);
NONNULL int cli_access_explain(struct cli_call *call);
NONNULL int cli_access_who(struct cli_call *call);
NONNULL int cli_access_what(struct cli_call *call);
NONNULL int cli_app_create(struct cli_call *call);
NONNULL int cli_app_list(struct cli_call *call);
/* solution.c */
NONNULL int cli_solution_export(struct cli_call *call);
NONNULL int cli_solution_diff(struct cli_call *call);
NONNULL int cli_solution_import(struct cli_call *call);
/* import_command.c */
NONNULL int cli_import(struct cli_call *call);

#endif
