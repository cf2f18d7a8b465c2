/* authz/hierarchy.c - whom a user stands above, level by level, by managers or by positions (1.11). Reads the database; what it finds becomes part of the facts
 * that a context is compiled from. */
#include "authz/internal.h"
#include "authz/sql_catalog.h"

struct reports {
	struct authz *authz;
	struct arena *arena;
	const struct principal_facts *manager;
	const struct snapshot *snapshot;
	int64_t *list[2]; /* principals: of the levels that the manager changes, and of all */
	size_t count[2], room[2];
};

static err list_add(struct reports *r, int which, int64_t principal)
{
	if (r->count[which] == r->room[which]) {
		size_t room = r->room[which] ? r->room[which] * 2 : 16;
		int64_t *wider = NEW_ARRAY(r->arena, int64_t, room);
		TRY_NEW(wider);
		if (r->count[which])
			memcpy(wider, r->list[which], r->count[which] * sizeof *wider);
		r->list[which] = wider;
		r->room[which] = room;
	}
	r->list[which][r->count[which]++] = principal;
	return OK;
}

/* The rule is applied between the manager and each subordinate, not along the chain; positions have none. */
static bool counts(const struct reports *r, int64_t unit, bool disabled)
{
	const struct hierarchy_settings *h = &r->snapshot->settings.hierarchy;
	return (!h->unit_rule || h->positions || unit_is_within(&r->snapshot->units, unit, r->manager->unit)) && (h->disabled_users || !disabled);
}

/* P(s) of a subordinate. */
static err subordinate_add(struct reports *r, int64_t key, int64_t unit, int level)
{
	int64_t *teams = NULL;
	size_t count = 0;
	int first = level <= r->snapshot->settings.hierarchy.write_levels ? 0 : 1;
	struct uuid object = { { 0 } };
	if (r->snapshot->group_team_count)
		TRY(user_object(r->authz->store, key, &object));
	TRY(teams_of_user(r->authz, r->snapshot, key, unit, &object, r->arena, &teams, &count));
	for (int which = first; which < 2; which++) {
		TRY(list_add(r, which, key));
		for (size_t i = 0; i < count; i++)
			TRY(list_add(r, which, teams[i]));
	}
	return OK;
}

/* The users directly below `from` and, as *out, where the next level starts (those users, or their positions), without what was met
 * before, which cuts cycles. */
static err level_read(struct reports *r, int level, const int64_t *from, size_t from_count, const int64_t *met, size_t met_count,
		      int64_t **out, size_t *out_count)
{
	size_t room = 64;
	SCOPED(statement) s = { 0 };
	*out = NEW_ARRAY(r->arena, int64_t, room);
	*out_count = 0;
	TRY_NEW(*out);
	const struct sql_text *sql = r->snapshot->settings.hierarchy.positions ? &SQL_AUTHZ_REPORTS_BY_POSITION : &SQL_AUTHZ_REPORTS;
	TRY(sql_begin(r->authz->store, sql, ARGS(arg_i64s(from, from_count)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		int64_t next = column_i64(&s, 0), key = column_i64(&s, 1), unit = column_i64(&s, 2);
		if (i64s_have(met, met_count, next))
			continue;
		if (*out_count == room) {
			int64_t *wider = NEW_ARRAY(r->arena, int64_t, room * 2);
			TRY_NEW(wider);
			memcpy(wider, *out, room * sizeof *wider);
			*out = wider;
			room *= 2;
		}
		(*out)[(*out_count)++] = next;
		if (key && counts(r, unit, column_i64(&s, 3) != 0))
			TRY(subordinate_add(r, key, unit, level));
	}
	*out_count = i64s_normalize(*out, *out_count);
	return OK;
}

static err met_widen(struct arena *arena, int64_t **met, size_t *met_count, const int64_t *more, size_t more_count)
{
	int64_t *wider = NEW_ARRAY(arena, int64_t, *met_count + more_count);
	TRY_NEW(wider);
	memcpy(wider, *met, *met_count * sizeof *wider);
	if (more_count)
		memcpy(wider + *met_count, more, more_count * sizeof *wider);
	*met_count = i64s_normalize(wider, *met_count + more_count);
	*met = wider;
	return OK;
}

err hierarchy_read(struct authz *a, const struct snapshot *snapshot, struct arena *arena, struct principal_facts *f)
{
	struct reports r = { .authz = a, .arena = arena, .manager = f, .snapshot = snapshot };
	int64_t *level = NEW(arena, int64_t), *met = NEW(arena, int64_t);
	size_t level_count = 1, met_count = 1;
	if (!snapshot->settings.hierarchy.enabled || f->type != PRINCIPAL_SYSTEMUSER)
		return OK;
	TRY_NEW(level);
	TRY_NEW(met);
	*level = *met = f->key;
	if (snapshot->settings.hierarchy.positions) {
		TRY(sql_i64(a->store, &SQL_AUTHZ_POSITION_OF_USER, ARGS(arg_i64(f->key)), level));
		*met = *level;
		level_count = *level ? 1 : 0;
	}
	for (int n = 1; n <= snapshot->settings.hierarchy.depth && level_count; n++) {
		int64_t *below = NULL;
		size_t below_count = 0;
		TRY(level_read(&r, n, level, level_count, met, met_count, &below, &below_count));
		TRY(met_widen(arena, &met, &met_count, below, below_count));
		level = below;
		level_count = below_count;
	}
	f->reports_changed = r.list[0];
	f->reports_changed_count = i64s_normalize(r.list[0], r.count[0]);
	f->reports = r.list[1];
	f->report_count = i64s_normalize(r.list[1], r.count[1]);
	return OK;
}
