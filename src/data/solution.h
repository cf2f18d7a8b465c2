/* data/solution.h - an environment's customization as one document: read, written, compared, brought in.
 *
 * Format:  docs/solutions.md. Components of a few kinds (solution_kinds.c says which members each has), sorted, one member a line,
 *          so that the same customization is the same octets wherever it is exported, and a version control system shows what changed.
 * Trust:   a document is untrusted: solution_parse knows every member and bounds everything; what it says is carried out as requests of
 *          the caller (solution_step.h), so that whoever imports may do no more than by hand.
 * Whole:   an import is one transaction: everything or nothing. */
#ifndef DATA_SOLUTION_H
#define DATA_SOLUTION_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/uuid.h"
#include "codec/json_read.h"
#include "data/problem.h"

enum { SOLUTION_BYTES_MAX = 8 << 20, SOLUTION_COMPONENTS_MAX = 20000, SOLUTION_MEMBERS_MAX = 12, SOLUTION_FORMAT_VERSION = 1,
	SOLUTION_NAME_LEN_MAX = 64, SOLUTION_VERSION_LEN_MAX = 40, SOLUTION_PUBLISHER_LEN_MAX = 100, SOLUTION_TITLE_LEN_MAX = 400 };

/* In the order in which they are made: what a component names is there before it. */
enum solution_kind {
	SOLUTION_TABLE = 0, SOLUTION_COLUMN, SOLUTION_RELATIONSHIP, SOLUTION_ASSOCIATION, SOLUTION_KEY, SOLUTION_MASK, SOLUTION_COLUMN_MASK,
	SOLUTION_PROFILE, SOLUTION_PERMISSION, SOLUTION_ROLE, SOLUTION_POLICY, SOLUTION_CONSTRAINT, SOLUTION_TEMPLATE, SOLUTION_EXTERNAL, SOLUTION_KINDS
};

/* Decimals are texts, so that no tool on the way rounds them. */
enum member_type { MEMBER_TEXT = 1, MEMBER_NUMBER, MEMBER_DECIMAL, MEMBER_FLAG, MEMBER_ID, MEMBER_LIST, MEMBER_TEXTS, MEMBER_OPTIONS };
enum member_flag {
	MEMBER_NAME = 1,      /* names the component within its kind                    */
	MEMBER_REQUIRED = 2,
	MEMBER_FIXED = 4,     /* cannot be changed: another value here is a conflict    */
	MEMBER_CARRIED = 8,   /* used where the component is made, not compared         */
};
/* How a member stands in the Web API's body. */
enum member_wire { WIRE_SAME = 0, WIRE_RAW, WIRE_LABEL, WIRE_MANAGED, WIRE_OPTIONS, WIRE_BIND, WIRE_ELSEWHERE };

struct solution_member {
	const char *name;
	enum member_type type;
	unsigned flags;
	enum member_wire wire;
};

struct solution_rule {
	const char *name;         /* as "kind" in the document                     */
	const char *set, *id;     /* of rows; null: a definition                   */
	struct solution_member members[SOLUTION_MEMBERS_MAX]; /* a null name ends them */
};
extern const struct solution_rule solution_rules[SOLUTION_KINDS];

struct component {
	enum solution_kind kind;
	struct uuid id;
	str title;                /* what people call it: its names, joined by dots */
	const struct json *values[SOLUTION_MEMBERS_MAX]; /* parallel to the rule's members; null: absent */
};

struct solution {
	str name, version, publisher;
	struct component *components; /* by kind, title, id */
	size_t count;
};

/* The value of a member; null when absent. The name must be one of the kind's. */
NONNULL const struct json *component_value(const struct component *c, const char *name);
/* ... as text; empty when absent. */
NONNULL str component_text(const struct component *c, const char *name);
/* Sorts, gives titles. ERR_INVALID when two have the same id. */
MUST_USE NONNULL err solution_finish(struct solution *s, struct arena *arena);

/* 400 through the problem when it is not such a document within the limits. Strings are copied into the arena. */
MUST_USE NONNULL err solution_parse(bytes raw, struct arena *arena, struct problem *problem, struct solution *out);
/* Header fields, for whoever makes a document. */
bool solution_name_is_valid(str name);
bool solution_version_is_valid(str version);

NONNULL void solution_write(const struct solution *s, struct buffer *to);

/* --- what an import would do --- */

enum change_state { CHANGE_SAME = 0, CHANGE_ADD, CHANGE_ALTER, CHANGE_CONFLICT };
struct solution_change {
	const struct component *there, *here; /* there: of the document. here null: added */
	enum change_state state;
	unsigned members;         /* bits of the members that differ */
	unsigned kept;            /* bits of what is here, and the document says nothing of */
};
struct solution_plan {
	struct solution_change *changes; /* one for each component of the document, in its order */
	size_t count, added, altered, conflicts;
	const struct component **by_id;  /* of the document, sorted */
	const struct component **kept;   /* here, and not in the document though of its tables, or of none: stays */
	size_t kept_count;
};

/* A component is the one here with the same id, else the one of the same name. */
MUST_USE NONNULL err solution_compare(const struct solution *there, const struct solution *here, struct arena *arena, struct solution_plan *out);
/* What an id of the document is here. */
NONNULL struct uuid solution_id_here(const struct solution_plan *plan, const struct uuid *there);
const char *change_state_name(enum change_state state);

#endif
