/* host/clock.h - the time, from the kernel. Pass `struct clock` down so that tests can set it. */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include "base/instant.h"

struct clock {
	struct instant (*now)(void *self);  /* UTC                                      */
	int64_t (*monotonic_ns)(void *self); /* never goes back; for deadlines and rates */
	void *self;
};

extern const struct clock clock_system;

static inline struct instant clock_now(const struct clock *c)
{
	return c->now(c->self);
}

static inline int64_t clock_monotonic_ns(const struct clock *c)
{
	return c->monotonic_ns(c->self);
}

#endif
