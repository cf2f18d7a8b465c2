/* metadata/physical.c - DDL from ordinals and column numbers only: no client's name is ever part of SQL text. */
#include "metadata/physical.h"

static err run(struct store *store, str sql)
{
	TRY_NEW(sql.at);
	return store_execute(store, sql);
}

static const char *sql_type(enum column_type type)
{
	switch (type) {
	case TYPE_STRING:
	case TYPE_MEMO:
		return "TEXT COLLATE NOCASE";
	case TYPE_DOUBLE:
		return "REAL";
	case TYPE_LOOKUP:
	case TYPE_UNIQUEID:
		return "BLOB";
	default:
		return "INTEGER";
	}
}

static err triggers_create(struct store *store, unsigned n, bool owned, struct arena *arena)
{
	const char *old_place = owned ? "old.unit, old.owner" : "0, 0", *new_place = owned ? "new.unit, new.owner" : "0, 0";
	TRY(run(store, str_format(arena,
		"CREATE TRIGGER t_%u_added AFTER INSERT ON t_%u BEGIN "
		"INSERT INTO row_count (tbl, unit, owner, n) VALUES (%u, %s, 1) "
		"ON CONFLICT (tbl, unit, owner) DO UPDATE SET n = n + 1; END;"
		"CREATE TRIGGER t_%u_removed AFTER DELETE ON t_%u BEGIN "
		"UPDATE row_count SET n = n - 1 WHERE (tbl, unit, owner) = (%u, %s); "
		"DELETE FROM row_count WHERE (tbl, unit, owner) = (%u, %s) AND n = 0; END;",
		n, n, n, new_place, n, n, n, old_place, n, old_place)));
	if (!owned)
		return OK;
	return run(store, str_format(arena,
		"CREATE TRIGGER t_%u_moved AFTER UPDATE OF owner, unit ON t_%u "
		"WHEN old.owner <> new.owner OR old.unit <> new.unit BEGIN "
		"UPDATE row_count SET n = n - 1 WHERE (tbl, unit, owner) = (%u, old.unit, old.owner); "
		"DELETE FROM row_count WHERE (tbl, unit, owner) = (%u, old.unit, old.owner) AND n = 0; "
		"INSERT INTO row_count (tbl, unit, owner, n) VALUES (%u, new.unit, new.owner, 1) "
		"ON CONFLICT (tbl, unit, owner) DO UPDATE SET n = n + 1; END;",
		n, n, n, n, n));
}

static err indexes_create(struct store *store, unsigned n, long long name, bool owned, struct arena *arena)
{
	TRY(run(store, str_format(arena, "CREATE INDEX t_%u_name ON t_%u (c_%lld, key);", n, n, name)));
	if (!owned)
		return OK;
	return run(store, str_format(arena,
		"CREATE INDEX t_%u_owner ON t_%u (owner, key);"
		"CREATE INDEX t_%u_unit ON t_%u (unit, key);"
		"CREATE INDEX t_%u_owner_name ON t_%u (owner, c_%lld, key);"
		"CREATE INDEX t_%u_unit_name ON t_%u (unit, c_%lld, key);",
		n, n, n, n, n, n, name, n, n, name));
}

err physical_table_create(struct store *store, const struct table *t, int64_t name_number, struct arena *arena)
{
	unsigned n = t->ordinal;
	bool owned = table_is_owned(t);
	TRY(run(store, str_format(arena,
		"CREATE TABLE t_%u (key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, %s"
		"created_on INTEGER NOT NULL, created_by INTEGER NOT NULL, created_behalf INTEGER, "
		"modified_on INTEGER NOT NULL, modified_by INTEGER NOT NULL, modified_behalf INTEGER, "
		"state INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 1, c_%lld TEXT COLLATE NOCASE);",
		n, owned ? "owner INTEGER NOT NULL, unit INTEGER NOT NULL, " : "", (long long)name_number)));
	TRY(indexes_create(store, n, name_number, owned, arena));
	return triggers_create(store, n, owned, arena);
}

err physical_column_add(struct store *store, const struct table *t, const struct column *c, int64_t number, struct arena *arena)
{
	TRY(run(store, str_format(arena, "ALTER TABLE t_%u ADD COLUMN c_%lld %s;", t->ordinal, (long long)number,
				  sql_type(c->type))));
	if (c->type != TYPE_LOOKUP)
		return OK;
	return run(store, str_format(arena, "CREATE INDEX t_%u_c_%lld ON t_%u (c_%lld, key);", t->ordinal, (long long)number,
				     t->ordinal, (long long)number));
}
