/* directory/person.h - what an environment may know of a person or an application of its tenant (identity 1.5).
 *
 * Source of the answers on CHANNEL_DIRECTORY (ipc/directory_message.h). person_epoch counts the changes that could alter an answer:
 * triggers in the database move it, so that no way of changing the directory is forgotten. */
#ifndef DIRECTORY_PERSON_H
#define DIRECTORY_PERSON_H

#include "directory/directory.h"
#include "ipc/directory_message.h"

/* Fills the answer; an error becomes its result. */
NONNULL void person_answer(struct directory *d, const struct directory_question *question, struct arena *arena,
			   struct directory_answer *out);
MUST_USE NONNULL err person_epoch(struct directory *d, int64_t *out);

#endif
