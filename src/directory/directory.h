/* directory/directory.h - a tenant's directory, open in the identity worker.
 *
 * The identity worker opens the database with `directory_migrations` (which hold the sign-in tables too), then calls
 * directory_open: it fills an empty database with the first content and reconciles it with the worker's facts.
 * In the identity worker web_call.app points to a struct identity_app; sign-in keeps its own state behind `signin`. */
#ifndef DIRECTORY_DIRECTORY_H
#define DIRECTORY_DIRECTORY_H

#include "base/instant.h"
#include "base/uuid.h"
#include "keys/client.h"
#include "store/store.h"
#include "web/route.h"

/* The resource that stands for this API in every tenant (identity 1.12). */
#define DIRECTORY_RESOURCE_APP_ID "00000003-0000-0000-c000-000000000000"
/* The platform's own first page: a public single-page client, redirect URI origin + "/app/". */
#define CONSOLE_APP_ID "b0000000-0000-4000-8000-000000000001"

struct hash_queue;
struct token_verifier;

/* An environment of the tenant, as the platform tells it. */
struct environment_fact {
	struct uuid id;
	str unique_name, display_name;
	uint32_t state; /* of environment_fact_states; 1: ready */
	struct uuid security_group;     /* nil: none */
	const struct uuid *plans;       /* required service plans */
	size_t plan_count;
};

/* The platform's words, from 1 on. */
enum { ENVIRONMENT_FACT_STATES = 4 };
extern const char *const environment_fact_states[ENVIRONMENT_FACT_STATES];

struct environment_changes; /* environment_change.h */
struct directory_caller; /* authority.h */

enum { DIRECTORY_DOMAINS_MAX = 64, DIRECTORY_ENVIRONMENTS_MAX = 256 };

struct directory {
	struct store *store;
	struct keys *keys;          /* borrowed; for the verifier */
	struct hash_queue *hashes;  /* owned */
	struct token_verifier *verifier; /* for tokens of the directory resource; owned */
	struct arena *arena;        /* of what follows; replaced with the facts */
	struct uuid tenant;
	str display_name;
	str origin;                 /* "https://host[:port]" */
	str issuer;                 /* "{origin}/{tenant}/v2.0" */
	const str *domains;
	size_t domain_count;
	const struct environment_fact *environments;
	size_t environment_count;
	struct environment_changes *changes; /* owned */
};

struct identity_app {
	struct directory *directory;
	void *signin;
};

/* `facts` is the worker's facts JSON (docs/ARCHITECTURE.md). `keys` may be null in tests: then no bearer token verifies. */
MUST_USE err directory_open(struct store *store, struct keys *keys, str facts, struct instant now, struct directory **out);
/* The facts have changed: domains, display name and environments are reconciled in one transaction. */
MUST_USE NONNULL err directory_reconcile(struct directory *d, str facts, struct instant now);
/* Accepts null. Closes neither the store nor the keys. */
void directory_close(struct directory *d);

/* The /v1.0 surface. */
extern const struct web_surface directory_surface;
/* /api/discovery: where a person's data can be. */
extern const struct web_surface discovery_surface;

/* The directory of a call of the identity worker. */
NONNULL struct directory *directory_of(const struct web_call *call);

#endif
