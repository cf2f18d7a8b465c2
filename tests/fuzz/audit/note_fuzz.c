/* What is read as a note or a checkpoint is written again as it was. */
#include <stdlib.h>

#include "audit/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct note note;
	struct checkpoint c;
	struct note_key key;
	str raw = { (const char *)data, size };
	if (!failed(note_parse(raw, arena, &note)) && !failed(checkpoint_parse(note.text, arena, &c))) {
		struct buffer again;
		buffer_init(&again, NOTE_BYTES_MAX);
		checkpoint_write(&again, &c);
		if (!str_equal(buffer_str(&again), note.text))
			abort();
		buffer_release(&again);
	}
	if (!failed(note_key_parse(raw, arena, &key))) {
		struct buffer again;
		buffer_init(&again, NOTE_BYTES_MAX);
		note_key_write(&again, &key);
		if (!str_equal(buffer_str(&again), raw) && !again.failed && raw.len < 60000) {
			/* only the case of the key id's digits may differ */
			if (!str_equal_nocase(buffer_str(&again), raw))
				abort();
		}
		buffer_release(&again);
	}
	arena_free(arena);
	return 0;
}
