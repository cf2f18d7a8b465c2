/* access/search.h - the searches of AuthZEN: which subjects, resources or actions would be answered with yes?
 *
 * Source:  AuthZEN 1.0, search APIs; authorization-and-data 6.1, 5.2. Every result is asked of access_decide before it is given.
 * Resources: through the row filter and the plans of lists (data/plan.h). Subjects: all of the type, in the order of their keys; the
 *          cost grows with them, so a page looks at a bounded number and may be short. Actions: the seven on a row that exists.
 * Pages:   next_token is a sealed cursor (data/cursor.h), bound to the enforcement point and to subject, action, resource and context
 *          as they were sent: with anything altered, or another limit, it is refused. */
#ifndef ACCESS_SEARCH_H
#define ACCESS_SEARCH_H

#include "access/call.h"
#include "access/subject.h"
#include "data/cursor.h"

enum { SEARCH_LIMIT_DEFAULT = 100, SEARCH_LIMIT_MAX = 1000, SEARCH_ROWS_SEEN_MAX = 5000, SEARCH_SUBJECTS_SEEN_MAX = 500 };

struct search {
	struct access_call *call;
	struct cursor_place place;
	int64_t limit, after, last; /* keys: behind which this page begins, and the last one looked at */
	str *results;               /* ids or names: at most `limit`                                   */
	int64_t count;
	bool more;
};

/* Reads the page wanted; 400 for a token of another request. */
MUST_USE NONNULL err search_begin(struct access_call *call, enum access_api api, struct search *out);
/* One candidate in the order of keys. False when the page is full: nothing further is wanted. */
NONNULL bool search_offer(struct search *s, int64_t key, str text, bool allowed);
/* The answer; entities of this type, or actions when it is empty. */
MUST_USE NONNULL err search_answer(struct search *s, str type);

/* The environment's principals of a type, as key and id, behind the page's place. */
MUST_USE NONNULL err search_principals_open(struct search *s, enum subject_type type, struct statement *out);

/* The three of external types (access/external.h): over the entities that are stored of a type or the principals of the environment, and the actions
 * that a type names. Where a subject or resource of the question is not stored, nothing is found. */
struct external_type;
MUST_USE NONNULL err search_external_subject_run(struct search *s, const struct external_type *type);
MUST_USE NONNULL err search_external_resource_run(struct search *s, const struct external_type *type);
MUST_USE NONNULL err search_external_action_run(struct search *s, const struct external_type *type);

#endif
