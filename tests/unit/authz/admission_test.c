/* Who is admitted, who arrives, and what a new environment holds. */
#include "fixture.h"

static struct principal person(struct fixture *f, int n)
{
	return (struct principal){ .kind = PRINCIPAL_USER, .tenant = f->tenant, .oid = test_uuid(100 + n), .name = S("Anna Berg"),
				   .upn = S("anna@contoso.example") };
}

static enum authz_reason admit(struct fixture *f, const struct principal *p, struct authz_context **out)
{
	struct audit_event who = { .actor_type = AUDIT_ACTOR_USER, .actor_id = S("x") };
	enum authz_reason reason = REASON_ERROR;
	*out = NULL;
	must(authz_admit(f->authz, p, (struct instant){ 1000 }, &who, out, &reason));
	return reason;
}

static void new_environment_has_root_team_roles_and_privileges(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_businessunit WHERE parentbusinessunitid IS NULL"), 1);
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_team WHERE isdefault = 1 AND name = 'Contoso'"), 1);
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_role WHERE id = parentrootroleid AND parentroleid IS NULL"), 6);
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_privilege WHERE name LIKE 'prv%new_Case'"), 8);
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_privilege WHERE name LIKE 'prv%new_Country' AND canbebasic = 0"), 6);
	assert_int_equal(number_in(f, "SELECT canbebasic FROM sys_privilege WHERE name = 'prvReadBusinessUnit'"), 0);
	assert_int_equal(number_in(f, "SELECT canbelocal FROM sys_privilege WHERE name = 'prvReadBusinessUnit'"), 1);
	assert_int_equal(number_in(f, "SELECT count(*) FROM sys_organization"), 1);
}

static void opening_again_adds_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t before = number_in(f, "SELECT count(*) * 1000 + (SELECT count(*) FROM role) FROM privilege");
	struct authz_options a = { .store = f->store, .metadata = f->metadata, .tenant = f->tenant, .environment = f->environment,
				   .name = S("Other"), .state = ENVIRONMENT_READY };
	authz_close(f->authz);
	f->authz = NULL;
	must(authz_open(&a, &f->authz));
	assert_int_equal(number_in(f, "SELECT count(*) * 1000 + (SELECT count(*) FROM role) FROM privilege"), before);
}

static void person_arrives_once_without_roles(void **state)
{
	struct fixture *f = *state;
	struct principal p = person(f, 1);
	struct authz_context *first, *again;
	assert_int_equal(admit(f, &p, &first), REASON_NONE);
	int64_t key = first->facts.key;
	assert_int_equal(admit(f, &p, &again), REASON_NONE);
	assert_int_equal(again->facts.key, key);
	assert_int_equal(number_in(f, "SELECT count(*) FROM systemuser"), 2);
	assert_int_equal(number_in(f, "SELECT count(*) FROM audit_outbox WHERE CAST(body AS TEXT) LIKE '%create.systemuser%'"), 1);
	struct decision d = authz_check_privilege(again, f->cases, RIGHT_READ);
	assert_int_equal(d.reason, REASON_NO_ROLES);
	assert_false(again->administrator);
}

static void global_administrator_arrives_as_system_administrator(void **state)
{
	struct fixture *f = *state;
	struct principal p = person(f, 1);
	struct uuid wid;
	struct authz_context *ctx;
	must(uuid_parse(S("62e90394-69f5-4237-9190-012177145e10"), &wid));
	p.wids = &wid;
	p.wid_count = 1;
	assert_int_equal(admit(f, &p, &ctx), REASON_NONE);
	assert_true(ctx->administrator);
	struct decision d = authz_check_row(ctx, f->cases, RIGHT_DELETE, 77, 77);
	assert_true(allowed(&d));
	assert_int_equal(d.path, PATH_GLOBAL);
	assert_int_equal(d.epoch, number_in(f, "SELECT epoch FROM authz_state"));
}

static void foreign_and_unknown_are_refused(void **state)
{
	struct fixture *f = *state;
	struct principal p = person(f, 1), app = person(f, 2);
	struct authz_context *ctx;
	p.tenant = test_uuid(999);
	assert_int_equal(admit(f, &p, &ctx), REASON_TENANT);
	assert_null(ctx);
	app.kind = PRINCIPAL_APP;
	app.app_id = test_uuid(500);
	assert_int_equal(admit(f, &app, &ctx), REASON_TENANT);
	assert_int_equal(number_in(f, "SELECT count(*) FROM systemuser"), 1);
}

