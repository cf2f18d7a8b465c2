/* Property: over generated worlds, changed through the real administration, the engine and its slow twin (tests/model) give the same
 * answer with the same reason to every question about a row, and the same rows to every question for a list, under every plan; explanations
 * name exactly the grants that alone would do; the order in which facts are read changes nothing, and one more role loses no row. */
#include "administration.h"

#include "authz/cascade.h"
#include "authz/grants.h"
#include "authz/share.h"
#include "codec/json_write.h"
#include "data/plan.h"
#include "model/authz_model.h"

enum { WORLDS = 12, ROUNDS = 14, CHANGES_PER_ROUND = 6, ROWS = 36, USERS = 8, TEAMS = 5, CASES = 0, COUNTRIES = 1, PEOPLE = 2 };
enum { UNIT_NUMBER = 100, USER_NUMBER = 200, TEAM_NUMBER = 300, ROLE_NUMBER = 400, POSITION_NUMBER = 500, EXCLUSION_NUMBER = 600, RELATION_NUMBER = 700, PLAN_NUMBER = 800, OBJECT_NUMBER = 5000, ASKED_LEAST = 1000000 };


struct generated {
	struct fixture *f;
	struct model model;
	const struct table *tables[MODEL_TABLES];
	struct uuid unit_id[MODEL_UNITS], principal_id[MODEL_PRINCIPALS];
	int64_t unit_key[MODEL_UNITS], principal_key[MODEL_PRINCIPALS];
	int number[MODEL_PRINCIPALS]; /* of test_uuid; 0: a default team */
	struct model_row rows[ROWS]; /* their keys count from 1 */
	bool matrix, move_rows, keep_roles;
	uint64_t seed;
	size_t points, lists, by_share, by_hierarchy, from_above, explained, several, unmoved, widened, by_gate;
};

static int below(struct generated *g, int n)
{
	g->seed ^= g->seed << 13, g->seed ^= g->seed >> 7, g->seed ^= g->seed << 17;
	return (int)(g->seed % (uint64_t)n);
}

#define GOOD(refusal_) do { struct refusal r_ = (refusal_); if (r_.status) fail_msg("line %d: %.*s", __LINE__, STR_ARG(r_.message)); } while (0)

/* --- making a world --- */

static void default_team_note(struct generated *g, int unit)
{
	SCOPED(statement) s = { 0 };
	bool row;
	int at = g->model.principal_count++;
	must(statement_open_text(g->f->store, S("SELECT p.key, p.id FROM team AS t JOIN principal AS p ON p.key = t.key "
						"WHERE t.is_default = 1 AND t.unit = ?1"), &s));
	must(bind_i64(&s, 1, g->unit_key[unit]));
	must(statement_step(&s, &row));
	assert_true(row);
	g->principal_key[at] = column_i64(&s, 0);
	g->principal_id[at] = column_uuid(&s, 1);
	g->model.principals[at] = (struct model_principal){ .default_team = true, .unit = unit, .manager = NOBODY, .position = NOBODY };
}

static void units_make(struct generated *g)
{
	for (int i = 0; i < MODEL_UNITS; i++) {
		int parent = i ? below(g, i) : NOBODY;
		if (i)
			GOOD(make_unit(g->f, NULL, UNIT_NUMBER + i, g->unit_id[parent]));
		g->unit_id[i] = i ? test_uuid(UNIT_NUMBER + i) : root_id(g->f);
		must(authz_unit_by_id(g->f->authz, &g->unit_id[i], &g->unit_key[i]));
		g->model.unit_parent[i] = parent;
		g->model.unit_count = i + 1;
		default_team_note(g, i);
	}
}

static void principal_note(struct generated *g, int number, bool user, int unit)
{
	int at = g->model.principal_count++;
	g->number[at] = number;
	g->principal_id[at] = test_uuid(number);
	g->principal_key[at] = key_of(g->f, number);
	g->model.principals[at] = (struct model_principal){ .user = user, .unit = unit, .manager = NOBODY, .position = NOBODY };
}

static void people_make(struct generated *g)
{
	for (int i = 0; i < USERS; i++) {
		int unit = below(g, MODEL_UNITS);
		GOOD(make_user(g->f, NULL, USER_NUMBER + i, g->unit_id[unit]));
		principal_note(g, USER_NUMBER + i, true, unit);
	}
	for (int i = 0; i < TEAMS; i++) {
		int unit = below(g, MODEL_UNITS);
		GOOD(make_team(g->f, NULL, TEAM_NUMBER + i, g->unit_id[unit], 0));
		principal_note(g, TEAM_NUMBER + i, false, unit);
	}
}

/* Depths that a privilege on the table can take; most roles leave most rights out. */
static enum depth depth_pick(struct generated *g, int table)
{
	if (below(g, 3) == 0)
		return DEPTH_NONE;
	return g->model.tables[table].owned ? (enum depth)(DEPTH_BASIC + below(g, 4)) : DEPTH_GLOBAL;
}

static bool right_exists(const struct generated *g, int table, int right)
{
	return g->model.tables[table].keeps_owner || (right != RIGHT_ASSIGN && right != RIGHT_SHARE);
}

/* The whole role anew, by ReplacePrivilegesRole. */
static void role_fill(struct generated *g, int role)
{
	struct role_privilege list[MODEL_TABLES * RIGHTS_END];
	struct uuid id = test_uuid(ROLE_NUMBER + role);
	size_t n = 0;
	bool narrow = below(g, 2);
	for (int t = 0; t < MODEL_TABLES; t++) {
		for (int r = RIGHT_CREATE; r < RIGHTS_END; r++) {
			char name[80];
			enum depth d = right_exists(g, t, r) ? depth_pick(g, t) : DEPTH_NONE;
			if (narrow && d == DEPTH_GLOBAL && g->model.tables[t].owned)
				d = DEPTH_BASIC;
			g->model.roles[role].depth[t][r] = d;
			snprintf(name, sizeof name, "prv%s%.*s", right_name((enum right)r), STR_ARG(g->tables[t]->schema_name));
			if (d != DEPTH_NONE)
				list[n++] = (struct role_privilege){ .id = privilege_id(g->f, name), .depth = d };
		}
	}
	GOOD(ADMIN(g->f, NULL, authz_admin_replace_privileges(call, &id, list, n)));
}

