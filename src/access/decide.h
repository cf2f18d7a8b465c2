/* access/decide.h - one AuthZEN question answered: may the subject do this to the resource?
 *
 * Source:  authorization-and-data 6.1, 5.1 (reasons and their order), 4.7 (on_behalf_of: allowed to the subject and to whom it acts for,
 *          the subject first), 1.10 (channel). The decisions are those of authz/evaluate.h and authz/share.h, on rows and principals as
 *          they are stored: the same that the Web API makes.
 * Actions: create, read, write, delete, append, append_to, assign, share. A row to be belongs to the subject (or to whom it acts for)
 *          unless resource.properties.ownerid names another; its unit follows the owner, so owningbusinessunit is refused, except
 *          for built-in tables, whose rows stand in a unit and have no owner.
 * Unknown: a subject that is nobody here: tenant. A table or row that is not there: not_found, behind the gates. An action that is none
 *          of the eight: missing_privilege.
 * Call inside one transaction: all answers of a request are of one epoch. */
#ifndef ACCESS_DECIDE_H
#define ACCESS_DECIDE_H

#include "access/request.h"
#include "authz/rights.h"
#include "authz/reason.h"
#include "data/row_find.h"

/* RIGHT_NONE when there is none of this name; the name of a right. */
enum right action_right(str action);
str action_name(enum right right);

/* What is asked about, looked up once; a search asks about it for many subjects. */
struct access_target {
	const struct table *table;   /* null: there is none of this name                          */
	enum right right;            /* RIGHT_NONE: there is no such action                       */
	struct row_place row;        /* when found; of a row to be: owner and unit, 0: by default */
	bool found;
	const struct json *columns;  /* of create, read and write: secured ones are judged, too   */
	bool unmasked;               /* read: beneath their masks                                 */
	enum authz_reason refused;   /* whoever asks; REASON_NONE: nothing                        */
};
MUST_USE NONNULL err access_target_find(struct data_call *dc, const struct access_question *q, struct row_finder *rows,
					struct access_target *out);

/* Who would act. */
struct access_parties {
	int64_t subject, on_behalf_of; /* keys; 0: nobody here      */
	bool on_behalf, interactive;
	enum authz_reason subject_refused, on_behalf_refused; /* why of somebody who is nobody here */
};
/* Of a question whose subjects have been looked up (access/subject.h). */
NONNULL void access_parties_find(const struct access_question *q, struct access_parties *out);

/* *out is REASON_NONE when it is allowed. */
MUST_USE NONNULL err access_decide(struct data_call *dc, const struct access_parties *who, const struct access_target *what,
				   enum authz_reason *out);
/* May this principal act for others? REASON_NONE: yes. */
NONNULL enum authz_reason access_acts_for_others(struct authz_context *ctx);

#endif
