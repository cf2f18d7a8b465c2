/* Administration on a real store: what each change does to the next decision, and what is refused with which code. */
#include "administration.h"

static bool may(struct fixture *f, int user, enum right right, int64_t owner, int64_t unit)
{
	struct uuid id = test_uuid(user);
	struct decision d = authz_check_row(context_by_id(f, &id), f->cases, right, owner, unit);
	return allowed(&d);
}

#define GOOD(refusal_) assert_int_equal((refusal_).status, 0)
#define REFUSED(refusal_, reason_, status_, code_)                            \
	do {                                                                  \
		struct refusal r_ = (refusal_);                               \
		assert_int_equal(r_.reason, reason_);                         \
		assert_int_equal(r_.status, status_);                         \
		assert_true(str_equal(r_.code, S(code_)));                    \
		assert_true(r_.message.len > 0);                              \
	} while (0)

/* Units 10 (under the root), 11 (under 10), 12 (under the root); users 20 in 10, 21 in 11, 22 in 12; role 30 at the root. */
static void people(struct fixture *f)
{
	struct uuid root = root_id(f);
	GOOD(make_unit(f, NULL, 10, root));
	GOOD(make_unit(f, NULL, 11, test_uuid(10)));
	GOOD(make_unit(f, NULL, 12, root));
	for (int i = 0; i < 3; i++)
		GOOD(make_user(f, NULL, 20 + i, test_uuid(10 + i)));
	GOOD(make_role(f, NULL, 30, root));
}

/* --- units --- */

static void new_unit_has_default_team_and_inherited_roles(void **state)
{
	struct fixture *f = *state;
	people(f);
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_team WHERE isdefault = 1"), 4);
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_role"), 7 * 4);
	struct uuid in_10 = instance_in(f, test_uuid(30), test_uuid(10)), again;
	assert_false(uuid_is_nil(&in_10));
	assert_int_equal(in_10.b[6] >> 4, 5); /* version 5 */
	again = instance_in(f, test_uuid(30), root_id(f));
	struct uuid role = test_uuid(30);
	assert_true(uuid_equal(&again, &role));
}

static void units_refuse_cycles_and_a_second_root(void **state)
{
	struct fixture *f = *state;
	people(f);
	REFUSED(set(f, NULL, f->units, 10, lookup(f->units, "parentbusinessunitid", test_uuid(11))), REASON_CYCLE, 400, "0x80040203");
	REFUSED(set(f, NULL, f->units, 10, lookup(f->units, "parentbusinessunitid", test_uuid(10))), REASON_CYCLE, 400, "0x80040203");
	struct admin_value nothing = { .column = table_column(f->units, S("parentbusinessunitid")) };
	REFUSED(set(f, NULL, f->units, 10, nothing), REASON_ROOT_BU, 400, "0x80040203");
	REFUSED(set(f, NULL, f->units, 10, lookup(f->units, "parentbusinessunitid", test_uuid(777))), REASON_NOT_FOUND, 404,
		"0x80040217");
	REFUSED(make_unit(f, NULL, 10, root_id(f)), REASON_DUPLICATE, 412, "0x80040237");
}

static void unit_is_deleted_only_disabled_and_empty(void **state)
{
	struct fixture *f = *state;
	people(f);
	REFUSED(drop(f, f->units, 12), REASON_BU_NOT_EMPTY, 400, "0x80040203");
	GOOD(set(f, NULL, f->users, 22, lookup(f->users, "businessunitid", test_uuid(10))));
	REFUSED(drop(f, f->units, 12), REASON_BU_NOT_EMPTY, 400, "0x80040203"); /* still enabled */
	GOOD(set(f, NULL, f->units, 12, number(f->units, "isdisabled", 1)));
	GOOD(drop(f, f->units, 12));
	assert_int_equal(number_in(f, "SELECT count(*) FROM unit"), 3);
	assert_int_equal(number_in(f, "SELECT count(*) FROM team WHERE is_default = 1"), 3);
	REFUSED(drop(f, f->units, 12), REASON_NOT_FOUND, 404, "0x80040217");
}

