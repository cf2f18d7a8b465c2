/* data/problem.c - the first refusal of a request is the one that is told. */
#include "data/problem.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_LEN_MAX = 1000 };

err problem_say(struct arena *arena, struct problem *problem, int status, const char *code, const char *format, ...)
{
	char text[MESSAGE_LEN_MAX];
	va_list args;
	if (problem->status == 0) {
		va_start(args, format);
		int n = vsnprintf(text, sizeof text, format, args);
		va_end(args);
		size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
		problem->message = str_copy(arena, (str){ text, len });
		problem->code = str_of(code);
		problem->status = status;
	}
	FAIL(ERR_INVALID, "refused: the answer says why");
}
