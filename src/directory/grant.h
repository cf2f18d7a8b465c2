/* directory/grant.h - what a client application may do at a resource on behalf of people (oauth2PermissionGrant). */
#ifndef DIRECTORY_GRANT_H
#define DIRECTORY_GRANT_H

#include "base/instant.h"
#include "directory/object.h"

enum { SCOPE_TEXT_MAX = 3850 };

/* " a b c ": the words of both, each once. ERR_INVALID on a word that cannot stand in `scope`, ERR_LIMIT when too long. */
MUST_USE NONNULL err scope_text_union(str a, str b, struct arena *arena, str *out);
/* {"scope":{"new":"a b"}} */
NONNULL str scope_change_text(str scopes, struct arena *arena);
MUST_USE NONNULL err grant_insert(struct store *store, const struct uuid *id, int64_t client_key, int64_t resource_key,
				  int64_t principal_key_or_0, str scope, struct instant now);
MUST_USE NONNULL err grant_add_for_person(struct store *store, int64_t client_key, int64_t resource_key, int64_t person_key,
					  str scopes, struct instant now, struct arena *arena);

#endif
