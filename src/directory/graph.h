/* directory/graph.h - requests and answers in the shapes of the public Graph: errors, bodies, collections.
 *
 * Source: identity 1.12. A handler returns err for what is simply wrong (the surface shapes it by its kind) and calls
 * graph_refuse for an answer with a code of its own. */
#ifndef DIRECTORY_GRAPH_H
#define DIRECTORY_GRAPH_H

#include "directory/query.h"
#include "web/route.h"

/* The surface's error writer. */
void graph_write_error(struct web_call *call, int status, err why);
/* Answers and returns OK, so that a handler can `return graph_refuse(...)`. code null: the usual one of the status. */
err graph_refuse(struct web_call *call, int status, const char *code, const char *message);
/* The body, an object. *out_answered: it was of another media type, and 415 is written. */
MUST_USE NONNULL err graph_body(struct web_call *call, const struct json **out, bool *out_answered);
NONNULL err graph_no_content(struct web_call *call);

/* What can be read: a SQL source of rows with a key, and the properties over it. */
struct entity {
	const char *set;        /* "users", for @odata.context */
	const char *from;       /* "user_account u JOIN ..." */
	const char *key;        /* "u.key" */
	struct properties properties;
};

/* A collection, with paging. `where` (null: all rows) may use ?1, bound to `argument`. */
MUST_USE err graph_list(struct web_call *call, const struct entity *entity, const char *where, int64_t argument);
/* One object by its key: 404 when there is none. For a change: 201 with the default properties. */
MUST_USE NONNULL err graph_one(struct web_call *call, const struct entity *entity, int64_t key, int status);

#endif