static void root_stays(void **state)
{
	struct fixture *f = *state;
	struct uuid root = root_id(f);
	struct admin_value off = number(f->units, "isdisabled", 1);
	REFUSED(ADMIN(f, NULL, authz_admin_delete(call, f->units, &root)), REASON_ROOT_BU, 400, "0x80040203");
	REFUSED(ADMIN(f, NULL, authz_admin_update(call, f->units, &root, &off, 1)), REASON_ROOT_BU, 400, "0x80040203");
}

static void moving_a_unit_is_effective_at_once(void **state)
{
	struct fixture *f = *state;
	people(f);
	GOOD(grant(f, NULL, 30, "prvReadnew_Case", DEPTH_DEEP));
	GOOD(give(f, NULL, f->users, 20, instance_in(f, test_uuid(30), test_uuid(10))));
	assert_true(may(f, 20, RIGHT_READ, 9999, key_of(f, 11)));
	assert_false(may(f, 20, RIGHT_READ, 9999, key_of(f, 12)));
	GOOD(set(f, NULL, f->units, 11, lookup(f->units, "parentbusinessunitid", test_uuid(12))));
	assert_false(may(f, 20, RIGHT_READ, 9999, key_of(f, 11)));
	GOOD(set(f, NULL, f->units, 12, lookup(f->units, "parentbusinessunitid", test_uuid(10))));
	assert_true(may(f, 20, RIGHT_READ, 9999, key_of(f, 11)));
	assert_true(may(f, 20, RIGHT_READ, 9999, key_of(f, 12)));
}

/* A role defined in unit 10 is seen in 10 and 11; moved to 12, unit 11 loses it, and its holders do. */
static void role_of_a_unit_stays_above_its_subtree(void **state)
{
	struct fixture *f = *state;
	people(f);
	GOOD(make_role(f, NULL, 31, test_uuid(10)));
	GOOD(grant(f, NULL, 31, "prvReadnew_Case", DEPTH_LOCAL));
	struct uuid in_11 = instance_in(f, test_uuid(31), test_uuid(11)), in_12 = instance_in(f, test_uuid(31), test_uuid(12));
	assert_false(uuid_is_nil(&in_11));
	assert_true(uuid_is_nil(&in_12));
	GOOD(give(f, NULL, f->users, 21, in_11));
	assert_true(may(f, 21, RIGHT_READ, 9999, key_of(f, 11)));
	GOOD(set(f, NULL, f->units, 11, lookup(f->units, "parentbusinessunitid", test_uuid(12))));
	assert_false(may(f, 21, RIGHT_READ, 9999, key_of(f, 11)));
	in_11 = instance_in(f, test_uuid(31), test_uuid(11));
	assert_true(uuid_is_nil(&in_11));
	GOOD(set(f, NULL, f->units, 11, lookup(f->units, "parentbusinessunitid", test_uuid(10))));
	in_11 = instance_in(f, test_uuid(31), test_uuid(11));
	assert_false(uuid_is_nil(&in_11));
}

static void disabled_unit_stops_its_users(void **state)
{
	struct fixture *f = *state;
	struct uuid user = test_uuid(20);
	people(f);
	GOOD(set(f, NULL, f->units, 10, number(f->units, "isdisabled", 1)));
	assert_int_equal(context_by_id(f, &user)->gate, REASON_USER_DISABLED);
	GOOD(set(f, NULL, f->units, 10, number(f->units, "isdisabled", 0)));
	assert_int_equal(context_by_id(f, &user)->gate, REASON_NONE);
}

/* --- roles --- */

