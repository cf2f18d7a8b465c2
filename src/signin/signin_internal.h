/* signin/signin_internal.h - what the files of this area share: the provider's state, and how a call reaches it. */
#ifndef SIGNIN_SIGNIN_INTERNAL_H
#define SIGNIN_SIGNIN_INTERNAL_H

#include "audit/client.h"
#include "crypto/xaes.h"
#include "directory/lookup.h"
#include "signin/refusal.h"
#include "signin/signin.h"
#include "token/key_set.h"
#include "web/call.h"

struct signin {
	struct directory *directory;
	struct xaes *seal;          /* for what travels through browsers */
	uint8_t lookup_key[32];     /* digests of wrong passwords        */
	uint8_t pairwise_key[32];   /* pairwise subjects, sids           */
	struct public_keys public_keys; /* as the keeper last told       */
	struct key_set *key_set;
	struct instant keys_read_at;
	char cookie_suffix[9];      /* first 8 digits of the tenant's id */
};

NONNULL struct signin *signin_of(const struct web_call *call);
/* The tenant's public keys, not older than a minute. */
MUST_USE NONNULL err signin_public_keys(struct signin *s, struct instant now);

/* Asks for them at once, for an unknown kid, but at most every five seconds. False: not asked, or not told. */
NONNULL bool signin_keys_again(struct signin *s, struct instant now);

/* One line of the sign-in log. Zeroed members are not known. */
struct signin_event {
	str op;                      /* "signin.password" ...        */
	enum refusal refusal;        /* REFUSAL_NONE: it succeeded   */
	const struct person *person;
	const struct client *client;
	str client_text;             /* when there is no such client */
	str methods, session;
	int status;
};
/* Inside the caller's transaction. */
MUST_USE NONNULL err signin_audit(struct web_call *call, const struct signin_event *event);
/* In one of its own. */
MUST_USE NONNULL err signin_audit_alone(struct web_call *call, const struct signin_event *event);

#endif
