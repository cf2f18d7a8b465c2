/* audit/verify.h - is a log what was signed, and is every body the one it committed to?
 *
 * Source:  audit-and-trust 4.2 to 4.7, 4.9. Pure: everything comes through a source (HTTP, files, a test's memory). Recomputes
 *          every leaf from the entries, every tile from the leaves, the root, the note's signature, every body's commitment;
 *          checks chain, seq, time order and ids. Nothing that the source says is believed except the keeper's last signed
 *          state and the verifier key.
 * Naming:  for each group of 256 leaves the tile's hashes and the entries' own are tried against the signed root, so a finding says
 *          which of the two was altered, and which event it is.
 * Errors:  an err means that verification could not be done; whatever is wrong with the log is a finding. */
#ifndef AUDIT_VERIFY_H
#define AUDIT_VERIFY_H

#include "audit/entry.h"
#include "audit/note.h"
#include "audit/tile.h"
#include "keys/client.h"

enum { VERIFY_BODIES_MAX = 256 };

enum finding_kind {
	FOUND_CHECKPOINT_MISSING = 1, FOUND_CHECKPOINT_MALFORMED, FOUND_BAD_SIGNATURE, FOUND_OTHER_ORIGIN,
	FOUND_CHECKPOINT_OLDER,  /* than the last one signed                        */
	FOUND_CHECKPOINT_NEWER,  /* than anything that the keeper signed            */
	FOUND_OTHER_ROOT,        /* same size as the last one signed, another root  */
	FOUND_LOG_SHORTER,       /* than signed                                     */
	FOUND_MISSING_TILE, FOUND_ALTERED_TILE, FOUND_MISSING_ENTRY, FOUND_ALTERED_ENTRY, FOUND_ENTRY_OUT_OF_PLACE,
	FOUND_ROOT_UNREACHABLE,  /* neither tiles nor entries lead to the signed root */
	FOUND_BROKEN_CHAIN, FOUND_TIME_BACKWARDS, FOUND_ID_TWICE,
	FOUND_MISSING_BODY, FOUND_ALTERED_BODY, FOUND_UNREADABLE_BODY,
	FINDING_KINDS
};

struct finding {
	enum finding_kind kind;
	bool has_seq, has_id, has_tile;
	uint64_t seq, seq_last; /* a range when seq_last > seq */
	struct uuid id;
	struct tile_name tile;
};

/* One line without LF: "altered body: log audit.example/1 seq 7 event 0193...". */
NONNULL void finding_write(struct buffer *to, str origin, const struct finding *finding);
const char *finding_name(enum finding_kind kind);

struct verify_body {
	uint64_t seq;
	struct uuid id;
	bytes salt, body;
	bool unreadable;
};

struct verify_source {
	/* ERR_NOT_FOUND for whatever is not there or cannot be read; any other err ends the verification. */
	err (*checkpoint)(void *self, struct arena *arena, str *out);
	err (*tile)(void *self, const struct tile_name *name, struct arena *arena, bytes *out);
	/* Of events from..from+count-1, those that there are, by seq. */
	err (*bodies)(void *self, uint64_t from, size_t count, struct arena *arena, struct verify_body *out, size_t *out_count);
	void *self;
	str origin;
	struct note_key key;
	/* What the keeper signed last. */
	uint64_t signed_size;
	struct sha256 signed_root;
};

struct verify_report {
	uint64_t entries, bodies; /* checked */
	size_t findings;
};
typedef void (*verify_found)(void *self, const struct finding *finding);
MUST_USE NONNULL err verify_log(const struct verify_source *source, verify_found found, void *found_self,
				struct verify_report *out);

#endif
