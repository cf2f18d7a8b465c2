/* The slow, obvious twin of src/authz: decides by the words of authorization-and-data 1.4 to 1.7, 1.10, 1.11 and 5.1, with loops over small arrays,
 * no caches, no sets and nothing compiled. It shares only names with the engine: rights, depths, access modes and reasons.
 *
 * Principals, units and roles are named by their place in the arrays. No owner or no unit (rows of the organization, rows of
 * administrative tables): NOBODY. */
#ifndef TESTS_AUTHZ_MODEL_H
#define TESTS_AUTHZ_MODEL_H

#include "authz/context.h"
#include "metadata/relationship.h"

enum { NOBODY = -1, MODEL_UNITS = 8, MODEL_PRINCIPALS = 24, MODEL_ROLES = 7, MODEL_TABLES = 3, MODEL_POSITIONS = 6, MODEL_PLANS = 3 };

struct model_principal {
	bool user, default_team, disabled;
	int unit;
	enum access_mode mode;
	int manager; /* a user, or NOBODY */
	int position; /* or NOBODY        */
	bool account_off, in_group, administers; /* what the directory says of a user */
	unsigned plans; /* bits */
};

struct model_role {
	bool direct_user;
	enum depth depth[MODEL_TABLES][RIGHTS_END];
};

struct model_table {
	bool owned, admin_class, keeps_owner; /* keeps_owner: rows have an owner, not only a unit */
};

/* A row of a table whose rows may stand below one another. */
struct model_row {
	int owner, unit, parent; /* parent: another row, or NOBODY */
	bool active;
	bool shared[MODEL_PRINCIPALS][RIGHTS_END], everybody[RIGHTS_END];
};

struct model {
	enum cascade_kind share_cascade, reparent_cascade; /* from a row's parent */
	struct model_table tables[MODEL_TABLES];
	int unit_parent[MODEL_UNITS];         /* NOBODY: the root */
	bool unit_disabled[MODEL_UNITS];
	int unit_count;
	struct model_principal principals[MODEL_PRINCIPALS];
	int principal_count;
	bool hierarchy, unit_rule, disabled_users;
	bool positions;                       /* by positions, not by managers */
	int position_parent[MODEL_POSITIONS];
	bool hierarchy_off[MODEL_TABLES];
	int depth, write_levels;
	bool member[MODEL_PRINCIPALS][MODEL_PRINCIPALS]; /* [team][user] */
	struct model_role roles[MODEL_ROLES];
	int role_count;
	bool group_asked;                     /* only members of the environment's group enter */
	unsigned required;                    /* plans, bits: one of them is needed; 0: no licence is */
	bool plan_bounds[MODEL_PLANS];        /* else it leaves everything */
	bool leaves[MODEL_PLANS][MODEL_TABLES][RIGHTS_END];
	unsigned holds[MODEL_PRINCIPALS][MODEL_ROLES];   /* as the instances of these units, bits; in classic mode only the holder's own */
};

/* Is `principal` in P(who)? */
bool model_stands_for(const struct model *m, int who, int principal);
/* Is rows[row] shared with exactly this principal (NOBODY: everybody), by itself or from the rows above it? */
bool model_shared_with(const struct model *m, const struct model_row *rows, int row, int principal, enum right right);
/* Is `principal` one whose rows and shares pass up to who (1.11)? */
bool model_below(const struct model *m, int who, int table, enum right right, int principal);
bool model_unit_is_within(const struct model *m, int unit, int above);
/* Steps 1 to 6 of 5.1; REASON_NONE: may. */
enum authz_reason model_privilege(const struct model *m, int who, int table, enum right right);
/* Steps 1 to 7, and 9: what the owner of the row makes one reach. */
enum authz_reason model_row(const struct model *m, int who, int table, enum right right, int owner, int unit);
/* Steps 1 to 9 for rows[row], with whatever it is shared for, by itself or from the rows above it. */
enum authz_reason model_shared_row(const struct model *m, int who, int table, enum right right, const struct model_row *rows, int row);
/* 1.5, Create. */
enum authz_reason model_create(const struct model *m, int who, int table, int owner, int unit);
/* 1.7, the owner test. */
enum authz_reason model_new_owner(const struct model *m, int owner, int table);

#endif