static void closed_environment_admits_administrators_or_nobody(void **state)
{
	struct fixture *f = *state;
	struct principal admin = person(f, 1), other = person(f, 2), late = person(f, 3);
	struct uuid wid;
	struct authz_context *ctx;
	must(uuid_parse(S("11648597-926c-4cf3-9c36-bcebb0ba8dcc"), &wid));
	admin.wids = &wid;
	admin.wid_count = 1;
	assert_int_equal(admit(f, &admin, &ctx), REASON_NONE);
	assert_int_equal(admit(f, &other, &ctx), REASON_NONE);
	authz_set_state(f->authz, ENVIRONMENT_ADMINISTRATION);
	assert_int_equal(admit(f, &admin, &ctx), REASON_NONE);
	assert_int_equal(admit(f, &other, &ctx), REASON_ENVIRONMENT);
	assert_int_equal(admit(f, &late, &ctx), REASON_ENVIRONMENT);
	authz_set_state(f->authz, ENVIRONMENT_DISABLED);
	assert_int_equal(admit(f, &admin, &ctx), REASON_ENVIRONMENT);
	struct decision d = authz_check_privilege(ctx, f->cases, RIGHT_READ);
	assert_int_equal(d.reason, REASON_ENVIRONMENT);
	must(authz_admit_operator(f->authz, &ctx));
	d = authz_check_privilege(ctx, f->cases, RIGHT_READ);
	assert_true(allowed(&d));
}

/* --- licence and environment group (1.10) --- */

static void gates_exempt_whom_they_should(void **state)
{
	enum { PERSON = 0, APP, SILENT };
	static const struct {
		const char *name;
		bool known, member, licensed, administers;
		int kind;
		enum authz_reason licence, group;
		bool administrative, bounded;
	} rows[] = {
		{ "licensed member", true, true, true, false, PERSON, REASON_NONE, REASON_NONE, false, true },
		{ "member without a licence", true, true, false, false, PERSON, REASON_NO_LICENCE, REASON_NONE, false, false },
		{ "licensed, no member", true, false, true, false, PERSON, REASON_NONE, REASON_ENVIRONMENT_GROUP, false, true },
		{ "administrator without anything", true, false, false, true, PERSON, REASON_NONE, REASON_NONE, true, false },
		{ "administrator with a licence", true, false, true, true, PERSON, REASON_NONE, REASON_NONE, false, true },
		{ "application", true, false, false, false, APP, REASON_NONE, REASON_NONE, false, false },
		{ "application that is a stub", false, false, false, false, APP, REASON_NO_LICENCE, REASON_ENVIRONMENT_GROUP, false, false },
		{ "non-interactive member", true, true, false, false, SILENT, REASON_NONE, REASON_NONE, false, false },
		{ "non-interactive, no member", true, false, false, false, SILENT, REASON_NONE, REASON_ENVIRONMENT_GROUP, false, false },
		{ "stub", false, false, false, false, PERSON, REASON_NO_LICENCE, REASON_ENVIRONMENT_GROUP, false, false },
		{ "non-interactive stub", false, false, false, false, SILENT, REASON_NO_LICENCE, REASON_ENVIRONMENT_GROUP, false, false },
	};
	struct admission a = { .group = test_uuid(1), .plan_count = 1, .plans = { test_uuid(2) } }, open = { .plan_count = 0 };
	struct uuid plans[] = { test_uuid(3), test_uuid(2) };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct person_facts p = { .known = rows[i].known, .enabled = true, .in_group = rows[i].member, .administers = rows[i].administers,
					  .plans = plans, .plan_count = rows[i].licensed ? 2 : 1 };
		struct gates g = gates_judge(&a, &p, rows[i].kind == APP, rows[i].kind == SILENT);
		if (g.licence != rows[i].licence || g.group != rows[i].group || g.administrative != rows[i].administrative ||
		    g.bounded != rows[i].bounded)
			fail_msg("%s", rows[i].name);
		g = gates_judge(&open, &p, rows[i].kind == APP, rows[i].kind == SILENT);
		assert_true(g.licence == REASON_NONE && g.group == REASON_NONE && !g.bounded && !g.administrative);
	}
}

