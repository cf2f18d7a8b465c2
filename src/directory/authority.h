/* directory/authority.h - who calls the administration API, and may they.
 *
 * Source: identity 1.12 (Authority), 1.7. The operator's lane may do everything. An application needs one of the route's
 * permissions as an app role in its token. A person needs it as a delegated scope and, unless it is their own object,
 * a directory role that covers the route's subject; roles are read from the directory, not from the token, so that
 * taking one away works at once. Tokens of disabled or signed-out principals are refused. */
#ifndef DIRECTORY_AUTHORITY_H
#define DIRECTORY_AUTHORITY_H

#include "audit/client.h"
#include "directory/directory.h"
#include "token/principal.h"

/* Whose roles cover a route for persons. */
enum subject { SUBJECT_READ = 1, SUBJECT_USERS, SUBJECT_GROUPS, SUBJECT_APPLICATIONS, SUBJECT_ROLES, SUBJECT_SELF,
	       SUBJECT_LICENCES, SUBJECT_ENVIRONMENTS, SUBJECT_OPERATOR /* nobody's but the operator's */ };

struct directory_route {
	enum http_method method;
	const char *pattern;
	enum subject subject;
	const char *permissions;      /* any of these, separated by blanks                      */
	const char *self_permissions; /* delegated, on one's own object: any of these; null: no */
	web_handler handle;
};

struct caller {
	bool is_operator, is_app;
	bool is_self;                      /* the path names the caller's own object (also "/me") */
	const struct principal *principal; /* null for the operator */
	struct uuid oid;
	str name;                          /* UPN, or the application's name */
	const struct uuid *roles;          /* directory role templates in force */
	size_t role_count;
};

/* The surface's `enter`. */
err authority_enter(struct web_call *call, bool *out_answered);
NONNULL const struct caller *caller_of(const struct web_call *call);
/* On one's own object: would the route be open to the caller for anybody else's too? */
NONNULL bool authority_covers(const struct web_call *call);
/* May the caller give and take directory roles, and change those who hold them? */
NONNULL bool caller_manages_roles(const struct web_call *call);
/* An event with who, from where and by which route. */
NONNULL void directory_event_begin(struct web_call *call, struct audit_event *out);
/* Changes inside the present transaction: who, from where, by which route come from the call. `changes`: JSON or empty. */
MUST_USE NONNULL err directory_audit(struct web_call *call, str op, str target_type, const struct uuid *target_id,
				     str target_name, str changes);

/* routes.c */
NONNULL const struct directory_route *directory_route_of(const char *pattern, enum http_method method);

#endif
