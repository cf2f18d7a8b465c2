/* metadata/define.h - new tables, columns and lookups.
 *
 * Source:  authorization-and-data 4.5, 4.11. All calls run inside the caller's write transaction, together with the
 *          privileges that authz makes for a new table and the epoch; afterwards the caller loads the metadata anew.
 * Errors:  ERR_INVALID with a reason in why for names and limits; ERR_CONFLICT when the name is taken. */
#ifndef METADATA_DEFINE_H
#define METADATA_DEFINE_H

#include "metadata/table.h"

/* The client's wish for a column. Names and limits are checked here. */
struct column_wish {
	struct uuid id;
	enum column_type type;       /* not Owner, State, Status, Uniqueidentifier       */
	str schema_name, display_name;
	bool primary_name, required, secured;
	int32_t length_max;          /* 0: 100 for String, 2000 for Memo                 */
	int precision;               /* -1: 2                                            */
	bool has_min, has_max;
	int64_t min, max;            /* scaled by 10^precision for Decimal and Money     */
	str target;                  /* Lookup: logical name of the referenced table     */
	str options;                 /* JSON [[value,"label"],...], checked by the caller */
};

struct table_wish {
	struct uuid id;
	str schema_name, entity_set; /* entity_set empty: the plural of the logical name */
	str display_name, display_collection_name, description;
	enum table_ownership ownership;
	enum table_class class;
	bool access_teams;
	struct column_wish primary_name;
};

struct relationship_wish {
	struct uuid id;
	str schema_name, cascade;    /* cascade: JSON object, checked by the caller */
	struct column_wish lookup;
};

struct key_wish {
	struct uuid id;
	str schema_name, display_name;
	const struct column **columns;
	size_t column_count;
};

struct association_wish {
	struct uuid id;
	str schema_name, pairs;              /* pairs empty: the schema name in lower case      */
	const struct table *side[2];
	str navigation[2];                   /* empty: the schema name                          */
};

MUST_USE NONNULL err define_table(struct store *store, const struct metadata *m, const struct table_wish *wish,
				  struct arena *arena, uint16_t *out_ordinal);
MUST_USE NONNULL err define_column(struct store *store, const struct table *t, const struct column_wish *wish,
				   struct arena *arena);
MUST_USE NONNULL err define_relationship(struct store *store, const struct table *referenced, const struct table *referencing,
					 const struct relationship_wish *wish, struct arena *arena);
/* ERR_CONFLICT also when two rows have the same values already. */
MUST_USE NONNULL err define_key(struct store *store, const struct table *t, const struct key_wish *wish, struct arena *arena);
MUST_USE NONNULL err define_key_remove(struct store *store, const struct table *t, const struct table_key *k, struct arena *arena);
/* Both tables are clients' own. */
MUST_USE NONNULL err define_association(struct store *store, const struct metadata *m, const struct association_wish *wish, struct arena *arena);
/* With its pairs. */
MUST_USE NONNULL err define_association_remove(struct store *store, const struct association *a, struct arena *arena);
/* PUT of a table: its labels, and whether its rows may have teams of their own. ERR_INVALID when anything else differs. */
MUST_USE NONNULL err define_table_change(struct store *store, const struct table *t, const struct table_wish *wish);
/* PUT of a column: its display name, requirement level and whether it is secured. ERR_INVALID when anything else differs. */
MUST_USE NONNULL err define_column_change(struct store *store, const struct table *t, const struct column *c,
					  const struct column_wish *wish);
/* The table with its rows, columns, lookups, keys and many-to-many relationships; its ordinal is never given again. ERR_CONFLICT while a
 * lookup of another table points at it. */
MUST_USE NONNULL err define_table_remove(struct store *store, const struct metadata *m, const struct table *t, struct arena *arena);
/* A client's column with its values; not the primary name, nor a lookup, which goes with its relationship, nor one of a key
 * (ERR_CONFLICT). */
MUST_USE NONNULL err define_column_remove(struct store *store, const struct table *t, const struct column *c, struct arena *arena);
/* PUT of a relationship: its cascade configuration, checked by the caller. */
MUST_USE NONNULL err define_relationship_cascade(struct store *store, const struct uuid *id, str cascade);
/* A relationship and its lookup. */
MUST_USE NONNULL err define_relationship_remove(struct store *store, const struct table *referencing, const struct column *lookup,
						const struct uuid *id, struct arena *arena);
/* [a-zA-Z][a-zA-Z0-9]{1,7}_[A-Za-z0-9_]+, at most 64 characters; the prefix is not "mscrm" (4.11). */
bool schema_name_is_valid(str name);
/* y becomes ies; s x z ch sh get es; all else s. `at` is null when the budget is spent. */
NONNULL str plural_of(struct arena *arena, str name);

#endif
