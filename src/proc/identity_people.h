/* proc/identity_people.h - the directory answers its tenant's environments (ipc/directory_message.h). */
#ifndef PROC_IDENTITY_PEOPLE_H
#define PROC_IDENTITY_PEOPLE_H

#include "directory/directory.h"
#include "host/loop.h"

enum { PEOPLE_CHANNELS_MAX = 512 };

struct people;

struct people_channel {
	struct people *people;
	struct loop_watch watch; /* fd -1: free */
	bool asked;              /* since its last notice */
};

struct people {
	struct directory *directory; /* null until open: what is asked meanwhile waits in the sockets */
	struct loop *loop;
	int64_t epoch;
	struct people_channel channels[PEOPLE_CHANNELS_MAX];
};

/* Null without memory. */
NONNULL struct people *people_new(struct loop *loop);
/* Accepts null. */
void people_free(struct people *p);
/* Owns fd. */
MUST_USE NONNULL err people_add(struct people *p, int fd);
/* The directory is open: answers whoever waits. */
NONNULL void people_open(struct people *p, struct directory *d);
/* Before anything is answered that may have changed the directory. */
NONNULL void people_notice(struct people *p);

#endif
