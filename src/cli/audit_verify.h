/* cli/audit_verify.h - `bailiwick audit verify DIR [--tenant T]`: every log of the installation, or of one tenant.
 *
 * Exit: 0 everything is as signed; 1 something is not (a line on standard output for each finding, or members of "findings" with
 * --json); 3 the service could not be asked. */
#ifndef CLI_AUDIT_VERIFY_H
#define CLI_AUDIT_VERIFY_H

#include "cli/command.h"

/* The command has the option "tenant" (may be absent from the line). */
NONNULL int cli_audit_verify(struct cli_call *call);

#endif
