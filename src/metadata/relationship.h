/* metadata/relationship.h - one-to-many relationships as they are defined: a lookup column and the table it points at. */
#ifndef METADATA_RELATIONSHIP_H
#define METADATA_RELATIONSHIP_H

#include "metadata/table.h"

struct relationship {
	struct uuid id;
	str schema_name;
	const struct table *referenced, *referencing;
	const struct column *lookup;  /* of referencing */
	str cascade;                  /* JSON of CascadeConfiguration */
};

/* All of them, by schema name, in `arena`; they borrow from `m`. */
MUST_USE NONNULL err relationships_read(struct store *store, const struct metadata *m, struct arena *arena, struct relationship **out,
					size_t *out_count);

#endif
