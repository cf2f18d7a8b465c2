/* signin/transaction.h - a sign-in under way, as it travels through the browser in a hidden field or an address of ours.
 *
 * Source: identity 2.3 rule 10. Sealed and bound to the browser's name (signin/browser.h): no row in the database, and what one
 * browser began no other can go on with. Holds the authorization request as it was sent, so that it is judged afresh at each
 * step, and what has happened since. Plain form: u8 version=1 · u64 started ms · u8 flags · u8[16] session · str16 query. */
#ifndef SIGNIN_TRANSACTION_H
#define SIGNIN_TRANSACTION_H

#include "signin/signin_internal.h"

enum { TRANSACTION_AGE_MS = 60 * 60 * 1000, TRANSACTION_QUERY_BYTES_MAX = 9000 };

enum transaction_flag {
	TRANSACTION_SIGNED_IN = 1,  /* the person has signed in for this request                     */
	TRANSACTION_CHOSEN = 2,     /* and chosen this account                                       */
	TRANSACTION_CONSENTED = 4,  /* and consented                                                 */
};

struct transaction_state {
	str query;                 /* of the authorization request         */
	unsigned flags;            /* enum transaction_flag, or'ed         */
	struct uuid session;       /* for which the flags hold             */
	struct instant started;
};

MUST_USE NONNULL err transaction_seal(struct web_call *call, const struct transaction_state *t, str *out);
/* ERR_INVALID when it is not ours, not this browser's, or too old. */
MUST_USE NONNULL err transaction_unseal(struct web_call *call, str text, struct transaction_state *out);

#endif