static void role_reaches_by_depth_of_its_holder(void **state)
{
	struct fixture *f = *state;
	people(f);
	GOOD(grant(f, NULL, 30, "prvReadnew_Case", DEPTH_BASIC));
	GOOD(give(f, NULL, f->users, 20, instance_in(f, test_uuid(30), test_uuid(10))));
	assert_true(may(f, 20, RIGHT_READ, key_of(f, 20), key_of(f, 12)));
	assert_false(may(f, 20, RIGHT_READ, key_of(f, 21), key_of(f, 10)));
	GOOD(grant(f, NULL, 30, "prvReadnew_Case", DEPTH_LOCAL));
	assert_true(may(f, 20, RIGHT_READ, key_of(f, 21), key_of(f, 10)));
	assert_false(may(f, 20, RIGHT_READ, key_of(f, 21), key_of(f, 11)));
	assert_false(may(f, 20, RIGHT_WRITE, key_of(f, 20), key_of(f, 10)));
	struct uuid p = privilege_id(f, "prvReadnew_Case"), role = test_uuid(30);
	GOOD(ADMIN(f, NULL, authz_admin_remove_privilege(call, &role, &p)));
	assert_false(may(f, 20, RIGHT_READ, key_of(f, 20), key_of(f, 10)));
}

static void privileges_refuse_depths_they_cannot_take(void **state)
{
	struct fixture *f = *state;
	static const struct { const char *name; enum depth depth; bool good; } rows[] = {
		{ "prvReadnew_Country", DEPTH_BASIC, false }, { "prvReadnew_Country", DEPTH_DEEP, false },
		{ "prvReadnew_Country", DEPTH_GLOBAL, true }, { "prvActOnBehalfOfAnotherUser", DEPTH_LOCAL, false },
		{ "prvActOnBehalfOfAnotherUser", DEPTH_GLOBAL, true }, { "prvReadBusinessUnit", DEPTH_BASIC, false },
		{ "prvReadBusinessUnit", DEPTH_LOCAL, true }, { "prvReadnew_Case", DEPTH_BASIC, true },
		{ "prvReadnew_Case", DEPTH_NONE, false },
	};
	people(f);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].good)
			GOOD(grant(f, NULL, 30, rows[i].name, rows[i].depth));
		else
			REFUSED(grant(f, NULL, 30, rows[i].name, rows[i].depth), REASON_INVALID_ARGUMENT, 400, "0x80040203");
	}
}

static void replacing_and_reading_privileges(void **state)
{
	struct fixture *f = *state;
	const struct role_privilege *list;
	size_t count;
	struct uuid role = test_uuid(30), admin = builtin_role(f, "System Administrator");
	people(f);
	GOOD(grant(f, NULL, 30, "prvWritenew_Case", DEPTH_DEEP));
	struct role_privilege only = { .id = privilege_id(f, "prvReadnew_Case"), .depth = DEPTH_LOCAL };
	GOOD(ADMIN(f, NULL, authz_admin_replace_privileges(call, &role, &only, 1)));
	GOOD(ADMIN(f, NULL, authz_admin_role_privileges(call, &role, &list, &count)));
	assert_int_equal(count, 1);
	assert_int_equal(list[0].depth, DEPTH_LOCAL);
	assert_true(str_equal(list[0].name, S("prvReadnew_Case")));
	GOOD(ADMIN(f, NULL, authz_admin_role_privileges(call, &admin, &list, &count)));
	assert_int_equal(count, number_in(f, "SELECT count(*) FROM privilege"));
	struct uuid unknown = test_uuid(888);
	REFUSED(ADMIN(f, NULL, authz_admin_remove_privilege(call, &role, &unknown)), REASON_NOT_FOUND, 404, "0x80040217");
}

