/* authz/columns.h - which secured columns a principal may read, set at creation, change.
 *
 * Source:  authorization-and-data 1.12. A user has the union over the profiles of P(u). A column that is not secured is open; a
 *          secured one in no profile of the caller is open to System Administrators only. Column security never gives a row.
 * Pure:    the context holds what the profiles permit, for its epoch. */
#ifndef AUTHZ_COLUMNS_H
#define AUTHZ_COLUMNS_H

#include "authz/authz.h"
#include "codec/mask.h"

enum column_right {
	COLUMN_RIGHT_READ = 1, COLUMN_RIGHT_CREATE = 2, COLUMN_RIGHT_UPDATE = 4,
	COLUMN_RIGHT_UNMASKED_ONE = 8,  /* beneath the mask, one row at a time */
	COLUMN_RIGHT_UNMASKED_ALL = 16, /* ... of any number of rows           */
};

/* The mask of a secured column; null: it has none. Borrowed for the present epoch. */
MUST_USE NONNULL err authz_column_mask(struct authz *authz, const struct column *c, const struct mask **out);
/* Also whether the column may stand in a filter or an order: COLUMN_RIGHT_READ, else comparison would tell the value. */
NONNULL bool authz_column_allowed(const struct authz_context *ctx, const struct column *c, enum column_right right);
/* The same for one row, of which the cell may be shared with the principals (1.12): COLUMN_RIGHT_READ or _UPDATE. */
MUST_USE NONNULL err authz_cell_allowed(struct authz *authz, const struct authz_context *ctx, const struct table *t, const struct column *c,
					int64_t row_key, enum column_right right, bool *out);
/* The row is deleted. */
MUST_USE NONNULL err authz_cells_end(struct authz *authz, const struct table *t, int64_t row_key);
/* The rights that profiles give on the column of this MetadataId; all of them for System Administrators. */
NONNULL uint8_t authz_column_rights(const struct authz_context *ctx, const struct uuid *column);

#endif
