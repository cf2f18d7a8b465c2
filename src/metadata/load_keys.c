/* metadata/load_keys.c - alternate keys and many-to-many relationships, from the database into memory. */
#include "metadata/internal.h"
#include "metadata/sql_catalog.h"

static err text_of(struct arena *arena, const struct statement *s, int index, str *out)
{
	*out = str_copy(arena, column_text(s, index));
	TRY_NEW(out->at);
	return OK;
}

static err key_columns(struct arena *arena, const struct table *t, str names, struct table_key *k)
{
	str name;
	k->columns = NEW_ARRAY(arena, const struct column *, KEY_COLUMNS_MAX);
	TRY_NEW(k->columns);
	while (names.len && str_split(&names, ' ', &name)) {
		const struct column *c = table_column(t, name);
		if (!c || k->column_count == KEY_COLUMNS_MAX)
			FAIL(ERR_CORRUPT, "a stored key has a column that its table has not");
		k->columns[k->column_count++] = c;
	}
	return OK;
}

static err key_read(struct metadata *m, const struct statement *s, struct table *t)
{
	struct table_key *keys = (struct table_key *)(uintptr_t)t->keys, *k;
	if (!keys)
		keys = NEW_ARRAY(m->arena, struct table_key, KEYS_MAX);
	TRY_NEW(keys);
	if (t->key_count == KEYS_MAX)
		FAIL(ERR_CORRUPT, "a table has more keys than it may");
	k = &keys[t->key_count];
	*k = (struct table_key){ .number = column_i64(s, 0), .id = column_uuid(s, 2) };
	TRY(text_of(m->arena, s, 3, &k->logical_name));
	TRY(text_of(m->arena, s, 4, &k->schema_name));
	TRY(text_of(m->arena, s, 5, &k->display_name));
	TRY(key_columns(m->arena, t, column_text(s, 6), k));
	t->keys = keys;
	t->key_count++;
	return OK;
}

err keys_read(struct metadata *m, struct store *store, struct table **tables)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_METADATA_KEYS, &s));
	for (bool row = true;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		uint64_t ordinal = (uint64_t)column_i64(&s, 1);
		if (ordinal >= m->by_ordinal_count || !tables[ordinal])
			FAIL(ERR_CORRUPT, "a key of a table that does not exist");
		TRY(key_read(m, &s, tables[ordinal]));
	}
}

static err association_read(struct metadata *m, const struct statement *s, struct association *a)
{
	*a = (struct association){ .number = column_i64(s, 0), .id = column_uuid(s, 1) };
	TRY(text_of(m->arena, s, 2, &a->schema_name));
	TRY(text_of(m->arena, s, 3, &a->pairs));
	a->sql = str_format(m->arena, "n_%lld", (long long)a->number);
	TRY_NEW(a->sql.at);
	for (int i = 0; i < 2; i++) {
		a->side[i] = metadata_table_by_ordinal(m, (uint16_t)column_i64(s, 4 + i));
		TRY(text_of(m->arena, s, 6 + i, &a->navigation[i]));
		if (!a->side[i])
			FAIL(ERR_CORRUPT, "a many-to-many relationship of a table that does not exist");
	}
	return OK;
}

err associations_read(struct metadata *m, struct store *store)
{
	struct association *list = NULL;
	size_t n = 0;
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_METADATA_ASSOCIATIONS, &s));
	for (bool row = true;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		if (!list)
			list = NEW_ARRAY(m->arena, struct association, (size_t)column_i64(&s, 8));
		TRY_NEW(list);
		TRY(association_read(m, &s, &list[n]));
		n++;
	}
	m->associations = list;
	m->association_count = n;
	return OK;
}
