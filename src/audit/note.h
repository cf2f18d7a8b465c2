/* audit/note.h - signed notes, the checkpoints in them, and the keys that sign them.
 *
 * Source:  C2SP signed-note and tlog-checkpoint; audit-and-trust 4.5. Ed25519 only.
 * Shapes:  text lines, an empty line, then "— name base64(key id 4 || signature)" lines (U+2014, a blank).
 *          A checkpoint's text is three lines: origin, size, base64 root. Extension lines are refused.
 *          A verifier key is "name+hex8+base64(0x01 || public key 32)".
 * Errors:  ERR_INVALID when the grammar is broken or a signature does not fit. */
#ifndef AUDIT_NOTE_H
#define AUDIT_NOTE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "crypto/hash.h"

enum { NOTE_BYTES_MAX = 64 * 1024, NOTE_SIGNATURES_MAX = 32, ED25519_SIGNATURE_BYTES = 64 };

struct note_signature {
	str name;
	uint8_t key_id[4];
	bytes signature;
};
struct note {
	str text; /* with its last LF */
	struct note_signature signatures[NOTE_SIGNATURES_MAX];
	size_t count;
};
/* Views into raw; decoded signatures in the arena. */
MUST_USE NONNULL err note_parse(str raw, struct arena *arena, struct note *out);

struct note_key {
	str name;
	uint8_t id[4];
	uint8_t public_key[32];
};
MUST_USE NONNULL err note_key_parse(str vkey, struct arena *arena, struct note_key *out);
struct note_key note_key_of(str name, const uint8_t public_key[static 32]);
NONNULL void note_key_write(struct buffer *to, const struct note_key *key);

/* Unknown signers are ignored; a signature under the key's name and id that does not fit rejects the note, and so does a
 * note without one. */
MUST_USE NONNULL err note_verify(const struct note *note, const struct note_key *key);
NONNULL void note_signature_write(struct buffer *to, const struct note_key *key,
				  const uint8_t signature[static ED25519_SIGNATURE_BYTES]);

struct checkpoint {
	str origin;
	uint64_t size;
	struct sha256 root;
};
MUST_USE NONNULL err checkpoint_parse(str text, struct arena *arena, struct checkpoint *out);
NONNULL void checkpoint_write(struct buffer *to, const struct checkpoint *checkpoint);

#endif
