/* keys/keeper_rotate.h - the life of a tenant's token-signing keys.
 *
 * Source:  identity 2.2. For each algorithm of a tenant one key signs (active), one is published and will sign (next), and
 *          some have signed (retired): published until the last of their tokens has ended. Of a retired key only the public
 *          half is left.
 * Crash:   each step is one durable record. Killed between two, the newest active key signs and keeper_settle_keys does
 *          the rest. */
#ifndef KEYS_KEEPER_ROTATE_H
#define KEYS_KEEPER_ROTATE_H

#include "keys/keeper.h"

enum {
	KEY_ACTIVE_DAYS = 60,     /* of 30 to 90                                                      */
	KEY_NEXT_HOURS = 24,      /* published at least so long before its first use                  */
	KEY_RETIRED_HOURS = 30,   /* after its last use; the longest token lives 28                   */
};

/* An active and a next key of ES256 and of every algorithm that the tenant has; older active keys become retired, retired ones
 * whose tokens have ended are forgotten. Harmless to repeat. Without make_slow the next RS256 key may be left for later. */
MUST_USE NONNULL err keeper_settle_keys(struct keeper *keeper, const struct uuid *tenant, bool make_slow);
/* The tenant has an RS256 key from now on, of 2048 bits. It takes a tenth of a second once, so that it is made when the tenant's
 * identity worker first asks for keys: a tenant that nobody signs in to needs none. */
MUST_USE NONNULL err keeper_offer_rs256(struct keeper *keeper, const struct uuid *tenant);
/* Makes the tenant's next keys its active ones. mode: enum key_rotation but ROTATE_DUE. ERR_CONFLICT: not published long
 * enough; ERR_LIMIT: as many retired keys as can be published. */
MUST_USE NONNULL err keeper_rotate_keys(struct keeper *keeper, const struct uuid *tenant, enum key_rotation mode,
					struct rotated_keys *out);
/* The key that signs; null without one. */
NONNULL const struct key_record *keeper_token_key(const struct keeper *keeper, const struct uuid *tenant, uint8_t alg);
/* To be published now: next, active, or retired and not too old. */
NONNULL bool keeper_key_is_published(const struct keeper *keeper, const struct key_record *key);
/* Of a key in any published state, with its kid. */
MUST_USE NONNULL err keeper_public_half(struct keeper *keeper, const struct key_record *key, struct public_numbers *out,
					char out_kid[static 44]);

#endif
