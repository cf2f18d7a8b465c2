/* signin/lockout_store.h - a person's lockout counters in the database. The rules are in signin/lockout.h. */
#ifndef SIGNIN_LOCKOUT_STORE_H
#define SIGNIN_LOCKOUT_STORE_H

#include "signin/lockout.h"
#include "signin/signin_internal.h"

/* user_key 0 (no such account) costs the same read and finds nothing. */
MUST_USE NONNULL err lockout_find(struct web_call *call, int64_t user_key, bool familiar, struct lockout *out);
/* A wrong password; only a keyed digest of it is kept. Inside the caller's transaction. */
MUST_USE NONNULL err lockout_count(struct web_call *call, int64_t user_key, bool familiar, str password, struct lockout *l);
/* The right one. Inside the caller's transaction. */
MUST_USE NONNULL err lockout_forgive(struct web_call *call, int64_t user_key, bool familiar);

#endif
