/* metadata/physical.h - the SQL table behind a business table: its columns, indexes and counting triggers.
 *
 * Layout: see metadata/table.h. Indexes: id; (owner, key), (unit, key); for the primary name (name, key), (owner, name, key),
 * (unit, name, key), so that the rows of one owner or unit come in order of name without sorting; for each lookup (column, key).
 * Text columns compare without case for ASCII letters (COLLATE NOCASE). Triggers keep row_count exact. */
#ifndef METADATA_PHYSICAL_H
#define METADATA_PHYSICAL_H

#include "metadata/table.h"

MUST_USE NONNULL err physical_table_create(struct store *store, const struct table *t, int64_t name_number, struct arena *arena);
MUST_USE NONNULL err physical_column_add(struct store *store, const struct table *t, const struct column *c, int64_t number,
					 struct arena *arena);

/* A key's unique index. ERR_CONFLICT when rows are alike in its columns. */
MUST_USE NONNULL err physical_key_create(struct store *store, const struct table *t, const struct column **columns, size_t count,
					 int64_t number, struct arena *arena);
MUST_USE NONNULL err physical_key_drop(struct store *store, const struct table *t, int64_t number, struct arena *arena);
/* The pairs of a many-to-many relationship, found from both ends; a row takes its pairs along when it goes. */
MUST_USE NONNULL err physical_pairs_create(struct store *store, const struct table *const side[2], int64_t number, struct arena *arena);
MUST_USE NONNULL err physical_pairs_drop(struct store *store, int64_t number, struct arena *arena);

/* From now on the table's rows and shares note in row_note what versions do not tell. read_bit: of share.mask. */
MUST_USE NONNULL err physical_tracking_create(struct store *store, const struct table *t, uint32_t read_bit, struct arena *arena);

/* With its indexes and triggers. */
MUST_USE NONNULL err physical_table_drop(struct store *store, const struct table *t, struct arena *arena);
MUST_USE NONNULL err physical_column_drop(struct store *store, const struct table *t, const struct column *c, struct arena *arena);

#endif
