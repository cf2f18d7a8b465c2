/* directory/lookup.h - what sign-in and token issuing ask of the directory. Reads only; results live in `arena`.
 *
 * ERR_NOT_FOUND when there is no such object. Disabled objects are found and say so: refusing them, with the right
 * words, is the caller's. */
#ifndef DIRECTORY_LOOKUP_H
#define DIRECTORY_LOOKUP_H

#include "base/arena.h"
#include "base/instant.h"
#include "base/uuid.h"
#include "directory/directory.h"

/* --- people --- */

struct person {
	int64_t key;               /* user_account.key, for foreign keys of sign-in tables */
	struct uuid id;            /* oid */
	str user_principal_name, display_name, given_name, surname, mail, mail_nickname;
	str mobile_phone, business_phone; /* the first */
	str preferred_language, birthday, my_site;
	str street_address, city, state, postal_code, country;
	bool enabled, guest;
	bool force_change_password;
	str password_phc;          /* empty: has none. Never log it */
	struct instant sessions_valid_from, changed_at, password_changed_at;
};
MUST_USE NONNULL err lookup_person_by_name(struct directory *d, str upn, struct arena *arena, struct person *out);
MUST_USE NONNULL err lookup_person(struct directory *d, const struct uuid *id, struct arena *arena, struct person *out);

/* Replaces a stored hash made with weaker parameters by a new one of the same password: nothing else changes. */
MUST_USE NONNULL err lookup_rehash_password(struct directory *d, int64_t person_key, str old_phc, str new_phc);

/* --- client applications --- */

enum redirect_platform { PLATFORM_WEB = 1, PLATFORM_SPA, PLATFORM_PUBLIC_CLIENT };

struct redirect_uri {
	str uri;
	enum redirect_platform platform;
};

struct client {
	int64_t key;               /* application.key */
	struct uuid app_id, object_id, service_principal_id;
	int64_t service_principal_key;
	str display_name;
	bool has_service_principal; /* without one the application is unknown in the tenant (700016) */
	bool enabled;               /* of the service principal */
	bool assignment_required;
	bool fallback_public_client;
	bool built_in;              /* the platform's own: consent is never asked */
	const struct redirect_uri *redirect_uris;
	size_t redirect_uri_count;
	str logout_url, home_page_url; /* empty when not set */
	str group_membership_claims;   /* "", "None", "SecurityGroup", "All", "ApplicationGroup" */
	str optional_claims;           /* JSON or empty */
	str bwk;                       /* JSON object of application.bwk, "{}" when not set */
};
MUST_USE NONNULL err lookup_client(struct directory *d, const struct uuid *app_id, struct arena *arena, struct client *out);

/* Does one of the application's live secrets equal this one? Compares digests without an early end. */
MUST_USE NONNULL err lookup_client_secret(struct directory *d, int64_t application_key, str secret, struct instant now,
					  bool *out_matches);

/* --- resources and what one may do to them --- */

struct resource_scope {
	struct uuid id;
	str value;
	bool admin_only; /* type Admin: only an administrator consents */
	str consent_name, consent_description;
};

struct resource {
	struct uuid app_id, service_principal_id;
	int64_t service_principal_key;
	str display_name;
	str audience;        /* what `aud` of its tokens says: the first identifier URI, else the appId */
	str identifier;      /* the spelling by which it was asked for */
	bool enabled, assignment_required;
	bool is_directory;
	struct uuid environment; /* nil unless it stands for an environment */
	const struct resource_scope *scopes;
	size_t scope_count;
};
/* By identifier URI (a trailing slash more or less is the same one) or by appId. */
MUST_USE NONNULL err lookup_resource(struct directory *d, str identifier, struct arena *arena, struct resource *out);

/* "a b c": the scope values that were consented for this client at this resource, for everybody and for this person
 * (key 0: only for everybody). Blank-separated, without repetitions. */
MUST_USE NONNULL err lookup_granted_scopes(struct directory *d, int64_t client_sp_key, int64_t person_key,
					   int64_t resource_sp_key, struct arena *arena, str *out_scopes);
/* Adds to the person's own grant (consent page). Audits it. */
struct audit_event;
MUST_USE NONNULL err lookup_consent(struct directory *d, const struct client *client, const struct person *person,
				    const struct resource *resource, str scopes, struct instant now,
				    const struct audit_event *context);

/* Values of the app roles that the principal (a service principal, or a person directly or through a group) holds at the
 * resource. *out_assigned also when only access without a role was given. */
MUST_USE NONNULL err lookup_app_roles(struct directory *d, const struct uuid *principal_id, int64_t resource_sp_key,
				      struct arena *arena, const str **out_values, size_t *out_count, bool *out_assigned);

/* --- what a person is --- */

/* Template ids of the directory roles, held directly or through a group. */
MUST_USE NONNULL err lookup_directory_roles(struct directory *d, const struct uuid *principal_id, struct arena *arena,
					    const struct uuid **out, size_t *out_count);
/* Ids of the groups, nested ones included. */
MUST_USE NONNULL err lookup_groups(struct directory *d, const struct uuid *member_id, bool security_only,
				   struct arena *arena, const struct uuid **out, size_t *out_count);

#endif
