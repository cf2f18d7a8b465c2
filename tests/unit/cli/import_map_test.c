/* The map's grammar, and what a record becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "cli/import_map.h"
#include "cli/import_row.h"

enum { ARENA_BYTES = 4 << 20 };

/* Pairs as "source>target"; a constant with a leading "'"; owners as "@" and the number of their kind. */
static const struct {
	const char *text, *expected; /* null: refused */
} maps[] = {
	{ "Name=name", "Name>name" },
	{ " Organization Name = name , Code=new_code ", "Organization Name>name Code>new_code" },
	{ "a=x,\n b=y,\nc=z", "a>x b>y c>z" },
	{ "a=x\nb=y\r\n\r\n# nothing = here, is read\nc=z\n", "a>x b>y c>z" },
	{ "\"a, \"\"b\"\" = c\"=x", "a, \"b\" = c>x" },
	{ "'US'=new_country", "'US>new_country" },
	{ "''=x", "'>x" },
	{ "'it''s'=x", "'it's>x" },
	{ "a=x,a=y", "a>x a>y" },
	{ "t=owner:team", "t>@2" },
	{ "t=owner:user-id", "t>@4" },
	{ "p=parentaccountid:accounts", "p>parentaccountid/accounts" },
	{ "p=ownerid:teams", "p>ownerid/teams" },
	{ "Item #1=x", "Item #1>x" },
	{ "\xc3\xa9=x", "\xc3\xa9>x" },
	{ "", NULL },
	{ "\n# only this\n", NULL },
	{ "a", NULL },
	{ "=x", NULL },
	{ "\"\"=x", NULL },
	{ "a=", NULL },
	{ "a=x,", NULL },
	{ "a=x,,b=y", NULL },
	{ ",a=x", NULL },
	{ "a=x b", NULL },
	{ "a=x=y", NULL },
	{ "a=x;b=y", NULL },
	{ "a=x.y", NULL },
	{ "a=x,b=x", NULL },
	{ "a=x,b=X", NULL },
	{ "a=owner:team,b=owner:user", NULL },
	{ "a=owner:team,b=ownerid:teams", NULL },
	{ "a=owner:boss", NULL },
	{ "a=owner:", NULL },
	{ "a=owner", "a>owner" }, /* a column of that name; the plan says whether there is one */
	{ "a=p:", NULL },
	{ "a=p:x y", NULL },
	{ "a=p:accounts:x", NULL },
	{ "\"a=x", NULL },
	{ "'a=x", NULL },
	{ "\"a\"b=x", NULL },
	{ "a\"b=x", NULL },
	{ "a\nb=x", NULL },
	{ "\xff=x", NULL },
};

static void map_text(const struct import_map *map, struct buffer *to)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct import_pair *p = &map->pairs[i];
		buffer_append_format(to, "%s%s%.*s>", i ? " " : "", p->constant ? "'" : "", STR_ARG(p->source));
		if (p->target == IMPORT_COLUMN || p->target == IMPORT_LOOKUP)
			buffer_append_format(to, "%.*s%s%.*s", STR_ARG(p->column), p->target ? "/" : "", STR_ARG(p->entity_set));
		else
			buffer_append_format(to, "@%d", (int)p->target);
	}
}

static void maps_mean_what_they_say_or_are_refused(void **state)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct import_map *map = NEW(arena, struct import_map);
	(void)state;
	for (size_t i = 0; i < COUNT_OF(maps); i++) {
		SCOPED(buffer) got;
		size_t at = 0;
		err e = import_map_parse(str_of(maps[i].text), arena, map, &at);
		buffer_init(&got, 1 << 16);
		if (failed(e) != (maps[i].expected == NULL))
			fail_msg("\"%s\": %s", maps[i].text, err_why(e));
		if (failed(e))
			continue;
		map_text(map, &got);
		if (!str_equal(buffer_str(&got), str_of(maps[i].expected)))
			fail_msg("\"%s\" is %.*s", maps[i].text, STR_ARG(buffer_str(&got)));
	}
	arena_free(arena);
}

