/* data/app.h - the application of one environment: opening, closing, and what changes while it runs. */
#ifndef DATA_APP_H
#define DATA_APP_H

#include "base/instant.h"
#include "data/request.h"
#include "data/usage.h"

struct data_app_options {
	struct store *store;             /* open and migrated; borrowed                          */
	struct keys *keys;               /* for the token verifier; null in tests that set keys  */
	const struct purpose_key *cursor_secret;
	str facts;                       /* JSON, see docs/ARCHITECTURE.md                       */
	struct instant now;
	struct usage_limits limits;
};

MUST_USE NONNULL err data_app_open(const struct data_app_options *options, struct data_app **out);
/* Accepts null. */
void data_app_close(struct data_app *app);
/* The environment's names or state have changed. */
MUST_USE NONNULL err data_app_facts(struct data_app *app, str facts);
/* Whom to ask about people, borrowed; and that earlier answers may no longer hold. */
struct person_source;
NONNULL void data_app_people(struct data_app *app, const struct person_source *source);
NONNULL void data_app_people_changed(struct data_app *app);
/* Between requests: a part of what authz_synchronize does. ERR_UNAVAILABLE: the directory is silent, later. */
MUST_USE NONNULL err data_app_synchronize(struct data_app *app, struct instant now);
/* After a committed change of definitions. */
MUST_USE NONNULL err data_app_reload(struct data_app *app);

#endif
