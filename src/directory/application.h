/* directory/application.h - an application registration: its members, their rules, its rows.
 *
 * Source: identity 1.6, 1.12. The JSON members are kept as texts, as a client reads them back; redirect URIs, identifier
 * URIs, scopes and roles are derived from them into tables in the same transaction. */
#ifndef DIRECTORY_APPLICATION_H
#define DIRECTORY_APPLICATION_H

#include "base/instant.h"
#include "directory/lookup.h"
#include "directory/object.h"

enum application_json {
	APP_WEB, APP_SPA, APP_PUBLIC_CLIENT, APP_IDENTIFIER_URIS, APP_API, APP_ROLES, APP_REQUIRED_ACCESS,
	APP_OPTIONAL_CLAIMS, APP_BWK, APP_JSONS
};

struct application {
	int64_t key;
	struct uuid id, app_id;
	str display_name, sign_in_audience;
	str json[APP_JSONS];         /* optionalClaims may be absent (at null), the others not */
	str group_membership_claims; /* may be absent */
	bool fallback_public_client, built_in;
	struct uuid environment;     /* nil: none */
	bool has_service_principal, service_principal_enabled, assignment_required;
	int64_t service_principal_key;
	struct uuid service_principal_id;
};

enum {
	REDIRECT_URIS_MAX = 256, REDIRECT_URI_CHARS_MAX = 256, IDENTIFIER_URIS_MAX = 50, APP_SCOPES_MAX = 200,
	APP_ROLES_MAX = 200, SECRETS_MAX = 20, SECRET_DAYS_DEFAULT = 180, SECRET_BYTES = 32
};

/* https, or http on a loopback host; for public clients also a scheme of the application's own. At most 256 characters, no
 * wildcard, no fragment. */
MUST_USE err redirect_uri_check(str uri, enum redirect_platform platform);
/* https, http or urn-like, absolute, no fragment, no blanks. */
MUST_USE err identifier_uri_check(str uri);

NONNULL void application_init(struct application *a, const struct uuid *id, const struct uuid *app_id);
/* A named member is replaced whole. Unknown members are ERR_INVALID. Ids that `api` and `appRoles` leave out are made. */
MUST_USE NONNULL err application_apply(const struct json *body, bool creating, struct arena *arena,
				       struct application *a);

/* application_store.c. Writes run inside the caller's transaction. */
/* key 0: a new object, whose key is set. ERR_CONFLICT: an identifier URI is another application's. */
MUST_USE NONNULL err application_put(struct store *store, struct application *a, struct instant now, struct arena *arena);
MUST_USE NONNULL err application_by_app_id(struct store *store, const struct uuid *app_id, struct arena *arena,
					   struct application *out);
MUST_USE NONNULL err application_by_id(struct store *store, const struct uuid *id, struct arena *arena,
				       struct application *out);
MUST_USE NONNULL err application_by_principal(struct store *store, const struct uuid *service_principal_id,
					      struct arena *arena, struct application *out);
MUST_USE NONNULL err application_by_identifier(struct store *store, str uri, struct arena *arena, struct application *out);
/* Sets the service principal's fields of *a. ERR_CONFLICT: it has one. */
MUST_USE NONNULL err service_principal_insert(struct store *store, struct application *a, const struct uuid *id,
					      struct instant now);
MUST_USE NONNULL err service_principal_update(struct store *store, const struct application *a);

/* application_secret.c */
struct application_secret {
	char key_id[UUID_TEXT_LEN + 1], hint[4];
	char text[44];          /* 43 characters: shown once */
	str display_name;       /* may be absent */
	struct instant starts, ends;
};
/* Makes and stores one. ERR_LIMIT past SECRETS_MAX. The caller wipes *out. */
MUST_USE NONNULL err application_add_secret(struct store *store, int64_t application_key, struct application_secret *out);
/* ERR_NOT_FOUND. */
MUST_USE NONNULL err application_remove_secret(struct store *store, int64_t application_key, str key_id);

#endif
