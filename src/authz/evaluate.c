/* authz/evaluate.c - filters compiled from grants, and decisions on them. */
#include "authz/evaluate.h"

/* --- the filter of one (table, right): section 1.5 --- */

/* Does the Basic part of this grant work as the user's own? */
static bool works_as_own(const struct authz_context *ctx, const struct held_role *h)
{
	return h->principal == ctx->facts.key || h->role->direct_user;
}

static enum depth depth_of(const struct held_role *h, const struct table *table, enum right right)
{
	return role_depth(h->role, table->ordinal, right);
}

/* OWNER: with a grant of one's own, any owner in P(u); with team-only grants, just those teams. */
static err owners_make(struct authz_context *ctx, const struct table *table, enum right right, struct row_filter *f)
{
	const struct principal_facts *facts = &ctx->facts;
	int64_t *owners = NEW_ARRAY(ctx->arena, int64_t, facts->held_count);
	TRY_NEW(owners);
	for (size_t i = 0; i < facts->held_count; i++) {
		const struct held_role *h = &facts->held[i];
		if (depth_of(h, table, right) == DEPTH_NONE)
			continue;
		if (works_as_own(ctx, h)) {
			f->owners = ctx->principals;
			f->owner_count = ctx->principal_count;
			return OK;
		}
		owners[f->owner_count++] = h->principal;
	}
	f->owner_count = i64s_normalize(owners, f->owner_count);
	f->owners = owners;
	return OK;
}

/* How many units a grant covers; from is where they stand in the walk. */
static size_t units_of_grant(const struct authz_context *ctx, const struct held_role *h, enum depth depth, uint32_t *out_from)
{
	const struct unit *u = unit_find(ctx->units, h->unit);
	if (!u || depth < DEPTH_LOCAL)
		return 0;
	*out_from = u->first;
	return depth == DEPTH_LOCAL ? 1 : (size_t)(u->last - u->first) + 1;
}

static err units_make(struct authz_context *ctx, const struct table *table, enum right right, struct row_filter *f)
{
	const struct principal_facts *facts = &ctx->facts;
	size_t room = 0;
	uint32_t from = 0;
	for (size_t i = 0; i < facts->held_count; i++)
		room += units_of_grant(ctx, &facts->held[i], depth_of(&facts->held[i], table, right), &from);
	int64_t *units = NEW_ARRAY(ctx->arena, int64_t, room);
	TRY_NEW(units);
	for (size_t i = 0; i < facts->held_count; i++) {
		size_t n = units_of_grant(ctx, &facts->held[i], depth_of(&facts->held[i], table, right), &from);
		for (size_t k = 0; k < n; k++)
			units[f->unit_count++] = ctx->units->walk[from + k];
	}
	f->unit_count = i64s_normalize(units, f->unit_count);
	f->units = units;
	return OK;
}

/* --- hierarchy: section 1.11 --- */

/* The subordinates whose rows this right reaches: every level for Read, those that the manager changes for Write, Append and AppendTo,
 * none for Create, Delete, Assign and Share. */
const int64_t *authz_reports(const struct authz_context *ctx, const struct table *table, enum right right, size_t *out_count)
{
	const struct principal_facts *f = &ctx->facts;
	bool changes = right == RIGHT_WRITE || right == RIGHT_APPEND || right == RIGHT_APPEND_TO;
	*out_count = 0;
	if (table->builtin || !table_is_owned(table) || (right != RIGHT_READ && !changes))
		return NULL;
	if (ctx->hierarchy_off && ctx->hierarchy_off[table->ordinal])
		return NULL;
	*out_count = changes ? f->reports_changed_count : f->report_count;
	return changes ? f->reports_changed : f->reports;
}