static void roles_make(struct generated *g)
{
	for (int i = 0; i < MODEL_ROLES; i++) {
		GOOD(make_role(g->f, NULL, ROLE_NUMBER + i, g->unit_id[0]));
		g->model.roles[i].direct_user = true;
		role_fill(g, i);
	}
	g->model.role_count = MODEL_ROLES;
}

static void positions_make(struct generated *g)
{
	const struct table *t = metadata_table(g->f->authz->metadata, S("position"));
	for (int i = 0; i < MODEL_POSITIONS; i++) {
		int parent = i ? below(g, i) : NOBODY;
		struct uuid made;
		struct admin_value v[3] = { { .column = t->primary_id, .kind = ADMIN_UUID, .uuid = test_uuid(POSITION_NUMBER + i) },
					    text(t, "name", "Position") };
		if (i)
			v[2] = lookup(t, "parentpositionid", test_uuid(POSITION_NUMBER + parent));
		GOOD(ADMIN(g->f, NULL, authz_admin_create(call, t, v, i ? 3 : 2, &made)));
		g->model.position_parent[i] = parent;
	}
}

static const char *word(bool value)
{
	return value ? "true" : "false";
}

static void matrix_set(struct generated *g, bool on)
{
	const struct table *t = metadata_table(g->f->authz->metadata, S("organization"));
	struct uuid id = *authz_organization_id(g->f->authz);
	char xml[400];
	g->matrix = on;
	g->move_rows = below(g, 2);
	g->keep_roles = below(g, 2);
	snprintf(xml, sizeof xml, "<OrgSettings><EnableOwnershipAcrossBusinessUnits>%s</EnableOwnershipAcrossBusinessUnits>"
		 "<AlwaysMoveRecordToOwnerBusinessUnit>%s</AlwaysMoveRecordToOwnerBusinessUnit><DoNotRemoveRolesOnChangeBusinessUnit>%s"
		 "</DoNotRemoveRolesOnChangeBusinessUnit></OrgSettings>", word(on), word(g->move_rows), word(g->keep_roles));
	struct admin_value v = text(t, "orgdborgsettings", xml);
	GOOD(ADMIN(g->f, NULL, authz_admin_update(call, t, &id, &v, 1)));
}

static void row_place(struct generated *g, int row, const char *sql)
{
	SCOPED(statement) s = { 0 };
	struct model_row *r = &g->rows[row];
	r->owner = below(g, g->model.principal_count);
	r->unit = g->matrix ? below(g, MODEL_UNITS) : g->model.principals[r->owner].unit;
	must(statement_open_text(g->f->store, str_of(sql), &s));
	must(bind_i64(&s, 1, row + 1));
	must(bind_i64(&s, 2, g->principal_key[r->owner]));
	must(bind_i64(&s, 3, g->unit_key[r->unit]));
	must(statement_run(&s));
}

static void rows_make(struct generated *g)
{
	SCOPED(transaction) tx = { 0 };
	must(transaction_begin(g->f->store, &tx));
	for (int i = 0; i < ROWS; i++) {
		g->rows[i] = (struct model_row){ .parent = NOBODY, .active = true };
		row_place(g, i, "INSERT INTO t_64 (key, id, version, owner, unit, created_on, created_by, modified_on, modified_by)"
					  " VALUES (?1, randomblob(16), 1, ?2, ?3, 0, 1, 0, 1)");
	}
	must(transaction_commit(&tx));
}

static void change_cascade(struct generated *g);

/* Cases stand below cases. */
static void relation_make(struct generated *g)
{
	struct fixture *f = g->f;
	struct relationship_wish wish = { .id = test_uuid(RELATION_NUMBER), .schema_name = S("new_case_children"), .cascade = S("{}"),
		.lookup = { .id = test_uuid(RELATION_NUMBER + 1), .type = TYPE_LOOKUP, .schema_name = S("new_ParentId"), .precision = -1 } };
	SCOPED(transaction) tx = { 0 };
	must(transaction_begin(f->store, &tx));
	must(define_relationship(f->store, f->cases, f->cases, &wish, f->arena));
	must(authz_epoch_bump(f->authz));
	must(transaction_commit(&tx));
	struct metadata *old = f->metadata;
	must(metadata_load(f->store, &f->metadata));
	authz_set_metadata(f->authz, f->metadata);
	metadata_free(old);
	fixture_tables_find(f);
}

static void world_make(struct generated *g)
{
	relation_make(g);
	g->tables[CASES] = g->f->cases;
	g->tables[COUNTRIES] = g->f->countries;
	g->tables[PEOPLE] = g->f->users;
	g->model.tables[CASES] = (struct model_table){ .owned = true, .keeps_owner = true };
	g->model.tables[PEOPLE] = (struct model_table){ .owned = true, .admin_class = true };
	units_make(g);
	people_make(g);
	roles_make(g);
	positions_make(g);
	matrix_set(g, below(g, 2));
	rows_make(g);
	change_cascade(g);
}

/* --- changing it, as an administrator does --- */

static int any_user(struct generated *g)
{
	return MODEL_UNITS + below(g, USERS);
}

static int any_team(struct generated *g)
{
	return MODEL_UNITS + USERS + below(g, TEAMS);
}

static const struct table *table_of(const struct generated *g, int principal)
{
	return g->model.principals[principal].user ? g->f->users : g->f->teams;
}

static void change_role(struct generated *g)
{
	int who = below(g, g->model.principal_count), role = below(g, MODEL_ROLES);
	unsigned *held = &g->model.holds[who][role];
	const struct table *t = table_of(g, who);
	int unit = g->matrix ? below(g, MODEL_UNITS) : g->model.principals[who].unit;
	struct uuid instance = instance_in(g->f, test_uuid(ROLE_NUMBER + role), g->unit_id[unit]);
	const struct uuid *id = &g->principal_id[who];
	str navigation = t == g->f->users ? S("systemuserroles_association") : S("teamroles_association");
	if (*held & 1u << unit)
		GOOD(ADMIN(g->f, NULL, authz_admin_disassociate(call, t, id, navigation, &instance)));
	else
		GOOD(ADMIN(g->f, NULL, authz_admin_associate(call, t, id, navigation, &instance)));
	*held ^= 1u << unit;
}