static void built_in_and_inherited_roles_are_read_only(void **state)
{
	struct fixture *f = *state;
	people(f);
	struct uuid admin = builtin_role(f, "System Administrator"), in_10 = instance_in(f, test_uuid(30), test_uuid(10));
	struct role_privilege p = { .id = privilege_id(f, "prvReadnew_Case"), .depth = DEPTH_BASIC };
	REFUSED(ADMIN(f, NULL, authz_admin_add_privileges(call, &admin, &p, 1)), REASON_READ_ONLY, 400, "0x80040203");
	REFUSED(ADMIN(f, NULL, authz_admin_add_privileges(call, &in_10, &p, 1)), REASON_READ_ONLY, 400, "0x80040203");
	REFUSED(ADMIN(f, NULL, authz_admin_delete(call, f->roles, &admin)), REASON_READ_ONLY, 400, "0x80040203");
	REFUSED(give(f, NULL, f->users, 20, instance_in(f, builtin_role(f, "Support User"), test_uuid(10))), REASON_READ_ONLY, 400,
		"0x80040203");
}

static void role_of_another_unit_is_refused_in_classic_mode(void **state)
{
	struct fixture *f = *state;
	people(f);
	REFUSED(give(f, NULL, f->users, 20, test_uuid(30)), REASON_INVALID_ARGUMENT, 400, "0x80040203");
	GOOD(give(f, NULL, f->users, 20, instance_in(f, test_uuid(30), test_uuid(10))));
}

static void deleting_a_role_takes_it_from_everyone(void **state)
{
	struct fixture *f = *state;
	people(f);
	GOOD(grant(f, NULL, 30, "prvReadnew_Case", DEPTH_GLOBAL));
	GOOD(give(f, NULL, f->users, 20, instance_in(f, test_uuid(30), test_uuid(10))));
	assert_true(may(f, 20, RIGHT_READ, 1, 1));
	GOOD(drop(f, f->roles, 30));
	assert_false(may(f, 20, RIGHT_READ, 1, 1));
	assert_int_equal(number_in(f, "SELECT count(*) FROM roleprivilege"), 0);
}

/* --- the bound of 1.9 --- */

/* User 20 holds role 40: prvAssignRole, Read on administrative tables, and Local Read on cases. */
static void delegated(struct fixture *f)
{
	static const char *const reads[] = { "prvReadRole", "prvReadSystemUser", "prvReadTeam", "prvWriteRole" };
	people(f);
	GOOD(make_role(f, NULL, 40, root_id(f)));
	for (size_t i = 0; i < COUNT_OF(reads); i++)
		GOOD(grant(f, NULL, 40, reads[i], DEPTH_GLOBAL));
	GOOD(grant(f, NULL, 40, "prvAssignRole", DEPTH_GLOBAL));
	GOOD(grant(f, NULL, 40, "prvReadnew_Case", DEPTH_LOCAL));
	GOOD(give(f, NULL, f->users, 20, instance_in(f, test_uuid(40), test_uuid(10))));
}

static void nobody_grants_more_than_they_hold(void **state)
{
	struct fixture *f = *state;
	struct uuid me = test_uuid(20);
	delegated(f);
	/* editing */
	GOOD(grant(f, &me, 30, "prvReadnew_Case", DEPTH_LOCAL));
	REFUSED(grant(f, &me, 30, "prvReadnew_Case", DEPTH_DEEP), REASON_GRANT_EXCEEDS_CALLER, 403, "0x80048306");
	REFUSED(grant(f, &me, 30, "prvWritenew_Case", DEPTH_BASIC), REASON_GRANT_EXCEEDS_CALLER, 403, "0x80048306");
	REFUSED(grant(f, &me, 30, "prvActOnBehalfOfAnotherUser", DEPTH_GLOBAL), REASON_GRANT_EXCEEDS_CALLER, 403, "0x80048306");
	/* assigning: to oneself what one lacks, in another unit what one holds here only */
	REFUSED(give(f, &me, f->users, 20, instance_in(f, builtin_role(f, "System Administrator"), test_uuid(10))),
		REASON_GRANT_EXCEEDS_CALLER, 403, "0x80048306");
	REFUSED(give(f, &me, f->users, 22, instance_in(f, test_uuid(30), test_uuid(12))), REASON_GRANT_EXCEEDS_CALLER, 403,
		"0x80048306");
	GOOD(give(f, &me, f->users, 20, instance_in(f, test_uuid(30), test_uuid(10))));
	/* and nobody disarms someone stronger */
	GOOD(give(f, NULL, f->users, 22, instance_in(f, builtin_role(f, "System Administrator"), test_uuid(12))));
	GOOD(give(f, NULL, f->users, 21, instance_in(f, builtin_role(f, "System Administrator"), test_uuid(11))));
	REFUSED(take(f, &me, f->users, 22, instance_in(f, builtin_role(f, "System Administrator"), test_uuid(12))),
		REASON_GRANT_EXCEEDS_CALLER, 403, "0x80048306");
}

