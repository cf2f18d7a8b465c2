/* Products, seats and who has them: people, and members of groups. */
#include "fixture.h"

#include "directory/group.h"
#include "directory/group_licence.h"
#include "directory/licence.h"
#include "directory/person.h"

#define SALES "{\"skuPartNumber\":\"SALES\",\"skuId\":\"" SALES_ID "\",\"prepaidUnits\":{\"enabled\":2},\"servicePlans\":[{\"servicePlanName\":\"CRM\"," \
	"\"servicePlanId\":\"" CRM_ID "\"},{\"servicePlanName\":\"MAIL\",\"servicePlanId\":\"" MAIL_ID "\"}]}"
#define SALES_ID "aaaaaaaa-0000-4000-8000-0000000000a1"
#define EXTRA_ID "aaaaaaaa-0000-4000-8000-0000000000a2"
#define CRM_ID "bbbbbbbb-0000-4000-8000-0000000000b1"
#define MAIL_ID "bbbbbbbb-0000-4000-8000-0000000000b2"
#define ADD(sku_, more_) "{\"addLicenses\":[{\"skuId\":\"" sku_ "\"" more_ "}],\"removeLicenses\":[]}"
#define REMOVE(sku_) "{\"addLicenses\":[],\"removeLicenses\":[\"" sku_ "\"]}"
#define OFF(plan_) ",\"disabledPlans\":[\"" plan_ "\"]"

static const struct json *json_of(struct fixture *f, const char *text)
{
	const struct json *j;
	must(json_parse(bytes_of_str(str_of(text)), JSON_LIMITS_DEFAULT, f->arena, &j, NULL));
	return j;
}

static err sell(struct fixture *f, const char *text)
{
	SCOPED(transaction) tx = { 0 };
	struct sku_wish wish;
	struct uuid id;
	int64_t key;
	bool made;
	TRY(sku_parse(json_of(f, text), f->arena, &wish));
	TRY(transaction_begin(f->store, &tx));
	TRY(sku_put(f->store, &wish, fixture_now, &key, &id, &made));
	TRY(group_licence_seats_bought(f->store, key, fixture_now));
	return transaction_commit(&tx);
}

static int64_t object(struct fixture *f, int n, enum object_kind kind)
{
	struct uuid id = { { 0xcc, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, (uint8_t)kind, (uint8_t)n } };
	int64_t key;
	must(object_insert(f->store, &id, kind, &key));
	return key;
}

static int64_t user(struct fixture *f, int n, const char *location)
{
	int64_t key = object(f, n, OBJECT_USER);
	str sql = str_format(f->arena, "INSERT INTO user_account(key, user_principal_name, display_name, business_phones, other_mails, enabled, guest, created, changed, "
			     "sessions_valid_from, usage_location) VALUES(%lld, 'u%d@contoso.example', 'u', '[]', '[]', 1, 0, 0, 0, 0, %s) RETURNING 1",
			     (long long)key, n, location ? location : "NULL");
	assert_int_equal(fixture_number(f, sql), 1);
	return key;
}

static struct group group(struct fixture *f, int n)
{
	struct group g = { .id = { { 0xdd, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, (uint8_t)n } }, .display_name = S("g"), .mail_nickname = S("g"),
			   .security_enabled = true, .group_types = S("[]") };
	must(group_insert(f->store, &g, fixture_now));
	return g;
}

/* As the route does it. */
static void join(struct fixture *f, const struct group *g, int64_t person)
{
	str sql = str_format(f->arena, "INSERT INTO group_member(group_key, member_key) VALUES(%lld, %lld) RETURNING 1", (long long)g->key, (long long)person);
	assert_int_equal(fixture_number(f, sql), 1);
	must(group_licence_inherit(f->store, g->key, person, fixture_now));
}

static void leave(struct fixture *f, const struct group *g, int64_t person)
{
	(void)fixture_number(f, str_format(f->arena, "DELETE FROM group_member WHERE group_key = %lld AND member_key = %lld RETURNING 1", (long long)g->key, (long long)person));
}

static int64_t number(struct fixture *f, const char *sql, int64_t of)
{
	return fixture_number(f, str_format(f->arena, "%s%lld", sql, (long long)of));
}

#define PLANS "SELECT count(DISTINCT plan_key) FROM plan_in_effect WHERE user_key = "
#define ERROR "SELECT ifnull(max(error), -1) FROM inherited_licence WHERE user_key = "
#define TAKEN "SELECT taken FROM sku ORDER BY key LIMIT 1 OFFSET "