static void change_membership(struct generated *g)
{
	int user = any_user(g), team = any_team(g);
	const struct uuid *u = &g->principal_id[user], *t = &g->principal_id[team];
	bool *is = &g->model.member[team][user];
	if (*is)
		GOOD(ADMIN(g->f, NULL, authz_admin_remove_members(call, t, u, 1)));
	else
		GOOD(ADMIN(g->f, NULL, authz_admin_add_members(call, t, u, 1)));
	*is = !*is;
}

/* 1.3, classic mode: the roles given directly go, the rows owned follow. Matrix mode: those of the old unit go unless the setting keeps
 * them, the rows follow if a setting says so. */
static void change_unit_of_principal(struct generated *g)
{
	int who = below(g, 2) ? any_user(g) : any_team(g), unit = below(g, MODEL_UNITS);
	const struct table *t = table_of(g, who);
	GOOD(set(g->f, NULL, t, g->number[who], lookup(t, "businessunitid", g->unit_id[unit])));
	if (g->model.principals[who].unit == unit)
		return;
	for (int r = 0; r < MODEL_ROLES; r++)
		g->model.holds[who][r] &= !g->matrix ? 0 : g->keep_roles ? ~0u : ~(1u << g->model.principals[who].unit);
	g->model.principals[who].unit = unit;
	for (int i = 0; i < ROWS; i++)
		if (g->rows[i].owner == who && (!g->matrix || g->move_rows))
			g->rows[i].unit = unit;
}

/* Moves the subtree and rewrites no row. */
static void change_parent(struct generated *g)
{
	int unit = 1 + below(g, MODEL_UNITS - 1), parent = below(g, MODEL_UNITS);
	struct refusal r = set(g->f, NULL, g->f->units, UNIT_NUMBER + unit, lookup(g->f->units, "parentbusinessunitid", g->unit_id[parent]));
	if (model_unit_is_within(&g->model, parent, unit)) {
		assert_int_equal(r.reason, REASON_CYCLE);
		return;
	}
	GOOD(r);
	g->model.unit_parent[unit] = parent;
}

static void change_unit_disabled(struct generated *g)
{
	int unit = 1 + below(g, MODEL_UNITS - 1);
	bool *is = &g->model.unit_disabled[unit];
	*is = !*is && below(g, 3) == 0;
	GOOD(set(g->f, NULL, g->f->units, UNIT_NUMBER + unit, number(g->f->units, "isdisabled", *is)));
}

static void change_user_disabled(struct generated *g)
{
	int user = any_user(g);
	bool *is = &g->model.principals[user].disabled;
	*is = !*is && below(g, 3) == 0;
	GOOD(set(g->f, NULL, g->f->users, g->number[user], number(g->f->users, "isdisabled", *is)));
}

static void change_mode(struct generated *g)
{
	static const enum access_mode modes[] = { ACCESS_READ_WRITE, ACCESS_READ_WRITE, ACCESS_ADMINISTRATIVE, ACCESS_READ };
	int user = any_user(g);
	enum access_mode mode = modes[below(g, (int)COUNT_OF(modes))];
	GOOD(set(g->f, NULL, g->f->users, g->number[user], number(g->f->users, "accessmode", mode)));
	g->model.principals[user].mode = mode;
}

static void change_inheritance(struct generated *g)
{
	int role = below(g, MODEL_ROLES);
	bool *direct = &g->model.roles[role].direct_user;
	*direct = !*direct;
	GOOD(set(g->f, NULL, g->f->roles, ROLE_NUMBER + role, number(g->f->roles, "isinherited", *direct)));
}

static void change_privileges(struct generated *g)
{
	role_fill(g, below(g, MODEL_ROLES));
}

static void change_owner(struct generated *g)
{
	row_place(g, below(g, ROWS), "UPDATE t_64 SET owner = ?2, unit = ?3 WHERE key = ?1");
}

/* Explicit shares, one principal at a time; an empty mask is no share. */
static void change_share(struct generated *g)
{
	int row = below(g, ROWS);
	struct model_row *r = &g->rows[row];
	int who = below(g, g->model.principal_count);
	bool everybody = below(g, 12) == 0, *shared = everybody ? r->everybody : r->shared[who];
	uint32_t mask = 0;
	for (int right = RIGHT_READ; right < RIGHTS_END; right++) {
		shared[right] = below(g, everybody ? 6 : 3) == 0;
		if (shared[right])
			mask |= share_bit((enum right)right);
	}
	SCOPED(statement) s = { 0 };
	must(statement_open_text(g->f->store, mask ? S("INSERT OR REPLACE INTO share (tbl, obj, principal, mask, own) VALUES (64, ?1, ?2, ?3, ?3)") :
						     S("DELETE FROM share WHERE tbl = 64 AND obj = ?1 AND principal = ?2"), &s));
	must(bind_i64(&s, 1, row + 1));
	must(bind_i64(&s, 2, everybody ? EVERYBODY : g->principal_key[who]));
	if (mask)
		must(bind_i64(&s, 3, mask));
	must(statement_run(&s));
}

static void sql_set(struct generated *g, const char *sql, int64_t key, int64_t value)
{
	SCOPED(statement) s = { 0 };
	must(statement_open_text(g->f->store, str_of(sql), &s));
	must(bind_i64(&s, 1, key));
	must(value < 0 ? bind_null(&s, 2) : bind_i64(&s, 2, value));
	must(statement_run(&s));
}

/* Rows stand below any other, in circles too. */
static void change_row_parent(struct generated *g)
{
	int row = below(g, ROWS), parent = below(g, 5) ? below(g, ROWS) : NOBODY;
	char sql[160];
	const struct column *c = table_column(g->f->cases, S("new_parentid"));
	snprintf(sql, sizeof sql, "UPDATE t_64 SET %.*s = (SELECT id FROM t_64 WHERE key = ?2) WHERE key = ?1", STR_ARG(c->sql));
	sql_set(g, sql, row + 1, parent + 1);
	g->rows[row].parent = parent;
}

static void change_row_state(struct generated *g)
{
	int row = below(g, ROWS);
	g->rows[row].active = below(g, 3) > 0;
	sql_set(g, "UPDATE t_64 SET state = ?2 WHERE key = ?1", row + 1, !g->rows[row].active);
}

