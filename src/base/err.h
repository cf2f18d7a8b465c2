/* base/err.h - how a function says that it failed.
 *
 * An `err` is a pointer to a constant record of where and why; a null pointer is success. There is no
 * allocation and no global state. Library code returns errors; the boundary (a route, a message loop) logs
 * them once and maps the kind to its protocol's answer.
 *
 * `why` is fixed text and never holds user data. A refusal (a policy says no) is an answer, not an err. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

enum err_kind {
	ERR_INVALID = 1, /* the peer's bytes or values are wrong                            */
	ERR_LIMIT,       /* a stated bound was reached: size, count, budget                 */
	ERR_NOT_FOUND,   /* what was asked for does not exist                               */
	ERR_CONFLICT,    /* it exists already, or changed meanwhile                         */
	ERR_DENIED,      /* another process or the kernel refused us                        */
	ERR_INTERNAL,    /* our mistake                                                     */
	ERR_UNAVAILABLE, /* a door or another process did not answer: a retry may help      */
	ERR_FULL,        /* no room on the disk: nothing was written, retry when there is   */
	ERR_CORRUPT      /* our own stored bytes fail their check: stop and alarm           */
};

struct err_site {
	enum err_kind kind;
	const char *why, *file;
	int line;
};

typedef struct {
	const struct err_site *site;
} err;

#define OK ((err){ NULL })

/* Returns an error from the enclosing function. */
#define FAIL(kind_, why_)                                                                            \
	do {                                                                                         \
		static const struct err_site site_ = { (kind_), (why_), __FILE__, __LINE__ };        \
		return (err){ &site_ };                                                              \
	} while (0)

/* The same as a value, for functions that must clean up first. */
#define ERR(kind_, why_)                                                                             \
	__extension__({                                                                              \
		static const struct err_site site_ = { (kind_), (why_), __FILE__, __LINE__ };        \
		(err){ &site_ };                                                                     \
	})

/* Passes a callee's error on. */
#define TRY(call_)                                                                                   \
	do {                                                                                         \
		err e_ = (call_);                                                                    \
		if (e_.site)                                                                         \
			return e_;                                                                   \
	} while (0)

/* TRY for an allocation: null means that the arena's budget is spent. */
#define TRY_NEW(pointer_)                                                                            \
	do {                                                                                         \
		if (!(pointer_))                                                                     \
			FAIL(ERR_LIMIT, "memory budget of this request is spent");                   \
	} while (0)

static inline bool failed(err e)
{
	return e.site != NULL;
}

/* 0 when e is success. */
static inline int err_kind_of(err e)
{
	return e.site ? (int)e.site->kind : 0;
}

/* "no room on the disk" and the like; for logs and operators. */
const char *err_kind_name(int kind);

/* The text to show an operator: why, or "success". */
static inline const char *err_why(err e)
{
	return e.site ? e.site->why : "success";
}

#endif
