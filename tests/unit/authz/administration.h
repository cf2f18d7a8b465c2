/* Short ways to say what an administrator does: each call is one transaction of the real administration. Rows are named by small
 * numbers (test_uuid); `as` null is the operator. */
#ifndef TESTS_AUTHZ_ADMINISTRATION_H
#define TESTS_AUTHZ_ADMINISTRATION_H

#include "fixture.h"

static inline struct admin_call call_of(struct fixture *f, struct authz_context *caller)
{
	return (struct admin_call){ .authz = f->authz, .caller = caller, .now = { 5000 }, .arena = f->arena,
				    .audit = { .actor_type = AUDIT_ACTOR_USER, .actor_id = S("tester") } };
}

static inline struct authz_context *context_by_id(struct fixture *f, const struct uuid *id)
{
	struct principal_place place;
	struct authz_context *ctx = NULL;
	must(authz_principal_by_id(f->authz, id, &place));
	must(authz_context_of(f->authz, place.key, &ctx));
	return ctx;
}

static inline struct authz_context *operator_of(struct fixture *f)
{
	struct authz_context *ctx = NULL;
	must(authz_admit_operator(f->authz, &ctx));
	return ctx;
}

static inline struct admin_value text(const struct table *t, const char *column, const char *value)
{
	return (struct admin_value){ table_column(t, str_of(column)), ADMIN_TEXT, .text = str_of(value) };
}
static inline struct admin_value number(const struct table *t, const char *column, int64_t value)
{
	return (struct admin_value){ table_column(t, str_of(column)), ADMIN_I64, .i64 = value };
}
static inline struct admin_value lookup(const struct table *t, const char *column, struct uuid value)
{
	return (struct admin_value){ table_column(t, str_of(column)), ADMIN_UUID, .uuid = value };
}

/* Runs as the operator unless `as` is given; commits when it succeeds. */
static inline struct refusal done(struct fixture *f, struct transaction *tx, struct admin_call *call, err e)
{
	(void)f;
	if (!failed(e)) {
		must(transaction_commit(tx));
		assert_int_equal(call->refusal.status, 0);
	} else if (call->refusal.status == 0) {
		must(e);
	}
	transaction_release(tx);
	return call->refusal;
}

#define ADMIN(f_, as_, expression_)                                             \
	__extension__({                                                         \
		struct transaction tx_ = { 0 };                                 \
		must(transaction_begin((f_)->store, &tx_));                     \
		const struct uuid *as_id_ = (as_);                              \
		struct admin_call call_ = call_of((f_), as_id_ ? context_by_id((f_), as_id_) : operator_of(f_)); \
		struct admin_call *call = &call_;                               \
		done((f_), &tx_, call, (expression_));                          \
	})

static inline struct uuid root_id(struct fixture *f)
{
	SCOPED(statement) s = { 0 };
	bool row;
	must(statement_open_text(f->store, S("SELECT id FROM unit WHERE parent IS NULL"), &s));
	must(statement_step(&s, &row));
	return column_uuid(&s, 0);
}

static inline struct refusal make_unit(struct fixture *f, const struct uuid *as, int n, struct uuid parent)
{
	struct uuid out;
	char name[16];
	snprintf(name, sizeof name, "Unit %d", n);
	struct admin_value v[] = { lookup(f->units, "businessunitid", test_uuid(n)), text(f->units, "name", name),
				   lookup(f->units, "parentbusinessunitid", parent) };
	return ADMIN(f, as, authz_admin_create(call, f->units, v, COUNT_OF(v), &out));
}

static inline struct refusal make_user(struct fixture *f, const struct uuid *as, int n, struct uuid unit)
{
	struct uuid out;
	struct admin_value v[] = { lookup(f->users, "systemuserid", test_uuid(n)), text(f->users, "domainname", "u@x.example"),
				   lookup(f->users, "azureactivedirectoryobjectid", test_uuid(n + 5000)),
				   lookup(f->users, "businessunitid", unit), text(f->users, "firstname", "U"),
				   text(f->users, "lastname", "Ser") };
	return ADMIN(f, as, authz_admin_create(call, f->users, v, COUNT_OF(v), &out));
}

