/* authz/cascade.h - rights on a row that it has from the rows above it.
 *
 * Source:  authorization-and-data 1.8. A function of the present state, nothing is stored: over a relationship whose Share applies to the
 *          child c of p, what p is shared with reaches c; where Reparent applies and the owners differ, the owner of p has every right
 *          that a share carries on c; and so on from row to row. Moving c away, revoking on p or switching the cascade off ends it at
 *          once. Rows without an owner, and those of built-in tables, pass nothing on.
 * While an assignment goes on behind its request (data/job.h), some rows have their new owner and others not yet: Reparent then
 * passes nothing on from the rows that it has met, or an owner would reach, through a row that is still another's, what
 * they reach neither before nor after.
 * The one exception: where Unshare does not apply to c though Share does, what ends on p stays with c while the link lasts. Only that is
 * stored, when it happens (table share_kept). */
#ifndef AUTHZ_CASCADE_H
#define AUTHZ_CASCADE_H

#include "authz/authz.h"
#include "base/buffer.h"
#include "metadata/relationship.h"

struct cascade_link {
	const struct table *parent, *child;
	const struct column *lookup; /* of child */
	enum cascade_kind share, reparent, unshare;
	bool held_back; /* Reparent gives nothing below a row that a running assignment has met */
};

/* The links over which rows of a table receive rights, those of the tables above included. */
struct cascade {
	const struct table *table;
	const struct cascade_link *links;
	size_t count;
};

/* Null: rows of the table receive nothing. Borrowed from the present epoch. */
MUST_USE NONNULL err authz_cascade(struct authz *authz, const struct table *table, const struct cascade **out);
/* The same for who holds a context of this epoch, without asking which is present. */
MUST_USE NONNULL err authz_cascade_at(struct authz *authz, uint64_t epoch, const struct table *table, const struct cascade **out);
/* "WITH ... SELECT obj ...": the keys of the rows of c->table that a right reaches through a share, explicit or from above.
 * ?with: array of principals, ?bit: of the right. */
NONNULL void cascade_rows_sql(struct buffer *text, const struct cascade *c, int with, int bit);
/* "WITH ... SELECT mask ...": the masks of one row, explicit and from above. ?row: its key, ?with: array of principals. */
NONNULL void cascade_masks_sql(struct buffer *text, const struct cascade *c, int row, int with);

/* Does anything come down over this relationship? */
NONNULL bool cascade_passes(const struct relationship *r);
/* " AND ...": does a cascade of this kind reach child c of parent p? And what an assignment that goes on holds back. */
NONNULL const char *cascade_applies(enum cascade_kind kind);
NONNULL void cascade_held_back_sql(struct buffer *text, const struct table *parent);

/* A principal has just lost these rights on a row: rows below it that keep what they received get it noted. Inside the present transaction. */
MUST_USE NONNULL err cascade_keep(struct authz *authz, const struct table *table, int64_t row_key, int64_t principal, uint32_t lost,
				  struct arena *arena);

#endif
