/* cli/import_map.h - which field of a record becomes which column of a row.
 *
 *   map    = pair *( ("," / LF) pair )  blanks around a piece and empty lines do not count, nor a line that begins with "#"
 *   pair   = source "=" target
 *   source = NAME / '"' name with "" for " '"' / "'" constant with '' for ' "'"
 *   target = COLUMN                     a column by its logical name; the text becomes what the column's type wants
 *          / "owner:user"               the owner by sign-in name,       "owner:user-id" by id
 *          / "owner:team"               by the team's name,              "owner:team-id" by id
 *          / "owner:unit"               the default team of the unit of this name
 *          / NAVIGATION ":" ENTITYSET   a lookup by id: parentaccountid:accounts
 *
 *   Organization Name=name, "Organization, Address"=address1_composite, 'US'=address1_country, Team=owner:team
 *
 * An empty field leaves its column empty. A target may stand once, an owner too; a source as often as wanted. */
#ifndef CLI_IMPORT_MAP_H
#define CLI_IMPORT_MAP_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/err.h"

enum { IMPORT_MAP_PAIRS_MAX = 256, IMPORT_MAP_BYTES_MAX = 64 * 1024, IMPORT_NAME_BYTES_MAX = 256 };

enum import_target {
	IMPORT_COLUMN = 0,
	IMPORT_OWNER_USER, IMPORT_OWNER_TEAM, IMPORT_OWNER_UNIT, /* by name */
	IMPORT_OWNER_USER_ID, IMPORT_OWNER_TEAM_ID,
	IMPORT_LOOKUP,
};

struct import_pair {
	bool constant;    /* `source` is the value itself, not a field's name */
	str source;
	enum import_target target;
	str column;       /* logical name; the navigation property of a lookup; "owner" */
	str entity_set;   /* IMPORT_LOOKUP */
};

struct import_map {
	size_t count;
	struct import_pair pairs[IMPORT_MAP_PAIRS_MAX];
};

/* Texts live in the arena. ERR_INVALID or ERR_LIMIT; then *out_at is the offset of the pair that is wrong. */
MUST_USE NONNULL err import_map_parse(str text, struct arena *arena, struct import_map *out, size_t *out_at);
/* Each column by its own name; borrows the names. ERR_INVALID when one cannot be a column's. */
MUST_USE NONNULL err import_map_of_columns(const str *columns, size_t count, struct import_map *out);
/* The same text for the same meaning: part of what names a job. */
NONNULL void import_map_write(const struct import_map *map, struct buffer *to);

#endif
