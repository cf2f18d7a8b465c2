/* data/job_phase.c */
#include "data/job_phase.h"

#include <stddef.h>

static const struct row {
	enum job_kind kind;
	enum job_phase phase, next, refused;
} rows[] = {
	{ JOB_ASSIGN, JOB_LIST, JOB_WORK, JOB_UNDO },
	{ JOB_ASSIGN, JOB_WORK, JOB_CLEAN, JOB_UNDO },
	{ JOB_ASSIGN, JOB_UNDO, JOB_CLEAN, JOB_CLEAN },
	{ JOB_ASSIGN, JOB_CLEAN, JOB_END, JOB_END },
	{ JOB_DELETE, JOB_LIST, JOB_CHECK, JOB_CLEAN },
	{ JOB_DELETE, JOB_CHECK, JOB_WORK, JOB_CLEAN },
	{ JOB_DELETE, JOB_WORK, JOB_CLEAN, JOB_CLEAN },
	{ JOB_DELETE, JOB_CLEAN, JOB_END, JOB_END },
	{ JOB_MOVE, JOB_WORK, JOB_END, JOB_END },
	{ JOB_MATRIX_END, JOB_WORK, JOB_END, JOB_END },
};

static const struct row *row_of(enum job_kind kind, enum job_phase phase)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].kind == kind && rows[i].phase == phase)
			return &rows[i];
	return NULL;
}

enum job_phase job_phase_first(enum job_kind kind)
{
	return kind == JOB_ASSIGN || kind == JOB_DELETE ? JOB_LIST : JOB_WORK;
}

enum job_phase job_phase_next(enum job_kind kind, enum job_phase phase)
{
	const struct row *r = row_of(kind, phase);
	return r ? r->next : JOB_END;
}

enum job_phase job_phase_refused(enum job_kind kind, enum job_phase phase)
{
	const struct row *r = row_of(kind, phase);
	return r ? r->refused : JOB_END;
}
