/* A bundle's entries cover it exactly; a decoded entry encodes to the same octets. */
#include <stdlib.h>

#include "audit/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bytes entries[BUNDLE_ENTRIES];
	size_t count;
	if (failed(bundle_parse(bytes_of(data, size), entries, &count)))
		return 0;
	if (count * BUNDLE_STEP_BYTES != size)
		abort();
	for (size_t i = 0; i < count; i++) {
		struct entry entry;
		uint8_t again[ENTRY_BYTES];
		if (failed(entry_decode(entries[i], &entry)))
			continue;
		entry_encode(&entry, again);
		if (memcmp(again, entries[i].at, ENTRY_BYTES) != 0)
			abort();
	}
	return 0;
}
