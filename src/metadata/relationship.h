/* metadata/relationship.h - one-to-many relationships as they are defined: a lookup column and the table it points at. */
#ifndef METADATA_RELATIONSHIP_H
#define METADATA_RELATIONSHIP_H

#include "metadata/table.h"

/* Which children an action on the parent reaches (1.8): Active, those whose state is; UserOwned, those of the parent's owner. */
enum cascade_kind { CASCADE_NONE = 0, CASCADE_ALL, CASCADE_ACTIVE, CASCADE_USER_OWNED };
enum cascade_delete { DELETE_REMOVE_LINK = 0, DELETE_CASCADE, DELETE_RESTRICT };

struct relationship {
	struct uuid id;
	str schema_name;
	const struct table *referenced, *referencing;
	const struct column *lookup;  /* of referencing */
	str cascade;                  /* JSON of CascadeConfiguration, and what of it is acted on: */
	enum cascade_kind assign, share, unshare, reparent;
	enum cascade_delete on_delete;
};

/* All of them, by schema name, in `arena`; they borrow from `m`. */
MUST_USE NONNULL err relationships_read(struct store *store, const struct metadata *m, struct arena *arena, struct relationship **out,
					size_t *out_count);

#endif