static err i64s_unite(struct arena *arena, const int64_t **values, size_t *count, const int64_t *more, size_t more_count)
{
	if (more_count == 0)
		return OK;
	int64_t *both = NEW_ARRAY(arena, int64_t, *count + more_count);
	TRY_NEW(both);
	if (*count)
		memcpy(both, *values, *count * sizeof *both);
	memcpy(both + *count, more, more_count * sizeof *both);
	*count = i64s_normalize(both, *count + more_count);
	*values = both;
	return OK;
}

static err reports_join(struct authz_context *ctx, const struct table *table, enum right right, struct row_filter *f)
{
	size_t count;
	const int64_t *reports = authz_reports(ctx, table, right, &count);
	f->sharers = ctx->sharers;
	f->sharer_count = ctx->sharer_count;
	TRY(i64s_unite(ctx->arena, &f->owners, &f->owner_count, reports, count));
	return i64s_unite(ctx->arena, &f->sharers, &f->sharer_count, reports, count);
}

static err filter_make(struct authz_context *ctx, const struct table *table, enum right right, struct row_filter *out)
{
	struct row_filter f = { .made = true };
	for (size_t i = 0; i < ctx->facts.held_count; i++) {
		enum depth d = depth_of(&ctx->facts.held[i], table, right);
		f.any = f.any || d != DEPTH_NONE;
		f.all = f.all || d == DEPTH_GLOBAL;
	}
	/* rows of the organization know None and Global only */
	if (f.any && !f.all && table_is_owned(table)) {
		TRY(owners_make(ctx, table, right, &f));
		TRY(units_make(ctx, table, right, &f));
		TRY(reports_join(ctx, table, right, &f));
	}
	if (table->own_readable && right == RIGHT_READ && !f.all) {
		f.any = true;
		TRY(i64s_unite(ctx->arena, &f.owners, &f.owner_count, &ctx->facts.key, 1));
	}
	*out = f;
	return OK;
}

err authz_row_filter(struct authz_context *ctx, const struct table *table, enum right right, const struct row_filter **out)
{
	if (table->ordinal >= ctx->table_count || right <= RIGHT_NONE || (int)right >= RIGHTS_END)
		FAIL(ERR_INTERNAL, "a table or right that this context does not know");
	struct row_filter **slot = &ctx->filters[table->ordinal];
	if (!*slot) {
		*slot = NEW_ARRAY(ctx->arena, struct row_filter, RIGHTS_END);
		TRY_NEW(*slot);
	}
	if (!(*slot)[right].made)
		TRY(filter_make(ctx, table, right, &(*slot)[right]));
	*out = &(*slot)[right];
	return OK;
}

/* --- decisions --- */

static struct decision refuse(const struct authz_context *ctx, enum right right, enum authz_reason reason)
{
	return (struct decision){ .verdict = VERDICT_DENY, .reason = reason, .right = right, .epoch = ctx->epoch };
}

static struct decision allow(const struct authz_context *ctx, enum right right)
{
	return (struct decision){ .verdict = VERDICT_ALLOW, .right = right, .epoch = ctx->epoch };
}

/* Step 4. What an access mode leaves of a right on a class of tables. Support and delegated administrators are off. */
static bool mode_permits(enum access_mode mode, enum table_class class, enum right right)
{
	switch (mode) {
	case ACCESS_READ_WRITE:
	case ACCESS_NON_INTERACTIVE:
		return true;
	case ACCESS_ADMINISTRATIVE:
		return class == CLASS_ADMIN;
	case ACCESS_READ:
		return right == RIGHT_READ;
	default:
		return false;
	}
}

/* Steps 6 alone: does any grant exist? */
static struct decision privilege_of(struct authz_context *ctx, const struct table *table, enum right right,
				    const struct row_filter **out)
{
	if (ctx->facts.held_count == 0)
		return refuse(ctx, right, REASON_NO_ROLES);
	if (failed(authz_row_filter(ctx, table, right, out)))
		return refuse(ctx, right, REASON_ERROR);
	if (!(*out)->any)
		return refuse(ctx, right, REASON_MISSING_PRIVILEGE);
	return allow(ctx, right);
}

