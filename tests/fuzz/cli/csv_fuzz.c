/* Whatever the octets, reading ends, offsets and lines only grow, and what is handed out is valid text within its bounds. */
#include <stdlib.h>

#include "cli/csv.h"
#include "codec/utf8.h"

static int64_t fill(void *self, uint8_t *to, size_t capacity)
{
	bytes *rest = self;
	size_t n = rest->len < capacity ? rest->len : capacity;
	n = n > 7 ? 7 : n;
	if (n)
		memcpy(to, rest->at, n);
	*rest = bytes_from(*rest, n);
	return (int64_t)n;
}

static void check(const struct csv_record *r, uint64_t before, size_t size)
{
	if (r->end_offset <= before || r->end_offset > size || r->count > CSV_FIELDS_MAX || (r->problem && r->count))
		abort();
	for (size_t i = 0; i < r->count; i++)
		if (!utf8_is_valid(r->fields[i]) || memchr(r->fields[i].at, 0, r->fields[i].len))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct csv_reader *reader = malloc(sizeof *reader);
	struct csv_record *record = calloc(1, sizeof *record);
	bytes rest = { data, size };
	uint64_t before = 0;
	bool end = false;
	if (!reader || !record)
		abort();
	csv_init(reader, fill, &rest, 1, 0);
	while (!failed(csv_next(reader, record, &end)) && !end) {
		check(record, before, size);
		before = record->end_offset;
	}
	csv_release(reader);
	free(reader);
	free(record);
	return 0;
}
