/* directory/facts.h - what the platform says about this tenant: the identity worker's facts (docs/ARCHITECTURE.md). */
#ifndef DIRECTORY_FACTS_H
#define DIRECTORY_FACTS_H

#include "directory/directory.h"

struct facts {
	struct uuid tenant;
	str display_name, origin;
	const str *domains;       /* at least one */
	size_t domain_count;
	const struct environment_fact *environments;
	size_t environment_count;
};

/* Everything copied into `arena`. */
MUST_USE NONNULL err facts_parse(str text, struct arena *arena, struct facts *out);

/* Brings the database in line with the facts, in one transaction: tenant, domains, the directory resource, the first page,
 * one resource application for each environment. What a client changed elsewhere stays. */
MUST_USE NONNULL err facts_apply(struct store *store, const struct facts *facts, struct instant now, struct arena *arena);

#endif
