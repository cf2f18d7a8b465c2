/* metadata/load.c - the definitions, from the database into memory. */
#include "base/map.h"
#include "codec/json_read.h"
#include "metadata/internal.h"
#include "metadata/sql_catalog.h"

enum { METADATA_BYTES_MAX = 64 * 1024 * 1024, TYPE_CODE_FIRST = 10000 };

static err text_of(struct arena *arena, const struct statement *s, int index, str *out)
{
	*out = str_copy(arena, column_text(s, index));
	TRY_NEW(out->at);
	return OK;
}

static err table_read(struct metadata *m, const struct statement *s, const int64_t *column_counts, struct table **out)
{
	struct table *t = NEW(m->arena, struct table);
	TRY_NEW(t);
	t->ordinal = (uint16_t)column_i64(s, 0);
	t->id = column_uuid(s, 1);
	TRY(text_of(m->arena, s, 2, &t->logical_name));
	TRY(text_of(m->arena, s, 3, &t->schema_name));
	TRY(text_of(m->arena, s, 4, &t->entity_set));
	TRY(text_of(m->arena, s, 5, &t->display_name));
	TRY(text_of(m->arena, s, 6, &t->display_collection_name));
	TRY(text_of(m->arena, s, 7, &t->description));
	t->ownership = (enum table_ownership)column_i64(s, 8);
	t->class = (enum table_class)column_i64(s, 9);
	t->access_teams = column_i64(s, 10) != 0;
	t->trackable = true;
	t->object_type_code = TYPE_CODE_FIRST + t->ordinal;
	t->sql = str_format(m->arena, "t_%u", t->ordinal);
	TRY_NEW(t->sql.at);
	t->rows = t->sql;
	struct column *columns = NEW_ARRAY(m->arena, struct column, SYSTEM_COLUMNS_MAX + (size_t)column_counts[t->ordinal]);
	TRY_NEW(columns);
	TRY(system_columns(m, t, columns, &t->column_count));
	t->columns = columns;
	*out = t;
	return OK;
}

static err options_read(struct metadata *m, str text, struct column *c)
{
	const struct json *list = NULL;
	if (text.len == 0)
		return OK;
	TRY(json_parse(bytes_of_str(text), JSON_LIMITS_DEFAULT, m->arena, &list, NULL));
	struct option *options = NEW_ARRAY(m->arena, struct option, list->count);
	TRY_NEW(options);
	for (const struct json *pair = list->first; pair; pair = pair->next) {
		int64_t value;
		if (!json_is(pair, JSON_ARRAY) || pair->count != 2 || !json_to_i64(pair->first, &value))
			FAIL(ERR_CORRUPT, "stored options of a column are not pairs");
		options[c->option_count++] = (struct option){ (int32_t)value, pair->first->next->text };
	}
	c->options = options;
	return OK;
}

static err column_read(struct metadata *m, const struct statement *s, struct column *c)
{
	struct arena *arena = m->arena;
	str target, options;
	*c = (struct column){ .id = column_uuid(s, 2), .type = (enum column_type)column_i64(s, 6),
		.flags = (uint32_t)column_i64(s, 7), .length_max = (int32_t)column_i64(s, 8),
		.precision = (uint8_t)column_i64(s, 9), .min = column_i64(s, 10), .max = column_i64(s, 11) };
	c->sql = str_format(arena, "c_%lld", (long long)column_i64(s, 1));
	TRY_NEW(c->sql.at);
	TRY(text_of(arena, s, 3, &c->logical_name));
	TRY(text_of(arena, s, 4, &c->schema_name));
	TRY(text_of(arena, s, 5, &c->display_name));
	TRY(text_of(arena, s, 12, &c->navigation));
	TRY(text_of(arena, s, 13, &target));
	TRY(text_of(arena, s, 14, &options));
	if (target.len) {
		str *targets = NEW(arena, str);
		TRY_NEW(targets);
		targets[0] = target;
		c->targets = targets;
		c->target_count = 1;
	}
	return options_read(m, options, c);
}