static void without_assign_role_nothing_is_assigned(void **state)
{
	struct fixture *f = *state;
	struct uuid me = test_uuid(21);
	people(f);
	struct uuid in_11 = instance_in(f, builtin_role(f, "Basic User"), test_uuid(11));
	REFUSED(give(f, &me, f->users, 21, in_11), REASON_NO_ROLES, 403, "0x80042f09");
	GOOD(give(f, NULL, f->users, 21, in_11));
	REFUSED(give(f, &me, f->users, 21, in_11), REASON_MISSING_PRIVILEGE, 403, "0x80040220");
	REFUSED(make_user(f, &me, 50, test_uuid(11)), REASON_MISSING_PRIVILEGE, 403, "0x80040220");
	REFUSED(set(f, &me, f->units, 11, text(f->units, "name", "Mine")), REASON_MISSING_PRIVILEGE, 403, "0x80040220");
}

static void last_administrator_remains(void **state)
{
	struct fixture *f = *state;
	people(f);
	struct uuid in_10 = instance_in(f, builtin_role(f, "System Administrator"), test_uuid(10));
	GOOD(give(f, NULL, f->users, 20, in_10));
	REFUSED(take(f, NULL, f->users, 20, in_10), REASON_LAST_ADMINISTRATOR, 400, "0x80040d38");
	REFUSED(set(f, NULL, f->users, 20, number(f->users, "isdisabled", 1)), REASON_LAST_ADMINISTRATOR, 400, "0x80040d38");
	REFUSED(set(f, NULL, f->users, 20, number(f->users, "accessmode", ACCESS_READ)), REASON_LAST_ADMINISTRATOR, 400, "0x80040d38");
	REFUSED(set(f, NULL, f->users, 20, lookup(f->users, "businessunitid", test_uuid(11))), REASON_LAST_ADMINISTRATOR, 400,
		"0x80040d38");
	REFUSED(set(f, NULL, f->units, 10, number(f->units, "isdisabled", 1)), REASON_LAST_ADMINISTRATOR, 400, "0x80040d38");
	GOOD(give(f, NULL, f->users, 21, instance_in(f, builtin_role(f, "System Administrator"), test_uuid(11))));
	GOOD(take(f, NULL, f->users, 20, in_10));
}

/* --- teams --- */

static void team_lends_its_role_to_members(void **state)
{
	struct fixture *f = *state;
	people(f);
	GOOD(make_team(f, NULL, 60, test_uuid(12), 0));
	GOOD(grant(f, NULL, 30, "prvReadnew_Case", DEPTH_LOCAL));
	GOOD(give(f, NULL, f->teams, 60, instance_in(f, test_uuid(30), test_uuid(12))));
	assert_false(may(f, 20, RIGHT_READ, 9999, key_of(f, 12)));
	GOOD(join(f, NULL, 60, 20));
	assert_true(may(f, 20, RIGHT_READ, 9999, key_of(f, 12))); /* measured from the team's unit */
	assert_false(may(f, 20, RIGHT_READ, 9999, key_of(f, 10)));
	assert_true(may(f, 20, RIGHT_READ, key_of(f, 20), key_of(f, 10))); /* direct user inheritance */
	GOOD(set(f, NULL, f->roles, 30, number(f->roles, "isinherited", 0)));
	assert_false(may(f, 20, RIGHT_READ, key_of(f, 20), key_of(f, 10))); /* team privileges only */
	assert_true(may(f, 20, RIGHT_READ, key_of(f, 60), key_of(f, 10)));
	struct uuid team = test_uuid(60), user = test_uuid(20);
	GOOD(ADMIN(f, NULL, authz_admin_remove_members(call, &team, &user, 1)));
	assert_false(may(f, 20, RIGHT_READ, 9999, key_of(f, 12)));
	REFUSED(ADMIN(f, NULL, authz_admin_remove_members(call, &team, &user, 1)), REASON_NOT_FOUND, 404, "0x80040217");
}

