/* proc/data_people.h - the data worker's end of CHANNEL_DIRECTORY (ipc/directory_message.h): what authz asks about people. */
#ifndef PROC_DATA_PEOPLE_H
#define PROC_DATA_PEOPLE_H

#include "authz/person.h"

struct people_client;

/* Never null: without memory the process ends, and its successor starts clean. */
struct people_client *people_client_new(void);
void people_client_free(struct people_client *c);
/* Owns fd, which replaces an earlier one. */
NONNULL void people_client_connect(struct people_client *c, int fd);
/* Takes what waits. True when an earlier answer may no longer hold: a notice came, or the directory is gone. */
NONNULL bool people_client_changed(struct people_client *c);
NONNULL const struct person_source *people_client_source(struct people_client *c);

#endif
