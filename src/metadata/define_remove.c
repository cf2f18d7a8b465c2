/* metadata/define_remove.c - definitions that go, with what stands under them. */
#include "metadata/define.h"

#include "metadata/physical.h"
#include "metadata/sql_catalog.h"

static err run_with(struct store *store, const struct sql_text *sql, int64_t ordinal)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, ordinal));
	return statement_run(&s);
}

static err version_bump(struct store *store)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_VERSION_BUMP, &s));
	return statement_run_one(&s);
}

static err referrers_refuse(struct store *store, const struct table *t)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_METADATA_REFERRERS, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(statement_step(&s, &row));
	if (row && column_i64(&s, 0))
		FAIL(ERR_CONFLICT, "a lookup of another table refers to it");
	return OK;
}

err define_table_remove(struct store *store, const struct table *t, struct arena *arena)
{
	static const struct sql_text *const rows[] = { &SQL_METADATA_RELATIONSHIPS_DELETE, &SQL_METADATA_COLUMNS_DELETE,
						       &SQL_METADATA_TABLE_DELETE, &SQL_METADATA_COUNTS_DELETE };
	if (t->builtin)
		FAIL(ERR_INVALID, "a table of the administration cannot be removed");
	TRY(referrers_refuse(store, t));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		TRY(run_with(store, rows[i], t->ordinal));
	TRY(physical_table_drop(store, t, arena));
	return version_bump(store);
}

static err column_remove(struct store *store, const struct table *t, const struct column *c, struct arena *arena)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_METADATA_COLUMN_DELETE, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_uuid(&s, 2, &c->id));
	TRY(statement_run_one(&s));
	TRY(physical_column_drop(store, t, c, arena));
	return version_bump(store);
}

err define_column_remove(struct store *store, const struct table *t, const struct column *c, struct arena *arena)
{
	if (t->builtin || !(c->flags & COLUMN_CUSTOM) || c->flags & COLUMN_PRIMARY_NAME)
		FAIL(ERR_INVALID, "a column of the system or the primary name cannot be removed");
	if (column_is_lookup(c))
		FAIL(ERR_INVALID, "a lookup goes with its relationship");
	return column_remove(store, t, c, arena);
}

err define_relationship_remove(struct store *store, const struct table *referencing, const struct column *lookup, const struct uuid *id,
			       struct arena *arena)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_METADATA_RELATIONSHIP_DELETE, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_run_one(&s));
	return column_remove(store, referencing, lookup, arena);
}