static void change_cascade(struct generated *g)
{
	static const char *const names[] = { "NoCascade", "Cascade", "Active", "UserOwned" };
	char text[200];
	struct uuid id = test_uuid(RELATION_NUMBER);
	SCOPED(transaction) tx = { 0 };
	g->model.share_cascade = below(g, 2) ? CASCADE_ALL : (enum cascade_kind)below(g, 4);
	g->model.reparent_cascade = below(g, 3) ? (enum cascade_kind)below(g, 4) : CASCADE_NONE;
	int n = snprintf(text, sizeof text, "{\"Assign\":\"NoCascade\",\"Share\":\"%s\",\"Unshare\":\"Cascade\",\"Reparent\":\"%s\"}",
			 names[g->model.share_cascade], names[g->model.reparent_cascade]);
	must(transaction_begin(g->f->store, &tx));
	must(define_relationship_cascade(g->f->store, &id, (str){ text, (size_t)n }));
	must(authz_epoch_bump(g->f->authz));
	must(transaction_commit(&tx));
}

/* Managers may be anybody, in circles too. */
static void change_manager(struct generated *g)
{
	int user = any_user(g), manager = below(g, 5) ? any_user(g) : NOBODY;
	struct admin_value v = { .column = table_column(g->f->users, S("parentsystemuserid")) };
	if (manager != NOBODY)
		v = lookup(g->f->users, "parentsystemuserid", g->principal_id[manager]);
	GOOD(set(g->f, NULL, g->f->users, g->number[user], v));
	g->model.principals[user].manager = manager;
}

static void change_position(struct generated *g)
{
	int user = any_user(g), position = below(g, 6) ? below(g, MODEL_POSITIONS) : NOBODY;
	struct admin_value v = { .column = table_column(g->f->users, S("positionid")) };
	if (position != NOBODY)
		v = lookup(g->f->users, "positionid", test_uuid(POSITION_NUMBER + position));
	GOOD(set(g->f, NULL, g->f->users, g->number[user], v));
	g->model.principals[user].position = position;
}

static void change_position_parent(struct generated *g)
{
	const struct table *t = metadata_table(g->f->authz->metadata, S("position"));
	int position = below(g, MODEL_POSITIONS), parent = below(g, MODEL_POSITIONS);
	bool cycle = false;
	for (int at = parent; at != NOBODY; at = g->model.position_parent[at])
		cycle = cycle || at == position;
	struct refusal r = set(g->f, NULL, t, POSITION_NUMBER + position, lookup(t, "parentpositionid", test_uuid(POSITION_NUMBER + parent)));
	if (cycle) {
		assert_int_equal(r.reason, REASON_CYCLE);
		return;
	}
	GOOD(r);
	g->model.position_parent[position] = parent;
}

/* The table of cases leaves the hierarchy, or comes back. */
static void change_exclusion(struct generated *g)
{
	const struct table *t = metadata_table(g->f->authz->metadata, S("hierarchysecurityconfiguration"));
	struct uuid id = test_uuid(EXCLUSION_NUMBER), made;
	bool *off = &g->model.hierarchy_off[CASES];
	if (!*off && below(g, 3))
		return;
	struct admin_value v[] = { { .column = t->primary_id, .kind = ADMIN_UUID, .uuid = id },
				   number(t, "objecttypecode", g->f->cases->object_type_code) };
	if (*off)
		GOOD(ADMIN(g->f, NULL, authz_admin_delete(call, t, &id)));
	else
		GOOD(ADMIN(g->f, NULL, authz_admin_create(call, t, v, COUNT_OF(v), &made)));
	*off = !*off;
}

static void change_hierarchy(struct generated *g)
{
	struct model *m = &g->model;
	const struct table *t = metadata_table(g->f->authz->metadata, S("organization"));
	struct uuid id = *authz_organization_id(g->f->authz);
	char xml[400];
	m->hierarchy = below(g, 5) > 0;
	m->depth = 1 + below(g, 3);
	m->write_levels = below(g, 3);
	m->unit_rule = below(g, 2);
	m->disabled_users = below(g, 2);
	m->positions = below(g, 2);
	snprintf(xml, sizeof xml, "<OrgSettings><ManagersMustBeInSameOrParentBusinessUnitAsReports>%s</ManagersMustBeInSameOrParentBusinessUnitAsReports>"
		 "<AuthorizationEnableHSMForDisabledUsers>%s</AuthorizationEnableHSMForDisabledUsers><HierarchyLevelForHierarchyFeature>%d"
		 "</HierarchyLevelForHierarchyFeature></OrgSettings>", m->unit_rule ? "true" : "false", m->disabled_users ? "true" : "false",
		 m->write_levels);
	struct admin_value v[] = { number(t, "usepositionhierarchy", m->positions), number(t, "ishierarchicalsecuritymodelenabled", m->hierarchy),
				   number(t, "maxdepthforhierarchicalsecuritymodel", m->depth), text(t, "orgdborgsettings", xml) };
	GOOD(ADMIN(g->f, NULL, authz_admin_update(call, t, &id, v, COUNT_OF(v))));
}

/* The mode rarely changes; its end puts every row into its owner's unit and takes the roles of other units. */
static void change_matrix(struct generated *g)
{
	bool was = g->matrix;
	matrix_set(g, below(g, 4) ? was : !was);
	if (!was || g->matrix)
		return;
	for (int p = 0; p < g->model.principal_count; p++)
		for (int r = 0; r < MODEL_ROLES; r++)
			g->model.holds[p][r] &= 1u << g->model.principals[p].unit;
	for (int i = 0; i < ROWS; i++)
		g->rows[i].unit = g->model.principals[g->rows[i].owner].unit;
}

/* --- the directory --- */

static err tell(void *self, const struct person_wish *wish, struct arena *arena, struct person_facts *out)
{
	const struct generated *g = self;
	*out = (struct person_facts){ .known = false };
	for (int p = MODEL_UNITS; p < MODEL_UNITS + USERS; p++) {
		const struct model_principal *u = &g->model.principals[p];
		struct uuid object = test_uuid(g->number[p] + OBJECT_NUMBER), *plans = NEW_ARRAY(arena, struct uuid, MODEL_PLANS);
		TRY_NEW(plans);
		if (wish->by != PERSON_BY_ID || !uuid_equal(&wish->id, &object))
			continue;
		*out = (struct person_facts){ .known = true, .enabled = !u->account_off, .in_group = u->in_group && !uuid_is_nil(&wish->group),
					      .administers = u->administers, .plans = plans };
		for (int i = 0; i < MODEL_PLANS; i++)
			if (u->plans & 1u << i)
				plans[out->plan_count++] = test_uuid(PLAN_NUMBER + i);
	}
	return OK;
}

