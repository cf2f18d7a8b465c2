/* store/function.h - further functions of SQL text, beside store_add_function (store/store.h). */
#ifndef STORE_FUNCTION_H
#define STORE_FUNCTION_H

#include "store/store.h"

/* A function of two BLOBs of 16 octets that gives a third; NULL for anything else. For ids that follow from two others. */
typedef struct uuid (*store_uuid_function)(const struct uuid *left, const struct uuid *right);
MUST_USE NONNULL err store_add_uuid_function(struct store *store, const char *name, store_uuid_function answer);

#endif
