/* base/attr.h - the compiler attributes we use, under short names. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_USE __attribute__((warn_unused_result))
#define NONNULL __attribute__((nonnull))
#define NORETURN __attribute__((noreturn))
#define PRINTF_LIKE(format_, first_) __attribute__((format(printf, format_, first_)))
#define COUNT_OF(array_) (sizeof(array_) / sizeof((array_)[0]))

/* Scoped ownership: the object is released (closed, freed, wiped) when it leaves its block.
 * A type that supports it has `void <type>_release(struct <type> *)`, which accepts a zeroed value. */
#define SCOPED(type_) __attribute__((unused, cleanup(type_##_release))) struct type_
/* The same for values that only need wiping: `void <type>_wipe(struct <type> *)`. */
#define SECRET(type_) __attribute__((unused, cleanup(type_##_wipe))) struct type_

#endif