/* Step 3, for a table: a licence never grants, it leaves. */
static bool licence_permits(const struct authz_context *ctx, const struct table *table, enum right right)
{
	if (!ctx->bounded)
		return true;
	return table->ordinal < ctx->table_count && ctx->licence && ctx->licence[table->ordinal] & 1u << right;
}

static struct decision gates_of(struct authz_context *ctx, const struct table *table, enum right right,
				const struct row_filter **out)
{
	if (ctx->gate != REASON_NONE)
		return refuse(ctx, right, ctx->gate);
	if (!licence_permits(ctx, table, right))
		return refuse(ctx, right, REASON_LICENCE_BOUND);
	if (!mode_permits(context_access_mode(ctx), table->class, right))
		return refuse(ctx, right, REASON_ACCESS_MODE);
	if (ctx->group_gate != REASON_NONE)
		return refuse(ctx, right, ctx->group_gate);
	return privilege_of(ctx, table, right, out);
}

struct decision authz_check_privilege(struct authz_context *ctx, const struct table *table, enum right right)
{
	const struct row_filter *filter = NULL;
	return gates_of(ctx, table, right, &filter);
}

static bool grant_covers_unit(const struct authz_context *ctx, const struct held_role *h, enum depth depth, int64_t unit)
{
	return (depth == DEPTH_LOCAL && h->unit == unit) || (depth == DEPTH_DEEP && unit_is_within(ctx->units, unit, h->unit));
}

enum access_path authz_role_path(const struct authz_context *ctx, const struct table *table, enum right right, const struct held_role *h,
				 int64_t owner, int64_t unit)
{
	enum depth depth = depth_of(h, table, right);
	if (depth == DEPTH_GLOBAL)
		return PATH_GLOBAL;
	if (depth == DEPTH_NONE || !table_is_owned(table)) /* rows of the organization know None and Global only */
		return PATH_NONE;
	if (context_has_principal(ctx, owner) && (works_as_own(ctx, h) || h->principal == owner))
		return PATH_OWNER;
	return grant_covers_unit(ctx, h, depth, unit) ? PATH_UNIT : PATH_NONE;
}

/* Which grant did it: for the decision record. The filter has said yes already. */
static void path_find(const struct authz_context *ctx, const struct table *table, int64_t owner, int64_t unit,
		      struct decision *d)
{
	for (size_t i = 0; i < ctx->facts.held_count && d->path == PATH_NONE; i++) {
		const struct held_role *h = &ctx->facts.held[i];
		d->path = authz_role_path(ctx, table, d->right, h, owner, unit);
		d->role = h->role->key;
		d->principal = h->principal;
	}
	if (d->path == PATH_NONE) { /* no grant of one's own: the owner is a subordinate, or a team of one */
		d->path = PATH_HIERARCHY;
		d->principal = owner;
	}
}

static struct decision reach(const struct authz_context *ctx, const struct table *table, enum right right,
			     const struct row_filter *filter, int64_t owner, int64_t unit)
{
	if (!row_filter_reaches(filter, owner, unit))
		return refuse(ctx, right, REASON_NO_ACCESS);
	struct decision d = allow(ctx, right);
	path_find(ctx, table, owner, unit, &d);
	return d;
}

struct decision authz_check_row(struct authz_context *ctx, const struct table *table, enum right right, int64_t owner,
				int64_t unit)
{
	const struct row_filter *filter = NULL;
	struct decision d = gates_of(ctx, table, right, &filter);
	return allowed(&d) ? reach(ctx, table, right, filter, owner, unit) : d;
}

bool authz_share_may_reach(const struct table *table, const struct decision *d)
{
	return d->reason == REASON_NO_ACCESS && table_is_owned(table);
}

