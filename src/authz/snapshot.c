/* authz/snapshot.c - units and roles of one epoch, from the database into memory. */
#include "authz/internal.h"
#include "authz/sql_catalog.h"

enum { SNAPSHOT_BYTES_MAX = 512 * 1024 * 1024 };

static err units_load(struct store *store, struct snapshot *s)
{
	size_t n = 0, room = 64;
	struct unit *units = NEW_ARRAY(s->arena, struct unit, room);
	SCOPED(statement) all = { 0 };
	TRY_NEW(units);
	TRY(statement_open(store, &SQL_AUTHZ_UNITS, &all));
	for (bool row;;) {
		TRY(statement_step(&all, &row));
		if (!row)
			break;
		if (n == room) {
			struct unit *wider = NEW_ARRAY(s->arena, struct unit, room * 2);
			TRY_NEW(wider);
			memcpy(wider, units, room * sizeof *units);
			units = wider;
			room *= 2;
		}
		units[n++] = (struct unit){ .key = column_i64(&all, 0), .id = column_uuid(&all, 1),
			.parent_key = column_i64(&all, 2), .disabled = column_i64(&all, 3) != 0 };
	}
	return unit_tree_build(s->arena, units, n, &s->units);
}

/* --- built-in roles: content that follows from the tables there are (1.9) --- */

static void grant(struct role *r, const struct table *t, enum right right, enum depth depth)
{
	r->depths[(size_t)t->ordinal * RIGHTS_END + right] = (uint8_t)depth;
}

/* Everybody reads the tables of the administration, but not what is stored about other programs' people and resources, nor others' jobs and shares. */
static bool is_everyday(const struct table *t)
{
	static const char *const others[] = { "externaltype", "externalentity", "asyncoperation", "principalobjectaccess",
					      "principalobjectattributeaccess" };
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (str_equal(t->logical_name, str_of(others[i])))
			return false;
	return t->builtin;
}

/* What a policy lets pass tells what there is besides. */
static bool is_policy(const struct table *t)
{
	return str_equal(t->logical_name, S("rowpolicy")) || str_equal(t->logical_name, S("rowpolicyconstraint"));
}

static enum depth builtin_depth(enum role_kind kind, const struct table *t, enum right right)
{
	switch (kind) {
	case ROLE_ADMINISTRATOR:
		return DEPTH_GLOBAL;
	case ROLE_SUPPORT:
		return right == RIGHT_READ ? DEPTH_GLOBAL : DEPTH_NONE;
	case ROLE_BASIC_USER:
		return is_everyday(t) && !is_policy(t) && right == RIGHT_READ ? DEPTH_GLOBAL : DEPTH_NONE;
	case ROLE_CUSTOMIZER:
		if (t->builtin)
			return is_everyday(t) && right == RIGHT_READ ? DEPTH_GLOBAL : DEPTH_NONE;
		return table_is_owned(t) ? DEPTH_BASIC : DEPTH_NONE; /* no access to other people's rows */
	default:
		return DEPTH_NONE;
	}
}

static uint32_t builtin_misc(enum role_kind kind)
{
	switch (kind) {
	case ROLE_ADMINISTRATOR:
		return (1u << MISC_END) - 1;
	case ROLE_CUSTOMIZER:
	case ROLE_MAKER:
		return 1u << MISC_CUSTOMIZE | 1u << MISC_PUBLISH;
	case ROLE_DELEGATE:
		return 1u << MISC_ACT_ON_BEHALF;
	default:
		return 0;
	}
}

static err builtin_fill(struct snapshot *s, const struct metadata *m, struct role *r)
{
	struct privilege list[RIGHTS_END - 1];
	r->misc = builtin_misc(r->kind);
	for (size_t i = 0; i < s->table_count; i++) {
		const struct table *t = metadata_table_by_ordinal(m, (uint16_t)i);
		size_t n = t ? table_privileges(t, s->arena, list) : 0;
		for (size_t k = 0; k < n; k++)
			grant(r, t, list[k].right, builtin_depth(r->kind, t, list[k].right));
	}
	return OK;
}

/* --- all roles --- */

static err role_read(struct snapshot *s, const struct metadata *m, const struct statement *row, struct role *r)
{
	*r = (struct role){ .key = column_i64(row, 0), .id = column_uuid(row, 1), .name = str_copy(s->arena, column_text(row, 2)),
		.unit = column_i64(row, 3), .direct_user = column_i64(row, 4) != 0, .kind = (enum role_kind)column_i64(row, 5),
		.context = str_copy(s->arena, column_text(row, 6)), .bypass = column_i64(row, 7) != 0, .table_count = s->table_count };
	TRY_NEW(r->name.at);
	TRY_NEW(r->context.at);
	r->depths = NEW_ARRAY(s->arena, uint8_t, s->table_count * RIGHTS_END);
	TRY_NEW(r->depths);
	return r->kind == ROLE_PLAIN ? OK : builtin_fill(s, m, r);
}