static void products_are_sold_strictly(void **state)
{
	static const struct {
		const char *text;
		int want; /* enum err_kind, 0: fine */
	} rows[] = {
		{ SALES, 0 }, { SALES, 0 },
		{ "{\"skuPartNumber\":\"SALES\",\"prepaidUnits\":{\"enabled\":0},\"servicePlans\":[{\"servicePlanName\":\"CRM\"}]}", 0 },
		{ "{\"skuPartNumber\":\"SALES\",\"skuId\":\"" EXTRA_ID "\",\"prepaidUnits\":{\"enabled\":2},\"servicePlans\":[{\"servicePlanName\":\"CRM\"}]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"OTHER\",\"skuId\":\"" SALES_ID "\",\"prepaidUnits\":{\"enabled\":2},\"servicePlans\":[{\"servicePlanName\":\"CRM\"}]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":-1},\"servicePlans\":[{\"servicePlanName\":\"p\"}]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":1.5},\"servicePlans\":[{\"servicePlanName\":\"p\"}]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":100000001},\"servicePlans\":[{\"servicePlanName\":\"p\"}]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"\",\"prepaidUnits\":{\"enabled\":1},\"servicePlans\":[{\"servicePlanName\":\"p\"}]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":1},\"servicePlans\":[1]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":1},\"servicePlans\":[{\"servicePlanName\":\"p\"}],\"usageLocations\":[]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":1},\"servicePlans\":[{\"servicePlanName\":\"p\"}],\"usageLocations\":[\"DEU\"]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":1},\"servicePlans\":[{\"servicePlanName\":\"p\"}],\"usageLocations\":[\"D,\"]}", ERR_INVALID },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":1},\"servicePlans\":[{\"servicePlanName\":\"p\"}],\"usageLocations\":[\"de\",\"FR\"]}", 0 },
		{ "{\"skuPartNumber\":\"X\",\"prepaidUnits\":{\"enabled\":1},\"servicePlans\":[{\"servicePlanName\":\"p\"}],\"usageLocations\":null}", 0 },
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if ((int)err_kind_of(sell(f, rows[i].text)) != rows[i].want)
			fail_msg("%s", rows[i].text);
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM sku")), 2);
	assert_int_equal(fixture_number(f, S("SELECT count(*) FROM sku_plan")), 3);
}

/* The steps of two people and two seats, one after another. */
static void seats_are_taken_once(void **state)
{
	static const struct {
		int who;
		const char *body;
		int want, taken, plans; /* plans: of who */
	} rows[] = {
		{ 0, ADD(SALES_ID, ""), 0, 1, 2 },
		{ 0, ADD(SALES_ID, ""), 0, 1, 2 },
		{ 0, ADD(SALES_ID, OFF(MAIL_ID)), 0, 1, 1 },
		{ 0, ADD(SALES_ID, OFF(SALES_ID)), ERR_INVALID, 1, 1 },
		{ 1, ADD(EXTRA_ID, ""), ERR_INVALID, 1, 0 },
		{ 1, ADD(SALES_ID, ",\"colour\":1"), ERR_INVALID, 1, 0 },
		{ 1, REMOVE(SALES_ID), ERR_INVALID, 1, 0 },
		{ 1, ADD(SALES_ID, ""), 0, 2, 2 },
		{ 2, ADD(SALES_ID, ""), ERR_INVALID, 2, 0 },
		{ 2, "{\"addLicenses\":[],\"removeLicenses\":[],\"x\":1}", ERR_INVALID, 2, 0 },
		{ 2, "{\"addLicenses\":[]}", ERR_INVALID, 2, 0 },
		{ 0, REMOVE(SALES_ID), 0, 1, 0 },
		{ 2, ADD(SALES_ID, ""), 0, 2, 2 },
	};
	struct fixture *f = *state;
	int64_t people[3] = { user(f, 1, NULL), user(f, 2, NULL), user(f, 3, NULL) };
	must(sell(f, SALES));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		SCOPED(transaction) tx = { 0 };
		must(transaction_begin(f->store, &tx));
		err e = licence_assign(f->store, people[rows[i].who], json_of(f, rows[i].body), fixture_now);
		if (!failed(e))
			must(transaction_commit(&tx));
		else
			transaction_release(&tx);
		if ((int)err_kind_of(e) != rows[i].want || number(f, TAKEN, 0) != rows[i].taken || number(f, PLANS, people[rows[i].who]) != rows[i].plans)
			fail_msg("row %zu: %s", i, rows[i].body);
	}
	must(object_delete(f->store, people[1]));
	assert_int_equal(number(f, TAKEN, 0), 1);
	assert_int_equal(err_kind_of(sell(f, "{\"skuPartNumber\":\"SALES\",\"prepaidUnits\":{\"enabled\":0},\"servicePlans\":[{\"servicePlanName\":\"CRM\"}]}")), ERR_INVALID);
}

