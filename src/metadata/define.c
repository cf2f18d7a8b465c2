/* metadata/define.c - definitions become rows of meta_* and one SQL table. */
#include "metadata/define.h"

#include "metadata/internal.h"
#include "metadata/physical.h"
#include "metadata/sql_catalog.h"

enum { NAME_LEN_MAX = 64, STRING_LEN_MAX = 4000, MEMO_LEN_MAX = 1048576, PRECISION_MAX = 10 };

static bool is_letter(char c)
{
	c = ascii_lower(c);
	return c >= 'a' && c <= 'z';
}

static bool is_name_char(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

bool schema_name_is_valid(str name)
{
	size_t bar = str_find_char(name, '_', 0);
	if (name.len > NAME_LEN_MAX || bar == SIZE_MAX || bar < 2 || bar > 8 || bar + 1 == name.len || !is_letter(name.at[0]))
		return false;
	if (str_equal_nocase(str_slice(name, 0, bar), S("mscrm")))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_char(name.at[i]) && (name.at[i] != '_' || i < bar))
			return false;
	return true;
}

static bool entity_set_is_valid(str name)
{
	if (name.len == 0 || name.len > NAME_LEN_MAX || !is_letter(name.at[0]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_char(name.at[i]) && name.at[i] != '_')
			return false;
	return true;
}

str plural_of(struct arena *arena, str name)
{
	if (str_ends_with(name, S("y")))
		return str_join(arena, str_slice(name, 0, name.len - 1), S("ies"));
	if (str_ends_with(name, S("s")) || str_ends_with(name, S("x")) || str_ends_with(name, S("z")) ||
	    str_ends_with(name, S("ch")) || str_ends_with(name, S("sh")))
		return str_join(arena, name, S("es"));
	return str_join(arena, name, S("s"));
}

static err length_settle(const struct column_wish *wish, struct column *c)
{
	bool memo = c->type == TYPE_MEMO;
	if (c->type != TYPE_STRING && !memo)
		return OK;
	c->length_max = wish->length_max ? wish->length_max : memo ? 2000 : 100;
	if (c->length_max < 1 || c->length_max > (memo ? MEMO_LEN_MAX : STRING_LEN_MAX))
		FAIL(ERR_INVALID, "MaxLength is out of range");
	return OK;
}

static err range_settle(const struct column_wish *wish, struct column *c)
{
	bool decimal = c->type == TYPE_DECIMAL || c->type == TYPE_MONEY;
	if (decimal) {
		if (wish->precision > PRECISION_MAX)
			FAIL(ERR_INVALID, "Precision is out of range");
		c->precision = (uint8_t)(wish->precision < 0 ? 2 : wish->precision);
	}
	bool wide = decimal || c->type == TYPE_BIGINT;
	c->min = wish->has_min ? wish->min : wide ? -INT64_MAX : INT32_MIN;
	c->max = wish->has_max ? wish->max : wide ? INT64_MAX : INT32_MAX;
	if (c->min > c->max)
		FAIL(ERR_INVALID, "MinValue is above MaxValue");
	return OK;
}

static err column_settle(const struct column_wish *wish, struct arena *arena, struct column *c)
{
	if (!schema_name_is_valid(wish->schema_name))
		FAIL(ERR_INVALID, "SchemaName needs a prefix of 2 to 8 letters and digits, then letters, digits and '_'");
	*c = (struct column){ .id = wish->id, .type = wish->type, .schema_name = wish->schema_name,
		.display_name = wish->display_name.len ? wish->display_name : wish->schema_name,
		.logical_name = str_lower(arena, wish->schema_name) };
	TRY_NEW(c->logical_name.at);
	c->flags = COLUMN_CREATABLE | COLUMN_UPDATABLE | COLUMN_CUSTOM | (wish->primary_name ? COLUMN_PRIMARY_NAME : 0) |
		(wish->required ? COLUMN_REQUIRED : 0) | (wish->secured ? COLUMN_SECURED : 0);
	if (wish->secured && !column_is_securable(c))
		FAIL(ERR_INVALID, "a column of this kind cannot be secured");
	c->navigation = c->type == TYPE_LOOKUP ? wish->schema_name : S("");
	TRY(length_settle(wish, c));
	return range_settle(wish, c);
}

static err column_store(struct store *store, uint16_t ordinal, const struct column *c, str target, str options, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_COLUMN_INSERT, &s));
	TRY(bind_i64(&s, 1, ordinal));
	TRY(bind_uuid(&s, 2, &c->id));
	TRY(bind_text(&s, 3, c->logical_name));
	TRY(bind_text(&s, 4, c->schema_name));
	TRY(bind_text(&s, 5, c->display_name));
	TRY(bind_i64(&s, 6, c->type));
	TRY(bind_i64(&s, 7, c->flags));
	TRY(bind_i64(&s, 8, c->length_max));
	TRY(bind_i64(&s, 9, c->precision));
	TRY(bind_i64(&s, 10, c->min));
	TRY(bind_i64(&s, 11, c->max));
	TRY(bind_text(&s, 12, c->navigation));
	TRY(bind_text(&s, 13, target));
	TRY(bind_text(&s, 14, options));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "the new column got no number");
	*out = column_i64(&s, 0);
	return OK;
}

