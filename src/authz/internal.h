/* authz/internal.h - what the files of this area share: the snapshot, the cache, statements in one line. */
#ifndef AUTHZ_INTERNAL_H
#define AUTHZ_INTERNAL_H

#include "authz/group_team.h"
#include "authz/authz.h"
#include "authz/gates.h"
#include "authz/row_policy.h"
#include "authz/service_plan.h"
#include "authz/settings.h"
#include "codec/mask.h"
#include "metadata/relationship.h"

struct cascade;
struct share_index;

/* Units, roles, settings and relationships of one epoch. */
struct snapshot {
	struct arena *arena;
	uint64_t epoch;
	struct unit_tree units;
	struct role_set roles;
	struct environment_settings settings;
	bool *hierarchy_off;        /* [table ordinal]: takes no part in it */
	struct column_mask {
		struct uuid column; /* MetadataId */
		struct mask *mask;  /* owned      */
	} *masks;
	size_t mask_count;
	struct row_policy *policies;
	size_t policy_count;
	struct plan_bounds *plans;
	size_t plan_count;
	struct group_team *group_teams;
	size_t group_team_count;
	bool *cells;                /* [table ordinal]: a cell of it is shared */
	bool assigning;             /* an assignment goes on behind its request (data/job.h) */
	struct relationship *relationships;
	size_t relationship_count;
	struct cascade **cascades;  /* [table ordinal]: made at the first question (authz/cascade.c) */
	size_t table_count;
};

MUST_USE NONNULL err snapshot_load(struct store *store, const struct metadata *metadata, uint64_t epoch, struct snapshot **out);
void snapshot_free(struct snapshot *s);

/* Contexts by principal; the least recently used one dies when CONTEXTS_MAX are there. It owns the contexts. */
struct context_cache;
MUST_USE NONNULL err context_cache_new(struct context_cache **out);
void context_cache_free(struct context_cache *c);
NONNULL void context_cache_clear(struct context_cache *c);
/* Null when absent. */
NONNULL struct authz_context *context_cache_get(struct context_cache *c, int64_t principal);
NONNULL void context_cache_put(struct context_cache *c, struct authz_context *ctx);

/* Whether a person has a licence, as last asked. */
enum { LICENCES_KEPT = 1024 };
struct licence_kept {
	struct uuid id;
	uint64_t version; /* people_version of then; 0: nobody */
	bool licensed;
};

/* Whose a UPN is, as last asked. */
enum { NAMES_KEPT = 256, NAME_KEPT_BYTES = 120 };
struct name_kept {
	uint64_t version;   /* people_version of then; 0: none */
	struct uuid object; /* nil: nobody's */
	size_t len;
	char upn[NAME_KEPT_BYTES];
};

/* A pass over the users (authz/synchronize.c). */
enum { SYNC_USERS_MAX = 250, SYNC_BYTES_MAX = 1024 * 1024 };
struct synchronization {
	bool running;
	int64_t after;          /* key of the last user looked at                  */
	uint64_t version, done; /* people_version at its beginning; of the last whole pass */
};

struct authz {
	struct store *store;
	const struct metadata *metadata;
	struct uuid tenant, environment;
	enum environment_state state;
	struct admission admission;
	const struct person_source *people; /* null: nobody to ask */
	uint64_t people_version;    /* moves whenever a kept judgement may be wrong; never 0 */
	struct licence_kept licences[LICENCES_KEPT]; /* by the last octets of the id */
	struct name_kept names[NAMES_KEPT]; /* by a sum of the name */
	struct synchronization sync;
	uint64_t epoch_highest;     /* ever seen: a rolled-back epoch is never given again */
	struct snapshot *snapshot;  /* null until asked */
	uint64_t snapshot_mark;     /* the store's, when it was found to be of the present epoch */
	struct context_cache *cache;
	struct share_index *shares; /* committed ones (authz/share_index.h) */
	int64_t operator_user, root_unit;
};

/* share.c: the index of shares, kept right by the store from here on. */
MUST_USE NONNULL err authz_shares_open(struct authz *a);
NONNULL void authz_shares_close(struct authz *a);

/* --- statements in one line --- */

