#include "model/authz_model.h"

bool model_unit_is_within(const struct model *m, int unit, int above)
{
	for (; unit != NOBODY; unit = m->unit_parent[unit])
		if (unit == above)
			return true;
	return false;
}

/* P(u): u, every team u is a member of, and the default team of u's unit. A team stands for itself alone. */
bool model_stands_for(const struct model *m, int who, int principal)
{
	const struct model_principal *u = &m->principals[who], *p = &m->principals[principal];
	if (who == principal)
		return true;
	if (!u->user || p->user)
		return false;
	return p->default_team ? p->unit == u->unit : m->member[principal][who];
}

/* OWNER(r): the owner is in P(u), and the grant works as one's own or is that team's. */
static bool by_owner(const struct model *m, int who, int holder, const struct model_role *role, int owner)
{
	return owner != NOBODY && model_stands_for(m, who, owner) && (holder == who || role->direct_user || holder == owner);
}

/* UNIT(r), measured from each unit as whose instance the role is held. */
static bool by_unit(const struct model *m, unsigned instances, enum depth depth, int unit)
{
	for (int from = 0; from < m->unit_count && unit != NOBODY; from++) {
		if (!(instances & 1u << from))
			continue;
		if (unit == from ? depth >= DEPTH_LOCAL : depth == DEPTH_DEEP && model_unit_is_within(m, unit, from))
			return true;
	}
	return false;
}

enum path { BY_ANY_PATH, BY_UNIT_ONLY };

static bool reached(const struct model *m, int who, int table, enum right right, int owner, int unit, enum path path)
{
	for (int p = 0; p < m->principal_count; p++) {
		for (int r = 0; r < m->role_count; r++) {
			enum depth depth = m->roles[r].depth[table][right];
			if (!model_stands_for(m, who, p) || !m->holds[p][r] || depth == DEPTH_NONE)
				continue;
			if (depth == DEPTH_GLOBAL)
				return true;
			if (!m->tables[table].owned)
				continue;
			if (by_unit(m, m->holds[p][r], depth, unit) || (path == BY_ANY_PATH && by_owner(m, who, p, &m->roles[r], owner)))
				return true;
		}
	}
	return false;
}

/* The two halves of step 6. */
static enum authz_reason any_grant(const struct model *m, int who, int table, enum right right)
{
	bool any_role = false;
	for (int p = 0; p < m->principal_count; p++) {
		for (int r = 0; r < m->role_count; r++) {
			if (!model_stands_for(m, who, p) || !m->holds[p][r])
				continue;
			any_role = true;
			if (m->roles[r].depth[table][right] != DEPTH_NONE)
				return REASON_NONE;
		}
	}
	return any_role ? REASON_MISSING_PRIVILEGE : REASON_NO_ROLES;
}

static bool mode_allows(enum access_mode mode, const struct model_table *table, enum right right)
{
	if (mode == ACCESS_ADMINISTRATIVE)
		return table->admin_class;
	if (mode == ACCESS_READ)
		return right == RIGHT_READ;
	return mode == ACCESS_READ_WRITE || mode == ACCESS_NON_INTERACTIVE;
}

/* Of the plans that count, one leaves the right. */
static bool licence_leaves(const struct model *m, unsigned plans, int table, enum right right)
{
	for (int p = 0; p < MODEL_PLANS; p++)
		if (plans & 1u << p && (!m->plan_bounds[p] || m->leaves[p][table][right]))
			return true;
	return false;
}

enum authz_reason model_privilege(const struct model *m, int who, int table, enum right right)
{
	const struct model_principal *u = &m->principals[who];
	enum access_mode mode = u->mode;
	unsigned plans = u->plans & m->required;
	if (u->disabled || m->unit_disabled[u->unit] || (u->user && u->account_off))
		return REASON_USER_DISABLED;
	if (u->user && m->required && !plans) {
		if (!u->administers)
			return REASON_NO_LICENCE;
		mode = ACCESS_ADMINISTRATIVE;
	}
	if (plans && !licence_leaves(m, plans, table, right))
		return REASON_LICENCE_BOUND;
	if (!mode_allows(mode, &m->tables[table], right))
		return REASON_ACCESS_MODE;
	if (u->user && m->group_asked && !u->in_group && !u->administers)
		return REASON_ENVIRONMENT_GROUP;
	return any_grant(m, who, table, right);
}

/* How many steps up the chain of managers from s to who; 0: not above. A chain that repeats ends. */
static int level_below(const struct model *m, int who, int s)
{
	int level = 0;
	for (int at = s; at != NOBODY && level <= m->principal_count; level++) {
		if (level > 0 && at == who)
			return level;
		at = m->principals[at].manager;
		if (at == s)
			return 0;
	}
	return 0;
}

