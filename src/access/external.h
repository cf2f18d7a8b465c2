/* access/external.h - questions about resources of external types: declared, but with no table of the environment behind them.
 *
 * Source:  authorization-and-data 6.1, trust rule. Here, and only here, what the enforcement point says counts: a policy over the
 *          question's properties (data/external_policy.h) decides, in place of roles. A table's name always means the table.
 * Subject: comes from the question too, where its type is declared like the resource's. A user, team or application whose type is not
 *          declared is the environment's own: the gates hold, `id` in the policy is the principal's GUID however it was named, and its
 *          properties are what is stored (name, upn, objectid, applicationid, businessunit, and the arrays teams and roles, by GUID and
 *          by name), never what is said. Anybody else is nobody here (tenant).
 * Stored:  an entity may be stored with properties. They hold where the question says nothing of them, and searches look through them.
 * Closed:  a type without a policy, with one that does not parse any more, or that is switched off allows nothing. */
#ifndef ACCESS_EXTERNAL_H
#define ACCESS_EXTERNAL_H

#include "access/call.h"
#include "data/external_policy.h"

struct external_type {
	str name, actions;               /* actions: names with commas between them, or empty */
	int64_t key;                     /* 0: there is none of this name                     */
	const struct filter *policy;     /* null: allows nothing                              */
	const struct external_type *next;
};

/* *out null: there is none of this name, or it is a table's. Remembered for the request. */
MUST_USE NONNULL err external_type_find(struct access_call *call, str name, const struct external_type **out);

/* What is asked, with what is stored of both entities. */
struct external_case {
	struct external_question question;
	bool subject_declared, subject_known, resource_known; /* known: stored */
	enum authz_reason subject_refused; /* a principal's: by a gate, or because it is none */
};
/* Entities that a search looks for have no id, and stay unknown. What is stored is read into the arena. */
MUST_USE NONNULL err external_case_make(struct access_call *call, const struct external_type *type, const struct access_question *q,
					struct arena *arena, struct external_case *out);
NONNULL enum authz_reason external_case_decide(const struct external_type *type, const struct external_case *c);
/* Both, and nothing of it stays in the request's arena: a batch may ask a thousand times. */
MUST_USE NONNULL err external_decide(struct access_call *call, const struct external_type *type, const struct access_question *q,
				     enum authz_reason *out);
/* Is the subject one that the question alone speaks of? False where the resource is a table's, and where its type means the environment's principals. */
MUST_USE NONNULL err external_subject_is_declared(struct access_call *call, const struct access_question *q, bool *out);
/* external_principal.c: a principal as a policy sees it. *out_refused: which gate refuses it; nothing is known of it then. */
bool external_subject_is_principal(const struct access_entity *said);
MUST_USE NONNULL err external_principal_read(struct data_call *dc, str type, int64_t key, struct arena *arena, struct external_entity *out,
					     enum authz_reason *out_refused);
/* Stored properties as a tree; null text, or text that is no object: none. */
MUST_USE NONNULL err external_properties_read(str text, struct arena *arena, const struct json **out);

#endif
