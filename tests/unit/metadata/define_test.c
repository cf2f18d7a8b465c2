/* Names and limits are judged before anything is written; what was defined is there after a load, physically too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../data/world.h"
#include "metadata/internal.h"

static const struct {
	const char *name;
	bool valid;
} names[] = {
	{ "new_Case", true }, { "a1_x", true }, { "abcdefgh_x", true }, { "new_Case_2", true },
	{ "n_Case", false }, { "abcdefghi_x", false }, { "1ab_x", false }, { "new_", false }, { "newCase", false },
	{ "_Case", false }, { "mscrm_x", false }, { "MSCRM_x", false }, { "new_Ca se", false }, { "new_Ca\"se", false },
	{ "new_Ca;se", false }, { "n w_Case", false }, { "", false },
	{ "new_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
};

static void schema_names_need_a_prefix_and_plain_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (schema_name_is_valid(str_of(names[i].name)) != names[i].valid)
			fail_msg("%s", names[i].name);
}

static const struct {
	const char *one, *many;
} plurals[] = { { "new_case", "new_cases" }, { "new_city", "new_cities" }, { "new_box", "new_boxes" }, { "new_bus", "new_buses" },
		{ "new_church", "new_churches" }, { "new_dish", "new_dishes" }, { "new_quiz", "new_quizes" } };

static void entity_sets_are_plurals(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(plurals); i++)
		assert_true(str_equal(plural_of(arena, str_of(plurals[i].one)), str_of(plurals[i].many)));
	arena_free(arena);
}

static void built_in_tables_are_found_by_every_name(void **state)
{
	struct world *w = *state;
	const struct table *t = metadata_table(w->metadata, S("systemuser"));
	assert_non_null(t);
	assert_ptr_equal(t, metadata_table_by_set(w->metadata, S("systemusers")));
	assert_ptr_equal(t, metadata_table_by_type_code(w->metadata, 8));
	assert_ptr_equal(t, metadata_table_by_ordinal(w->metadata, t->ordinal));
	assert_true(t->builtin && t->class == CLASS_ADMIN);
	assert_true(str_equal(t->primary_id->logical_name, S("systemuserid")));
	assert_non_null(table_column_by_wire_name(t, S("_businessunitid_value")));
	assert_non_null(table_column_by_navigation(t, S("businessunitid")));
	assert_null(metadata_table(w->metadata, S("SystemUser")));
	assert_null(metadata_table_by_ordinal(w->metadata, 60000));
}

static void a_defined_table_has_its_columns_and_keeps_its_ordinal(void **state)
{
	struct world *w = *state;
	const struct table *t = w->table;
	assert_int_equal(t->ordinal, TABLE_ORDINAL_CUSTOM_FIRST);
	assert_true(str_equal(t->entity_set, S("new_cases")));
	assert_true(str_equal(t->primary_name->logical_name, S("new_name")));
	const struct column *price = table_column(t, S("new_price"));
	assert_non_null(price);
	assert_int_equal(price->type, TYPE_MONEY);
	assert_int_equal(price->precision, 2);
	assert_non_null(table_column(t, S("ownerid")));
	for (size_t i = 0; i < t->column_count; i++)
		assert_int_equal(t->columns[i].index, i);
}

static const struct {
	const char *schema_name;
	enum column_type type;
	int32_t length;
	int precision;
	enum err_kind want;
} columns[] = {
	{ "new_Extra", TYPE_STRING, 4000, -1, 0 },
	{ "new_Extra", TYPE_STRING, 4001, -1, ERR_INVALID },
	{ "new_Extra", TYPE_MEMO, 1048576, -1, 0 },
	{ "new_Extra", TYPE_DECIMAL, 0, 10, 0 },
	{ "new_Extra", TYPE_DECIMAL, 0, 11, ERR_INVALID },
	{ "NEW_NAME", TYPE_STRING, 0, -1, ERR_CONFLICT },
	{ "new_CaseId", TYPE_STRING, 0, -1, ERR_CONFLICT },
	{ "Extra", TYPE_STRING, 0, -1, ERR_INVALID },
};

static void columns_are_judged_before_they_are_written(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		struct column_wish wish = { .id = { { 50, (uint8_t)i } }, .type = columns[i].type, .precision = columns[i].precision,
			.length_max = columns[i].length, .schema_name = str_of(columns[i].schema_name), .options = S(""), .target = S("") };
		SCOPED(transaction) tx = { 0 };
		WORLD_TRY(transaction_begin(w->store, &tx));
		err e = define_column(w->store, w->table, &wish, w->arena);
		if (err_kind_of(e) != (int)columns[i].want)
			fail_msg("row %zu: %s", i, err_why(e));
		/* rolled back */
	}
}

static void ids_made_from_names_are_stable_and_differ(void **state)
{
	(void)state;
	struct uuid a = metadata_id_of(S("table"), S("team")), b = metadata_id_of(S("table"), S("team"));
	struct uuid c = metadata_id_of(S("table"), S("role")), d = metadata_id_of(S("team"), S("table"));
	assert_true(uuid_equal(&a, &b));
	assert_false(uuid_equal(&a, &c));
	assert_false(uuid_equal(&a, &d));
	assert_int_equal(a.b[6] >> 4, 8);
}

static int setup(void **state)
{
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schema_names_need_a_prefix_and_plain_letters),
		cmocka_unit_test(entity_sets_are_plurals),
		cmocka_unit_test(built_in_tables_are_found_by_every_name),
		cmocka_unit_test(a_defined_table_has_its_columns_and_keeps_its_ordinal),
		cmocka_unit_test(columns_are_judged_before_they_are_written),
		cmocka_unit_test(ids_made_from_names_are_stable_and_differ),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
