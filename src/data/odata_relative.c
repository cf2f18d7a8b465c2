#include "data/odata_relative.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000, COUNT_MAX = 100000 };

/* What a function compares with. Spans: from `back` units before to `ahead` units after, X standing for the value given. */
enum relative_kind { SPAN_DAYS = 1, SPAN_HOURS, SPAN_DAY_GIVEN, SPAN_FROM_DAY, SPAN_TO_DAY, IS_USER, IS_UNIT, IS_TEAM, IS_USER_OR_TEAM,
	IS_HIERARCHY, IS_HIERARCHY_OR_TEAM, IN_TREE };
enum { X = -1, NOW = -2 }; /* X: the value; NOW: ends (or begins) at the moment of asking */

struct relative {
	const char *name;
	enum relative_kind kind;
	int from, to;  /* SPAN_DAYS: first and last day counted from today, or NOW; SPAN_HOURS likewise */
	bool past, negated;
};

static const struct relative functions[] = {
	{ "Today", SPAN_DAYS, 0, 0, false, false },
	{ "Yesterday", SPAN_DAYS, 1, 1, true, false },
	{ "Tomorrow", SPAN_DAYS, 1, 1, false, false },
	{ "Last7Days", SPAN_DAYS, 7, NOW, true, false },
	{ "Next7Days", SPAN_DAYS, NOW, 7, false, false },
	{ "LastXDays", SPAN_DAYS, X, NOW, true, false },
	{ "NextXDays", SPAN_DAYS, NOW, X, false, false },
	{ "LastXHours", SPAN_HOURS, X, NOW, true, false },
	{ "NextXHours", SPAN_HOURS, NOW, X, false, false },
	{ "On", SPAN_DAY_GIVEN, 0, 0, false, false },
	{ "NotOn", SPAN_DAY_GIVEN, 0, 0, false, true },
	{ "OnOrAfter", SPAN_FROM_DAY, 0, 0, false, false },
	{ "OnOrBefore", SPAN_TO_DAY, 0, 0, false, false },
	{ "EqualUserId", IS_USER, 0, 0, false, false },
	{ "NotEqualUserId", IS_USER, 0, 0, false, true },
	{ "EqualBusinessId", IS_UNIT, 0, 0, false, false },
	{ "NotEqualBusinessId", IS_UNIT, 0, 0, false, true },
	{ "EqualUserTeams", IS_TEAM, 0, 0, false, false },
	{ "EqualUserOrUserTeams", IS_USER_OR_TEAM, 0, 0, false, false },
	{ "EqualUserOrUserHierarchy", IS_HIERARCHY, 0, 0, false, false },
	{ "EqualUserOrUserHierarchyAndTeams", IS_HIERARCHY_OR_TEAM, 0, 0, false, false },
	{ "Above", IN_TREE, COMPARE_GT, 0, false, false },
	{ "AboveOrEqual", IN_TREE, COMPARE_GE, 0, false, false },
	{ "Under", IN_TREE, COMPARE_LT, 0, false, false },
	{ "UnderOrEqual", IN_TREE, COMPARE_LE, 0, false, false },
	{ "NotUnder", IN_TREE, COMPARE_LT, 0, false, true },
};

const struct relative *relative_find(str name)
{
	for (size_t i = 0; i < COUNT_OF(functions); i++)
		if (str_equal(name, str_of(functions[i].name)))
			return &functions[i];
	return NULL;
}

bool relative_takes_value(const struct relative *r)
{
	if (r->kind == IN_TREE)
		return true;
	return r->from == X || r->to == X || r->kind == SPAN_DAY_GIVEN || r->kind == SPAN_FROM_DAY || r->kind == SPAN_TO_DAY;
}

bool relative_is_negated(const struct relative *r)
{
	return r->negated;
}

static err unfit(const struct relative *r, struct arena *arena, struct problem *problem, const char *what)
{
	return problem_say(arena, problem, 400, CODE_BAD_QUERY, "Microsoft.Dynamics.CRM.%s: %s.", r->name, what);
}

static err values_take(struct filter *out, enum filter_kind kind, const struct value *values, size_t count, struct arena *arena)
{
	struct value *copy = NEW_ARRAY(arena, struct value, count);
	TRY_NEW(copy);
	memcpy(copy, values, count * sizeof *copy);
	out->kind = kind;
	out->values = copy;
	out->value_count = count;
	return OK;
}

/* --- moments --- */

static int64_t day_of(int64_t ms)
{
	int64_t rest = ms % DAY_MS;
	return ms - (rest < 0 ? rest + DAY_MS : rest);
}

/* The moment a bound of a span stands for, `n` for X; `end`: of a day, its last millisecond. */
static int64_t bound_of(const struct relative *r, int64_t now, int bound, int64_t n, bool end)
{
	int64_t unit = r->kind == SPAN_HOURS ? HOUR_MS : DAY_MS, count = bound == X ? n : bound;
	if (bound == NOW)
		return now;
	if (r->kind == SPAN_HOURS)
		return now + (r->past ? -count : count) * unit;
	return day_of(now) + (r->past ? -count : count) * unit + (end ? DAY_MS - 1 : 0);
}