enum arg_kind { ARG_NULL = 0, ARG_I64, ARG_TEXT, ARG_UUID, ARG_I64S };
struct arg {
	enum arg_kind kind;
	int64_t i64;
	str text;
	const struct uuid *uuid;
	const int64_t *i64s;
	size_t i64s_count;
};
struct args {
	const struct arg *at;
	size_t count;
};
#define ARGS(...) ((struct args){ (const struct arg[]){ __VA_ARGS__ }, COUNT_OF(((const struct arg[]){ __VA_ARGS__ })) })
#define NO_ARGS ((struct args){ NULL, 0 })
static inline struct arg arg_i64(int64_t v)
{
	return (struct arg){ .kind = ARG_I64, .i64 = v };
}
static inline struct arg arg_text(str v)
{
	return (struct arg){ .kind = v.at ? ARG_TEXT : ARG_NULL, .text = v };
}
/* Null: NULL. */
static inline struct arg arg_uuid(const struct uuid *v)
{
	return (struct arg){ .kind = v ? ARG_UUID : ARG_NULL, .uuid = v };
}
/* 0: NULL, for keys. */
static inline struct arg arg_key(int64_t v)
{
	return (struct arg){ .kind = v ? ARG_I64 : ARG_NULL, .i64 = v };
}
static inline struct arg arg_i64s(const int64_t *values, size_t count)
{
	return (struct arg){ .kind = ARG_I64S, .i64s = values, .i64s_count = count };
}

MUST_USE NONNULL err sql_begin(struct store *store, const struct sql_text *sql, struct args args, struct statement *out);
MUST_USE NONNULL err sql_run(struct store *store, const struct sql_text *sql, struct args args);
/* The first column of the first row; ERR_NOT_FOUND without a row. */
MUST_USE NONNULL err sql_i64(struct store *store, const struct sql_text *sql, struct args args, int64_t *out);
/* The first column of all rows. */
MUST_USE NONNULL err sql_i64s(struct store *store, const struct sql_text *sql, struct args args, struct arena *arena,
			      int64_t **out, size_t *out_count);

/* --- rows that several files make --- */

MUST_USE NONNULL err version_take(struct store *store, int64_t *out);
MUST_USE NONNULL err insert_principal(struct store *store, const struct uuid *id, enum principal_type type, int64_t unit, str name,
				      int64_t *out_key);
/* The unit, its default team, and its instances of the roles that the parent has. */
MUST_USE NONNULL err insert_unit(struct store *store, const struct uuid *id, str name, int64_t parent,
				 int64_t *out_key);
MUST_USE NONNULL err insert_instance(struct store *store, int64_t role, const struct uuid *role_id, int64_t unit,
				     const struct uuid *unit_id);
struct new_user {
	struct uuid id;
	const struct uuid *object_id, *application_id; /* or null */
	int64_t unit, manager;
	str full_name, domain_name, first_name, last_name, email; /* a null `at`: none */
	enum access_mode access_mode;
	bool disabled, operator;
};
MUST_USE NONNULL err insert_user(struct store *store, const struct new_user *u, int64_t *out_key);
MUST_USE NONNULL err insert_privileges(struct store *store, const struct table *table, struct arena *arena);

/* The first content of a new database, inside the caller's transaction. */
MUST_USE NONNULL err seed(struct store *store, const struct authz_options *options, struct arena *arena);

/* Of what one question about a person takes. */
enum { PERSON_BYTES_MAX = 64 * 1024 };
/* licence_gates.c: steps 3 and 5, asked of the directory where the environment has such gates, and kept until they may have changed. */
MUST_USE NONNULL err gates_renew(struct authz *a, const struct snapshot *snapshot, struct authz_context *ctx);
/* Gives the view of users its function person_is_licensed. */
MUST_USE NONNULL err licence_function_add(struct authz *a);
MUST_USE NONNULL err group_teams_load(struct store *store, struct arena *arena, struct group_team **out, size_t *out_count);
/* The directory object that a user row stands for; nil: none. */
MUST_USE NONNULL err user_object(struct store *store, int64_t key, struct uuid *out);
/* Every team of a user: memberships, the default team of the unit, and those of groups. `object` nil: no person of the directory. */
MUST_USE NONNULL err teams_of_user(struct authz *a, const struct snapshot *s, int64_t user, int64_t unit, const struct uuid *object,
				   struct arena *arena, int64_t **out, size_t *out_count);
/* What the directory knows; all false without an id. ERR_UNAVAILABLE: it does not answer. */
MUST_USE NONNULL err person_ask(struct authz *a, const struct uuid *id, bool application, struct arena *arena, struct person_facts *out);

/* A team with its members, roles and shares. */
MUST_USE NONNULL err team_remove(struct store *store, int64_t key);
/* A team template with the teams that it has made. */
MUST_USE NONNULL err template_remove(struct store *store, int64_t template, struct arena *arena);

/* The subordinates of a user, into the facts. Nothing when the hierarchy is off. */
MUST_USE NONNULL err hierarchy_read(struct authz *a, const struct snapshot *snapshot, struct arena *arena, struct principal_facts *f);

/* The snapshot of the epoch that the present transaction sees. */
MUST_USE NONNULL err authz_snapshot(struct authz *authz, const struct snapshot **out);

#endif
