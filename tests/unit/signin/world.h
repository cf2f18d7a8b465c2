/* A provider as the identity worker runs it: a real store, a real keeper and a real hasher in processes of their own, a directory
 * with a person and two clients, and a browser that keeps cookies. Requests go through the real route table. */
#ifndef SIGNIN_WORLD_H
#define SIGNIN_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "signin/signin_internal.h"

enum { COOKIES_MAX = 8 };

struct world {
	char folder[64], database[96], key_store[96];
	int keeper_pid, hasher_pid, hasher_supervisor, hasher;
	struct keys keys;
	struct database_keys database_keys;
	struct store *store;
	struct identity_app app;
	struct directory *directory;
	struct arena *arena;      /* of the test                */
	struct instant now;       /* moved by tests             */
	/* what is in the directory */
	struct uuid person_id, web_app, spa_app, native_app, daemon_app;
	int64_t person_key;
	str web_secret, daemon_secret;
	/* the browser */
	struct { char name[64], value[512]; } cookies[COOKIES_MAX];
	size_t cookie_count;
};

#define WORLD_ORIGIN "https://localhost:8443"
#define WORLD_TENANT "1f3a09bc-0000-4000-8000-000000000001"
#define WORLD_ISSUER WORLD_ORIGIN "/" WORLD_TENANT "/v2.0"
#define WORLD_PASSWORD "correct horse battery"
#define WORLD_CALLBACK "https://client.example/cb"
#define WORLD_SPA_CALLBACK "https://spa.example/app"

int world_setup(void **state);
int world_teardown(void **state);
void must(err e);

/* An answer, copied into the world's arena. */
struct reply {
	int status;
	str location, body, content_type, www_authenticate, csp, allow_origin;
	size_t set_cookies;
};

/* Through web_dispatch, with the browser's cookies, which the answer changes. headers: "name: value" lines or null. A parked call
 * is waited for. */
struct reply world_get(struct world *w, str path_and_query, const char *headers);
/* As our own page would: Sec-Fetch-Site: same-origin unless the headers say otherwise. */
struct reply world_post(struct world *w, str path, str form, const char *headers);
/* Without cookies: a client's back channel. */
struct reply world_token(struct world *w, str form, const char *headers);

/* The value of a hidden input of a page, or of a query parameter of an address; fails the test when absent. */
str world_input(struct world *w, str page, const char *name);
str world_parameter(struct world *w, str location, const char *name);
bool world_has_parameter(struct world *w, str location, const char *name);
/* A member of a JSON answer, as text. */
str world_member(struct world *w, str body, const char *name);
bool world_has_member(struct world *w, str body, const char *name);
/* The claims of a token, signature checked against the published keys. typ: "at+jwt" or "JWT". */
const struct json *world_claims(struct world *w, str token, const char *typ);
/* Signs the person in at the web client and gives the code. */
str world_sign_in(struct world *w, const char *extra_query);
void world_forget_cookies(struct world *w);
int64_t world_number(struct world *w, str sql);

str world_authorize(struct world *w, const struct uuid *client, const char *redirect_uri, const char *extra);
struct reply world_type_password(struct world *w, str page, const char *username, const char *password);

#endif
