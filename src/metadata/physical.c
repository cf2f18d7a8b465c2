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
	case TYPE_CHOICES:
		return "TEXT";
	case TYPE_DOUBLE:
		return "REAL";
	case TYPE_LOOKUP:
	case TYPE_UNIQUEID:
		return "BLOB";
	default:
		return "INTEGER";
	}
}

/* row_count holds, for each table, the pairs (unit, owner), the totals (unit, 0) and (0, owner), and (0, 0) for all rows. */
static str counting_up(unsigned n, bool owned, struct arena *arena)
{
	if (!owned)
		return str_format(arena, "INSERT INTO row_count (tbl, unit, owner, n) VALUES (%u, 0, 0, 1) "
				  "ON CONFLICT (tbl, unit, owner) DO UPDATE SET n = n + 1;", n);
	return str_format(arena, "INSERT INTO row_count (tbl, unit, owner, n) VALUES (%u, new.unit, new.owner, 1), "
			  "(%u, new.unit, 0, 1), (%u, 0, new.owner, 1), (%u, 0, 0, 1) "
			  "ON CONFLICT (tbl, unit, owner) DO UPDATE SET n = n + 1;", n, n, n, n);
}

static str counting_down(unsigned n, bool owned, struct arena *arena)
{
	const char *units = owned ? "(0, old.unit)" : "(0)", *owners = owned ? "(0, old.owner)" : "(0)";
	return str_format(arena, "UPDATE row_count SET n = n - 1 WHERE tbl = %u AND unit IN %s AND owner IN %s; "
			  "DELETE FROM row_count WHERE tbl = %u AND unit IN %s AND owner IN %s AND n = 0;",
			  n, units, owners, n, units, owners);
}

