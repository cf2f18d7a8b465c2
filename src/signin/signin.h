/* signin/signin.h - the OpenID provider of one tenant, in its identity worker.
 *
 * Stands on the directory (people, clients, consents) and on the tables of directory/migrations/0002_signin.sql. The worker's
 * main opens the directory, then this, sets identity_app.signin, and serves signin_surface beside the directory's. */
#ifndef SIGNIN_SIGNIN_H
#define SIGNIN_SIGNIN_H

#include "directory/directory.h"

struct signin;

/* Makes missing secrets. `directory` is borrowed and outlives it; the keys are copied. */
MUST_USE NONNULL err signin_open(struct directory *directory, const struct database_keys *keys, struct signin **out);
/* Wipes. Accepts null. */
void signin_close(struct signin *s);

/* /v2.0, /discovery, /oauth2, /oidc, /signin: prefix "". */
extern const struct web_surface signin_surface;

#endif
