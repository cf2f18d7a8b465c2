/* metadata/table.h - the tables of one environment, as data.
 *
 * Source:  authorization-and-data 1.1, 1.2, 4.5, 4.11. Wire names keep the vendor's spelling.
 * Holds:   the built-in administrative tables (metadata/builtin.c; their rows come from the views `sys_<logical name>`
 *          that authz makes) and every table that a client defined (`t_<ordinal>`, one real SQL table each).
 * Life:    metadata_load reads the database into one arena; a change of definitions is written by
 *          metadata/define.h and followed by a fresh load. All pointers live as long as the struct metadata.
 *
 * Physical columns that every business table has, and every `sys_` view offers:
 *   key      INTEGER, the row's place in its own table (never shown)
 *   id       BLOB(16), unique: the primary id on the wire
 *   version  INTEGER, monotone per environment (ETag)
 *   owner    INTEGER, principal; user- or team-owned tables only (a view answers 0 where there is none)
 *   unit     INTEGER, business unit of the row; the same tables, views included
 * Further columns of a view carry their logical names. How values stand in SQL, by type:
 *   String, Memo TEXT · Integer, BigInt, Picklist, State, Status, Boolean INTEGER · Decimal, Money INTEGER scaled by
 *   10^precision · Double REAL · DateTime, Date INTEGER milliseconds since 1970 (of the day's beginning)
 *   · Choices TEXT "1,2,9", ascending · Uniqueidentifier, Lookup BLOB(16). */
#ifndef METADATA_TABLE_H
#define METADATA_TABLE_H

#include "base/arena.h"
#include "base/uuid.h"
#include "store/store.h"

enum table_ownership { OWNERSHIP_USER = 1, OWNERSHIP_ORGANIZATION = 8 };
enum table_class { CLASS_BUSINESS = 1, CLASS_ADMIN };

/* Ordinals are small and dense: arrays may be indexed by them. Never used again after a table is deleted. */
enum { TABLE_ORDINAL_CUSTOM_FIRST = 64, TABLES_MAX = 2000, COLUMNS_MAX = 500, KEY_COLUMNS_MAX = 5, KEYS_MAX = 10 };

enum column_type {
	TYPE_STRING = 1, TYPE_MEMO, TYPE_INTEGER, TYPE_BIGINT, TYPE_DECIMAL, TYPE_MONEY, TYPE_DOUBLE, TYPE_BOOLEAN,
	TYPE_DATETIME, TYPE_PICKLIST, TYPE_STATE, TYPE_STATUS, TYPE_UNIQUEID, TYPE_LOOKUP, TYPE_OWNER,
	TYPE_DATE, TYPE_CHOICES, TYPES_END
};

enum column_flag {
	COLUMN_PRIMARY_ID = 1, COLUMN_PRIMARY_NAME = 2,
	COLUMN_CREATABLE = 4, COLUMN_UPDATABLE = 8, /* by a client; system columns are neither            */
	COLUMN_REQUIRED = 16,
	COLUMN_CUSTOM = 32,
	COLUMN_OWNER_KEY = 64,  /* SQL holds a principal's key, not its id (ownerid, createdby)           */
	COLUMN_UNIT_KEY = 128,  /* SQL holds a unit's key (owningbusinessunit)                            */
	COLUMN_SECURED = 512,   /* IsSecured: authz/columns.h judges each use (1.12)                      */
};

struct option {
	int32_t value;
	str label;
};

struct column {
	uint16_t index;          /* in table->columns                                              */
	enum column_type type;
	uint32_t flags;          /* enum column_flag                                               */
	struct uuid id;          /* MetadataId                                                     */
	str logical_name, schema_name, display_name;
	str sql;                 /* physical column, a trusted identifier: safe in SQL text        */
	int32_t length_max;      /* String, Memo: characters                                       */
	uint8_t precision;       /* Decimal, Money: digits behind the point                        */
	int64_t min, max;        /* Integer, BigInt; Decimal and Money scaled                      */
	str navigation;          /* Lookup, Owner: "<nav>@odata.bind" (4.11)                       */
	str value_name;          /* Lookup, Owner, and ids of rows of several tables (objectid): "_x_value" */
	const str *targets;      /* Lookup, Owner: logical names                                   */
	size_t target_count;
	const struct option *options; /* Picklist, Choices, State, Status                           */
	size_t option_count;
};

