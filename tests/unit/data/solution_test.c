/* Solutions as documents: what is one, that its text is always the same, what an import of it would do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "data/solution.h"

#define ID(n_) "1111111" #n_ "-1111-4111-8111-111111111111"
#define HEAD "\"format\":\"bailiwick-solution\",\"formatVersion\":1,\"name\":\"new_A\",\"version\":\"1.0\",\"publisher\":\"\""
#define DOC(components_) "{" HEAD ",\"components\":[" components_ "]}"
#define PROFILE_NAMED(n_, name_) "{\"kind\":\"fieldsecurityprofile\",\"id\":\"" ID(n_) "\",\"name\":\"" name_ "\"}"
#define PROFILE PROFILE_NAMED(1, "Readers")
#define ROLE(privileges_) "{\"kind\":\"role\",\"id\":\"" ID(2) "\",\"name\":\"Worker\",\"isinherited\":1,\"privileges\":{" privileges_ "}}"
#define PERMISSION(profile_) "{\"kind\":\"fieldpermission\",\"id\":\"" ID(3) "\",\"fieldsecurityprofileid\":\"" profile_ "\",\"entityname\":\"new_a\"," \
	"\"attributelogicalname\":\"new_b\",\"canread\":4,\"cancreate\":0,\"canupdate\":0,\"canreadunmasked\":0}"
#define COLUMN(members_) "{\"kind\":\"column\",\"id\":\"" ID(4) "\",\"Table\":\"new_a\",\"SchemaName\":\"new_B\",\"RequiredLevel\":\"None\"," \
	"\"IsSecured\":false,\"IsPrimaryName\":false," members_ "}"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct {
	const char *text;
	bool good;
} rows[] = {
	{ DOC(""), true },
	{ DOC(PROFILE "," ROLE("") "," PERMISSION(ID(1))), true },
	{ DOC(COLUMN("\"AttributeType\":\"Money\",\"Precision\":2,\"MinValue\":\"-12.50\",\"MaxValue\":\"0.00\"")), true },
	{ DOC(COLUMN("\"AttributeType\":\"Picklist\",\"Options\":[[1,\"One\"],[2,\"Two\"]]")), true },
	{ "", false }, { "[]", false }, { "{}", false }, { "{" HEAD "}", false }, { "{" HEAD ",\"components\":{}}", false },
	{ "{" HEAD ",\"components\":[],\"more\":1}", false },
	{ "{\"format\":\"bailiwick-solution\",\"formatVersion\":2,\"name\":\"a\",\"version\":\"1\",\"publisher\":\"\",\"components\":[]}", false },
	{ "{\"format\":\"bailiwick-solution\",\"formatVersion\":1,\"name\":\"a b\",\"version\":\"1\",\"publisher\":\"\",\"components\":[]}", false },
	{ "{\"format\":\"bailiwick-solution\",\"formatVersion\":1,\"name\":\"a\",\"version\":\"1.\",\"publisher\":\"\",\"components\":[]}", false },
	{ "{\"format\":\"bailiwick-solution\",\"formatVersion\":1,\"name\":\"a\",\"version\":\"1.2.3.4.5\",\"publisher\":\"\",\"components\":[]}", false },
	{ DOC("1"), false }, { DOC("{}"), false }, { DOC("{\"kind\":\"systemuser\",\"id\":\"" ID(1) "\"}"), false },
	{ DOC("{\"kind\":\"role\",\"id\":\"00000000-0000-0000-0000-000000000000\",\"name\":\"a\",\"isinherited\":1,\"privileges\":{}}"), false },
	{ DOC(PROFILE "," PROFILE), false },
	{ DOC(PROFILE_NAMED(1, "")), false },
	{ DOC(PROFILE_NAMED(1, "a\\nb")), false },
	{ DOC("{\"kind\":\"fieldsecurityprofile\",\"id\":\"" ID(1) "\"}"), false },
	{ DOC("{\"kind\":\"fieldsecurityprofile\",\"id\":\"" ID(1) "\",\"name\":1}"), false },
	{ DOC("{\"kind\":\"fieldsecurityprofile\",\"id\":\"" ID(1) "\",\"name\":\"a\",\"surprise\":1}"), false },
	{ DOC(ROLE("\"prvReadnew_a\":1")), false },
	{ DOC(PERMISSION("x")), false },
	{ DOC(COLUMN("\"AttributeType\":\"Money\",\"MinValue\":\"1e3\"")), false },
	{ DOC(COLUMN("\"AttributeType\":\"Money\",\"MinValue\":\"01\"")), false },
	{ DOC(COLUMN("\"AttributeType\":\"Money\",\"MinValue\":\"1,\\\"x\\\":1\"")), false },
	{ DOC(COLUMN("\"AttributeType\":\"Money\",\"MinValue\":\"-\"")), false },
	{ DOC(COLUMN("\"AttributeType\":\"Picklist\",\"Options\":[[\"One\",1]]")), false },
};

static void only_documents_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct problem problem = { 0 };
		struct solution s;
		err e = solution_parse(bytes_of_str(str_of(rows[i].text)), arena, &problem, &s);
		if (failed(e) == rows[i].good)
			fail_msg("row %zu: %s", i, rows[i].text);
		if (failed(e))
			assert_int_equal(problem.status, 400);
	}
}

static struct solution parsed(const char *text)
{
	struct problem problem = { 0 };
	struct solution s;
	if (failed(solution_parse(bytes_of_str(str_of(text)), arena, &problem, &s)))
		fail_msg("%s: %.*s", text, STR_ARG(problem.message));
	return s;
}

static void the_order_of_a_document_is_its_own(void **state)
{
	(void)state;
	struct solution one = parsed(DOC(PROFILE_NAMED(5, "B") "," PROFILE_NAMED(6, "A") "," ROLE(""))),
			two = parsed(DOC(ROLE("") "," PROFILE_NAMED(6, "A") "," PROFILE_NAMED(5, "B")));
	struct buffer a, b;
	buffer_init(&a, 1 << 20);
	buffer_init(&b, 1 << 20);
	solution_write(&one, &a);
	solution_write(&two, &b);
	assert_true(!a.failed && str_equal(buffer_str(&a), buffer_str(&b)));
	struct problem problem = { 0 };
	struct solution again;
	assert_false(failed(solution_parse(buffer_bytes(&a), arena, &problem, &again)));
	buffer_clear(&b);
	solution_write(&again, &b);
	assert_true(str_equal(buffer_str(&a), buffer_str(&b)));
	buffer_release(&a);
	buffer_release(&b);
}

static struct solution_plan planned(const char *there, const char *here)
{
	static struct solution t, h;
	struct solution_plan plan;
	t = parsed(there);
	h = parsed(here);
	assert_false(failed(solution_compare(&t, &h, arena, &plan)));
	return plan;
}

static void what_is_here_is_found_by_id_then_by_name(void **state)
{
	(void)state;
	struct solution_plan p = planned(DOC(PROFILE), DOC(""));
	assert_int_equal(p.added, 1);
	assert_int_equal(p.kept_count, 0);
	p = planned(DOC(""), DOC(PROFILE));
	assert_int_equal(p.kept_count, 1);
	p = planned(DOC(PROFILE), DOC(PROFILE));
	assert_int_equal(p.kept_count, 0);
	assert_int_equal(p.added + p.altered + p.conflicts, 0);
	p = planned(DOC(PROFILE_NAMED(1, "Others")), DOC(PROFILE));
	assert_int_equal(p.altered, 1);
	p = planned(DOC(PROFILE), DOC(PROFILE_NAMED(7, "readers")));
	assert_int_equal(p.altered, 1); /* the same but for its spelling */
	p = planned(DOC(PROFILE "," PERMISSION(ID(1))), DOC(PROFILE_NAMED(7, "Readers") "," PERMISSION(ID(7))));
	assert_int_equal(p.added + p.altered + p.conflicts, 0); /* what it refers to has another id here */
	p = planned(DOC(PROFILE "," PERMISSION(ID(1))), DOC(PROFILE "," PERMISSION(ID(7))));
	assert_int_equal(p.conflicts, 1);
}

