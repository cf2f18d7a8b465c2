/* signin/lockout.h - smart lockout: how many wrong passwords an account bears before it refuses for a while. Pure.
 *
 * Source:  identity 1.11. Two counters per person: one for devices that have signed in as them within 30 days, one for all
 *          others, so that an attacker far away does not lock the owner out. A repeat of one of the last three wrong
 *          passwords does not count. The first lock lasts 60 s, each further failure doubles it, up to four hours. */
#ifndef SIGNIN_LOCKOUT_H
#define SIGNIN_LOCKOUT_H

#include "base/instant.h"

enum { LOCKOUT_THRESHOLD = 10, LOCKOUT_FIRST_MS = 60 * 1000, LOCKOUT_MAX_MS = 4 * 3600 * 1000, LOCKOUT_DIGESTS = 3,
       LOCKOUT_DIGEST_BYTES = 16 };

struct lockout {
	uint32_t failures;
	struct instant locked_until;
	uint8_t digests[LOCKOUT_DIGESTS][LOCKOUT_DIGEST_BYTES]; /* newest first; zero: none */
};

NONNULL bool lockout_is_locked(const struct lockout *l, struct instant now);
/* A wrong password. True when it counted. */
NONNULL bool lockout_fail(struct lockout *l, const uint8_t digest[static LOCKOUT_DIGEST_BYTES], struct instant now);
/* The right password while not locked. */
NONNULL void lockout_clear(struct lockout *l);

#endif
