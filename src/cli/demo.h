/* cli/demo.h - `bailiwick init DIR --demo`: an installation with something in it.
 *
 * Two tenants with their environments, people, roles and applications, and the organisations of the IEEE registries as rows, all
 * made over the operator's lane of the installation's own processes, which run for as long as that takes. DIR/demo.json is written
 * last and says that the demo is whole. Until then DIR/demo.unfinished stands: what was interrupted is removed and begun anew by
 * the next `init --demo` in the same folder. */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "cli/command.h"

/* Before the installation is made: refuses a folder that holds another one, and clears an unfinished demo away. */
MUST_USE NONNULL err demo_prepare(struct cli_call *call);
/* After it was made. Returns enum cli_exit. */
NONNULL int demo_build(struct cli_call *call, str origin);

#endif
