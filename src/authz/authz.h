/* authz/authz.h - the rights of one environment: who is admitted, their compiled contexts, the epoch.
 *
 * Source:  authorization-and-data 1.3 to 1.10, 4.8, 5. Tables: migrations/0001_rights.sql, in the environment's database.
 * Life:    authz_open fills a new database (root unit, default team, built-in roles, privileges of all tables) and is quick
 *          otherwise. One per data worker.
 * Contexts: authz_context_of reads the epoch in the caller's transaction and answers the context compiled for it. A context lives
 *          until the next authz_context_of (or authz_admit) that finds another epoch, or until CONTEXTS_MAX others were asked
 *          for: ask again after each administrative change, also inside one change set.
 * Keys:    users and teams share one space of 32-bit keys, units have another; rows hold keys, the wire shows ids. */
#ifndef AUTHZ_AUTHZ_H
#define AUTHZ_AUTHZ_H

#include "audit/client.h"
#include "authz/evaluate.h"
#include "authz/gates.h"
#include "authz/settings.h"
#include "store/store.h"
#include "token/principal.h"

struct authz;

enum environment_state { ENVIRONMENT_READY = 1, ENVIRONMENT_ADMINISTRATION, ENVIRONMENT_DISABLED };
enum { CONTEXTS_MAX = 1000 };

struct authz_options {
	struct store *store;
	const struct metadata *metadata;
	struct uuid tenant, environment;
	str name;                      /* display name: of the root unit and of the organization row  */
	enum environment_state state;
	struct instant now;
};

/* Opens its own transaction. Borrows store and metadata. */
MUST_USE NONNULL err authz_open(const struct authz_options *options, struct authz **out);
/* Accepts null. */
void authz_close(struct authz *authz);
/* After a reload of the definitions (the old ones may be freed afterwards). Drops the contexts. */
NONNULL void authz_set_metadata(struct authz *authz, const struct metadata *metadata);
/* From the worker's facts. Takes effect at the next request. */
NONNULL void authz_set_state(struct authz *authz, enum environment_state state);
NONNULL void authz_set_admission(struct authz *authz, const struct admission *admission);
/* Whom to ask about people; borrowed. Without, nobody passes a gate that needs it. */
NONNULL void authz_set_people(struct authz *authz, const struct person_source *source);
/* What the directory has said earlier may no longer hold. */
NONNULL void authz_people_changed(struct authz *authz);

/* Disables the rows of people whom a gate keeps out (account, licence, group), and enables those that only this had disabled, once all gates are
 * open to them: a bounded number of users at each call, from the beginning again when the directory or the gates have changed. Each change
 * is audited. Stubs, applications and the last administrator are left alone. Outside a transaction. ERR_UNAVAILABLE:
 * the directory is silent, call again; after any other error nothing happens until the next change. */
MUST_USE NONNULL err authz_synchronize(struct authz *authz, struct instant now);

/* --- who asks --- */

/* The user row of a verified token (by azureactivedirectoryobjectid, or applicationid for client credentials), made now in the
 * root unit when a person of this tenant comes for the first time. Holders of the directory roles Global Administrator or Power
 * Platform Administrator then get System Administrator. Outside a transaction: it may open one. *out_reason is REASON_NONE when
 * *out is a context, else why the principal is not admitted (steps 1 and 2). `audit` says who and from where (actor, client_ip,
 * session, request_id, route); op and target are filled here. */
MUST_USE NONNULL err authz_admit(struct authz *authz, const struct principal *token, struct instant now,
				 const struct audit_event *audit, struct authz_context **out, enum authz_reason *out_reason);
/* A person of the tenant by the directory's object id: the user row, made in the root unit when the gates admit who has none yet. ERR_NOT_FOUND:
 * nobody such, or not admitted (*out_reason says which gate; REASON_TENANT: unknown). Outside a transaction or in the caller's. */
MUST_USE NONNULL err authz_user_by_object(struct authz *authz, const struct uuid *object, struct instant now, const struct audit_event *audit,
					  int64_t *out_key, enum authz_reason *out_reason);
/* The object id of the person whose name this is at present, in any case; nil: nobody's. ERR_UNAVAILABLE: the directory does not answer. */
MUST_USE NONNULL err authz_object_by_upn(struct authz *authz, str upn, struct uuid *out);
/* The operator's lane: the built-in application user that holds System Administrator. */
MUST_USE NONNULL err authz_admit_operator(struct authz *authz, struct authz_context **out);

/* Inside the caller's transaction, or none. ERR_NOT_FOUND without such a principal. */
MUST_USE NONNULL err authz_context_of(struct authz *authz, int64_t principal, struct authz_context **out);

/* --- ids and keys --- */

struct principal_place {
	int64_t key, unit;
	enum principal_type type;
	bool access_team;   /* cannot own rows: owner_is_access_team */
};
/* ERR_NOT_FOUND when there is none. */
MUST_USE NONNULL err authz_principal_by_id(struct authz *authz, const struct uuid *id, struct principal_place *out);
/* A user by its azureactivedirectoryobjectid (or, of an application user, applicationid), or by its systemuserid; or ERR_NOT_FOUND. */
MUST_USE NONNULL err authz_user_find(struct authz *authz, const struct uuid *id, bool by_object, int64_t *out);
/* The unit's key of an id, or ERR_NOT_FOUND. */
MUST_USE NONNULL err authz_unit_by_id(struct authz *authz, const struct uuid *id, int64_t *out);
NONNULL const struct uuid *authz_organization_id(const struct authz *authz); /* = the environment's id */

MUST_USE NONNULL err authz_settings(struct authz *authz, struct environment_settings *out);

/* --- what a refusal says (4.8) --- */

/* Status and code are those of the reason. For missing_privilege the text is the one that clients parse. */
struct refusal {
	int status;         /* 0: nothing was refused */
	enum authz_reason reason;
	str code, message;
};
/* table may be null when the decision concerns none. Null `at` of the message when the arena is spent. */
struct refusal authz_refusal_of(struct authz *authz, const struct authz_context *ctx, const struct table *table,
				const struct decision *d, struct arena *arena);

/* --- definitions --- */

struct privilege {
	struct uuid id;
	str name;           /* prvReadAccount                  */
	uint16_t table;     /* ordinal; 0: bound to no table   */
	enum right right;   /* RIGHT_NONE then                 */
	uint8_t depths;     /* bits 1 << enum depth            */
};
/* For a table just defined: makes its privileges and bumps the epoch, in the caller's write transaction. */
MUST_USE NONNULL err authz_table_defined(struct authz *authz, const struct table *table);
/* A table's privileges as the wire shows them; RIGHTS_END - 1 at most. Pure. */
size_t table_privileges(const struct table *table, struct arena *arena, struct privilege out[static RIGHTS_END - 1]);
/* A table that is removed: its privileges go, out of every role too. */
MUST_USE NONNULL err authz_table_removed(struct authz *authz, const struct table *table);
/* A column that is removed: the permissions on it go. */
MUST_USE NONNULL err authz_column_removed(struct authz *authz, const struct column *column);
/* Any other change of definitions or settings, in the caller's write transaction. */
MUST_USE NONNULL err authz_epoch_bump(struct authz *authz);

#endif
