/* "expression NUL text": whatever is hidden, the number of characters stays, and so does what the expression does not match: a mask of one
 * octet gives a text of as many characters. */
#include <stdlib.h>
#include <string.h>

#include "codec/mask.h"
#include "codec/utf8.h"

static size_t characters(str text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++)
		n += ((unsigned char)text.at[i] & 0xc0) != 0x80;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	struct arena *arena = arena_new(1 << 22);
	struct mask *m = NULL;
	if (!arena || !nul || size > 4096) {
		arena_free(arena);
		return 0;
	}
	str expression = { (const char *)data, (size_t)(nul - data) }, text = { (const char *)nul + 1, size - expression.len - 1 };
	if (utf8_is_valid(text) && !failed(mask_new(expression, S("#"), &m))) {
		str shown = mask_apply(m, text, arena);
		if (!shown.at || characters(shown) != characters(text))
			abort();
	}
	mask_free(m);
	arena_free(arena);
	return 0;
}
