/* Whatever the octets, the bounds of a plan are a row of rights for every table or nothing; strictly and leniently read they agree, and a text written
 * from what was read is read as the same. */
#include <stdlib.h>
#include <string.h>

#include "authz/rights.h"
#include "authz/service_plan.h"
#include "base/map.h"
#include "codec/json_write.h"

#define TEXT_(s_) { s_, sizeof(s_) - 1 }
static const struct table first = { .ordinal = 1, .logical_name = TEXT_("account") }, second = { .ordinal = 3, .logical_name = TEXT_("new_case") };
enum { TABLES = 4, ARENA_BYTES = 16 << 20 };

static void rights_write(struct json_writer *w, str table, uint16_t rights)
{
	json_key(w, table);
	if (rights == BOUND_EVERYTHING) {
		json_str(w, S("*"));
		return;
	}
	json_open_array(w);
	for (enum right r = RIGHT_NONE + 1; (int)r < RIGHTS_END; r++)
		if (rights & 1u << r)
			json_str(w, str_of(right_name(r)));
	json_close_array(w);
}

static void written_and_read_again(const struct metadata *m, struct arena *arena, const uint16_t *rights)
{
	const uint16_t *again;
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, PLAN_BOUNDS_BYTES_MAX);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	rights_write(&w, S("*"), rights[0]);
	rights_write(&w, first.logical_name, rights[first.ordinal]);
	rights_write(&w, second.logical_name, rights[second.ordinal]);
	json_close_object(&w);
	if (failed(plan_bounds_parse(buffer_str(&b), m, true, arena, &again)) || memcmp(again, rights, TABLES * sizeof *again))
		abort();
}

static void read_both_ways(const struct metadata *m, struct arena *arena, str text)
{
	const uint16_t known = ((1u << RIGHTS_END) - 1) & ~1u, *strict = NULL, *lenient = NULL;
	err s = plan_bounds_parse(text, m, true, arena, &strict), l = plan_bounds_parse(text, m, false, arena, &lenient);
	if (!failed(s) && (failed(l) || memcmp(strict, lenient, TABLES * sizeof *strict)))
		abort();
	if (failed(l))
		return;
	for (size_t i = 0; i < TABLES; i++)
		if (lenient[i] != BOUND_EVERYTHING && lenient[i] & ~known)
			abort();
	if (lenient[2] != lenient[0])
		abort(); /* what no text can name has what the others have */
	written_and_read_again(m, arena, lenient);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct table *tables[TABLES] = { NULL, &first, NULL, &second };
	struct arena *arena = arena_new(ARENA_BYTES);
	if (!arena)
		return 0;
	struct metadata m = { .arena = arena, .by_ordinal = tables, .by_ordinal_count = TABLES };
	m.by_logical_name = map_new(arena, (struct map_seed){ 1, 2 });
	bool good = m.by_logical_name && map_set(m.by_logical_name, first.logical_name, (void *)(uintptr_t)&first) &&
		    map_set(m.by_logical_name, second.logical_name, (void *)(uintptr_t)&second);
	if (good)
		read_both_ways(&m, arena, (str){ (const char *)data, size });
	arena_free(arena);
	return 0;
}
