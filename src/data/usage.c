#include "data/usage.h"

#include <stdlib.h>
#include <string.h>

enum { SLICES = 30, SLICE_MS = USAGE_WINDOW_S * 1000 / SLICES, WAYS = 8, SETS = USAGE_USERS_MAX / WAYS, PENALTY_MS = 5000 };

struct caller_usage {
	int64_t user;              /* 0: free */
	int64_t slice;             /* the latest that anything was counted in */
	int64_t barred_until_ms;
	enum usage_answer barred;
	uint32_t requests[SLICES], took_ms[SLICES];
};

struct usage {
	struct usage_limits limits;
	struct caller_usage callers[SETS][WAYS];
};

err usage_new(const struct usage_limits *limits, struct usage **out)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		FAIL(ERR_LIMIT, "no memory for the use of callers");
	(*out)->limits = *limits;
	return OK;
}

void usage_free(struct usage *u)
{
	free(u);
}

/* Slices that have fallen out of the window count nothing any more. */
static void roll(struct caller_usage *c, int64_t slice)
{
	for (int64_t passed = slice - c->slice < SLICES ? slice - c->slice : SLICES; passed > 0; passed--) {
		c->requests[(slice - passed + 1) % SLICES] = 0;
		c->took_ms[(slice - passed + 1) % SLICES] = 0;
	}
	if (slice > c->slice)
		c->slice = slice;
}

/* The caller's place; that of whoever asked longest ago when there is none. */
static struct caller_usage *find(struct usage *u, int64_t user, int64_t slice)
{
	struct caller_usage *set = u->callers[(uint64_t)user * 0x9e3779b97f4a7c15u >> 32 & (SETS - 1)], *oldest = &set[0];
	for (int i = 0; i < WAYS; i++) {
		if (set[i].user == user) {
			roll(&set[i], slice);
			return &set[i];
		}
		if (set[i].user == 0 || set[i].slice < oldest->slice)
			oldest = &set[i];
	}
	memset(oldest, 0, sizeof *oldest);
	oldest->user = user;
	oldest->slice = slice;
	return oldest;
}

/* When the sum of what is left in the window will be below the limit; 0: it is. */
static int64_t fits_at_ms(const uint32_t *counted, uint64_t most, int64_t slice)
{
	uint64_t sum = 0;
	for (int i = 0; i < SLICES; i++)
		sum += counted[i];
	if (most == 0 || sum < most)
		return 0;
	for (int64_t old = slice - SLICES + 1; old <= slice; old++) {
		sum -= old >= 0 ? counted[old % SLICES] : 0;
		if (sum < most)
			return (old + SLICES) * SLICE_MS;
	}
	return (slice + SLICES) * SLICE_MS;
}

static enum usage_answer barred(struct caller_usage *c, enum usage_answer why, int64_t until_ms, int64_t now_ms, int64_t *out_retry_s)
{
	int64_t latest = now_ms + USAGE_WINDOW_S * 1000;
	c->barred = why;
	c->barred_until_ms = until_ms < latest ? until_ms : latest;
	*out_retry_s = (c->barred_until_ms - now_ms + 999) / 1000;
	return why;
}

enum usage_answer usage_begin(struct usage *u, int64_t user, int64_t now_ms, int64_t *out_retry_s)
{
	int64_t slice = now_ms / SLICE_MS, until;
	struct caller_usage *c = find(u, user, slice);
	if (now_ms < c->barred_until_ms)
		return barred(c, c->barred, c->barred_until_ms + PENALTY_MS, now_ms, out_retry_s);
	if ((until = fits_at_ms(c->requests, u->limits.requests, slice)) > now_ms)
		return barred(c, USAGE_TOO_MANY, until, now_ms, out_retry_s);
	if ((until = fits_at_ms(c->took_ms, (uint64_t)u->limits.execution_s * 1000, slice)) > now_ms)
		return barred(c, USAGE_TOO_LONG, until, now_ms, out_retry_s);
	c->requests[slice % SLICES]++;
	return USAGE_FITS;
}

void usage_charge(struct usage *u, int64_t user, int64_t now_ms, int64_t took_ms)
{
	int64_t slice = now_ms / SLICE_MS;
	struct caller_usage *c = find(u, user, slice);
	uint32_t *sum = &c->took_ms[slice % SLICES];
	if (took_ms > 0)
		*sum = (uint64_t)*sum + (uint64_t)took_ms > UINT32_MAX ? UINT32_MAX : *sum + (uint32_t)took_ms;
}