static void bounds_are_parsed_strictly(void **state)
{
	static const struct {
		const char *text;
		int want; /* enum err_kind, 0: fine */
	} rows[] = {
		{ "{}", 0 }, { "{\"*\":\"*\"}", 0 }, { "{\"new_case\":[\"Read\",\"AppendTo\"]}", 0 }, { "{\"new_case\":[]}", 0 },
		{ "[]", ERR_INVALID }, { "{\"new_case\":[\"read\"]}", ERR_INVALID }, { "{\"new_case\":\"Read\"}", ERR_INVALID },
		{ "{\"new_case\":[1]}", ERR_INVALID }, { "{\"new_cas\":[]}", ERR_INVALID }, { "{\"*\":[\"*\"]}", ERR_INVALID },
		{ "{\"new_case\":[],\"new_case\":[]}", ERR_INVALID }, { "{", ERR_INVALID },
	};
	struct fixture *f = *state;
	const uint16_t *rights;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if ((int)err_kind_of(plan_bounds_parse(str_of(rows[i].text), f->metadata, true, f->arena, &rights)) != rows[i].want)
			fail_msg("%s", rows[i].text);
	must(plan_bounds_parse(S("{\"new_case\":[\"Read\"],\"*\":[\"Read\",\"Write\"],\"gone\":\"*\"}"), f->metadata, false, f->arena, &rights));
	assert_int_equal(rights[f->cases->ordinal], 1u << RIGHT_READ);
	assert_int_equal(rights[f->countries->ordinal], 1u << RIGHT_READ | 1u << RIGHT_WRITE);
}

/* A directory that fails: gates that need it refuse, and an environment without gates is not affected. */
static err silent_directory(void *self, const struct person_wish *wish, struct arena *arena, struct person_facts *out)
{
	(void)wish, (void)arena, (void)out;
	++*(int *)self;
	FAIL(ERR_UNAVAILABLE, "away");
}

static void without_the_directory_no_gate_is_passed(void **state)
{
	struct fixture *f = *state;
	int asked = 0;
	struct person_source source = { silent_directory, &asked };
	struct admission a = { .group = test_uuid(1) };
	struct principal p = person(f, 1);
	struct audit_event who = { .actor_type = AUDIT_ACTOR_USER, .actor_id = S("x") };
	enum authz_reason reason;
	struct authz_context *ctx = NULL;
	authz_set_people(f->authz, &source);
	assert_int_equal(admit(f, &p, &ctx), REASON_NONE);
	assert_int_equal(asked, 2); /* about the account, at arrival and after; and goes on without an answer */
	authz_set_admission(f->authz, &a);
	assert_int_equal(err_kind_of(authz_admit(f->authz, &p, (struct instant){ 1000 }, &who, &ctx, &reason)), ERR_UNAVAILABLE);
	p = person(f, 2);
	assert_int_equal(err_kind_of(authz_admit(f->authz, &p, (struct instant){ 1000 }, &who, &ctx, &reason)), ERR_UNAVAILABLE);
	assert_int_equal(asked, 4);
	assert_int_equal(number_in(f, "SELECT count(*) FROM systemuser"), 2);
	must(authz_admit_operator(f->authz, &ctx));
	struct decision d = authz_check_privilege(ctx, f->cases, RIGHT_READ);
	assert_true(allowed(&d));
}

/* What a directory says of everybody, and how often it was asked. */
struct said {
	struct person_facts facts;
	int asked;
};

static err tells(void *self, const struct person_wish *wish, struct arena *arena, struct person_facts *out)
{
	struct said *s = self;
	(void)wish, (void)arena;
	s->asked++;
	*out = s->facts;
	return OK;
}

