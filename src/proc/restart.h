/* proc/restart.h - when a process that ended is started again, and when the supervisor says that there is no worker.
 *
 * A pure decision, so that every case can be tested: facts in, one action out.
 *
 * A failure is an end that nobody asked for, before the process had served for RESTART_SERVED_NS. Failures that follow each
 * other within RESTART_WINDOW_NS are counted; the wait before the next start doubles with each, up to RESTART_WAIT_MAX_NS.
 * From RESTART_FAILURES_MAX on the process counts as failing: whoever waits for it is told so at once, and so is everyone who
 * asks before the next try. It is never given up for good: what made it fail (a full disk, a missing folder) may pass.
 *
 *            end in service, or asked for
 *   SOUND <------------------------------- TROUBLED --RESTART_FAILURES_MAX--> FAILING (refused, tried again after the wait)
 *     └── failure ──────────────────────────^                                   │
 *     ^────────────────────── served for RESTART_SERVED_NS ─────────────────────┘ */
#ifndef PROC_RESTART_H
#define PROC_RESTART_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

enum { RESTART_FAILURES_MAX = 3 };
#define RESTART_SERVED_NS INT64_C(2000000000)
#define RESTART_WINDOW_NS INT64_C(60000000000)
#define RESTART_WAIT_FIRST_NS INT64_C(50000000)
#define RESTART_WAIT_MAX_NS INT64_C(10000000000)

struct restart {
	uint32_t failures;       /* in a row, each within the window of the one before */
	int64_t last_failure_ns; /* CLOCK_MONOTONIC                                    */
	int64_t not_before_ns;   /* the next start is not due before this              */
};

/* What an end, or a wish for the process, leads to. */
enum restart_action {
	RESTART_FORGET = 1, /* nobody needs it and nothing is to be remembered: its slot is free          */
	RESTART_REST,       /* nobody needs it now; its failures are remembered                           */
	RESTART_START,      /* start it at not_before_ns                                                  */
	RESTART_REFUSE,     /* tell who waits that there is no worker; a permanent process starts again   */
	                    /* at not_before_ns, another rests                                            */
};

struct restart_end {
	bool asked_for;    /* the supervisor had told it to stop                 */
	bool needed;       /* permanent, or someone waits for it                 */
	int64_t served_ns; /* since it was ready; 0 when it never was            */
};

/* The process has ended (or could not be started at all). */
NONNULL enum restart_action restart_ended(struct restart *r, const struct restart_end *end, int64_t now_ns);
/* Someone wants a process that rests. START or REFUSE. */
NONNULL enum restart_action restart_wanted(struct restart *r, int64_t now_ns);
/* Failures that still count: 0 once it has served long enough, or the window has passed. `served_ns` as above. */
NONNULL uint32_t restart_failures(const struct restart *r, int64_t served_ns, int64_t now_ns);
NONNULL bool restart_is_failing(const struct restart *r, int64_t served_ns, int64_t now_ns);

#endif
