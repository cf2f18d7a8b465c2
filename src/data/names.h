/* data/names.h - from the keys that stand in rows to the ids and names on the wire.
 *
 * Principals' and units' ids never change; their names may, so names_forget is called when the epoch moves. A small cache keeps a
 * page of rows from asking the database for each. */
#ifndef DATA_NAMES_H
#define DATA_NAMES_H

#include "base/arena.h"
#include "base/uuid.h"
#include "store/store.h"

enum name_kind { NAME_NONE = 0, NAME_USER, NAME_TEAM, NAME_UNIT };

struct name {
	int64_t key;
	enum name_kind kind;
	struct uuid id;
	char text[200]; /* clipped; NUL-terminated */
};

struct names;
MUST_USE NONNULL err names_new(struct store *store, struct names **out);
/* Accepts null. */
void names_free(struct names *names);
NONNULL void names_forget(struct names *names);
/* kind NAME_NONE when there is no such key. The view lives until the next call. */
MUST_USE NONNULL err names_principal(struct names *names, int64_t key, const struct name **out);
MUST_USE NONNULL err names_unit(struct names *names, int64_t key, const struct name **out);

#endif
