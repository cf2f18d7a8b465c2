/* directory/user.h - a person's account: its members, their rules, its row.
 *
 * Source: identity 1.2, 1.12 (names of the public Graph). Texts whose `at` is null are absent. */
#ifndef DIRECTORY_USER_H
#define DIRECTORY_USER_H

#include "base/instant.h"
#include "directory/object.h"

enum user_text {
	USER_PRINCIPAL_NAME, USER_DISPLAY_NAME, USER_MAIL_NICKNAME, USER_GIVEN_NAME, USER_SURNAME, USER_MAIL,
	USER_MOBILE_PHONE, USER_STREET_ADDRESS, USER_CITY, USER_STATE, USER_POSTAL_CODE, USER_COUNTRY,
	USER_PREFERRED_LANGUAGE, USER_BIRTHDAY, USER_MY_SITE, USER_USAGE_LOCATION, USER_JOB_TITLE, USER_DEPARTMENT,
	USER_EMPLOYEE_ID, USER_TEXTS
};

struct user {
	int64_t key;
	struct uuid id;
	str text[USER_TEXTS];
	str business_phones, other_mails; /* JSON arrays */
	bool enabled, guest;
	struct instant sessions_valid_from, changed, created;
	str password_phc;                 /* at null: none */
	bool force_change_password;
	struct instant password_changed;
};

/* passwordProfile of a body. */
struct password_profile {
	bool given;
	str password;
	bool force_change;
};

enum { UPN_CHARS_MAX = 113, UPN_LOCAL_MAX = 64, UPN_DOMAIN_MAX = 48, USER_PASSWORD_BYTES_MIN = 12, USER_PASSWORD_BYTES_MAX = 256 };

/* The grammar and the lengths only; whether the domain is ours is the caller's question. */
MUST_USE err user_principal_name_check(str upn, str *out_domain);
/* Length, and not the person's own name (identity 1.10, first rule). */
MUST_USE err password_check(str password, str upn);

/* Applies a request body to *u (a new user: zeroed, with empty arrays). Judges every member; an unknown one is ERR_INVALID,
 * as is a missing required one when `creating`. */
MUST_USE NONNULL err user_apply(const struct json *body, bool creating, struct arena *arena, struct user *u,
				struct password_profile *out_password);
/* {"city":{"old":"X","new":"Y"}} of what differs, for the audit log; `at` null when the budget is spent. */
NONNULL str user_changes(const struct user *before, const struct user *after, struct arena *arena);
/* Sets the defaults of a new user. */
NONNULL void user_init(struct user *u, const struct uuid *id, struct instant now);

/* user_store.c. Writes run inside the caller's transaction. */
MUST_USE NONNULL err user_insert(struct store *store, struct user *u);          /* sets key; ERR_CONFLICT: UPN taken */
MUST_USE NONNULL err user_update(struct store *store, const struct user *u);
MUST_USE NONNULL err user_by_id(struct store *store, const struct uuid *id, struct arena *arena, struct user *out);
MUST_USE NONNULL err user_by_name(struct store *store, str upn, struct arena *arena, struct user *out);
MUST_USE NONNULL err user_put_password(struct store *store, int64_t key, str phc, bool force_change, struct instant now);
MUST_USE NONNULL err user_revoke_sessions(struct store *store, int64_t key, struct instant now);

#endif