static void the_wrong_pair_is_pointed_at(void **state)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct import_map *map = NEW(arena, struct import_map);
	size_t at = 0;
	(void)state;
	assert_true(failed(import_map_parse(S("a=x\nb=y\nc\n"), arena, map, &at)));
	assert_int_equal(at, 8);
	assert_true(failed(import_map_parse(S("a=x\0"), arena, map, &at)));
	arena_free(arena);
}

static void bounds_hold(void **state)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct import_map *map = NEW(arena, struct import_map);
	SCOPED(buffer) text;
	size_t at = 0;
	(void)state;
	buffer_init(&text, 1 << 20);
	for (int i = 0; i < IMPORT_MAP_PAIRS_MAX; i++)
		buffer_append_format(&text, "a=c%d\n", i);
	assert_false(failed(import_map_parse(buffer_str(&text), arena, map, &at)));
	buffer_append_str(&text, S("a=more\n"));
	assert_int_equal(err_kind_of(import_map_parse(buffer_str(&text), arena, map, &at)), ERR_LIMIT);
	while (text.len <= IMPORT_MAP_BYTES_MAX)
		buffer_append_str(&text, S("# and on and on\n"));
	assert_int_equal(err_kind_of(import_map_parse(buffer_str(&text), arena, map, &at)), ERR_LIMIT);
	arena_free(arena);
}

static void without_a_map_fields_are_named_as_columns(void **state)
{
	struct import_map *map = calloc(1, sizeof *map);
	const str good[] = { S("name"), S("new_code") }, twice[] = { S("name"), S("name") }, blank[] = { S("Organization Name") };
	(void)state;
	assert_false(failed(import_map_of_columns(good, 2, map)));
	assert_int_equal(map->count, 2);
	assert_true(failed(import_map_of_columns(twice, 2, map)));
	assert_true(failed(import_map_of_columns(blank, 1, map)));
	free(map);
}

/* --- plans and rows --- */

static const char definition[] =
	"{\"LogicalName\":\"new_org\",\"EntitySetName\":\"new_orgs\",\"Attributes\":["
	"{\"LogicalName\":\"name\",\"AttributeType\":\"String\",\"IsValidForCreate\":true},"
	"{\"LogicalName\":\"count\",\"AttributeType\":\"Integer\",\"IsValidForCreate\":true},"
	"{\"LogicalName\":\"open\",\"AttributeType\":\"Boolean\",\"IsValidForCreate\":true},"
	"{\"LogicalName\":\"day\",\"AttributeType\":\"DateTime\",\"IsValidForCreate\":true},"
	"{\"LogicalName\":\"createdon\",\"AttributeType\":\"DateTime\",\"IsValidForCreate\":false},"
	"{\"LogicalName\":\"ownerid\",\"AttributeType\":\"Owner\",\"IsValidForCreate\":true},"
	"{\"LogicalName\":\"new_parentid\",\"AttributeType\":\"Lookup\",\"IsValidForCreate\":true}]}";

static const str columns[] = { S("a"), S("b"), S("twice"), S("twice") };