static err column_counts_read(struct metadata *m, struct store *store, int64_t **out)
{
	int64_t *counts = NEW_ARRAY(m->arena, int64_t, m->by_ordinal_count);
	TRY_NEW(counts);
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_COLUMN_COUNTS, &s));
	for (bool row = true;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		if ((uint64_t)column_i64(&s, 0) >= m->by_ordinal_count)
			FAIL(ERR_CORRUPT, "columns of a table that does not exist");
		counts[column_i64(&s, 0)] = column_i64(&s, 1);
	}
	*out = counts;
	return OK;
}

static err tables_read(struct metadata *m, struct store *store, struct table **tables)
{
	int64_t *counts = NULL;
	TRY(column_counts_read(m, store, &counts));
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_TABLES, &s));
	for (bool row = true;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		uint64_t ordinal = (uint64_t)column_i64(&s, 0);
		if (ordinal < TABLE_ORDINAL_CUSTOM_FIRST || ordinal >= m->by_ordinal_count)
			FAIL(ERR_CORRUPT, "ordinal of a table out of range");
		TRY(table_read(m, &s, counts, &tables[ordinal]));
	}
}

static err columns_read(struct metadata *m, struct store *store, struct table **tables)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_COLUMNS, &s));
	for (bool row = true;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		struct table *t = tables[column_i64(&s, 0)];
		if (!t)
			FAIL(ERR_CORRUPT, "columns of a table that does not exist");
		struct column *columns = (struct column *)(uintptr_t)t->columns;
		TRY(column_read(m, &s, &columns[t->column_count]));
		t->column_count++;
	}
}

static err index_build(struct metadata *m)
{
	m->by_logical_name = map_new(m->arena, (struct map_seed){ 11, 12 });
	m->by_entity_set = map_new(m->arena, (struct map_seed){ 13, 14 });
	TRY_NEW(m->by_logical_name);
	TRY_NEW(m->by_entity_set);
	for (size_t i = 0; i < m->by_ordinal_count; i++) {
		const struct table *t = m->by_ordinal[i];
		void *value = (void *)(uintptr_t)t;
		if (t && (!map_set(m->by_logical_name, t->logical_name, value) || !map_set(m->by_entity_set, t->entity_set, value)))
			FAIL(ERR_LIMIT, "memory budget of the definitions is spent");
	}
	return OK;
}

static err load_into(struct metadata *m, struct store *store)
{
	{
		SCOPED(statement) s = { 0 };
		bool row;
		TRY(statement_open(store, &SQL_STATE, &s));
		TRY(statement_step(&s, &row));
		if (!row)
			FAIL(ERR_CORRUPT, "the state row of the definitions is missing");
		m->version = (uint64_t)column_i64(&s, 0);
		m->by_ordinal_count = (size_t)column_i64(&s, 1);
	}
	m->by_ordinal = NEW_ARRAY(m->arena, const struct table *, m->by_ordinal_count);
	struct table **tables = NEW_ARRAY(m->arena, struct table *, m->by_ordinal_count);
	TRY_NEW(m->by_ordinal);
	TRY_NEW(tables);
	TRY(builtin_tables_add(m));
	TRY(tables_read(m, store, tables));
	TRY(columns_read(m, store, tables));
	for (size_t i = 0; i < m->by_ordinal_count; i++) {
		if (!tables[i])
			continue;
		TRY(table_finish(m->arena, tables[i], (struct column *)(uintptr_t)tables[i]->columns));
		m->by_ordinal[i] = tables[i];
	}
	TRY(keys_read(m, store, tables));
	TRY(associations_read(m, store));
	TRY(index_build(m));
	return builtin_pairs_add(m);
}

err metadata_load(struct store *store, struct metadata **out)
{
	struct arena *arena = arena_new(METADATA_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for the definitions");
	struct metadata *m = NEW(arena, struct metadata);
	if (!m) {
		arena_free(arena);
		FAIL(ERR_LIMIT, "no memory for the definitions");
	}
	m->arena = arena;
	err e = load_into(m, store);
	if (failed(e)) {
		arena_free(arena);
		return e;
	}
	*out = m;
	return OK;
}

void metadata_free(struct metadata *m)
{
	if (m)
		arena_free(m->arena);
}
