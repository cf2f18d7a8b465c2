/* metadata/internal.h - what the files of this area share. */
#ifndef METADATA_INTERNAL_H
#define METADATA_INTERNAL_H

#include "metadata/table.h"

/* Ids that are the same in every installation are made from names: two SipHash halves, dressed as version 8 (RFC 9562). */
struct uuid metadata_id_of(str kind, str name);

/* Puts the built-in tables into m->by_ordinal. */
MUST_USE NONNULL err builtin_tables_add(struct metadata *m);
/* Once they can be found by name. */
MUST_USE NONNULL err builtin_pairs_add(struct metadata *m);

/* The columns that every business table has, in order: appended to `out`, at most SYSTEM_COLUMNS_MAX. */
enum { SYSTEM_COLUMNS_MAX = 16 };
MUST_USE NONNULL err system_columns(struct metadata *m, const struct table *t, struct column *out, size_t *out_count);

/* Fills value_name, primary_id, primary_name and index once all columns are there. */
MUST_USE NONNULL err table_finish(struct arena *arena, struct table *t, struct column *columns);

/* Each change of definitions moves globalmetadataversion. */
MUST_USE NONNULL err version_bump(struct store *store);
/* ERR_CONFLICT when a relationship of either kind has that name. */
MUST_USE NONNULL err schema_name_is_free(struct store *store, str schema_name);

/* Once the columns of all tables are there. */
MUST_USE NONNULL err keys_read(struct metadata *m, struct store *store, struct table **tables);
MUST_USE NONNULL err associations_read(struct metadata *m, struct store *store);

#endif