/* An alternate key: columns that together name a row, set(a='x',b=2). A row with a null among them has no such name. */
struct table_key {
	struct uuid id;          /* MetadataId                                                     */
	str logical_name, schema_name, display_name;
	const struct column **columns;
	size_t column_count;
	int64_t number;          /* of its unique index; 0: a view's, which needs none             */
};

struct table {
	uint16_t ordinal;
	enum table_ownership ownership;
	enum table_class class;
	bool access_teams;       /* rows may have teams of their own, from templates (AutoCreateAccessTeams) */
	bool trackable;          /* what became of its rows can be told (ChangeTrackingEnabled) */
	bool own_readable;       /* who owns a row reads it, whatever their roles say                */
	bool builtin;            /* rows belong to authz: reads through the view, writes through its hooks */
	int32_t object_type_code;
	struct uuid id;          /* MetadataId                                                     */
	str logical_name, schema_name, entity_set, display_name, display_collection_name, description;
	str sql;                 /* physical table or view, a trusted identifier                   */
	str rows;                /* the table whose rows have these keys: sql, or below a view; empty: nothing refers to such rows by key */
	const struct column *columns;
	size_t column_count;
	const struct column *primary_id, *primary_name; /* primary_name may be null                */
	const struct table_key *keys;
	size_t key_count;
};

/* A many-to-many relationship: pairs of the keys of rows, in the SQL table n_<number> (k0, k1). Those of the administration (number 0:
 * roles, members, profiles) are views of that shape; they have no id and no schema name, and authz changes them. */
struct association {
	struct uuid id;          /* MetadataId                                                     */
	int64_t number;
	str schema_name, pairs;  /* pairs: IntersectEntityName                                     */
	str sql;                 /* table or view of the pairs, a trusted identifier               */
	const struct table *side[2];
	str navigation[2];       /* of side[i], to the rows of the other side                      */
};

struct metadata {
	struct arena *arena;
	uint64_t version;        /* changes with every definition                                  */
	const struct table **by_ordinal; /* null where none; by_ordinal_count entries              */
	size_t by_ordinal_count;
	struct map *by_logical_name, *by_entity_set;
	const struct association *associations;
	size_t association_count;
	const struct association *administrative; /* pairs that are read only here */
	size_t administrative_count;
};

/* Reads the definitions. The caller frees the old one with metadata_free when nobody uses it any more. */
MUST_USE NONNULL err metadata_load(struct store *store, struct metadata **out);
/* Accepts null. */
void metadata_free(struct metadata *metadata);

/* Null when there is none. Names compare exactly (they are lower case). */
NONNULL const struct table *metadata_table(const struct metadata *m, str logical_name);
NONNULL const struct table *metadata_table_by_set(const struct metadata *m, str entity_set);
NONNULL const struct table *metadata_table_by_ordinal(const struct metadata *m, uint16_t ordinal);
NONNULL const struct table *metadata_table_by_type_code(const struct metadata *m, int32_t object_type_code);

/* By logical name, null when there is none. */
NONNULL const struct column *table_column(const struct table *t, str logical_name);
/* By logical name or, for lookups, by "_x_value". */
NONNULL const struct column *table_column_by_wire_name(const struct table *t, str name);
/* The key whose columns are just these, in any order; null when there is none. */
const struct table_key *table_key_of(const struct table *t, const struct column *const *columns, size_t count);
/* The lookup whose navigation property has this (case-sensitive) name. */
NONNULL const struct column *table_column_by_navigation(const struct table *t, str navigation);

static inline bool table_is_owned(const struct table *t)
{
	return t->ownership == OWNERSHIP_USER;
}

/* Does the column point at rows of other tables? */
static inline bool column_is_lookup(const struct column *c)
{
	return c->type == TYPE_LOOKUP || c->type == TYPE_OWNER;
}

/* As answers name it. */
static inline str column_wire_name(const struct column *c)
{
	return c->value_name.len ? c->value_name : c->logical_name;
}

/* A number, or numbers, that options name. */
static inline bool column_has_options(const struct column *c)
{
	return c->type == TYPE_PICKLIST || c->type == TYPE_STATE || c->type == TYPE_STATUS || c->type == TYPE_CHOICES;
}

/* Neither ordered nor grouped by. */
static inline bool column_is_unordered(const struct column *c)
{
	return c->type == TYPE_MEMO || c->type == TYPE_CHOICES;
}

/* 1.12: not ids, owners, lookups, state, version and what the system fills. */
static inline bool column_is_securable(const struct column *c)
{
	return (c->flags & COLUMN_CUSTOM) && !column_is_lookup(c);
}

#endif