/* Each row is what the directory says next, and what the row and a request say then. */
static void synchronization_disables_and_enables_what_it_disabled(void **state)
{
	static const struct {
		const char *name;
		bool known, enabled, in_group;
		int administrator_sets;    /* -1: nothing, else isdisabled */
		int want_disabled;
		enum authz_reason reason;
	} rows[] = {
		{ "a member", true, true, true, -1, 0, REASON_NONE },
		{ "no member any more", true, true, false, -1, 1, REASON_ENVIRONMENT_GROUP },
		{ "the same again", true, true, false, -1, 1, REASON_ENVIRONMENT_GROUP },
		{ "a member again", true, true, true, -1, 0, REASON_NONE },
		{ "the account disabled", true, false, true, -1, 1, REASON_USER_DISABLED },
		{ "disabled and no member", true, false, false, -1, 1, REASON_USER_DISABLED },
		{ "enabled", true, true, true, -1, 0, REASON_NONE },
		{ "gone", false, false, false, -1, 1, REASON_USER_DISABLED },
		{ "restored", true, true, true, -1, 0, REASON_NONE },
		{ "disabled by an administrator", true, true, true, 1, 1, REASON_USER_DISABLED },
		{ "who does not count as lost", true, true, false, -1, 1, REASON_USER_DISABLED },
		{ "and stays so", true, true, true, -1, 1, REASON_USER_DISABLED },
		{ "until enabled by one", true, true, true, 0, 0, REASON_NONE },
	};
	struct fixture *f = *state;
	struct said said = { .facts = { .known = true, .enabled = true, .in_group = true } };
	struct person_source source = { tells, &said };
	struct admission a = { .group = test_uuid(1) };
	struct principal p = person(f, 1);
	struct authz_context *ctx = NULL;
	authz_set_people(f->authz, &source);
	authz_set_admission(f->authz, &a);
	assert_int_equal(admit(f, &p, &ctx), REASON_NONE);
	int64_t key = ctx->facts.key;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		said.facts = (struct person_facts){ .known = rows[i].known, .enabled = rows[i].enabled, .in_group = rows[i].in_group };
		if (rows[i].administrator_sets >= 0) {
			number_in(f, rows[i].administrator_sets ? "UPDATE systemuser SET disabled = 1, access_lost = 0 WHERE object_id IS NOT NULL RETURNING 1"
								: "UPDATE systemuser SET disabled = 0, access_lost = 0 WHERE object_id IS NOT NULL RETURNING 1");
			must(authz_epoch_bump(f->authz));
		}
		authz_people_changed(f->authz);
		must(authz_context_of(f->authz, key, &ctx));
		if (context_refused(ctx) != rows[i].reason)
			fail_msg("%s, before: %d", rows[i].name, (int)context_refused(ctx));
		must(authz_synchronize(f->authz, (struct instant){ 2000 }));
		int asked = said.asked;
		must(authz_synchronize(f->authz, (struct instant){ 2000 }));
		assert_int_equal(said.asked, asked); /* nothing has changed */
		must(authz_context_of(f->authz, key, &ctx));
		if (context_refused(ctx) != rows[i].reason || number_in(f, "SELECT disabled FROM systemuser WHERE object_id IS NOT NULL") != rows[i].want_disabled)
			fail_msg("%s, after", rows[i].name);
	}
	assert_int_equal(number_in(f, "SELECT count(*) FROM audit_outbox WHERE CAST(body AS TEXT) LIKE '%user.access_lost%'"), 3);
	assert_int_equal(number_in(f, "SELECT count(*) FROM audit_outbox WHERE CAST(body AS TEXT) LIKE '%user.access_regained%'"), 3);
}

/* Many users in several calls; stubs and the last administrator stay. */
static void synchronization_goes_on_where_it_was_and_spares_some(void **state)
{
	struct fixture *f = *state;
	struct said said = { .facts = { .known = false } };
	struct person_source source = { tells, &said };
	struct admission a = { .group = test_uuid(1) };
	struct principal admin = person(f, 1);
	struct uuid wid;
	struct authz_context *ctx;
	must(uuid_parse(S("62e90394-69f5-4237-9190-012177145e10"), &wid));
	admin.wids = &wid;
	admin.wid_count = 1;
	assert_int_equal(admit(f, &admin, &ctx), REASON_NONE);
	{
		SCOPED(transaction) tx = { 0 };
		must(transaction_begin(f->store, &tx));
		for (int i = 0; i < 2 * SYNC_USERS_MAX; i++) {
			struct uuid object = test_uuid(5000 + i);
			struct new_user u = { .id = test_uuid(3000 + i), .object_id = &object, .unit = f->authz->root_unit, .full_name = S("u") };
			int64_t key;
			must(insert_user(f->store, &u, &key));
		}
		must(authz_epoch_bump(f->authz));
		must(transaction_commit(&tx));
	}
	authz_set_people(f->authz, &source);
	authz_set_admission(f->authz, &a);
	for (int i = 0; i < 4; i++)
		must(authz_synchronize(f->authz, (struct instant){ 2000 }));
	assert_int_equal(number_in(f, "SELECT count(*) FROM systemuser WHERE disabled"), 0); /* all stubs; the administrator is the last */
	said.facts = (struct person_facts){ .known = true, .enabled = true };
	authz_people_changed(f->authz);
	must(authz_synchronize(f->authz, (struct instant){ 2000 }));
	assert_in_range(number_in(f, "SELECT count(*) FROM systemuser WHERE disabled"), 1, SYNC_USERS_MAX);
	for (int i = 0; i < 3; i++)
		must(authz_synchronize(f->authz, (struct instant){ 2000 }));
	assert_int_equal(number_in(f, "SELECT count(*) FROM systemuser WHERE disabled"), 2 * SYNC_USERS_MAX);
	assert_int_equal(number_in(f, "SELECT disabled FROM systemuser WHERE object_id IS NOT NULL ORDER BY key LIMIT 1"), 0);
}

