/* data/usage.h - how much each caller has asked for of late: service-protection limits (authorization-and-data 4.8, edge-and-network 2.8).
 *
 * Within a window of 300 s a caller makes at most so many requests, which take at most so much time together. Who asks for more is refused
 * until enough of it lies behind the window; asking meanwhile puts that off by 5 s each time, at most to 300 s from now. (How many at once:
 * the edge's, edge/settings.h.) Pure: time comes in. Of the USAGE_USERS_MAX callers that asked last; who is forgotten begins anew. */
#ifndef DATA_USAGE_H
#define DATA_USAGE_H

#include <stdint.h>

#include "base/err.h"

enum { USAGE_WINDOW_S = 300, USAGE_USERS_MAX = 4096 };

/* 0: no limit. */
struct usage_limits {
	uint32_t requests, execution_s;
};

struct usage;
enum usage_answer { USAGE_FITS = 0, USAGE_TOO_MANY, USAGE_TOO_LONG };

MUST_USE NONNULL err usage_new(const struct usage_limits *limits, struct usage **out);
/* Accepts null. */
void usage_free(struct usage *usage);
/* One more request of that caller, counted unless it is refused. *out_retry_s: when to ask again, at least 1. */
NONNULL enum usage_answer usage_begin(struct usage *usage, int64_t user, int64_t now_ms, int64_t *out_retry_s);
/* How long it took. */
NONNULL void usage_charge(struct usage *usage, int64_t user, int64_t now_ms, int64_t took_ms);

#endif