static struct uuid default_team(struct fixture *f, int unit)
{
	struct uuid id = test_uuid(unit);
	SCOPED(statement) s = { 0 };
	bool row;
	must(statement_open_text(f->store, S("SELECT id FROM sys_team WHERE isdefault = 1 AND businessunitid = ?1"), &s));
	must(bind_uuid(&s, 1, &id));
	must(statement_step(&s, &row));
	assert_true(row);
	return column_uuid(&s, 0);
}

static void default_team_is_derived(void **state)
{
	struct fixture *f = *state;
	people(f);
	struct uuid team = default_team(f, 10), user = test_uuid(22);
	struct admin_value name = text(f->teams, "name", "Other");
	REFUSED(ADMIN(f, NULL, authz_admin_add_members(call, &team, &user, 1)), REASON_DEFAULT_TEAM_MEMBERSHIP, 400, "0x8004830b");
	REFUSED(ADMIN(f, NULL, authz_admin_associate(call, f->users, &user, S("teammembership_association"), &team)),
		REASON_DEFAULT_TEAM_MEMBERSHIP, 400, "0x8004830b");
	REFUSED(ADMIN(f, NULL, authz_admin_delete(call, f->teams, &team)), REASON_DEFAULT_TEAM_FIXED, 400, "0x80048307");
	REFUSED(ADMIN(f, NULL, authz_admin_update(call, f->teams, &team, &name, 1)), REASON_DEFAULT_TEAM_FIXED, 400, "0x80048307");
	const int64_t *keys;
	size_t count;
	GOOD(ADMIN(f, NULL, authz_admin_associated(call, f->teams, &team, S("teammembership_association"), &keys, &count)));
	assert_int_equal(count, 1);
	assert_int_equal(keys[0], key_of(f, 20));
	GOOD(set(f, NULL, f->units, 10, text(f->units, "name", "Renamed")));
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_team WHERE name = 'Renamed' AND isdefault = 1"), 1);
}

static void access_team_holds_no_roles(void **state)
{
	struct fixture *f = *state;
	people(f);
	GOOD(make_team(f, NULL, 61, test_uuid(10), 1));
	REFUSED(give(f, NULL, f->teams, 61, instance_in(f, test_uuid(30), test_uuid(10))), REASON_ACCESS_TEAM_CANNOT_HOLD_ROLES, 400,
		"0x80048331");
	REFUSED(set(f, NULL, f->teams, 61, number(f->teams, "teamtype", 0)), REASON_INVALID_ARGUMENT, 400, "0x80040203");
	REFUSED(make_team(f, NULL, 62, test_uuid(10), 2), REASON_INVALID_ARGUMENT, 400, "0x80040203");
	struct uuid id = test_uuid(61);
	struct principal_place place;
	must(authz_principal_by_id(f->authz, &id, &place));
	assert_true(place.access_team);
}

static void joining_a_strong_team_is_a_grant(void **state)
{
	struct fixture *f = *state;
	struct uuid me = test_uuid(20);
	delegated(f);
	GOOD(grant(f, NULL, 40, "prvAppendTeam", DEPTH_GLOBAL));
	GOOD(grant(f, NULL, 40, "prvAppendSystemUser", DEPTH_GLOBAL));
	GOOD(make_team(f, NULL, 63, test_uuid(12), 0));
	GOOD(join(f, &me, 63, 21));
	GOOD(give(f, NULL, f->teams, 63, instance_in(f, builtin_role(f, "System Administrator"), test_uuid(12))));
	REFUSED(join(f, &me, 63, 20), REASON_GRANT_EXCEEDS_CALLER, 403, "0x80048306");
}

