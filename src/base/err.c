#include "base/err.h"

const char *err_kind_name(int kind)
{
	static const char *const names[] = {
		[0] = "success",
		[ERR_INVALID] = "invalid",
		[ERR_LIMIT] = "limit",
		[ERR_NOT_FOUND] = "not found",
		[ERR_CONFLICT] = "conflict",
		[ERR_DENIED] = "denied",
		[ERR_INTERNAL] = "internal",
		[ERR_UNAVAILABLE] = "unavailable",
		[ERR_FULL] = "disk full",
		[ERR_CORRUPT] = "corrupt",
	};
	if (kind < 0 || (size_t)kind >= COUNT_OF(names))
		return "unknown";
	return names[kind];
}