static err ordinal_take(struct store *store, uint16_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_ORDINAL_TAKE, &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_CORRUPT, "the state row of the definitions is missing");
	if (column_i64(&s, 0) >= TABLES_MAX)
		FAIL(ERR_LIMIT, "no more tables can be defined");
	*out = (uint16_t)column_i64(&s, 0);
	return OK;
}

static err table_store(struct store *store, const struct table *t)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_TABLE_INSERT, &s));
	TRY(bind_i64(&s, 1, t->ordinal));
	TRY(bind_uuid(&s, 2, &t->id));
	TRY(bind_text(&s, 3, t->logical_name));
	TRY(bind_text(&s, 4, t->schema_name));
	TRY(bind_text(&s, 5, t->entity_set));
	TRY(bind_text(&s, 6, t->display_name));
	TRY(bind_text(&s, 7, t->display_collection_name));
	TRY(bind_text(&s, 8, t->description));
	TRY(bind_i64(&s, 9, t->ownership));
	TRY(bind_i64(&s, 10, t->class));
	TRY(bind_i64(&s, 11, t->access_teams));
	return statement_run(&s);
}

static err table_settle(const struct metadata *m, const struct table_wish *wish, struct arena *arena, struct table *t)
{
	if (!schema_name_is_valid(wish->schema_name))
		FAIL(ERR_INVALID, "SchemaName needs a prefix of 2 to 8 letters and digits, then letters, digits and '_'");
	*t = (struct table){ .id = wish->id, .ownership = wish->ownership, .class = wish->class, .access_teams = wish->access_teams,
		.schema_name = wish->schema_name, .display_name = wish->display_name.len ? wish->display_name : wish->schema_name,
		.display_collection_name = wish->display_collection_name, .description = wish->description,
		.logical_name = str_lower(arena, wish->schema_name) };
	TRY_NEW(t->logical_name.at);
	t->entity_set = wish->entity_set.len ? wish->entity_set : plural_of(arena, t->logical_name);
	TRY_NEW(t->entity_set.at);
	if (!t->display_collection_name.len)
		t->display_collection_name = t->entity_set;
	if (!entity_set_is_valid(t->entity_set))
		FAIL(ERR_INVALID, "EntitySetName must be letters, digits and '_'");
	if (metadata_table(m, t->logical_name) || metadata_table_by_set(m, t->entity_set))
		FAIL(ERR_CONFLICT, "a table of that name exists");
	return OK;
}

err define_table(struct store *store, const struct metadata *m, const struct table_wish *wish, struct arena *arena,
		 uint16_t *out_ordinal)
{
	struct table t;
	struct column name;
	int64_t number;
	TRY(table_settle(m, wish, arena, &t));
	TRY(column_settle(&wish->primary_name, arena, &name));
	if (name.type != TYPE_STRING)
		FAIL(ERR_INVALID, "the primary name must be a string");
	if (str_equal(name.logical_name, str_format(arena, "%.*sid", STR_ARG(t.logical_name))))
		FAIL(ERR_CONFLICT, "the primary name has the name of the primary id");
	TRY(ordinal_take(store, &t.ordinal));
	TRY(table_store(store, &t));
	TRY(column_store(store, t.ordinal, &name, S(""), S(""), &number));
	TRY(physical_table_create(store, &t, number, arena));
	TRY(version_bump(store));
	*out_ordinal = t.ordinal;
	return OK;
}

err define_column(struct store *store, const struct table *t, const struct column_wish *wish, struct arena *arena)
{
	struct column c;
	int64_t number;
	if (t->builtin)
		FAIL(ERR_INVALID, "this table takes no further columns");
	if (t->column_count >= COLUMNS_MAX)
		FAIL(ERR_LIMIT, "the table has as many columns as it may");
	TRY(column_settle(wish, arena, &c));
	if (table_column_by_wire_name(t, c.logical_name) || (c.navigation.len && table_column_by_navigation(t, c.navigation)))
		FAIL(ERR_CONFLICT, "a column of that name exists");
	TRY(column_store(store, t->ordinal, &c, wish->target, wish->options, &number));
	TRY(physical_column_add(store, t, &c, number, arena));
	return version_bump(store);
}

err define_relationship(struct store *store, const struct table *referenced, const struct table *referencing,
			const struct relationship_wish *wish, struct arena *arena)
{
	struct column_wish lookup = wish->lookup;
	lookup.type = TYPE_LOOKUP;
	lookup.target = referenced->logical_name;
	if (!schema_name_is_valid(wish->schema_name))
		FAIL(ERR_INVALID, "SchemaName needs a prefix of 2 to 8 letters and digits, then letters, digits and '_'");
	TRY(schema_name_is_free(store, wish->schema_name));
	TRY(define_column(store, referencing, &lookup, arena));
	str column = str_lower(arena, lookup.schema_name);
	TRY_NEW(column.at);
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_RELATIONSHIP_INSERT, &s));
	TRY(bind_uuid(&s, 1, &wish->id));
	TRY(bind_text(&s, 2, wish->schema_name));
	TRY(bind_i64(&s, 3, referenced->ordinal));
	TRY(bind_i64(&s, 4, referencing->ordinal));
	TRY(bind_text(&s, 5, column));
	TRY(bind_text(&s, 6, wish->cascade));
	return statement_run(&s);
}

err define_relationship_cascade(struct store *store, const struct uuid *id, str cascade)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_RELATIONSHIP_CASCADE, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(bind_text(&s, 2, cascade));
	TRY(statement_run(&s));
	return version_bump(store);
}