/* --- users --- */

static void moving_a_user_leaves_roles_and_takes_rows(void **state)
{
	struct fixture *f = *state;
	people(f);
	GOOD(grant(f, NULL, 30, "prvReadnew_Case", DEPTH_BASIC));
	GOOD(give(f, NULL, f->users, 20, instance_in(f, test_uuid(30), test_uuid(10))));
	must(store_execute(f->store, str_format(f->arena,
		"INSERT INTO t_%u (id, version, owner, unit, created_on, created_by, modified_on, modified_by) "
		"VALUES (randomblob(16), 1, %lld, %lld, 0, 1, 0, 1);", f->cases->ordinal, (long long)key_of(f, 20),
		(long long)key_of(f, 10))));
	GOOD(set(f, NULL, f->users, 20, lookup(f->users, "businessunitid", test_uuid(12))));
	assert_int_equal(number_in(f, "SELECT unit FROM t_64"), key_of(f, 12));
	assert_true(number_in(f, "SELECT version FROM t_64") > 1);
	assert_int_equal(number_in(f, "SELECT n FROM row_count WHERE owner = 0 AND unit <> 0 AND tbl = 64"), 1);
	assert_false(may(f, 20, RIGHT_READ, key_of(f, 20), key_of(f, 12)));
	assert_int_equal(number_in(f, "SELECT count(*) FROM principalrole"), 1); /* the operator's */
}

static void users_are_checked_and_never_deleted(void **state)
{
	struct fixture *f = *state;
	people(f);
	REFUSED(make_user(f, NULL, 20, test_uuid(10)), REASON_DUPLICATE, 412, "0x80040237");
	REFUSED(drop(f, f->users, 20), REASON_METHOD, 405, "0x80040227");
	REFUSED(set(f, NULL, f->users, 20, number(f->users, "accessmode", 3)), REASON_INVALID_ARGUMENT, 400, "0x80040203");
	REFUSED(set(f, NULL, f->users, 20, number(f->users, "accessmode", 6)), REASON_INVALID_ARGUMENT, 400, "0x80040203");
	GOOD(set(f, NULL, f->users, 20, text(f->users, "lastname", "Berg")));
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_systemuser WHERE fullname = 'U Berg'"), 1);
	GOOD(set(f, NULL, f->users, 20, number(f->users, "isdisabled", 1)));
	struct uuid id = test_uuid(20);
	assert_int_equal(context_by_id(f, &id)->gate, REASON_USER_DISABLED);
	struct uuid op = operator_of(f)->facts.id;
	struct admin_value off = number(f->users, "isdisabled", 1);
	REFUSED(ADMIN(f, NULL, authz_admin_update(call, f->users, &op, &off, 1)), REASON_READ_ONLY, 400, "0x80040203");
}

static void non_interactive_people_are_few(void **state)
{
	struct fixture *f = *state;
	people(f);
	for (int i = 0; i < 8; i++)
		GOOD(make_user(f, NULL, 200 + i, test_uuid(10)));
	for (int i = 0; i < 7; i++)
		GOOD(set(f, NULL, f->users, 200 + i, number(f->users, "accessmode", ACCESS_NON_INTERACTIVE)));
	REFUSED(set(f, NULL, f->users, 207, number(f->users, "accessmode", ACCESS_NON_INTERACTIVE)), REASON_INVALID_ARGUMENT, 400,
		"0x80040203");
}

/* --- everything --- */