static err roles_load(struct store *store, const struct metadata *m, struct snapshot *s)
{
	size_t room = 32;
	SCOPED(statement) all = { 0 };
	s->roles.roles = NEW_ARRAY(s->arena, struct role, room);
	TRY_NEW(s->roles.roles);
	TRY(statement_open(store, &SQL_AUTHZ_ROLES, &all));
	for (bool row;;) {
		TRY(statement_step(&all, &row));
		if (!row)
			return OK;
		if (s->roles.count == room) {
			struct role *wider = NEW_ARRAY(s->arena, struct role, room * 2);
			TRY_NEW(wider);
			memcpy(wider, s->roles.roles, room * sizeof *wider);
			s->roles.roles = wider;
			room *= 2;
		}
		TRY(role_read(s, m, &all, &s->roles.roles[s->roles.count]));
		s->roles.count++;
	}
}

static err grants_load(struct store *store, struct snapshot *s)
{
	SCOPED(statement) all = { 0 };
	TRY(statement_open(store, &SQL_AUTHZ_ROLE_PRIVILEGES, &all));
	for (bool row;;) {
		TRY(statement_step(&all, &row));
		if (!row)
			return OK;
		/* the set is ours to fill until it is handed out */
		struct role *r = (struct role *)(uintptr_t)role_find(&s->roles, column_i64(&all, 0));
		uint64_t table = (uint64_t)column_i64(&all, 1), right = (uint64_t)column_i64(&all, 2);
		if (!r || (table ? table >= s->table_count || right == 0 || right >= RIGHTS_END : right >= MISC_END))
			FAIL(ERR_CORRUPT, "a stored grant names no role, table or right");
		if (table)
			r->depths[table * RIGHTS_END + right] = (uint8_t)column_i64(&all, 3);
		else
			r->misc |= 1u << right;
	}
}

static err settings_load(struct store *store, struct snapshot *s)
{
	SCOPED(statement) one = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_AUTHZ_SETTINGS_READ, &one));
	TRY(statement_step(&one, &row));
	if (!row)
		FAIL(ERR_CORRUPT, "the settings of the environment are missing");
	s->settings.hierarchy = (struct hierarchy_settings){ .enabled = column_i64(&one, 0) != 0, .depth = (int)column_i64(&one, 1),
		.write_levels = (int)column_i64(&one, 2), .unit_rule = column_i64(&one, 3) != 0, .disabled_users = column_i64(&one, 4) != 0,
		.positions = column_i64(&one, 5) != 0 };
	s->settings.share_to_previous_owner = column_i64(&one, 6) != 0;
	s->settings.matrix = (struct matrix_settings){ .enabled = column_i64(&one, 7) != 0, .move_rows = column_i64(&one, 8) != 0,
						       .keep_roles = column_i64(&one, 9) != 0 };
	s->settings.conceal_rows = column_i64(&one, 10) != 0;
	s->settings.conceal_lookup_ids = column_i64(&one, 11) != 0;
	s->settings.metadata_by_privilege = column_i64(&one, 12) != 0;
	return OK;
}

/* The tables that a statement names. */
static err marks_load(struct store *store, struct snapshot *s, const struct sql_text *sql, bool **out)
{
	SCOPED(statement) all = { 0 };
	*out = NEW_ARRAY(s->arena, bool, s->table_count);
	TRY_NEW(*out);
	TRY(statement_open(store, sql, &all));
	for (bool row;;) {
		TRY(statement_step(&all, &row));
		if (!row)
			return OK;
		int64_t table = column_i64(&all, 0);
		if (table > 0 && (size_t)table < s->table_count)
			(*out)[table] = true;
	}
}

/* What was a mask when it was stored is one now; else the column could be read bare. */
static err masks_load(struct store *store, struct snapshot *s)
{
	size_t room = 0;
	SCOPED(statement) all = { 0 };
	TRY(statement_open(store, &SQL_AUTHZ_MASKS, &all));
	for (bool row;;) {
		TRY(statement_step(&all, &row));
		if (!row)
			return OK;
		if (s->mask_count == room) {
			struct column_mask *wider = NEW_ARRAY(s->arena, struct column_mask, room ? room * 2 : 8);
			TRY_NEW(wider);
			if (room)
				memcpy(wider, s->masks, room * sizeof *wider);
			room = room ? room * 2 : 8;
			s->masks = wider;
		}
		s->masks[s->mask_count].column = column_uuid(&all, 0);
		TRY(mask_new(column_text(&all, 1), column_text(&all, 2), &s->masks[s->mask_count].mask));
		s->mask_count++;
	}
}

