/* audit/event.h - the canonical JSON of an event.
 *
 * Source:  audit-and-trust 3.1, RFC 8785 (members sorted by UTF-16 code units, no blanks). Numbers: integers up to 2^53 stay
 *          numbers; any other (money, fractions) becomes a string, so that its digits survive every reader.
 * Shapes:  the emitter writes a draft; the recorder adds what only it knows (log, seq, recv, tenant, env) and that is the body
 *          that the log commits to. At most EVENT_BODY_BYTES_MAX.
 * Text:    controls, bidirectional overrides and line separators are taken out, bad UTF-8 becomes U+FFFD, lengths are capped
 *          at character boundaries: an event never breaks a line of a log nor hides part of itself. */
#ifndef AUDIT_EVENT_H
#define AUDIT_EVENT_H

#include "audit/client.h"
#include "base/buffer.h"
#include "codec/json_read.h"

enum { EVENT_BODY_BYTES_MAX = 32 * 1024, EVENT_DRAFT_BYTES_MAX = 30 * 1024, EVENT_CHANGES_BYTES_MAX = 24 * 1024 };

/* The row of events.def: exact, else verb.*; null when there is none. */
struct event_row {
	const char *op;
	enum audit_category category;
	const char *emitter;
};
const struct event_row *event_row_of(str op);
const struct event_row *event_rows(size_t *out_count);

/* Appends `text` cleaned and capped at len_max octets. */
NONNULL void event_clean(struct buffer *to, str text, size_t len_max);

/* ERR_INTERNAL when the op has no row or `changes` is no JSON object. */
MUST_USE NONNULL err event_draft(const struct audit_event *event, const struct uuid *id, struct instant now,
				 struct buffer *to);

/* Appends any JSON value in canonical form. ERR_LIMIT past the depth that json_parse allows. */
MUST_USE NONNULL err json_canonical(const struct json *value, struct buffer *to);

/* What the recorder knows of an event. */
struct event_place {
	str log;                      /* origin of the log */
	uint64_t seq;
	struct instant received;
	const struct uuid *tenant, *environment; /* nil: null */
};

/* What of a draft the recorder keeps in columns. Views into the arena. */
struct event_facts {
	struct uuid id;
	struct instant time;
	enum audit_category category;
	enum audit_result result;
	int severity;
	str op, actor_id, target_type, target_id;
};

/* Strict: a draft with an unknown or missing member, a wrong type or a bad value is ERR_INVALID. */
MUST_USE NONNULL err event_parse(bytes draft, struct arena *arena, const struct json **out_tree, struct event_facts *out);
/* The final body. */
MUST_USE NONNULL err event_seal(const struct json *tree, const struct event_place *place, struct arena *arena, bytes *out);

/* "identity", ... */
const char *event_category_name(enum audit_category category);
const char *event_result_name(enum audit_result result);

#endif