static void change_person(struct generated *g)
{
	struct model_principal *u = &g->model.principals[any_user(g)];
	u->account_off = below(g, 8) == 0;
	u->in_group = below(g, 3) > 0;
	u->administers = below(g, 4) == 0;
	u->plans = (unsigned)below(g, 1 << MODEL_PLANS);
	authz_people_changed(g->f->authz);
}

static void change_admission(struct generated *g)
{
	struct admission a = { .plan_count = 0 };
	g->model.group_asked = below(g, 6) == 0;
	g->model.required = below(g, 3) ? 0 : (unsigned)below(g, 1 << MODEL_PLANS);
	if (g->model.group_asked)
		a.group = test_uuid(1);
	for (int i = 0; i < MODEL_PLANS; i++)
		if (g->model.required & 1u << i)
			a.plans[a.plan_count++] = test_uuid(PLAN_NUMBER + i);
	authz_set_admission(g->f->authz, &a);
}

/* A table's rights as the bounds have them, and the model, too. */
static void rights_pick(struct generated *g, struct json_writer *w, str name, bool *leaves)
{
	bool everything = below(g, 4) == 0;
	json_key(w, name);
	if (everything)
		json_str(w, S("*"));
	else
		json_open_array(w);
	for (int r = RIGHT_CREATE; r < RIGHTS_END; r++) {
		leaves[r] = everything || below(g, 3) > 0;
		if (leaves[r] && !everything)
			json_str(w, str_of(right_name((enum right)r)));
	}
	if (!everything)
		json_close_array(w);
}

static void bounds_pick(struct generated *g, int plan, struct buffer *to)
{
	struct json_writer w = json_writer_to(to);
	bool others[RIGHTS_END] = { false }, named_others = below(g, 2);
	json_open_object(&w);
	if (named_others)
		rights_pick(g, &w, S("*"), others);
	for (int t = 0; t < MODEL_TABLES; t++) {
		if (below(g, 2))
			rights_pick(g, &w, g->tables[t]->logical_name, g->model.leaves[plan][t]);
		else
			memcpy(g->model.leaves[plan][t], others, sizeof others);
	}
	json_close_object(&w);
}

static void change_bounds(struct generated *g)
{
	int plan = below(g, MODEL_PLANS);
	struct uuid id = test_uuid(PLAN_NUMBER + plan);
	SCOPED(buffer) text = { 0 };
	SCOPED(transaction) tx = { 0 };
	SCOPED(statement) s = { 0 };
	buffer_init(&text, 4096);
	g->model.plan_bounds[plan] = below(g, 4) > 0;
	if (g->model.plan_bounds[plan])
		bounds_pick(g, plan, &text);
	must(transaction_begin(g->f->store, &tx));
	must(statement_open_text(g->f->store, text.len ? S("INSERT OR REPLACE INTO service_plan (id, name, bounds, version) VALUES (?1, 'p', ?2, 1)") :
							 S("DELETE FROM service_plan WHERE id = ?1 AND ?2 IS NOT NULL"), &s));
	must(bind_uuid(&s, 1, &id));
	must(bind_text(&s, 2, text.len ? buffer_str(&text) : S("")));
	must(statement_run(&s));
	must(authz_epoch_bump(g->f->authz));
	must(transaction_commit(&tx));
}

static void (*const changes[])(struct generated *g) = {
	change_role, change_role, change_role, change_membership, change_membership, change_unit_of_principal, change_parent,
	change_unit_disabled, change_user_disabled, change_mode, change_inheritance, change_privileges, change_owner,
	change_share, change_share, change_share, change_manager, change_manager, change_manager, change_hierarchy,
	change_position, change_position, change_position, change_position_parent, change_exclusion,
	change_row_parent, change_row_parent, change_row_parent, change_row_state, change_cascade, change_matrix,
	change_person, change_person, change_person, change_admission, change_bounds, change_bounds,
};

/* --- asking both --- */

static struct authz_context *context(struct generated *g, int who)
{
	struct authz_context *ctx = NULL;
	must(authz_context_of(g->f->authz, g->principal_key[who], &ctx));
	return ctx;
}

static void same(struct generated *g, const struct decision *d, enum authz_reason want, const char *what, int who, int table, int right)
{
	g->points++;
	g->by_gate += want == REASON_NO_LICENCE || want == REASON_LICENCE_BOUND || want == REASON_ENVIRONMENT_GROUP;
	if (d->reason != want || allowed(d) != (want == REASON_NONE))
		fail_msg("world seed %llx: %s, principal %d, table %d, right %d: engine %s, model %s", (unsigned long long)g->seed, what, who,
			 table, right, reason_row(d->reason)->code.at, reason_row(want)->code.at);
	if (allowed(d) && d->path == PATH_NONE && strcmp(what, "row") == 0)
		fail_msg("a granted row names no path");
}

static int64_t unit_key(const struct generated *g, int unit)
{
	return unit == NOBODY ? 0 : g->unit_key[unit];
}

static int64_t owner_key(const struct generated *g, int owner)
{
	return owner == NOBODY ? 0 : g->principal_key[owner];
}

static void ask_row(struct generated *g, struct authz_context *ctx, int who, int table, enum right right, int owner, int unit)
{
	const struct table *t = g->tables[table];
	enum authz_reason want = model_row(&g->model, who, table, right, owner, unit);
	struct decision d = authz_check_row(ctx, t, right, owner_key(g, owner), unit_key(g, unit));
	same(g, &d, want, "row", who, table, right);
	if (right == RIGHT_APPEND || right == RIGHT_APPEND_TO) {
		d = right == RIGHT_APPEND ? authz_check_append(ctx, t, false, owner_key(g, owner), unit_key(g, unit)) :
					    authz_check_append_to(ctx, t, owner_key(g, owner), unit_key(g, unit));
		enum authz_reason side = right == RIGHT_APPEND ? REASON_NO_APPEND : REASON_NO_APPEND_TO;
		same(g, &d, want == REASON_NONE ? REASON_NONE : side, "side", who, table, right);
	}
}