static void every_change_moves_the_epoch_and_leaves_an_event(void **state)
{
	struct fixture *f = *state;
	int64_t epoch = number_in(f, "SELECT epoch FROM authz_state"), events = number_in(f, "SELECT count(*) FROM audit_outbox");
	people(f);
	assert_int_equal(number_in(f, "SELECT epoch FROM authz_state"), epoch + 7);
	assert_int_equal(number_in(f, "SELECT count(*) FROM audit_outbox"), events + 7);
	REFUSED(drop(f, f->users, 20), REASON_METHOD, 405, "0x80040227");
	assert_int_equal(number_in(f, "SELECT epoch FROM authz_state"), epoch + 7);
}

static void both_ends_list_the_association(void **state)
{
	struct fixture *f = *state;
	const int64_t *keys;
	size_t count;
	str related;
	people(f);
	struct uuid in_10 = instance_in(f, test_uuid(30), test_uuid(10)), user = test_uuid(20);
	assert_true(authz_admin_association(f->roles, S("systemuserroles_association"), &related));
	assert_true(str_equal(related, S("systemuser")));
	assert_false(authz_admin_association(f->units, S("systemuserroles_association"), &related));
	GOOD(ADMIN(f, NULL, authz_admin_associate(call, f->roles, &in_10, S("systemuserroles_association"), &user)));
	GOOD(ADMIN(f, NULL, authz_admin_associated(call, f->roles, &in_10, S("systemuserroles_association"), &keys, &count)));
	assert_int_equal(count, 1);
	assert_int_equal(keys[0], key_of(f, 20));
	GOOD(ADMIN(f, NULL, authz_admin_associated(call, f->users, &user, S("systemuserroles_association"), &keys, &count)));
	assert_int_equal(count, 1);
	GOOD(ADMIN(f, NULL, authz_admin_disassociate(call, f->roles, &in_10, S("systemuserroles_association"), &user)));
	REFUSED(ADMIN(f, NULL, authz_admin_disassociate(call, f->users, &user, S("systemuserroles_association"), &in_10)),
		REASON_NOT_FOUND, 404, "0x80040217");
}

static void privileges_and_settings_rows_are_not_written_here(void **state)
{
	struct fixture *f = *state;
	const struct table *privileges = metadata_table(f->metadata, S("privilege"));
	struct uuid id = privilege_id(f, "prvReadnew_Case"), out;
	struct admin_value name = text(privileges, "name", "prvNew");
	/* the System Administrator's Global covers rights that the table does not even have */
	REFUSED(ADMIN(f, NULL, authz_admin_delete(call, privileges, &id)), REASON_METHOD, 405, "0x80040227");
	REFUSED(ADMIN(f, NULL, authz_admin_create(call, privileges, &name, 1, &out)), REASON_METHOD, 405, "0x80040227");
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(new_unit_has_default_team_and_inherited_roles),
		T(units_refuse_cycles_and_a_second_root),
		T(unit_is_deleted_only_disabled_and_empty),
		T(root_stays),
		T(moving_a_unit_is_effective_at_once),
		T(role_of_a_unit_stays_above_its_subtree),
		T(disabled_unit_stops_its_users),
		T(role_reaches_by_depth_of_its_holder),
		T(privileges_refuse_depths_they_cannot_take),
		T(replacing_and_reading_privileges),
		T(built_in_and_inherited_roles_are_read_only),
		T(role_of_another_unit_is_refused_in_classic_mode),
		T(deleting_a_role_takes_it_from_everyone),
		T(nobody_grants_more_than_they_hold),
		T(without_assign_role_nothing_is_assigned),
		T(last_administrator_remains),
		T(team_lends_its_role_to_members),
		T(default_team_is_derived),
		T(access_team_holds_no_roles),
		T(joining_a_strong_team_is_a_grant),
		T(moving_a_user_leaves_roles_and_takes_rows),
		T(users_are_checked_and_never_deleted),
		T(non_interactive_people_are_few),
		T(every_change_moves_the_epoch_and_leaves_an_event),
		T(both_ends_list_the_association),
		T(privileges_and_settings_rows_are_not_written_here),
	};
	return cmocka_run_group_tests_name("authz/admin", tests, NULL, NULL);
}
