/* metadata/names.c - look-ups by name, and identifiers made from names. */
#include "base/map.h"
#include "metadata/internal.h"

const struct table *metadata_table(const struct metadata *m, str logical_name)
{
	return map_get(m->by_logical_name, logical_name);
}

const struct table *metadata_table_by_set(const struct metadata *m, str entity_set)
{
	return map_get(m->by_entity_set, entity_set);
}

const struct table *metadata_table_by_ordinal(const struct metadata *m, uint16_t ordinal)
{
	return ordinal < m->by_ordinal_count ? m->by_ordinal[ordinal] : NULL;
}

const struct table *metadata_table_by_type_code(const struct metadata *m, int32_t object_type_code)
{
	for (size_t i = 0; i < m->by_ordinal_count; i++)
		if (m->by_ordinal[i] && m->by_ordinal[i]->object_type_code == object_type_code)
			return m->by_ordinal[i];
	return NULL;
}

const struct column *table_column(const struct table *t, str logical_name)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (str_equal(t->columns[i].logical_name, logical_name))
			return &t->columns[i];
	return NULL;
}

const struct column *table_column_by_wire_name(const struct table *t, str name)
{
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = &t->columns[i];
		if (str_equal(c->logical_name, name) || (c->value_name.len && str_equal(c->value_name, name)))
			return c;
	}
	return NULL;
}

static bool key_has(const struct table_key *k, const struct column *c)
{
	for (size_t i = 0; i < k->column_count; i++)
		if (k->columns[i] == c)
			return true;
	return false;
}

const struct table_key *table_key_of(const struct table *t, const struct column *const *columns, size_t count)
{
	for (size_t i = 0; i < t->key_count; i++) {
		size_t known = 0;
		while (known < count && key_has(&t->keys[i], columns[known]))
			known++;
		if (known == count && t->keys[i].column_count == count)
			return &t->keys[i];
	}
	return NULL;
}

const struct column *table_column_by_navigation(const struct table *t, str navigation)
{
	for (size_t i = 0; i < t->column_count; i++)
		if (t->columns[i].navigation.len && str_equal(t->columns[i].navigation, navigation))
			return &t->columns[i];
	return NULL;
}

struct uuid metadata_id_of(str kind, str name)
{
	struct map_seed seed = { 0x6261696c69776963ULL, siphash((struct map_seed){ 1, 2 }, bytes_of_str(kind)) };
	uint64_t half[2] = { siphash(seed, bytes_of_str(name)), 0 };
	seed.k0 ^= half[0];
	half[1] = siphash(seed, bytes_of_str(name));
	struct uuid out;
	memcpy(out.b, half, sizeof out.b);
	out.b[6] = (uint8_t)((out.b[6] & 0x0f) | 0x80);
	out.b[8] = (uint8_t)((out.b[8] & 0x3f) | 0x80);
	return out;
}

err table_finish(struct arena *arena, struct table *t, struct column *columns)
{
	for (size_t i = 0; i < t->column_count; i++) {
		struct column *c = &columns[i];
		c->index = (uint16_t)i;
		if (column_is_lookup(c) || c->value_name.len) {
			c->value_name = str_format(arena, "_%.*s_value", STR_ARG(c->logical_name));
			TRY_NEW(c->value_name.at);
		}
		if (c->flags & COLUMN_PRIMARY_ID)
			t->primary_id = c;
		if (c->flags & COLUMN_PRIMARY_NAME)
			t->primary_name = c;
	}
	t->columns = columns;
	return OK;
}
