/* audit/tally.h - folds refusals that repeat, so that who floods a door does not flood the log.
 *
 * The first refusal of one kind and one source is told at once; those that follow within TALLY_WINDOW_MS are counted, and the
 * count is told when the window ends. Fixed memory: when there are more sources than places, the rest share one place without
 * a source. Pure: the caller brings the time. */
#ifndef AUDIT_TALLY_H
#define AUDIT_TALLY_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/uuid.h"

enum { TALLY_PLACES = 256, TALLY_WINDOW_MS = 60000 };

/* What makes two refusals the same. Texts are compared by address: give literals. Zero what is not known. */
struct tally_key {
	const char *op, *reason, *who; /* who: a process, or null */
	uint8_t address[16];           /* of a client; an IPv6 source is its /64 */
	struct uuid tenant;
};

struct tally_place {
	struct tally_key key; /* op null: free */
	int64_t since_ms;
	uint64_t more;        /* after the first */
};

/* Zero it to start. */
struct tally {
	struct tally_place places[TALLY_PLACES + 1]; /* the last: what found no other place, under the key of its first */
};

/* True: tell this one now, as *out_key says it (without a source when it shares the last place). */
NONNULL MUST_USE bool tally_add(struct tally *tally, int64_t now_ms, const struct tally_key *key, struct tally_key *out_key);
/* Takes a place whose window has ended and that has counted more than one: true, and *out is to be told. Repeat until false. */
NONNULL MUST_USE bool tally_take_ended(struct tally *tally, int64_t now_ms, struct tally_place *out);
/* False when nothing is counted. */
NONNULL MUST_USE bool tally_is_busy(const struct tally *tally);

#endif