static void ask_shared(struct generated *g, struct authz_context *ctx, int who, enum right right, int row, uint32_t mask)
{
	const struct model_row *r = &g->rows[row];
	struct decision d = authz_check_shared(ctx, g->f->cases, right, g->principal_key[r->owner], g->unit_key[r->unit], mask);
	enum authz_reason without = model_row(&g->model, who, CASES, right, r->owner, r->unit);
	same(g, &d, model_shared_row(&g->model, who, CASES, right, g->rows, row), "row", who, CASES, right);
	assert_true((d.path == PATH_SHARED) == (allowed(&d) && without == REASON_NO_ACCESS));
	g->by_share += d.path == PATH_SHARED;
	if (d.path == PATH_SHARED) {
		struct model alone = g->model;
		alone.share_cascade = alone.reparent_cascade = CASCADE_NONE;
		g->from_above += model_shared_row(&alone, who, CASES, right, g->rows, row) != REASON_NONE;
	}
	g->by_hierarchy += d.path == PATH_HIERARCHY;
}

static void ask_rows(struct generated *g, struct authz_context *ctx, int who, enum right right, const uint32_t *masks)
{
	for (int i = 0; i < ROWS; i++) {
		ask_row(g, ctx, who, CASES, right, g->rows[i].owner, g->rows[i].unit);
		ask_shared(g, ctx, who, right, i, masks[i]);
	}
	ask_row(g, ctx, who, COUNTRIES, right, NOBODY, NOBODY);
	for (int p = MODEL_UNITS; p < MODEL_UNITS + USERS; p++)
		ask_row(g, ctx, who, PEOPLE, right, NOBODY, g->model.principals[p].unit);
}

static void ask_points(struct generated *g, int who)
{
	struct authz_context *ctx = context(g, who);
	uint32_t masks[ROWS];
	for (int i = 0; i < ROWS; i++)
		must(authz_shared_mask(g->f->authz, ctx, g->f->cases, i + 1, &masks[i]));
	for (int r = RIGHT_CREATE; r < RIGHTS_END; r++) {
		for (int t = 0; t < MODEL_TABLES; t++) {
			struct decision d = authz_check_privilege(ctx, g->tables[t], (enum right)r);
			same(g, &d, model_privilege(&g->model, who, t, (enum right)r), "privilege", who, t, r);
		}
		ask_rows(g, ctx, who, (enum right)r, masks);
	}
	for (int p = 0; p < g->model.principal_count; p++) {
		int unit = g->model.principals[p].unit;
		struct decision d = authz_check_create(ctx, g->f->cases, g->principal_key[p], g->unit_key[unit]);
		same(g, &d, model_create(&g->model, who, CASES, p, unit), "create", who, CASES, RIGHT_CREATE);
	}
}

static void ask_owners(struct generated *g)
{
	for (int p = 0; p < g->model.principal_count; p++) {
		for (int t = 0; t < MODEL_TABLES; t++) {
			struct decision d = authz_check_new_owner(context(g, p), g->tables[t]);
			same(g, &d, model_new_owner(&g->model, p, t), "new owner", p, t, RIGHT_READ);
		}
	}
}

/* --- lists --- */

static size_t list_read(struct generated *g, const struct rows_wish *wish, struct arena *arena, int64_t *keys)
{
	SCOPED(rows) rows = { 0 };
	size_t n = 0;
	must(rows_open(g->f->store, wish, arena, &rows));
	for (bool row;;) {
		must(rows_next(&rows, &row));
		if (!row)
			return n;
		keys[n++] = column_i64(&rows.statement, 0);
	}
}

static void list_check(struct generated *g, struct rows_wish *wish, int who, enum right right, const int64_t *want, size_t wanted)
{
	int64_t got[ROWS + USERS + 8], count;
	struct arena *arena = arena_new(8 << 20);
	for (enum plan_kind p = PLAN_CHOOSE; p <= PLAN_GATHER; p++) {
		if (p == PLAN_OPEN)
			continue; /* chosen by itself when everything is visible */
		wish->force = p;
		size_t n = list_read(g, wish, arena, got);
		if (n != wanted || memcmp(got, want, n * sizeof *got) != 0)
			fail_msg("plan %d, principal %d, right %d: %zu rows, the model says %zu", (int)p, who, (int)right, n, wanted);
		g->lists++;
	}
	must(rows_count(g->f->store, wish->query, wish->visible, 5000, arena, &count));
	assert_int_equal(count, wanted);
	arena_free(arena);
}

static void query_all(struct generated *g, const struct table *t, struct odata_query *q)
{
	struct problem problem = { 0 };
	struct url_params none = { 0 };
	struct odata_caller who = { .now = { 0 } };
	must(odata_query_parse(t, &none, &who, g->f->arena, &problem, q));
}

static bool visible_of(struct generated *g, struct authz_context *ctx, const struct table *t, enum right right, struct visible *out)
{
	const struct row_filter *f = NULL;
	struct decision d = authz_check_privilege(ctx, t, right);
	must(authz_row_filter(ctx, t, right, &f));
	*out = (struct visible){ .everything = f->all, .owners = f->owners, .owner_count = f->owner_count, .units = f->units,
				 .unit_count = f->unit_count };
	must(authz_shares_held(g->f->authz, f, t, right, &out->shared_rows));
	if (out->shared_rows) {
		out->shared_with = f->sharers;
		out->shared_count = f->sharer_count;
		out->shared_bit = share_bit(right);
		must(authz_cascade(g->f->authz, g->f->cases, &out->cascade));
	}
	return allowed(&d);
}

static void ask_list(struct generated *g, int who, enum right right)
{
	struct visible v;
	struct odata_query q;
	int64_t want[ROWS];
	size_t n = 0;
	if (!visible_of(g, context(g, who), g->f->cases, right, &v))
		return;
	for (int i = 0; i < ROWS; i++)
		if (model_shared_row(&g->model, who, CASES, right, g->rows, i) == REASON_NONE)
			want[n++] = i + 1;
	query_all(g, g->f->cases, &q);
	struct rows_wish wish = { .query = &q, .visible = &v, .limit = ROWS + 1 };
	list_check(g, &wish, who, right, want, n);
}

/* Rows of the administration: the operator's own row, in the root unit, is there too. */
static void ask_people(struct generated *g, int who)
{
	struct visible v;
	struct odata_query q;
	int64_t want[USERS + 1];
	size_t n = 0;
	if (!visible_of(g, context(g, who), g->f->users, RIGHT_READ, &v))
		return;
	if (model_row(&g->model, who, PEOPLE, RIGHT_READ, NOBODY, 0) == REASON_NONE)
		want[n++] = g->f->authz->operator_user;
	for (int p = MODEL_UNITS; p < MODEL_UNITS + USERS; p++)
		if (model_row(&g->model, who, PEOPLE, RIGHT_READ, NOBODY, g->model.principals[p].unit) == REASON_NONE)
			want[n++] = g->principal_key[p];
	query_all(g, g->f->users, &q);
	struct rows_wish wish = { .query = &q, .visible = &v, .limit = USERS + 2 };
	list_check(g, &wish, who, RIGHT_READ, want, n); /* keys rise in the order of creation */
}

