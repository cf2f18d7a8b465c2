/* cli/init_config.h - the text of a new bailiwick.conf: what was wished for, and every other key as a comment with its
 * default, so that the file explains itself. */
#ifndef CLI_INIT_CONFIG_H
#define CLI_INIT_CONFIG_H

#include "base/arena.h"
#include "base/err.h"

struct init_wish {
	str origin, listen, root; /* empty: the standard */
};

/* ERR_INVALID when a wish holds what cannot stand in the file, or the origin is no URL. The caller parses the text before it
 * trusts it (config_parse). */
MUST_USE NONNULL err init_config_text(const struct init_wish *wish, struct arena *arena, str *out);

#endif