static err span_filter(const struct relative *r, int64_t now, str value, struct arena *arena, struct problem *problem, struct filter *out)
{
	uint64_t n = 0;
	if (relative_takes_value(r) && (!str_to_u64(value, &n) || n < 1 || n > COUNT_MAX))
		return unfit(r, arena, problem, "PropertyValue must be a whole number above 0");
	struct value ends[] = { { .kind = VALUE_I64, .i64 = bound_of(r, now, r->from, (int64_t)n, false) },
				{ .kind = VALUE_I64, .i64 = bound_of(r, now, r->to, (int64_t)n, true) } };
	return values_take(out, FILTER_BETWEEN, ends, 2, arena);
}

static err day_filter(const struct relative *r, str value, struct arena *arena, struct problem *problem, struct filter *out)
{
	struct instant t;
	if (failed(instant_parse(value, &t)))
		return unfit(r, arena, problem, "PropertyValue must be a date");
	int64_t day = day_of(t.ms);
	struct value ends[] = { { .kind = VALUE_I64, .i64 = day }, { .kind = VALUE_I64, .i64 = day + DAY_MS - 1 } };
	if (r->kind == SPAN_DAY_GIVEN)
		return values_take(out, FILTER_BETWEEN, ends, 2, arena);
	out->op = r->kind == SPAN_FROM_DAY ? COMPARE_GE : COMPARE_LE;
	return values_take(out, FILTER_COMPARE, r->kind == SPAN_FROM_DAY ? &ends[0] : &ends[1], 1, arena);
}

/* --- who asks --- */

static err identity_filter(const struct uuid *id, struct arena *arena, struct filter *out)
{
	struct value v = { .kind = VALUE_UUID, .uuid = *id };
	out->op = COMPARE_EQ;
	return values_take(out, FILTER_COMPARE, &v, 1, arena);
}

static err team_filter(const struct relative *r, const struct odata_caller *who, struct arena *arena, struct filter *out)
{
	int64_t *keys = NEW_ARRAY(arena, int64_t, who->team_count + who->report_count + 1);
	bool below = r->kind == IS_HIERARCHY || r->kind == IS_HIERARCHY_OR_TEAM;
	size_t n = 0;
	TRY_NEW(keys);
	for (size_t i = 0; r->kind != IS_HIERARCHY && i < who->team_count; i++)
		keys[n++] = who->teams[i];
	for (size_t i = 0; below && i < who->report_count; i++)
		keys[n++] = who->reports[i];
	if (r->kind != IS_TEAM)
		keys[n++] = who->user;
	out->users_only = r->kind == IS_HIERARCHY;
	out->kind = FILTER_KEYS;
	struct value list = { .kind = VALUE_I64S, .i64s = keys, .i64s_count = n };
	return values_take(out, FILTER_KEYS, &list, 1, arena);
}

/* --- trees --- */

/* The one lookup of the table that points at the table itself. */
static const struct column *tree_lookup(const struct table *t)
{
	const struct column *found = NULL;
	for (size_t i = 0; i < t->column_count; i++) {
		const struct column *c = &t->columns[i];
		if (c->type != TYPE_LOOKUP || c->target_count != 1 || !str_equal(c->targets[0], t->logical_name))
			continue;
		if (found)
			return NULL;
		found = c;
	}
	return found;
}

static err tree_filter(const struct relative *r, const struct odata_caller *who, const struct table *t, str value, struct arena *arena,
		       struct problem *problem, struct filter *out)
{
	struct link *link = NEW(arena, struct link);
	const struct column *up = tree_lookup(t);
	struct value id = { .kind = VALUE_UUID };
	TRY_NEW(link);
	if (!up || !who->link_find)
		return unfit(r, arena, problem, "the table has not just one lookup to itself");
	if (failed(uuid_parse(value, &id.uuid)))
		return unfit(r, arena, problem, "PropertyValue must be the id of a row");
	TRY(who->link_find(who->guard, t, up->navigation, link));
	out->paired = link;
	out->op = (enum compare_op)r->from;
	return values_take(out, FILTER_TREE, &id, 1, arena);
}

err relative_filter(const struct relative *r, const struct odata_caller *who, const struct table *t, const struct column *c, str value,
		    struct arena *arena, struct problem *problem, struct filter *out)
{
	bool date = c->type == TYPE_DATETIME || c->type == TYPE_DATE, id = column_is_lookup(c) || c->type == TYPE_UNIQUEID;
	out->column = c;
	switch (r->kind) {
	case SPAN_DAYS:
	case SPAN_HOURS:
		return date ? span_filter(r, who->now.ms, value, arena, problem, out) : unfit(r, arena, problem, "needs a date column");
	case SPAN_DAY_GIVEN:
	case SPAN_FROM_DAY:
	case SPAN_TO_DAY:
		return date ? day_filter(r, value, arena, problem, out) : unfit(r, arena, problem, "needs a date column");
	case IN_TREE:
		return id ? tree_filter(r, who, t, value, arena, problem, out) : unfit(r, arena, problem, "needs the primary id");
	case IS_USER:
		return id ? identity_filter(&who->user_id, arena, out) : unfit(r, arena, problem, "needs a lookup");
	case IS_UNIT:
		return id ? identity_filter(&who->unit_id, arena, out) : unfit(r, arena, problem, "needs a lookup");
	default:
		return c->flags & COLUMN_OWNER_KEY ? team_filter(r, who, arena, out) : unfit(r, arena, problem, "needs the owner");
	}
}
