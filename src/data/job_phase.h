/* data/job_phase.h - what a job does next: a table of phases (authorization-and-data 1.3, 1.8). Pure.
 *
 *   assign  LIST -> WORK -> CLEAN -> END       refused while listing or working: UNDO -> CLEAN -> END (failed)
 *   delete  LIST -> CHECK -> WORK -> CLEAN -> END     refused before WORK: CLEAN -> END (failed), nothing is deleted
 *   move    WORK -> END                        a principal's rows into another unit
 *   matrix  WORK -> END                        each row into its owner's unit */
#ifndef DATA_JOB_PHASE_H
#define DATA_JOB_PHASE_H

#include "base/attr.h"

enum job_kind { JOB_ASSIGN = 1, JOB_DELETE, JOB_MOVE, JOB_MATRIX_END, JOB_KINDS_END };
enum job_phase { JOB_LIST = 1, JOB_CHECK, JOB_WORK, JOB_UNDO, JOB_CLEAN, JOB_END, JOB_PHASES_END };

enum job_phase job_phase_first(enum job_kind kind);
/* Behind a phase that is through. JOB_END behind what no row of the table names. */
enum job_phase job_phase_next(enum job_kind kind, enum job_phase phase);
/* When a phase was refused. */
enum job_phase job_phase_refused(enum job_kind kind, enum job_phase phase);

#endif
