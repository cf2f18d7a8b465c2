/* base/instant.h - a moment in UTC, in milliseconds since 1970-01-01T00:00:00Z.
 *
 * Arithmetic only; the clock is in host/clock.h. Text is RFC 3339. */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct instant {
	int64_t ms;
};

static inline bool instant_before(struct instant a, struct instant b)
{
	return a.ms < b.ms;
}

static inline struct instant instant_add_ms(struct instant t, int64_t ms)
{
	return (struct instant){ t.ms + ms };
}

static inline int64_t instant_seconds(struct instant t)
{
	return t.ms >= 0 ? t.ms / 1000 : -((-t.ms + 999) / 1000);
}

enum { INSTANT_TEXT_LEN = 24 }; /* 2026-11-24T08:17:12.345Z */

/* Years 0001 to 9999. With milliseconds, or without when `seconds_only`. NUL-terminated. */
NONNULL void instant_format(struct instant t, bool seconds_only, char out[static INSTANT_TEXT_LEN + 1]);
NONNULL str instant_text(struct arena *arena, struct instant t);
/* RFC 3339 with 'Z' or an offset, fraction of any length (cut to milliseconds); or a bare date. */
MUST_USE NONNULL err instant_parse(str text, struct instant *out);
/* Days since 1970-01-01 of a proleptic Gregorian date. */
int64_t days_of_date(int64_t year, int month, int day);

#endif
