/* metadata/define_keys.c - alternate keys and many-to-many relationships: a unique index, a table of pairs. */
#include "metadata/define.h"

#include "metadata/internal.h"
#include "metadata/physical.h"
#include "metadata/sql_catalog.h"

static err name_check(str schema_name)
{
	if (!schema_name_is_valid(schema_name))
		FAIL(ERR_INVALID, "SchemaName needs a prefix of 2 to 8 letters and digits, then letters, digits and '_'");
	return OK;
}

/* What has one comparable value: not long texts, floating numbers, owners, nor what the system fills. */
static bool is_fit(const struct column *c)
{
	return c->flags & COLUMN_CUSTOM && !column_is_unordered(c) && c->type != TYPE_DOUBLE && c->type != TYPE_BOOLEAN;
}

static err key_check(const struct table *t, const struct key_wish *wish)
{
	TRY(name_check(wish->schema_name));
	if (t->builtin)
		FAIL(ERR_INVALID, "a table of the administration takes no keys");
	if (wish->column_count == 0 || wish->column_count > KEY_COLUMNS_MAX)
		FAIL(ERR_INVALID, "a key has 1 to 5 columns");
	if (t->key_count == KEYS_MAX)
		FAIL(ERR_LIMIT, "the table has as many keys as it may");
	for (size_t i = 0; i < wish->column_count; i++) {
		if (!is_fit(wish->columns[i]))
			FAIL(ERR_INVALID, "a key takes String, Integer, BigInt, Decimal, Money, DateTime, Picklist and Lookup columns that were defined");
		for (size_t k = 0; k < i; k++)
			if (wish->columns[k] == wish->columns[i])
				FAIL(ERR_INVALID, "a key names each column once");
	}
	if (table_key_of(t, wish->columns, wish->column_count))
		FAIL(ERR_CONFLICT, "a key of these columns exists");
	for (size_t i = 0; i < t->key_count; i++)
		if (str_equal_nocase(t->keys[i].schema_name, wish->schema_name))
			FAIL(ERR_CONFLICT, "a key of that name exists");
	return OK;
}

static err columns_text(const struct key_wish *wish, struct arena *arena, str *out)
{
	*out = wish->columns[0]->logical_name;
	for (size_t i = 1; i < wish->column_count; i++)
		*out = str_format(arena, "%.*s %.*s", STR_ARG(*out), STR_ARG(wish->columns[i]->logical_name));
	TRY_NEW(out->at);
	return OK;
}

static err inserted(struct statement *s, int64_t *out)
{
	bool row;
	TRY(statement_step(s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "the new definition got no number");
	*out = column_i64(s, 0);
	return OK;
}

static err key_store(struct store *store, const struct table *t, const struct key_wish *wish, struct arena *arena, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	str columns, name = str_lower(arena, wish->schema_name);
	TRY_NEW(name.at);
	TRY(columns_text(wish, arena, &columns));
	TRY(statement_open(store, &SQL_METADATA_KEY_INSERT, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_uuid(&s, 2, &wish->id));
	TRY(bind_text(&s, 3, name));
	TRY(bind_text(&s, 4, wish->schema_name));
	TRY(bind_text(&s, 5, wish->display_name.len ? wish->display_name : wish->schema_name));
	TRY(bind_text(&s, 6, columns));
	return inserted(&s, out);
}

err define_key(struct store *store, const struct table *t, const struct key_wish *wish, struct arena *arena)
{
	int64_t number;
	TRY(key_check(t, wish));
	TRY(key_store(store, t, wish, arena, &number));
	err e = physical_key_create(store, t, wish->columns, wish->column_count, number, arena);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_CONFLICT, "rows have the same values in these columns");
	TRY(e);
	return version_bump(store);
}

static err delete_number(struct store *store, const struct sql_text *sql, int64_t number)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, number));
	return statement_run_one(&s);
}

err define_key_remove(struct store *store, const struct table *t, const struct table_key *k, struct arena *arena)
{
	if (t->builtin)
		FAIL(ERR_INVALID, "a key of the administration cannot be removed");
	TRY(delete_number(store, &SQL_METADATA_KEY_DELETE, k->number));
	TRY(physical_key_drop(store, t, k->number, arena));
	return version_bump(store);
}

/* --- many to many --- */

err schema_name_is_free(struct store *store, str schema_name)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_METADATA_NAME_TAKEN, &s));
	TRY(bind_text(&s, 1, schema_name));
	TRY(statement_step(&s, &row));
	if (!row || column_i64(&s, 0))
		FAIL(ERR_CONFLICT, "a relationship of that name exists");
	return OK;
}

static err side_check(const struct metadata *m, const struct association_wish *wish, int i)
{
	if (!wish->side[i]->rows.len)
		FAIL(ERR_INVALID, "a many-to-many relationship joins tables that were defined, users, teams, roles, business units and positions");
	if (table_column_by_wire_name(wish->side[i], wish->navigation[i]) || table_column_by_navigation(wish->side[i], wish->navigation[i]))
		FAIL(ERR_CONFLICT, "the navigation property has the name of a column");
	for (size_t k = 0; k < m->association_count; k++)
		for (int s = 0; s < 2; s++)
			if (m->associations[k].side[s] == wish->side[i] && str_equal(m->associations[k].navigation[s], wish->navigation[i]))
				FAIL(ERR_CONFLICT, "a navigation property of that name exists");
	return OK;
}

static err association_store(struct store *store, const struct association_wish *wish, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_METADATA_ASSOCIATION_INSERT, &s));
	TRY(bind_uuid(&s, 1, &wish->id));
	TRY(bind_text(&s, 2, wish->schema_name));
	TRY(bind_text(&s, 3, wish->pairs));
	TRY(bind_i64(&s, 4, wish->side[0]->ordinal));
	TRY(bind_i64(&s, 5, wish->side[1]->ordinal));
	TRY(bind_text(&s, 6, wish->navigation[0]));
	TRY(bind_text(&s, 7, wish->navigation[1]));
	return inserted(&s, out);
}

err define_association(struct store *store, const struct metadata *m, const struct association_wish *given, struct arena *arena)
{
	struct association_wish wish = *given;
	int64_t number;
	TRY(name_check(wish.schema_name));
	TRY(schema_name_is_free(store, wish.schema_name));
	if (!wish.pairs.len)
		wish.pairs = str_lower(arena, wish.schema_name);
	TRY_NEW(wish.pairs.at);
	for (int i = 0; i < 2; i++) {
		if (!wish.navigation[i].len)
			wish.navigation[i] = wish.schema_name;
		TRY(side_check(m, &wish, i));
	}
	if (wish.side[0] == wish.side[1] && str_equal(wish.navigation[0], wish.navigation[1]))
		FAIL(ERR_INVALID, "between rows of one table, the two navigation properties need different names");
	TRY(association_store(store, &wish, &number));
	TRY(physical_pairs_create(store, wish.side, number, arena));
	return version_bump(store);
}

err define_association_remove(struct store *store, const struct association *a, struct arena *arena)
{
	TRY(delete_number(store, &SQL_METADATA_ASSOCIATION_DELETE, a->number));
	TRY(physical_pairs_drop(store, a->number, arena));
	return version_bump(store);
}