static err triggers_create(struct store *store, unsigned n, bool owned, struct arena *arena)
{
	str up = counting_up(n, owned, arena), down = counting_down(n, owned, arena);
	TRY_NEW(up.at);
	TRY_NEW(down.at);
	TRY(run(store, str_format(arena, "CREATE TRIGGER t_%u_added AFTER INSERT ON t_%u BEGIN %s END;", n, n, up.at)));
	TRY(run(store, str_format(arena, "CREATE TRIGGER t_%u_removed AFTER DELETE ON t_%u BEGIN %s END;", n, n, down.at)));
	if (!owned)
		return OK;
	return run(store, str_format(arena, "CREATE TRIGGER t_%u_moved AFTER UPDATE OF owner, unit ON t_%u "
				     "WHEN old.owner <> new.owner OR old.unit <> new.unit BEGIN %s %s END;", n, n, down.at, up.at));
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

/* Triggers on the share table do not go with the table. */
err physical_table_drop(struct store *store, const struct table *t, struct arena *arena)
{
	static const char *const of_shares[] = { "lost", "gone", "got", "made" };
	for (size_t i = 0; i < COUNT_OF(of_shares); i++)
		TRY(run(store, str_format(arena, "DROP TRIGGER IF EXISTS %.*s_share_%s;", STR_ARG(t->sql), of_shares[i])));
	TRY(run(store, str_format(arena, "DELETE FROM tracked WHERE tbl = %u; DELETE FROM row_note WHERE tbl = %u;", t->ordinal, t->ordinal)));
	return run(store, str_format(arena, "DROP TABLE %.*s;", STR_ARG(t->sql)));
}

err physical_column_drop(struct store *store, const struct table *t, const struct column *c, struct arena *arena)
{
	if (c->type == TYPE_LOOKUP)
		TRY(run(store, str_format(arena, "DROP INDEX %.*s_%.*s; DROP TRIGGER IF EXISTS %.*s_kept_%.*s;", STR_ARG(t->sql), STR_ARG(c->sql),
					  STR_ARG(t->sql), STR_ARG(c->sql))));
	return run(store, str_format(arena, "ALTER TABLE %.*s DROP COLUMN %.*s;", STR_ARG(t->sql), STR_ARG(c->sql)));
}

err physical_key_create(struct store *store, const struct table *t, const struct column **columns, size_t count, int64_t number,
			struct arena *arena)
{
	str list = columns[0]->sql;
	for (size_t i = 1; i < count; i++)
		list = str_format(arena, "%.*s, %.*s", STR_ARG(list), STR_ARG(columns[i]->sql));
	TRY_NEW(list.at);
	return run(store, str_format(arena, "CREATE UNIQUE INDEX t_%u_k_%lld ON t_%u (%.*s);", t->ordinal, (long long)number, t->ordinal,
				     STR_ARG(list)));
}

err physical_key_drop(struct store *store, const struct table *t, int64_t number, struct arena *arena)
{
	return run(store, str_format(arena, "DROP INDEX t_%u_k_%lld;", t->ordinal, (long long)number));
}

err physical_pairs_create(struct store *store, const struct table *const side[2], int64_t number, struct arena *arena)
{
	long long n = number;
	TRY(run(store, str_format(arena,
		"CREATE TABLE n_%lld (k0 INTEGER NOT NULL, k1 INTEGER NOT NULL, PRIMARY KEY (k0, k1)) STRICT, WITHOUT ROWID;"
		"CREATE INDEX n_%lld_back ON n_%lld (k1, k0);", n, n, n)));
	for (int i = 0; i < 2; i++)
		TRY(run(store, str_format(arena,
			"CREATE TRIGGER n_%lld_gone%d AFTER DELETE ON %.*s BEGIN DELETE FROM n_%lld WHERE k%d = old.key; END;",
			n, i, STR_ARG(side[i]->rows), n, i)));
	return OK;
}

err physical_pairs_drop(struct store *store, int64_t number, struct arena *arena)
{
	long long n = number;
	return run(store, str_format(arena, "DROP TRIGGER n_%lld_gone0; DROP TRIGGER n_%lld_gone1; DROP TABLE n_%lld;", n, n, n));
}

/* Each note has a version of its own, as if the row had changed. rest: kind and what follows it, over m and the joined tables. */
static str note(unsigned n, const char *rest, const char *joined, struct arena *arena)
{
	return str_format(arena, "UPDATE meta_state SET row_version = row_version + 1; "
			  "INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time) "
			  "SELECT %u, m.row_version, %s, unixepoch() FROM meta_state AS m%s;", n, rest, joined);
}

static err trigger(struct store *store, unsigned n, const char *name, str when, str body, struct arena *arena)
{
	TRY_NEW(when.at);
	TRY_NEW(body.at);
	return run(store, str_format(arena, "CREATE TRIGGER t_%u_%s AFTER %.*s BEGIN %.*s END;", n, name, STR_ARG(when), STR_ARG(body)));
}

/* Who of those that share.principal names could read the row, and cannot any more; or can now. */
static err share_triggers_create(struct store *store, unsigned n, uint32_t bit, struct arena *arena)
{
	str of_old = str_format(arena, " CROSS JOIN t_%u AS r ON r.key = old.obj", n), of_new = str_format(arena, " CROSS JOIN t_%u AS r ON r.key = new.obj", n);
	TRY_NEW(of_old.at);
	TRY_NEW(of_new.at);
	str lost = note(n, "4, r.id, 0, 0, 0, old.principal", of_old.at, arena), got = note(n, "5, r.id, r.key, 0, 0, new.principal", of_new.at, arena);
	TRY(trigger(store, n, "share_lost", str_format(arena, "UPDATE OF mask ON share WHEN old.tbl = %u AND old.mask & %u AND NOT new.mask & %u",
						       n, bit, bit), lost, arena));
	TRY(trigger(store, n, "share_gone", str_format(arena, "DELETE ON share WHEN old.tbl = %u AND old.mask & %u", n, bit), lost, arena));
	TRY(trigger(store, n, "share_got", str_format(arena, "UPDATE OF mask ON share WHEN new.tbl = %u AND new.mask & %u AND NOT old.mask & %u",
						      n, bit, bit), got, arena));
	return trigger(store, n, "share_made", str_format(arena, "INSERT ON share WHEN new.tbl = %u AND new.mask & %u", n, bit), got, arena);
}

err physical_tracking_create(struct store *store, const struct table *t, uint32_t read_bit, struct arena *arena)
{
	unsigned n = t->ordinal;
	bool owned = table_is_owned(t);
	str gone = note(n, owned ? "2, old.id, 0, old.owner, old.unit, 0" : "2, old.id, 0, 0, 0, 0", "", arena);
	TRY(run(store, str_format(arena, "CREATE INDEX t_%u_version ON t_%u (version);", n, n)));
	TRY(trigger(store, n, "note_made", str_format(arena, "INSERT ON t_%u", n), note(n, "1, new.id, 0, 0, 0, 0", "", arena), arena));
	TRY(trigger(store, n, "note_gone", str_format(arena, "DELETE ON t_%u", n), gone, arena));
	if (!owned)
		return OK;
	TRY(trigger(store, n, "note_moved", str_format(arena, "UPDATE OF owner, unit ON t_%u WHEN old.owner <> new.owner OR old.unit <> new.unit", n),
		    note(n, "3, old.id, new.key, old.owner, old.unit, 0", "", arena), arena));
	return share_triggers_create(store, n, read_bit, arena);
}