static void rolled_back_epoch_is_never_given_again(void **state)
{
	struct fixture *f = *state;
	int64_t before = number_in(f, "SELECT epoch FROM authz_state"), inside;
	{
		SCOPED(transaction) tx = { 0 };
		must(transaction_begin(f->store, &tx));
		must(authz_epoch_bump(f->authz));
		inside = number_in(f, "SELECT epoch FROM authz_state");
	}
	assert_int_equal(number_in(f, "SELECT epoch FROM authz_state"), before);
	must(authz_epoch_bump(f->authz));
	assert_true(number_in(f, "SELECT epoch FROM authz_state") > inside);
}

/* The shape of 4.8, read by clients. */
static void missing_privilege_is_told_in_the_words_that_clients_parse(void **state)
{
	struct fixture *f = *state;
	struct authz_context *ctx;
	struct principal p = person(f, 1);
	assert_int_equal(admit(f, &p, &ctx), REASON_NONE);
	struct decision d = { .reason = REASON_MISSING_PRIVILEGE, .right = RIGHT_READ };
	struct refusal r = authz_refusal_of(f->authz, ctx, f->cases, &d, f->arena);
	assert_int_equal(r.status, 403);
	assert_true(str_equal(r.code, S("0x80040220")));
	assert_true(str_starts_with(r.message, S("Principal user (Id=")));
	assert_true(str_find(r.message, S(", type=8, roleCount=0, privilegeCount=0, accessMode=0), is missing prvReadnew_Case "
					  "privilege (Id="), 0) != SIZE_MAX);
	assert_true(str_ends_with(r.message, S(") on OTC=10064 for entity 'new_case'.")));
}

static void cache_keeps_to_its_bound_and_answers_the_same(void **state)
{
	struct fixture *f = *state;
	struct authz_context *ctx, *self;
	int64_t first = 0;
	{
		SCOPED(transaction) tx = { 0 };
		must(transaction_begin(f->store, &tx));
		for (int i = 0; i < CONTEXTS_MAX + 300; i++) {
			struct new_user u = { .id = test_uuid(1000 + i), .unit = f->authz->root_unit, .full_name = S("u") };
			int64_t key;
			must(insert_user(f->store, &u, &key));
			first = first ? first : key;
		}
		must(authz_epoch_bump(f->authz));
		must(transaction_commit(&tx));
	}
	for (int i = 0; i < 3 * (CONTEXTS_MAX + 300); i++) {
		int64_t key = first + i * 7 % (CONTEXTS_MAX + 300);
		must(authz_context_of(f->authz, first, &self));
		must(authz_context_of(f->authz, key, &ctx));
		assert_int_equal(ctx->facts.key, key);
		assert_int_equal(self->facts.key, first); /* used again and again: it stays */
	}
}

int main(void)
{
#define T(name_) cmocka_unit_test_setup_teardown(name_, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(new_environment_has_root_team_roles_and_privileges),
		T(opening_again_adds_nothing),
		T(person_arrives_once_without_roles),
		T(global_administrator_arrives_as_system_administrator),
		T(foreign_and_unknown_are_refused),
		T(closed_environment_admits_administrators_or_nobody),
		T(gates_exempt_whom_they_should),
		T(bounds_are_parsed_strictly),
		T(without_the_directory_no_gate_is_passed),
		T(synchronization_disables_and_enables_what_it_disabled),
		T(synchronization_goes_on_where_it_was_and_spares_some),
		T(rolled_back_epoch_is_never_given_again),
		T(missing_privilege_is_told_in_the_words_that_clients_parse),
		T(cache_keeps_to_its_bound_and_answers_the_same),
	};
	return cmocka_run_group_tests_name("authz/admission", tests, NULL, NULL);
}