/* How many steps up the tree of positions from that of s to that of who; 0: not above. */
static int level_by_position(const struct model *m, int who, int s)
{
	int level = 1, wanted = m->principals[who].position, at = m->principals[s].position;
	if (wanted == NOBODY || at == NOBODY)
		return 0;
	for (at = m->position_parent[at]; at != NOBODY; at = m->position_parent[at], level++)
		if (at == wanted)
			return level;
	return 0;
}

/* HIER: is `principal` a subordinate, or a team of one, whose rows this right reaches? */
bool model_below(const struct model *m, int who, int table, enum right right, int principal)
{
	bool changes = right == RIGHT_WRITE || right == RIGHT_APPEND || right == RIGHT_APPEND_TO;
	if (!m->hierarchy || m->hierarchy_off[table] || !m->principals[who].user || principal == NOBODY || (right != RIGHT_READ && !changes))
		return false;
	for (int s = 0; s < m->principal_count; s++) {
		const struct model_principal *sub = &m->principals[s];
		int level = !sub->user || s == who ? 0 : m->positions ? level_by_position(m, who, s) : level_below(m, who, s);
		if (level == 0 || level > m->depth || (changes && level > m->write_levels) || !model_stands_for(m, s, principal))
			continue;
		if (m->unit_rule && !m->positions && !model_unit_is_within(m, sub->unit, m->principals[who].unit))
			continue;
		if (m->disabled_users || (!sub->disabled && !m->unit_disabled[sub->unit]))
			return true;
	}
	return false;
}

enum authz_reason model_row(const struct model *m, int who, int table, enum right right, int owner, int unit)
{
	enum authz_reason gate = model_privilege(m, who, table, right);
	if (gate != REASON_NONE)
		return gate;
	if (reached(m, who, table, right, owner, unit, BY_ANY_PATH))
		return REASON_NONE;
	return m->tables[table].keeps_owner && model_below(m, who, table, right, owner) ? REASON_NONE : REASON_NO_ACCESS;
}

static bool cascades(enum cascade_kind kind, const struct model_row *parent, const struct model_row *child)
{
	switch (kind) {
	case CASCADE_ALL:
		return true;
	case CASCADE_ACTIVE:
		return child->active;
	case CASCADE_USER_OWNED:
		return child->owner == parent->owner;
	default:
		return false;
	}
}

/* Is the row shared with this principal (NOBODY: everybody) for the right? 1.8: explicit, what the parent is shared with, the parent's owner;
 * `left` ends circles. */
static bool effective(const struct model *m, const struct model_row *rows, int row, int principal, enum right right, int left)
{
	const struct model_row *r = &rows[row], *parent = r->parent == NOBODY ? NULL : &rows[r->parent];
	if (principal == NOBODY ? r->everybody[right] : r->shared[principal][right])
		return true;
	if (!parent || left == 0)
		return false;
	if (cascades(m->reparent_cascade, parent, r) && parent->owner == principal && parent->owner != r->owner && right != RIGHT_CREATE)
		return true;
	return cascades(m->share_cascade, parent, r) && effective(m, rows, r->parent, principal, right, left - 1);
}

bool model_shared_with(const struct model *m, const struct model_row *rows, int row, int principal, enum right right)
{
	enum { LEVELS = 40 };
	return effective(m, rows, row, principal, right, LEVELS);
}

/* SHARED(r): with the user or a team that the user stands for, or with those below in the hierarchy. */
enum authz_reason model_shared_row(const struct model *m, int who, int table, enum right right, const struct model_row *rows, int row)
{
	enum authz_reason otherwise = model_row(m, who, table, right, rows[row].owner, rows[row].unit);
	if (otherwise != REASON_NO_ACCESS)
		return otherwise;
	for (int p = 0; p < m->principal_count; p++)
		if ((model_stands_for(m, who, p) || model_below(m, who, table, right, p)) && model_shared_with(m, rows, row, p, right))
			return REASON_NONE;
	return model_shared_with(m, rows, row, NOBODY, right) ? REASON_NONE : REASON_NO_ACCESS;
}

enum authz_reason model_create(const struct model *m, int who, int table, int owner, int unit)
{
	enum authz_reason create = model_row(m, who, table, RIGHT_CREATE, owner, unit);
	if (create != REASON_NONE || !m->tables[table].keeps_owner || model_stands_for(m, who, owner))
		return create;
	enum authz_reason assign = model_privilege(m, who, table, RIGHT_ASSIGN);
	if (assign != REASON_NONE)
		return assign;
	return reached(m, who, table, RIGHT_ASSIGN, owner, unit, BY_UNIT_ONLY) ? REASON_NONE : REASON_NO_ACCESS;
}

enum authz_reason model_new_owner(const struct model *m, int owner, int table)
{
	return any_grant(m, owner, table, RIGHT_READ) == REASON_NONE ? REASON_NONE : REASON_TARGET_OWNER_LACKS_READ;
}
