/* access/request.h - the body of an AuthZEN request, judged as far as that goes without the environment.
 *
 * Source:  OpenID AuthZEN Authorization API 1.0, information model, evaluation, evaluations and search requests; authorization-and-data
 *          6.1. JSON as strict as codec/json_read.h reads it; members that are not known here are ignored.
 * Entities: subject and resource are {type, id, properties?}, action is {name, properties?}. The id of what a search looks for is
 *          ignored, whatever it is, and so is the id of a resource to be (`create`).
 * Properties of environment tables' entities are looked at for one thing only: the owner and unit of a row to be. They never take
 *          the place of what is stored. Of external types' entities (access/external.h) they are what counts, and for these the
 *          context and the properties may hold anything: what must have a form for a table's sake is told in row_wrong.
 * Batches: top-level members are defaults, each taken whole or not at all. An item that makes no question carries its own error.
 * Owns:    nothing; texts and trees live in the arena.
 * Errors:  ERR_INVALID, and *out_wrong says to the client what is wrong; ERR_LIMIT when the arena is spent. */
#ifndef ACCESS_REQUEST_H
#define ACCESS_REQUEST_H

#include "codec/json_read.h"

enum access_api {
	ACCESS_EVALUATION = 1, ACCESS_EVALUATIONS, ACCESS_SEARCH_SUBJECT, ACCESS_SEARCH_RESOURCE, ACCESS_SEARCH_ACTION
};
enum access_semantic { EXECUTE_ALL = 0, DENY_ON_FIRST_DENY, PERMIT_ON_FIRST_PERMIT };
enum { EVALUATIONS_MAX = 1000 };

struct access_entity {
	str type, id;
	const struct json *properties; /* an object; null: not given */
	int64_t key;             /* of a principal of the environment, once found (access/subject.h); 0: not yet, or nobody */
	int refused;             /* enum authz_reason: which gate kept a person of the tenant from becoming a user here; 0: none */
};

struct access_question {
	struct access_entity subject, resource;
	str action;              /* empty in a search for actions                                         */
	const struct json *columns; /* action.properties.columns: an array of strings; null: not given    */
	bool unmasked;           /* action.properties.unmasked                                            */
	const struct json *action_properties, *context; /* objects; null: not given                        */
	bool interactive;        /* context.channel                                                       */
	bool on_behalf;          /* context.on_behalf_of is given: the subject acts for it                */
	struct access_entity on_behalf_of;
	str owner, unit;         /* create: properties.ownerid, .owningbusinessunit; null `at`: not given */
	const char *wrong;       /* an item of a batch that is no question: why; else null                */
	const char *row_wrong;   /* why it is no question about a table's row; else null                  */
};

/* limit -1: not given. An empty token is the beginning. */
struct access_page_wish {
	str token;
	int64_t limit;
};

struct access_request {
	struct access_question *questions;
	size_t count;            /* 1, or those of a batch: 1 to EVALUATIONS_MAX */
	bool batch;              /* answered as an array                         */
	enum access_semantic semantic;
	struct access_page_wish page;
	const struct json *root;
};

MUST_USE NONNULL err access_request_parse(bytes body, enum access_api api, struct arena *arena, struct access_request *out,
					  const char **out_wrong);

#endif