static void what_cannot_change_is_a_conflict(void **state)
{
	(void)state;
	struct solution_plan p = planned(DOC(COLUMN("\"AttributeType\":\"Memo\"")), DOC(COLUMN("\"AttributeType\":\"String\",\"MaxLength\":10")));
	assert_int_equal(p.conflicts, 1);
	p = planned(DOC(COLUMN("\"AttributeType\":\"String\",\"DisplayName\":\"B\"")), DOC(COLUMN("\"AttributeType\":\"String\",\"MaxLength\":10")));
	assert_int_equal(p.conflicts, 0); /* what is not said is as it is here */
	assert_int_equal(p.altered, 1);
}

static void nothing_is_taken_from_a_role(void **state)
{
	(void)state;
	struct solution_plan p = planned(DOC(ROLE("\"a\":\"Basic\"")), DOC(ROLE("\"a\":\"Basic\",\"b\":\"Deep\"")));
	assert_int_equal(p.altered, 0);
	p = planned(DOC(ROLE("\"a\":\"Local\"")), DOC(ROLE("\"a\":\"Basic\",\"b\":\"Deep\"")));
	assert_int_equal(p.altered, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_documents_are_read), cmocka_unit_test(the_order_of_a_document_is_its_own),
		cmocka_unit_test(what_is_here_is_found_by_id_then_by_name), cmocka_unit_test(what_cannot_change_is_a_conflict),
		cmocka_unit_test(nothing_is_taken_from_a_role),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
