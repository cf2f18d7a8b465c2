/* data/collection.h - the rows whose lookup points at a row, or which a many-to-many relationship joins with it (4.2, 4.3).
 *
 *   GET     set(id)/collection                  with every query option; pages go on by next links
 *   GET     set(id)/collection/$count           how many
 *   GET     set(id)/collection/$ref             only their addresses
 *   GET     set(id)/collection(id2)             one of them
 *   POST    set(id)/collection                  makes a row that points here
 *   POST    set(id)/collection/$ref             {"@odata.id": "set2(id2)"}: that row's lookup points here, or the two are joined,
 *   DELETE  set(id)/collection(id2)/$ref        ... no longer; also set(id)/collection/$ref?$id=set2(id2)
 * The row itself is read first, with the caller's rights; a collection of a row that is not visible is refused like the row. */
#ifndef DATA_COLLECTION_H
#define DATA_COLLECTION_H

#include "data/request.h"

/* The second segment of the path names the collection; *out_found is false when it is none. */
MUST_USE NONNULL err collection_run(struct data_call *dc, const struct table *t, const struct uuid *id, bool *out_found);

#endif