static inline struct refusal make_team(struct fixture *f, const struct uuid *as, int n, struct uuid unit, int64_t type)
{
	struct uuid out;
	struct admin_value v[] = { lookup(f->teams, "teamid", test_uuid(n)), text(f->teams, "name", "Team"),
				   lookup(f->teams, "businessunitid", unit), number(f->teams, "teamtype", type) };
	return ADMIN(f, as, authz_admin_create(call, f->teams, v, COUNT_OF(v), &out));
}

static inline struct refusal make_role(struct fixture *f, const struct uuid *as, int n, struct uuid unit)
{
	struct uuid out;
	char name[16];
	snprintf(name, sizeof name, "Role %d", n);
	struct admin_value v[] = { lookup(f->roles, "roleid", test_uuid(n)), text(f->roles, "name", name),
				   lookup(f->roles, "businessunitid", unit) };
	return ADMIN(f, as, authz_admin_create(call, f->roles, v, COUNT_OF(v), &out));
}

static inline struct uuid privilege_id(struct fixture *f, const char *name)
{
	SCOPED(statement) s = { 0 };
	bool row;
	must(statement_open_text(f->store, S("SELECT id FROM privilege WHERE name = ?1"), &s));
	must(bind_text(&s, 1, str_of(name)));
	must(statement_step(&s, &row));
	assert_true(row);
	return column_uuid(&s, 0);
}

static inline struct refusal grant(struct fixture *f, const struct uuid *as, int role, const char *name, enum depth depth)
{
	struct role_privilege p = { .id = privilege_id(f, name), .depth = depth };
	struct uuid id = test_uuid(role);
	return ADMIN(f, as, authz_admin_add_privileges(call, &id, &p, 1));
}

static inline struct uuid instance_in(struct fixture *f, struct uuid role, struct uuid unit)
{
	SCOPED(statement) s = { 0 };
	bool row;
	must(statement_open_text(f->store, S("SELECT id FROM sys_role WHERE parentrootroleid = ?1 AND businessunitid = ?2"), &s));
	must(bind_uuid(&s, 1, &role));
	must(bind_uuid(&s, 2, &unit));
	must(statement_step(&s, &row));
	return row ? column_uuid(&s, 0) : (struct uuid){ { 0 } };
}

static inline struct uuid builtin_role(struct fixture *f, const char *name)
{
	SCOPED(statement) s = { 0 };
	bool row;
	must(statement_open_text(f->store, S("SELECT id FROM role WHERE name = ?1"), &s));
	must(bind_text(&s, 1, str_of(name)));
	must(statement_step(&s, &row));
	assert_true(row);
	return column_uuid(&s, 0);
}

static inline struct refusal give(struct fixture *f, const struct uuid *as, const struct table *t, int principal, struct uuid instance)
{
	struct uuid id = test_uuid(principal);
	str nav = t == f->users ? S("systemuserroles_association") : S("teamroles_association");
	return ADMIN(f, as, authz_admin_associate(call, t, &id, nav, &instance));
}

static inline struct refusal take(struct fixture *f, const struct uuid *as, const struct table *t, int principal, struct uuid instance)
{
	struct uuid id = test_uuid(principal);
	str nav = t == f->users ? S("systemuserroles_association") : S("teamroles_association");
	return ADMIN(f, as, authz_admin_disassociate(call, t, &id, nav, &instance));
}

static inline struct refusal set(struct fixture *f, const struct uuid *as, const struct table *t, int n, struct admin_value v)
{
	struct uuid id = test_uuid(n);
	return ADMIN(f, as, authz_admin_update(call, t, &id, &v, 1));
}

static inline struct refusal drop(struct fixture *f, const struct table *t, int n)
{
	struct uuid id = test_uuid(n);
	return ADMIN(f, NULL, authz_admin_delete(call, t, &id));
}

static inline struct refusal join(struct fixture *f, const struct uuid *as, int team, int user)
{
	struct uuid t = test_uuid(team), u = test_uuid(user);
	return ADMIN(f, as, authz_admin_add_members(call, &t, &u, 1));
}

static inline int64_t key_of(struct fixture *f, int n)
{
	struct uuid id = test_uuid(n);
	struct principal_place place;
	int64_t unit;
	if (!failed(authz_principal_by_id(f->authz, &id, &place)))
		return place.key;
	must(authz_unit_by_id(f->authz, &id, &unit));
	return unit;
}

#endif
