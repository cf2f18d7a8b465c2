/* directory/object.h - what users, groups, applications and service principals have in common: an id and a key. */
#ifndef DIRECTORY_OBJECT_H
#define DIRECTORY_OBJECT_H

#include "base/uuid.h"
#include "codec/json_read.h"
#include "store/store.h"

enum object_kind { OBJECT_USER = 1, OBJECT_GROUP, OBJECT_APPLICATION, OBJECT_SERVICE_PRINCIPAL };

/* Call inside the transaction that writes the kind's own row. */
MUST_USE NONNULL err object_insert(struct store *store, const struct uuid *id, enum object_kind kind, int64_t *out_key);
/* Takes what hangs on it along. ERR_NOT_FOUND. */
MUST_USE NONNULL err object_delete(struct store *store, int64_t key);
/* ERR_NOT_FOUND. */
MUST_USE NONNULL err object_find(struct store *store, const struct uuid *id, int64_t *out_key, enum object_kind *out_kind);

/* Null when `value.at` is null, else text. */
MUST_USE NONNULL err bind_text_or_null(struct statement *s, int index, str value);
/* A copy, `at` null when the column is. */
NONNULL str column_text_copy(const struct statement *s, int index, struct arena *arena);

/* The tree as JSON text again, in the arena; `at` null when the budget is spent. */
NONNULL str json_text_of(const struct json *value, struct arena *arena);

#endif
