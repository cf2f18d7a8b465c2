/* base/arena.h - memory with one lifetime and a budget.
 *
 * A request has one arena; whatever the request builds dies with it. Nothing is freed one by one. Memory is
 * zeroed. When the budget is spent every further allocation answers null, which callers pass on as ERR_LIMIT
 * (TRY_NEW). Pointers into an arena are never kept in a longer-lived object: copy them in (str_copy).
 *
 * A freed arena's memory is wiped first, since requests carry credentials. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/str.h"

struct arena;

/* budget_bytes bounds the sum of all allocations. Null when the system has no memory. */
struct arena *arena_new(size_t budget_bytes);
/* Accepts null. */
void arena_free(struct arena *arena);
/* Wipes and forgets everything but keeps the first chunk: an arena can serve request after request. */
NONNULL void arena_reset(struct arena *arena);
NONNULL size_t arena_used_bytes(const struct arena *arena);

/* Aligned for any type, zeroed; null when the budget is spent. size 0 gives a valid pointer. */
NONNULL MUST_USE void *arena_alloc(struct arena *arena, size_t size);
/* The same for count * size, with overflow checked. */
NONNULL MUST_USE void *arena_array(struct arena *arena, size_t count, size_t size);
#define NEW(arena_, type_) ((type_ *)arena_alloc((arena_), sizeof(type_)))
#define NEW_ARRAY(arena_, type_, count_) ((type_ *)arena_array((arena_), (count_), sizeof(type_)))

/* Copies; the copy has a NUL after its last octet, not counted in len, so `.at` also serves as a C string when
 * the text holds no NUL. On a spent budget the result's `at` is null. */
NONNULL str str_copy(struct arena *arena, str s);
NONNULL bytes bytes_copy(struct arena *arena, bytes b);
/* printf into the arena; same NUL and same null `at` on a spent budget. */
NONNULL PRINTF_LIKE(2, 3) str str_format(struct arena *arena, const char *format, ...);
/* a and b joined, likewise. */
NONNULL str str_join(struct arena *arena, str a, str b);
NONNULL str str_lower(struct arena *arena, str s);

#endif