static const struct {
	const char *map, *a, *b, *expected; /* expected null: the map does not fit */
} rows[] = {
	{ "a=name,b=count", "x", "5", "{\"name\":\"x\",\"count\":5}" },
	{ "a=name,b=count", "5", " -5 ", "{\"name\":\"5\",\"count\":-5}" },
	{ "a=NAME", "x", "", "{\"name\":\"x\"}" },
	{ "a=count", "1.50", "", "{\"count\":1.50}" },
	{ "a=count", "1e3", "", "{\"count\":1e3}" },
	{ "a=count", "007", "", "{\"count\":\"007\"}" },
	{ "a=count", "+5", "", "{\"count\":\"+5\"}" },
	{ "a=count", "1.", "", "{\"count\":\"1.\"}" },
	{ "a=count", ".5", "", "{\"count\":\".5\"}" },
	{ "a=count", "-", "", "{\"count\":\"-\"}" },
	{ "a=count", "1e", "", "{\"count\":\"1e\"}" },
	{ "a=count", "1,2", "", "{\"count\":\"1,2\"}" },
	{ "a=count", "5}{", "", "{\"count\":\"5}{\"}" },
	{ "a=open,b=name", "Yes", "true", "{\"open\":true,\"name\":\"true\"}" },
	{ "a=open", "0", "", "{\"open\":false}" },
	{ "a=open", "perhaps", "", "{\"open\":\"perhaps\"}" },
	{ "a=day", "2026-01-01", "", "{\"day\":\"2026-01-01\"}" },
	{ "a=name,b=count", "", "", "{}" },
	{ "a=name", " x ", "", "{\"name\":\" x \"}" },
	{ "'7'=count,'x'=name,''=day", "", "", "{\"count\":7,\"name\":\"x\"}" },
	{ "a=owner:team", "Sales \"EU\"", "", "{\"@team\":\"Sales \\\"EU\\\"\"}" },
	{ "a=owner:unit", "DE", "", "{\"@unit\":\"DE\"}" },
	{ "a=owner:user", "a@b", "", "{\"@user\":\"a@b\"}" },
	{ "a=owner:team-id", "00000000-0000-4000-8000-000000000001", "",
	  "{\"ownerid@odata.bind\":\"teams(00000000-0000-4000-8000-000000000001)\"}" },
	{ "a=new_ParentId:new_orgs", " 1 ", "", "{\"new_ParentId@odata.bind\":\"new_orgs(1)\"}" },
	{ "a=new_parentid", "1", "", NULL },
	{ "a=name:new_orgs", "1", "", NULL },
	{ "a=createdon", "2026-01-01", "", NULL },
	{ "a=nothing", "1", "", NULL },
	{ "a=owner", "1", "", NULL },
	{ "c=name", "1", "", NULL },
	{ "A=name", "1", "", NULL },
	{ "twice=name", "1", "", NULL },
};

static void records_become_rows_as_the_columns_want_them(void **state)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct import_map *map = NEW(arena, struct import_map);
	struct import_plan *plan = NEW(arena, struct import_plan);
	const struct json *table;
	(void)state;
	assert_false(failed(json_parse(bytes_of_str(S(definition)), JSON_LIMITS_DEFAULT, arena, &table, NULL)));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char problem[IMPORT_PROBLEM_BYTES_MAX];
		const str fields[] = { str_of(rows[i].a), str_of(rows[i].b), S(""), S("") };
		SCOPED(buffer) got;
		size_t at = 0;
		buffer_init(&got, 1 << 16);
		assert_false(failed(import_map_parse(str_of(rows[i].map), arena, map, &at)));
		err e = import_plan_make(map, columns, COUNT_OF(columns), table, arena, plan, problem);
		if (failed(e) != (rows[i].expected == NULL) || (failed(e) && !problem[0]))
			fail_msg("%s: %s %s", rows[i].map, err_why(e), problem);
		if (failed(e))
			continue;
		struct json_writer w = json_writer_to(&got);
		import_row_write(plan, fields, &w);
		if (!str_equal(buffer_str(&got), str_of(rows[i].expected)))
			fail_msg("%s of \"%s\": %.*s", rows[i].map, rows[i].a, STR_ARG(buffer_str(&got)));
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_mean_what_they_say_or_are_refused),
		cmocka_unit_test(the_wrong_pair_is_pointed_at),
		cmocka_unit_test(bounds_hold),
		cmocka_unit_test(without_a_map_fields_are_named_as_columns),
		cmocka_unit_test(records_become_rows_as_the_columns_want_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