static struct decision widened(const struct authz_context *ctx, const struct table *table, enum right right, const struct decision *d, uint32_t mask)
{
	if (!authz_share_may_reach(table, d) || !(mask & share_bit(right)))
		return *d;
	struct decision shared = allow(ctx, right);
	shared.path = PATH_SHARED;
	return shared;
}

struct decision authz_check_shared(struct authz_context *ctx, const struct table *table, enum right right, int64_t owner,
				   int64_t unit, uint32_t mask)
{
	struct decision d = authz_check_row(ctx, table, right, owner, unit);
	return widened(ctx, table, right, &d, mask);
}

/* 1.4: any refusal of a side of a lookup is told as that side's. */
static struct decision as_side(struct decision d, enum right right)
{
	if (!allowed(&d) && d.reason != REASON_ERROR && (right == RIGHT_APPEND || right == RIGHT_APPEND_TO))
		d.reason = right == RIGHT_APPEND ? REASON_NO_APPEND : REASON_NO_APPEND_TO;
	return d;
}

struct decision authz_reached(const struct authz_context *ctx, const struct table *table, enum right right, const struct decision *d, uint32_t mask)
{
	return as_side(widened(ctx, table, right, d, mask), right);
}

struct decision authz_check_create(struct authz_context *ctx, const struct table *table, int64_t owner, int64_t unit)
{
	const struct row_filter *filter = NULL;
	struct decision d = authz_check_row(ctx, table, RIGHT_CREATE, owner, unit);
	/* rows of built-in tables have a unit and no owner: nobody is given anything */
	if (!allowed(&d) || !table_is_owned(table) || table->builtin || context_has_principal(ctx, owner))
		return d;
	struct decision assign = gates_of(ctx, table, RIGHT_ASSIGN, &filter);
	if (!allowed(&assign))
		return assign;
	if (!filter->all && !i64s_have(filter->units, filter->unit_count, unit))
		return refuse(ctx, RIGHT_ASSIGN, REASON_NO_ACCESS);
	return d;
}

struct decision authz_check_new_owner(struct authz_context *owner, const struct table *table)
{
	const struct row_filter *filter = NULL;
	struct decision d = privilege_of(owner, table, RIGHT_READ, &filter);
	if (!allowed(&d) && d.reason != REASON_ERROR)
		d.reason = REASON_TARGET_OWNER_LACKS_READ;
	return d;
}

struct decision authz_check_append(struct authz_context *ctx, const struct table *table, bool creating, int64_t owner, int64_t unit)
{
	return as_side(creating ? authz_check_privilege(ctx, table, RIGHT_APPEND) : authz_check_row(ctx, table, RIGHT_APPEND, owner, unit), RIGHT_APPEND);
}

struct decision authz_check_append_to(struct authz_context *ctx, const struct table *table, int64_t owner, int64_t unit)
{
	return as_side(authz_check_row(ctx, table, RIGHT_APPEND_TO, owner, unit), RIGHT_APPEND_TO);
}

struct decision authz_check_gate(struct authz_context *ctx, const struct table *table, enum right right)
{
	return as_side(authz_check_privilege(ctx, table, right), right);
}

struct decision authz_check_misc(struct authz_context *ctx, enum misc_privilege misc)
{
	if (ctx->gate != REASON_NONE)
		return refuse(ctx, RIGHT_NONE, ctx->gate);
	if (ctx->facts.access_mode == ACCESS_READ)
		return refuse(ctx, RIGHT_NONE, REASON_ACCESS_MODE);
	if (ctx->group_gate != REASON_NONE)
		return refuse(ctx, RIGHT_NONE, ctx->group_gate);
	if (ctx->facts.held_count == 0)
		return refuse(ctx, RIGHT_NONE, REASON_NO_ROLES);
	return ctx->misc & (1u << misc) ? allow(ctx, RIGHT_NONE) : refuse(ctx, RIGHT_NONE, REASON_MISSING_PRIVILEGE);
}