/* --- explanations --- */

static int principal_index(const struct generated *g, int64_t key)
{
	for (int p = 0; p < g->model.principal_count; p++)
		if (g->principal_key[p] == key)
			return p;
	return NOBODY;
}

/* Nothing held but this role, by this holder, as the instance of this unit, and nobody below. */
static bool alone_reaches(const struct generated *g, int who, enum right right, int row, int holder, int role, unsigned instance)
{
	struct model alone = g->model;
	memset(alone.holds, 0, sizeof alone.holds);
	alone.holds[holder][role] = instance;
	alone.hierarchy = false;
	return model_row(&alone, who, CASES, right, g->rows[row].owner, g->rows[row].unit) == REASON_NONE;
}

static bool grant_names(const struct generated *g, const struct grant *grant, int holder, int role, int unit)
{
	struct uuid id = test_uuid(ROLE_NUMBER + role);
	return grant->held && uuid_equal(&grant->held->role->id, &id) && grant->principal == g->principal_key[holder] &&
	       grant->held->unit == g->unit_key[unit];
}

static size_t grants_naming(const struct generated *g, const struct grants *told, int holder, int role, int unit)
{
	size_t n = 0;
	for (size_t i = 0; i < told->count; i++)
		n += grant_names(g, &told->at[i], holder, role, unit);
	return n;
}

/* Each role that alone would do is told once, and no other. */
static void roles_told(struct generated *g, const struct grants *told, int who, enum right right, int row)
{
	for (int p = 0; p < g->model.principal_count; p++)
		for (int r = 0; r < MODEL_ROLES; r++)
			for (int u = 0; u < MODEL_UNITS && model_stands_for(&g->model, who, p); u++)
				if (g->model.holds[p][r] & 1u << u)
					assert_int_equal(grants_naming(g, told, p, r, u), alone_reaches(g, who, right, row, p, r, 1u << u));
}

static size_t shares_naming(const struct grants *told, int64_t principal, bool below, bool *out_from_above)
{
	size_t n = 0;
	for (size_t i = 0; i < told->count; i++) {
		const struct grant *t = &told->at[i];
		if (t->path != PATH_SHARED || t->principal != principal || t->below != below)
			continue;
		*out_from_above = t->from_above;
		n++;
	}
	return n;
}

static void share_told(struct generated *g, const struct grants *told, bool reached, enum right right, int row, int p, bool below)
{
	const struct model_row *r = &g->rows[row];
	bool from_above = false, own = p == NOBODY ? r->everybody[right] : r->shared[p][right];
	bool want = reached && model_shared_with(&g->model, g->rows, row, p, right);
	assert_int_equal(shares_naming(told, owner_key(g, p), below, &from_above), want);
	assert_true(!want || from_above == !own);
}

static void shares_told(struct generated *g, const struct grants *told, int who, enum right right, int row)
{
	share_told(g, told, true, right, row, NOBODY, false);
	for (int p = 0; p < g->model.principal_count; p++) {
		share_told(g, told, model_stands_for(&g->model, who, p), right, row, p, false);
		share_told(g, told, model_below(&g->model, who, CASES, right, p), right, row, p, true);
	}
}

static void decision_told(const struct grants *told, const struct decision *d)
{
	size_t n = 0;
	for (size_t i = 0; i < told->count; i++) {
		const struct grant *t = &told->at[i];
		n += t->path == d->path && (d->path == PATH_SHARED || t->principal == d->principal) && (!t->held || t->held->role->key == d->role);
	}
	assert_true(n > 0);
}

/* There is a grant exactly when the engine, and the twin, allow; the one that the decision names is among them. */
static void explain(struct generated *g, int who, enum right right, int row)
{
	const struct model_row *r = &g->rows[row];
	struct authz_context *ctx = context(g, who);
	struct decision d;
	struct grants told;
	enum authz_reason want = model_shared_row(&g->model, who, CASES, right, g->rows, row);
	must(authz_decide_row(g->f->authz, ctx, g->f->cases, right, row + 1, g->principal_key[r->owner], g->unit_key[r->unit], &d));
	must(authz_grants(g->f->authz, ctx, g->f->cases, right, row + 1, g->principal_key[r->owner], g->unit_key[r->unit], &told));
	assert_int_equal(told.count > 0, allowed(&d));
	assert_int_equal(told.count > 0, want == REASON_NONE);
	assert_false(told.more);
	g->explained++;
	g->several += told.count > 1;
	if (model_privilege(&g->model, who, CASES, right) != REASON_NONE)
		return;
	if (allowed(&d))
		decision_told(&told, &d);
	roles_told(g, &told, who, right, row);
	shares_told(g, &told, who, right, row);
	for (size_t i = 0; i < told.count; i++)
		if (told.at[i].path == PATH_HIERARCHY)
			assert_true(model_below(&g->model, who, CASES, right, principal_index(g, told.at[i].principal)));
}

static void ask_explanations(struct generated *g, int who)
{
	for (int i = 0; i < ROWS; i++)
		explain(g, who, (enum right)(RIGHT_READ + below(g, RIGHTS_END - RIGHT_READ)), i);
}

/* --- what no order changes, and what one more role only widens --- */

static void shuffle(struct generated *g, void *at, size_t count, size_t size)
{
	uint8_t *octets = at, kept[64];
	assert_true(size <= sizeof kept);
	for (size_t i = count; i > 1; i--) {
		uint8_t *a = octets + (i - 1) * size, *b = octets + (size_t)below(g, (int)i) * size;
		memcpy(kept, a, size);
		memcpy(a, b, size);
		memcpy(b, kept, size);
	}
}

static void *copied(struct arena *arena, const void *from, size_t count, size_t room, size_t size)
{
	void *to = arena_array(arena, room, size);
	assert_non_null(to);
	if (count)
		memcpy(to, from, count * size);
	return to;
}

