/* The sidecar's parser: what it takes, it would write again octet for octet; everything else is refused. The input stands
 * once as a file, and once as the content under a true MAC, so that the fields are reached. */
#include <stdlib.h>

#include "crypto/aead.h"
#include "store/sqlite_sidecar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(bytes raw)
{
	static const struct purpose_key key = { { 5 } };
	struct sidecar s;
	uint8_t again[SIDECAR_BYTES];

	if (failed(sidecar_parse(raw, &key, &s)))
		return;
	if (raw.len != SIDECAR_BYTES || failed(sidecar_format(&s, &key, again)) || memcmp(again, raw.at, 76) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct purpose_key key = { { 5 } };
	uint8_t raw[SIDECAR_BYTES] = { 0 }, nothing = 0;

	parse(bytes_of(data, size));
	memcpy(raw, data, size < 76 ? size : 76);
	if (failed(aead_seal(key.k, raw + 76, bytes_of(raw, 76), bytes_of(&nothing, 0), &nothing, raw + 88)))
		abort();
	parse(bytes_of(raw, sizeof raw));
	return 0;
}
