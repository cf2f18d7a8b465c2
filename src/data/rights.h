/* data/rights.h - what this area asks of authz, in its own terms. Judgement goes through here; shares, access teams,
 * masks and explanations ask authz themselves.
 *
 * Each function that refuses says so in dc->problem with the vendor's status and code (4.8) and notes the refusal in dc->denial,
 * from which the boundary makes the audit event; callers just pass the err on. */
#ifndef DATA_RIGHTS_H
#define DATA_RIGHTS_H

#include "data/request.h"

/* DO_LOOK: the server itself looks, for nobody. */
enum data_right { DO_LOOK = 0, DO_CREATE, DO_READ, DO_WRITE, DO_DELETE, DO_ASSIGN, DO_APPEND, DO_APPEND_TO, DO_SHARE };

/* A row as rights see it. */
struct row_place {
	struct uuid id;
	int64_t key, version, owner, unit;
};

/* Admission (5.1, steps 1 to 5): fills dc->caller from the token. */
MUST_USE NONNULL err rights_admit(struct data_call *dc);
/* CallerObjectId or MSCRMCallerID (4.7): from now on the caller is the user named, and everything must be allowed to both. */
MUST_USE NONNULL err rights_act_for(struct data_call *dc);
/* A job goes on: the caller is this user, and this one acts for them (0: nobody). */
MUST_USE NONNULL err rights_stand_for(struct data_call *dc, int64_t user, int64_t behind);
/* After a change that moved the epoch: the contexts, and all that is borrowed from them, anew. */
MUST_USE NONNULL err rights_caller_renew(struct data_call *dc);
/* A System Administrator, and nobody less behind. */
NONNULL bool rights_is_administrator(const struct data_call *dc);
/* May the definition of this table be shown? Every one, unless MetadataVisibility says by privilege (4.5): then those on which the caller holds
 * any, and all to who defines tables. */
NONNULL bool rights_table_shown(const struct data_call *dc, const struct table *t);
/* The privilege check: 403 when no role of the caller has it. */
MUST_USE NONNULL err rights_gate(struct data_call *dc, enum data_right right, const struct table *t);
/* Would the privilege check on Read pass? Refuses nothing. */
NONNULL bool rights_may_read(const struct data_call *dc, const struct table *t);
/* Privilege check on Read, then which rows. The arrays live as long as the call. */
MUST_USE NONNULL err rights_visible(struct data_call *dc, const struct table *t, struct visible *out);
/* The rows that this context reads, whoever asks; without its gate. */
MUST_USE NONNULL err rights_visible_to(struct data_call *dc, struct authz_context *ctx, const struct table *t, struct visible *out);
/* The access check on a row that exists. */
MUST_USE NONNULL err rights_row(struct data_call *dc, enum data_right right, const struct table *t, const struct row_place *row);
/* While conceal_rows is set: is this a row that the caller neither reads nor may do this with, so that it is not there for them (4.8)? Notes
 * the refusal for the audit log. */
MUST_USE NONNULL err rights_conceals(struct data_call *dc, enum data_right right, const struct table *t, const struct row_place *row, bool *out);
/* The row as it is now, after it was inserted or changed: do the row policies still let it be (2.6)? */
MUST_USE NONNULL err rights_policy(struct data_call *dc, bool inserted, const struct table *t, const struct row_place *row);
/* A row to be, with its owner and unit (1.5, Create). */
MUST_USE NONNULL err rights_create(struct data_call *dc, const struct table *t, const struct row_place *row);
/* A user or team by id as owner: its key and its unit. Checks the owner test of 1.7. */
MUST_USE NONNULL err rights_owner(struct data_call *dc, const struct table *t, str entity_set, const struct uuid *id,
				  int64_t *out_key, int64_t *out_unit);
/* May the caller share this row (Share), giving these rights, all of which they must hold on it? (1.8) */
MUST_USE NONNULL err rights_share(struct data_call *dc, const struct table *t, const struct row_place *row, uint32_t mask);
/* A business unit by id for a row, other than its owner's: matrix mode only (1.3); its key. */
MUST_USE NONNULL err rights_unit(struct data_call *dc, const struct table *t, const struct uuid *id, int64_t *out);
/* Refusals that need no question: rows of the organization have no owner. */
MUST_USE NONNULL err rights_not_shareable(struct data_call *dc, const struct table *t);
MUST_USE NONNULL err rights_no_owner(struct data_call *dc, const struct table *t);
/* Column security (1.12). An unreadable column reads null; what may not be set refuses the whole write. */
struct body;
NONNULL bool rights_column_readable(const struct data_call *dc, const struct column *c);
/* ... of this row, of which the cell may be shared with the caller. */
MUST_USE NONNULL err rights_cell_readable(struct data_call *dc, const struct table *t, const struct column *c, int64_t row_key, bool *out);
/* The mask through which the present answer shows the column; null: none. Without one though the column has a mask, it counts in
 * dc->bare_values: such reads are audited. */
struct mask;
MUST_USE NONNULL err rights_mask(struct data_call *dc, const struct column *c, const struct mask **out);
/* May the caller read this masked column beneath its mask, if only of one row? */
NONNULL bool rights_column_bare(const struct data_call *dc, const struct column *c);
/* `row` null: of a row to be. */
MUST_USE err rights_columns_set(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *row);
/* Rows of built-in tables: authz judges, writes, audits and moves the epoch inside the present transaction. */
MUST_USE NONNULL err rights_admin_create(struct data_call *dc, const struct table *t, const struct body *b, struct uuid *out_id);
MUST_USE NONNULL err rights_admin_update(struct data_call *dc, const struct table *t, const struct row_place *row,
					 const struct body *b);
MUST_USE NONNULL err rights_admin_delete(struct data_call *dc, const struct table *t, const struct row_place *row);
/* "Privileges":[...] of EntityDefinitions: the array. */
MUST_USE NONNULL err rights_privileges_json(struct data_call *dc, const struct table *t, struct json_writer *w);
/* May the caller change definitions? (System Administrator or Customizer) */
MUST_USE NONNULL err rights_customize(struct data_call *dc);
/* A new table has been defined inside the present transaction: its privileges are made, the epoch moves. */
MUST_USE NONNULL err rights_table_defined(struct data_call *dc, const struct table *t);
/* A table has been removed inside the present transaction. */
MUST_USE NONNULL err rights_table_removed(struct data_call *dc, const struct table *t);
/* A column has been removed inside the present transaction: the permissions on it go, the epoch moves. */
MUST_USE NONNULL err rights_column_removed(struct data_call *dc, const struct column *c);
/* Columns or relationships have changed inside the present transaction: the epoch moves. */
MUST_USE NONNULL err rights_definitions_changed(struct data_call *dc);

#endif