/* The context of the same facts, in another order, with or without one more role. */
static struct authz_context *recompiled(struct generated *g, struct arena *arena, const struct authz_context *was, const struct held_role *more)
{
	struct principal_facts f = was->facts;
	struct authz_context *made = NULL;
	struct held_role *held = copied(arena, f.held, f.held_count, f.held_count + 1, sizeof *held);
	int64_t *teams = copied(arena, f.teams, f.team_count, f.team_count, sizeof *teams);
	if (more)
		held[f.held_count++] = *more;
	shuffle(g, held, f.held_count, sizeof *held);
	shuffle(g, teams, f.team_count, sizeof *teams);
	f.held = held;
	f.teams = teams;
	must(context_compile(arena, &f, was->units, was->epoch, was->table_count, &made));
	made->hierarchy_off = was->hierarchy_off;
	made->gate = was->gate;
	made->group_gate = was->group_gate;
	made->administrative = was->administrative;
	made->bounded = was->bounded;
	made->licence = was->licence;
	return made;
}

static bool i64s_same(const int64_t *a, size_t a_count, const int64_t *b, size_t b_count)
{
	return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof *a) == 0);
}

static void filters_same(struct authz_context *a, struct authz_context *b, const struct table *t, enum right right)
{
	const struct row_filter *x = NULL, *y = NULL;
	must(authz_row_filter(a, t, right, &x));
	must(authz_row_filter(b, t, right, &y));
	assert_true(x->any == y->any && x->all == y->all);
	assert_true(i64s_same(x->owners, x->owner_count, y->owners, y->owner_count) && i64s_same(x->units, x->unit_count, y->units, y->unit_count) &&
		    i64s_same(x->sharers, x->sharer_count, y->sharers, y->sharer_count));
}

static void compare_rows(struct generated *g, struct authz_context *was, struct authz_context *now, bool wider, const uint32_t *masks)
{
	for (int r = RIGHT_CREATE; r < RIGHTS_END; r++) {
		if (!wider)
			filters_same(was, now, g->f->cases, (enum right)r);
		for (int i = 0; i < ROWS; i++) {
			int64_t owner = g->principal_key[g->rows[i].owner], unit = g->unit_key[g->rows[i].unit];
			struct decision a = authz_check_shared(was, g->f->cases, (enum right)r, owner, unit, masks[i]);
			struct decision b = authz_check_shared(now, g->f->cases, (enum right)r, owner, unit, masks[i]);
			if (wider ? allowed(&a) && !allowed(&b) : a.reason != b.reason || allowed(&a) != allowed(&b))
				fail_msg("row %d, right %d: %s, then %s", i, r, reason_row(a.reason)->code.at, reason_row(b.reason)->code.at);
			g->widened += wider && !allowed(&a) && allowed(&b);
			g->unmoved += !wider;
		}
	}
}

static void ask_order(struct generated *g, int who)
{
	struct authz_context *was = context(g, who);
	struct arena *arena = arena_new(8 << 20);
	const struct role_set *roles = &g->f->authz->snapshot->roles;
	struct held_role more = { .principal = was->principals[below(g, (int)was->principal_count)], .unit = g->unit_key[below(g, MODEL_UNITS)],
				  .role = &roles->roles[below(g, (int)roles->count)] };
	uint32_t masks[ROWS];
	for (int i = 0; i < ROWS; i++)
		must(authz_shared_mask(g->f->authz, was, g->f->cases, i + 1, &masks[i]));
	compare_rows(g, was, recompiled(g, arena, was, NULL), false, masks);
	compare_rows(g, was, recompiled(g, arena, was, &more), true, masks);
	arena_free(arena);
}

static void ask_everything(struct generated *g)
{
	for (int i = 0; i < USERS; i++) {
		ask_points(g, MODEL_UNITS + i);
		ask_list(g, MODEL_UNITS + i, RIGHT_READ);
		ask_list(g, MODEL_UNITS + i, (enum right)(RIGHT_CREATE + below(g, 8)));
		ask_people(g, MODEL_UNITS + i);
		ask_explanations(g, MODEL_UNITS + i);
		ask_order(g, MODEL_UNITS + i);
	}
	ask_owners(g);
}

static void engine_and_twin_agree_after_every_change(void **state)
{
	size_t points = 0, lists = 0, by_share = 0, by_hierarchy = 0, from_above = 0, explained = 0, several = 0, unmoved = 0, widened = 0, by_gate = 0;
	(void)state;
	for (int w = 0; w < WORLDS; w++) {
		void *fixture = NULL;
		struct generated *g = calloc(1, sizeof *g);
		assert_non_null(g);
		assert_int_equal(fixture_setup(&fixture), 0);
		g->f = fixture;
		g->seed = 0x9e3779b97f4a7c15u + (uint64_t)w;
		world_make(g);
		struct person_source source = { tell, g };
		authz_set_people(g->f->authz, &source);
		for (int i = 0; i < 16; i++)
			change_role(g);
		for (int i = 0; i < ROWS; i++)
			change_share(g);
		for (int i = 0; i < USERS; i++)
			change_manager(g);
		change_hierarchy(g);
		for (int round = 0; round < ROUNDS; round++) {
			ask_everything(g);
			for (int i = 0; i < CHANGES_PER_ROUND; i++)
				changes[below(g, (int)COUNT_OF(changes))](g);
		}
		points += g->points;
		lists += g->lists;
		by_share += g->by_share;
		by_hierarchy += g->by_hierarchy;
		from_above += g->from_above;
		explained += g->explained;
		several += g->several;
		unmoved += g->unmoved;
		widened += g->widened;
		by_gate += g->by_gate;
		fixture_teardown(&fixture);
		free(g);
	}
	print_message("%zu decisions (%zu by a share alone, %zu of them from rows above, %zu by the hierarchy alone) and %zu lists agree\n", points,
		      by_share, from_above, by_hierarchy, lists);
	print_message("%zu explanations, %zu of several grants; %zu decisions in another order; %zu that one more role allows\n", explained, several, unmoved,
		      widened);
	print_message("%zu refused by licence or group\n", by_gate);
	assert_true(by_gate > 10000);
	assert_true(explained > 20000 && several > 1000);
	assert_true(unmoved > 100000 && widened > 1000);
	assert_true(from_above > 300);
	assert_true(by_share > 1000);
	assert_true(by_hierarchy > 500);
	assert_true(points > ASKED_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(engine_and_twin_agree_after_every_change) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
