/* cli/audit_source.h - a log of the running installation as audit/verify.h wants to see it, over the operator's HTTP. */
#ifndef CLI_AUDIT_SOURCE_H
#define CLI_AUDIT_SOURCE_H

#include "audit/verify.h"
#include "cli/http_client.h"

struct audit_source {
	struct cli_target target;
	str checkpoint; /* as of the moment of verify.signed_size; null: none */
	str prefix;                /* "/{tenant}/audit/log/{log}" */
	struct verify_source verify;
};

/* Asks for the log's origin, its key and what the keeper signed last; texts live in the arena. */
MUST_USE NONNULL err audit_source_open(const char *folder, str tenant, str log, struct arena *arena,
				       struct audit_source *out);

#endif