static err policies_load(struct store *store, struct snapshot *s)
{
	size_t room = 0;
	SCOPED(statement) all = { 0 };
	TRY(statement_open(store, &SQL_AUTHZ_POLICIES, &all));
	for (bool row;;) {
		TRY(statement_step(&all, &row));
		if (!row)
			return OK;
		if (s->policy_count == room) {
			struct row_policy *wider = NEW_ARRAY(s->arena, struct row_policy, room ? room * 2 : 8);
			TRY_NEW(wider);
			if (room)
				memcpy(wider, s->policies, room * sizeof *wider);
			room = room ? room * 2 : 8;
			s->policies = wider;
		}
		struct row_policy *p = &s->policies[s->policy_count];
		*p = (struct row_policy){ .table = (uint16_t)column_i64(&all, 0), .primary = (uint16_t)column_i64(&all, 1),
			.path = str_copy(s->arena, column_text(&all, 2)), .query = str_copy(s->arena, column_text(&all, 3)),
			.context = (enum policy_context)column_i64(&all, 4), .context_value = str_copy(s->arena, column_text(&all, 5)),
			.operations = (uint32_t)column_i64(&all, 6), .not_exists = column_i64(&all, 7) != 0 };
		TRY_NEW(p->path.at);
		TRY_NEW(p->query.at);
		TRY_NEW(p->context_value.at);
		s->policy_count++;
	}
}

/* What was a bound when it was stored is one now; else a licence would leave more than it should. */
static err plans_load(struct store *store, const struct metadata *m, struct snapshot *s)
{
	size_t room = 0;
	SCOPED(statement) all = { 0 };
	TRY(statement_open(store, &SQL_AUTHZ_PLANS, &all));
	for (bool row;;) {
		TRY(statement_step(&all, &row));
		if (!row)
			return OK;
		if (s->plan_count == room) {
			struct plan_bounds *wider = NEW_ARRAY(s->arena, struct plan_bounds, room ? room * 2 : 8);
			TRY_NEW(wider);
			if (room)
				memcpy(wider, s->plans, room * sizeof *wider);
			room = room ? room * 2 : 8;
			s->plans = wider;
		}
		s->plans[s->plan_count].plan = column_uuid(&all, 0);
		TRY(plan_bounds_parse(column_text(&all, 1), m, false, s->arena, &s->plans[s->plan_count].rights));
		s->plan_count++;
	}
}

static err assigning_load(struct store *store, struct snapshot *s)
{
	int64_t assigning;
	TRY(sql_i64(store, &SQL_AUTHZ_ASSIGNING, NO_ARGS, &assigning));
	s->assigning = assigning != 0;
	return OK;
}

static err load_into(struct store *store, const struct metadata *m, struct snapshot *s)
{
	TRY(units_load(store, s));
	TRY(roles_load(store, m, s));
	TRY(settings_load(store, s));
	TRY(marks_load(store, s, &SQL_AUTHZ_EXCLUSIONS, &s->hierarchy_off));
	TRY(marks_load(store, s, &SQL_AUTHZ_CELL_TABLES, &s->cells));
	TRY(masks_load(store, s));
	TRY(policies_load(store, s));
	TRY(plans_load(store, m, s));
	TRY(group_teams_load(store, s->arena, &s->group_teams, &s->group_team_count));
	TRY(relationships_read(store, m, s->arena, &s->relationships, &s->relationship_count));
	TRY(assigning_load(store, s));
	s->cascades = NEW_ARRAY(s->arena, struct cascade *, s->table_count);
	TRY_NEW(s->cascades);
	return grants_load(store, s);
}

err snapshot_load(struct store *store, const struct metadata *metadata, uint64_t epoch, struct snapshot **out)
{
	struct arena *arena = arena_new(SNAPSHOT_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for units and roles");
	struct snapshot *s = NEW(arena, struct snapshot);
	if (!s) {
		arena_free(arena);
		FAIL(ERR_LIMIT, "no memory for units and roles");
	}
	*s = (struct snapshot){ .arena = arena, .epoch = epoch, .table_count = metadata->by_ordinal_count };
	err e = load_into(store, metadata, s);
	if (failed(e)) {
		snapshot_free(s);
		return e;
	}
	*out = s;
	return OK;
}

void snapshot_free(struct snapshot *s)
{
	for (size_t i = 0; s && i < s->mask_count; i++)
		mask_free(s->masks[i].mask);
	if (s)
		arena_free(s->arena);
}
