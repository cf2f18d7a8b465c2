/* proc/worker_damage.h - a stored page failed its authentication.
 *
 * Source:  encryption-and-keys 6, rule 7. The store has closed the handle to further use and the request is refused; what is left is
 *          to say so in the audit log and to leave: nothing may go on with memory and disk in disagreement. The database is opened
 *          once more, from the file, only to put the event into its outbox; the worker that comes next hands it to the recorder. */
#ifndef PROC_WORKER_DAMAGE_H
#define PROC_WORKER_DAMAGE_H

#include "proc/worker.h"

/* Exits with CHILD_EXIT_CORRUPT. The frame's pump no longer exists. */
_Noreturn NONNULL void worker_damage_leave(struct worker *worker, const struct worker_app *app);

#endif
