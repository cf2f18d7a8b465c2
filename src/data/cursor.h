/* data/cursor.h - $skiptoken: where a listing goes on, sealed.
 *
 * Source:  authorization-and-data 4.2. What the client carries is AES-256-GCM under the environment's cookie key: the last row's
 *          order values and key. Bound as associated data: what the query is (its own text without the token), who asks, and the
 *          epoch's absence on purpose: authorization is evaluated anew on every page, so a cursor only says "behind this row".
 * Format:  base64url( nonce 12 | cipher | tag 16 ); plain = u8 version 2 · u64 key · u32 page · u64 since · u8 count · count * value,
 *          value = u8 kind · (i64 | f64 as 8 octets | u32 length and text | 16 octets).
 * Errors:  400 0x80060888 for a token that is not ours, of another caller, or of another query. */
#ifndef DATA_CURSOR_H
#define DATA_CURSOR_H

#include "data/odata_query.h"
#include "keys/client.h"

struct cursor {
	int64_t key, page;                 /* page: rows of each page */
	int64_t since;                     /* of a tracked list: its beginning; 0: not tracked */
	struct value values[ORDER_MAX];
	size_t count;
};

struct cursor_place {
	const char *name; /* "$skiptoken", "$deltatoken": one is no other */
	const struct purpose_key *secret;
	struct uuid user;
	str query; /* set name and all options but $skiptoken */
};

MUST_USE NONNULL err cursor_seal(const struct cursor_place *place, const struct cursor *c, struct arena *arena, str *out);
MUST_USE NONNULL err cursor_open(const struct cursor_place *place, str token, struct arena *arena, struct problem *problem,
				 struct cursor *out);
/* The answer to a token that does not belong here. */
MUST_USE NONNULL err cursor_refuse(const struct cursor_place *place, struct arena *arena, struct problem *problem);

#endif