static void members_inherit_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t a = user(f, 1, "'de'"), b = user(f, 2, "'US'"), c = user(f, 3, NULL);
	struct group g = group(f, 1), other = group(f, 2);
	must(sell(f, SALES));
	join(f, &g, a);
	join(f, &g, b);
	must(group_licence_assign(f->store, g.key, json_of(f, ADD(SALES_ID, OFF(MAIL_ID))), fixture_now));
	assert_int_equal(number(f, TAKEN, 0), 2);
	assert_int_equal(number(f, PLANS, a), 1);
	join(f, &g, c);
	assert_int_equal(number(f, ERROR, c), 1); /* no seat */
	assert_int_equal(number(f, TAKEN, 0), 2);
	must(licence_assign(f->store, a, json_of(f, ADD(SALES_ID, "")), fixture_now)); /* theirs already: another way, no other seat */
	assert_int_equal(number(f, TAKEN, 0), 2);
	assert_int_equal(number(f, PLANS, a), 2); /* one way leaves it on */
	leave(f, &g, a);
	assert_int_equal(number(f, TAKEN, 0), 2);
	must(licence_assign(f->store, a, json_of(f, REMOVE(SALES_ID)), fixture_now));
	assert_int_equal(number(f, TAKEN, 0), 1);
	assert_int_equal(number(f, PLANS, a), 0);
	must(group_licence_reprocess(f->store, c, fixture_now));
	assert_int_equal(number(f, ERROR, c), 0);
	must(sell(f, "{\"skuPartNumber\":\"EXTRA\",\"skuId\":\"" EXTRA_ID "\",\"prepaidUnits\":{\"enabled\":9},\"servicePlans\":[{\"servicePlanName\":\"MAPS\"}],"
		     "\"usageLocations\":[\"DE\"]}"));
	must(group_licence_assign(f->store, g.key, json_of(f, ADD(EXTRA_ID, "")), fixture_now));
	assert_int_equal(number(f, ERROR, b), 2); /* not in the US, and so neither the other product */
	assert_int_equal(number(f, ERROR, c), 2); /* nor where no location is known */
	assert_int_equal(number(f, TAKEN, 0), 0);
	join(f, &g, a);
	assert_int_equal(number(f, ERROR, a), 0);
	assert_int_equal(number(f, PLANS, a), 2);
	must(group_licence_assign(f->store, g.key, json_of(f, REMOVE(EXTRA_ID)), fixture_now));
	assert_int_equal(number(f, TAKEN, 0), 2); /* of three, in the order of their keys */
	assert_int_equal(number(f, ERROR, c), 1);
	join(f, &other, b);
	must(group_licence_assign(f->store, other.key, json_of(f, ADD(SALES_ID, "")), fixture_now));
	assert_int_equal(number(f, TAKEN, 0), 2);
	must(sell(f, "{\"skuPartNumber\":\"SALES\",\"prepaidUnits\":{\"enabled\":3},\"servicePlans\":[{\"servicePlanName\":\"CRM\"}]}"));
	assert_int_equal(number(f, ERROR, c), 0); /* who waited has the seat that was bought */
	assert_int_equal(number(f, TAKEN, 0), 3);
	must(object_delete(f->store, c));
	assert_int_equal(number(f, TAKEN, 0), 2);
	must(group_licence_assign(f->store, g.key, json_of(f, REMOVE(SALES_ID)), fixture_now));
	must(group_licence_assign(f->store, other.key, json_of(f, REMOVE(SALES_ID)), fixture_now));
	assert_int_equal(fixture_number(f, S("SELECT count(*) + (SELECT sum(taken) FROM sku) FROM seat")), 0);
}

/* What environments are told moves with each of these changes. */
static void every_change_is_noticed(void **state)
{
	struct fixture *f = *state;
	int64_t a = user(f, 1, NULL), before, after;
	struct group g = group(f, 1);
	must(sell(f, SALES));
	join(f, &g, a);
	static const char *const bodies[] = { ADD(SALES_ID, ""), ADD(SALES_ID, OFF(CRM_ID)), REMOVE(SALES_ID) };
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		must(person_epoch(f->directory, &before));
		must(group_licence_assign(f->store, g.key, json_of(f, bodies[i]), fixture_now));
		must(person_epoch(f->directory, &after));
		assert_true(after > before);
	}
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(products_are_sold_strictly),
		T(seats_are_taken_once),
		T(members_inherit_all_or_nothing),
		T(every_change_is_noticed),
	};
	return cmocka_run_group_tests_name("directory/licence", tests, NULL, NULL);
}
