/* data/problem.h - why a request is answered with 4xx or 5xx: what the OData error body says (4.8).
 *
 * A function that refuses fills the problem and returns the err of problem_say; the boundary (data/answer.c) writes the body.
 * An err without a problem is answered by its kind. */
#ifndef DATA_PROBLEM_H
#define DATA_PROBLEM_H

#include "base/arena.h"

struct problem {
	int status;      /* 0: nothing was said */
	str code;        /* "0x80060888"        */
	str message;
};

#define CODE_BAD_QUERY "0x80060888"
#define CODE_UNKNOWN_PATH "0x8006088a"
#define CODE_NOT_FOUND "0x80040217"
#define CODE_INVALID_ARGUMENT "0x80040203"
#define CODE_VERSION_MISMATCH "0x80060882"
#define CODE_DUPLICATE_KEY "0x80040237"
#define CODE_DUPLICATE_ALTERNATE "0x80060892"
#define CODE_METHOD "0x80040227"
#define CODE_INTERNAL "0x80040216"
#define CODE_NO_ACCESS "0x80048306"

/* Always fails. The first problem said stays. */
MUST_USE NONNULL PRINTF_LIKE(5, 6) err problem_say(struct arena *arena, struct problem *problem, int status, const char *code,
						   const char *format, ...);

#endif
