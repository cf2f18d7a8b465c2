/* host/loop.h - waits for descriptors and deadlines (epoll). One loop per process; callbacks must not block. */
#ifndef HOST_LOOP_H
#define HOST_LOOP_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

struct loop;

/* What a descriptor is ready for. HANGUP comes with READ, so that readers see the end of file. */
enum { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_HANGUP = 4 };

/* Embedded by its owner, which keeps it alive while it is added. */
struct loop_watch {
	int fd;
	void (*ready)(struct loop_watch *watch, unsigned events);
	void *owner;
};

struct loop_timer {
	int64_t due_ns; /* CLOCK_MONOTONIC */
	void (*fire)(struct loop_timer *timer);
	void *owner;
	uint32_t heap_index; /* 0 while not set */
};

MUST_USE struct loop *loop_new(void);
void loop_free(struct loop *loop);
MUST_USE NONNULL err loop_add(struct loop *loop, struct loop_watch *watch, unsigned events);
MUST_USE NONNULL err loop_change(struct loop *loop, struct loop_watch *watch, unsigned events);
/* Safe from inside any callback: events already fetched for it are dropped. Call before closing the fd. */
NONNULL void loop_remove(struct loop *loop, struct loop_watch *watch);
/* Sets or moves the timer. Fires once. */
MUST_USE NONNULL err loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t due_ns);
NONNULL void loop_timer_stop(struct loop *loop, struct loop_timer *timer);
/* The time read once per turn. */
NONNULL int64_t loop_now_ns(const struct loop *loop);
/* Runs until loop_stop. */
NONNULL void loop_run(struct loop *loop);
/* One turn: waits at most wait_ms (-1: until something is due), then serves what is ready. */
NONNULL void loop_turn(struct loop *loop, int wait_ms);
NONNULL void loop_stop(struct loop *loop);

#endif
