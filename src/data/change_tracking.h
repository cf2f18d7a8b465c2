/* data/change_tracking.h - Prefer: odata.track-changes (authorization-and-data 4.10; OData 4.0 part 1, 11.3).
 *
 *   GET set?$select=...  with the preference: every row that the caller sees, at the end of the last page @odata.deltaLink
 *   GET set?$select=...&$deltatoken=...       what has become different for this caller since then, and a further link
 *
 * A row that changed, or came into sight, is told whole; one that is gone, or out of sight, by its id as $deletedEntity: exactly those
 * that the caller saw. Nothing is stored per caller but what they saw then (owners, units, shares: data/view_code.h), so that rights
 * that changed meanwhile are told as well. A table is tracked from the first time that somebody asks.
 * A link expires: after TRACKING_DAYS; when policies, impersonation or inherited shares changed so that what was seen cannot be told any
 * more. Then 410 0x80044352: begin anew. */
#ifndef DATA_CHANGE_TRACKING_H
#define DATA_CHANGE_TRACKING_H

#include "data/request.h"

enum { TRACKING_DAYS = 30 };

struct tracking {
	bool on;                 /* the list ends with a delta link                 */
	bool delta;              /* it holds only what has become different         */
	int64_t from;            /* delta: the version that the link is of          */
	int64_t now;             /* the version at the list's beginning             */
	bool same;               /* delta: the caller sees as they did              */
	struct visible before;   /* delta: what they saw                            */
	str view;                /* the hash of what they see                       */
	str query;               /* what the link is bound to                       */
	struct value from_value;
	struct filter since;     /* delta: joins the list's filter                  */
};

/* Before the list's snapshot. query: set and options but for the tokens. began: of an earlier page of the list; 0: this is the first.
 * Starts to track the table if need be. */
MUST_USE NONNULL err tracking_begin(struct data_call *dc, const struct table *t, const struct visible *v, str query, int64_t began,
				    struct tracking *out);
/* Within the snapshot. */
MUST_USE NONNULL err tracking_snapshot(struct data_call *dc, struct tracking *tr);
/* Behind the last row: those that the caller sees no more. */
MUST_USE NONNULL err tracking_removed_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct visible *v,
					   const struct tracking *tr);
/* The token of the next link. */
MUST_USE NONNULL err tracking_token(struct data_call *dc, const struct tracking *tr, str *out);

#endif
