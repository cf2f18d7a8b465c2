/* metadata/define_remove.c - definitions that go, with what stands under them. */
#include "metadata/define.h"

#include "metadata/internal.h"
#include "metadata/physical.h"
#include "metadata/sql_catalog.h"

static err run_with(struct store *store, const struct sql_text *sql, int64_t ordinal)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, ordinal));
	return statement_run(&s);
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

static err associations_remove(struct store *store, const struct metadata *m, const struct table *t, struct arena *arena)
{
	for (size_t i = 0; i < m->association_count; i++)
		if (m->associations[i].side[0] == t || m->associations[i].side[1] == t)
			TRY(define_association_remove(store, &m->associations[i], arena));
	return OK;
}

err define_table_remove(struct store *store, const struct metadata *m, const struct table *t, struct arena *arena)
{
	static const struct sql_text *const rows[] = { &SQL_METADATA_RELATIONSHIPS_DELETE, &SQL_METADATA_KEYS_DELETE, &SQL_METADATA_COLUMNS_DELETE,
						       &SQL_METADATA_TABLE_DELETE, &SQL_METADATA_COUNTS_DELETE };
	if (t->builtin)
		FAIL(ERR_INVALID, "a table of the administration cannot be removed");
	TRY(referrers_refuse(store, t));
	TRY(associations_remove(store, m, t, arena));
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		TRY(run_with(store, rows[i], t->ordinal));
	TRY(physical_table_drop(store, t, arena));
	return version_bump(store);
}

static err keyed_refuse(const struct table *t, const struct column *c)
{
	for (size_t i = 0; i < t->key_count; i++)
		for (size_t k = 0; k < t->keys[i].column_count; k++)
			if (t->keys[i].columns[k] == c)
				FAIL(ERR_CONFLICT, "it is part of a key");
	return OK;
}

static err column_remove(struct store *store, const struct table *t, const struct column *c, struct arena *arena)
{
	SCOPED(statement) s = { 0 };
	TRY(keyed_refuse(t, c));
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
