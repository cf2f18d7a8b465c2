#include "authz/row_filter.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

bool i64s_have(const int64_t *values, size_t count, int64_t wanted)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (values[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && values[low] == wanted;
}

size_t i64s_normalize(int64_t *values, size_t count)
{
	size_t kept = 0;
	if (count < 2)
		return count;
	qsort(values, count, sizeof *values, by_value);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || values[kept - 1] != values[i])
			values[kept++] = values[i];
	return kept;
}
