/* Whatever the octets, a document is refused with 400 or read; what is read is written, read again and written the same, and differs
 * from itself in nothing. */
#include <stdlib.h>

#include "data/solution.h"

static void check(const struct solution *s, struct arena *arena)
{
	struct solution_plan plan;
	struct problem problem = { 0 };
	struct solution again;
	struct buffer first, second;
	buffer_init(&first, 4 << 20);
	buffer_init(&second, 4 << 20);
	solution_write(s, &first);
	err e = first.failed ? ERR(ERR_LIMIT, "too long") : solution_parse(buffer_bytes(&first), arena, &problem, &again);
	if (!failed(e)) {
		solution_write(&again, &second);
		if (!str_equal(buffer_str(&first), buffer_str(&second)))
			abort();
		if (!failed(solution_compare(s, &again, arena, &plan)) && (plan.added || plan.altered || plan.conflicts))
			abort();
	} else if (err_kind_of(e) != ERR_LIMIT && !first.failed && arena_used_bytes(arena) < (8 << 20)) {
		abort();
	}
	buffer_release(&first);
	buffer_release(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(64 << 20);
	struct problem problem = { 0 };
	struct solution s;
	if (!arena)
		return 0;
	err e = solution_parse(bytes_of(data, size), arena, &problem, &s);
	if (failed(e) && err_kind_of(e) != ERR_LIMIT && problem.status != 400)
		abort();
	if (!failed(e))
		check(&s, arena);
	arena_free(arena);
	return 0;
}
