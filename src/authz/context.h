/* authz/context.h - what one principal may do, compiled for one epoch.
 *
 * Source:  authorization-and-data 1.5, 1.6, 5.2, 5.3. P(u) is the user, the user's teams and the default team of the user's unit.
 *          A team, too, has a context: itself alone, with its own roles (the new-owner test of 1.7 asks it).
 * Pure:    compiled from facts given; reaches no disk, clock or socket. The row filter of a (table, right) is made at its first
 *          question and kept.
 * Owns:    everything lies in `arena`; units and roles are borrowed from the snapshot of the same epoch (authz/authz.h). */
#ifndef AUTHZ_CONTEXT_H
#define AUTHZ_CONTEXT_H

#include "authz/reason.h"
#include "authz/roles.h"
#include "authz/row_filter.h"
#include "authz/units.h"
#include "metadata/table.h"

/* The key of the pseudo-principal `organization` (1.8): everybody in the environment. It owns nothing and holds no role. */
enum { EVERYBODY = 0 };
enum principal_type { PRINCIPAL_SYSTEMUSER = 1, PRINCIPAL_TEAM = 2 };

enum access_mode {
	ACCESS_READ_WRITE = 0, ACCESS_ADMINISTRATIVE, ACCESS_READ, ACCESS_SUPPORT, ACCESS_NON_INTERACTIVE, ACCESS_DELEGATED_ADMIN
};

/* A role held by a member of P(u), as an instance in `unit` (classic mode: the holder's own unit). */
struct held_role {
	int64_t principal, unit;
	const struct role *role;
};

/* What the profiles of P(u) permit on one secured column (authz/columns.h). */
struct column_grant {
	struct uuid column;  /* MetadataId             */
	uint8_t rights;      /* enum column_right, a union */
};

/* What the database says of a principal. */
struct principal_facts {
	int64_t key, unit;
	enum principal_type type;
	struct uuid id, unit_id;
	str name;
	bool disabled;              /* the user, by an administrator, or the user's unit */
	bool access_lost;           /* disabled by synchronization (authz/synchronize.c): the gates say whether it still holds */
	bool known;                 /* the directory has known who it stands for */
	enum access_mode access_mode;
	bool application;           /* has an applicationid                  */
	bool operator;              /* the host's own lane                   */
	struct uuid object_id, application_id; /* of the directory; nil: none */
	const int64_t *teams;       /* memberships and the default team      */
	size_t team_count;
	const struct held_role *held;
	size_t held_count;
	const struct column_grant *columns; /* sorted by column, each once */
	size_t column_count;
	/* Hierarchy security (1.11): the subordinates that count and all that they stand for, sorted. Of the levels whose rows the manager
	 * changes, and of all levels. */
	const int64_t *reports_changed, *reports;
	size_t reports_changed_count, report_count;
};

struct authz_context {
	struct arena *arena;
	uint64_t epoch;
	struct principal_facts facts;
	const int64_t *principals;  /* P(u), sorted                          */
	size_t principal_count;
	const int64_t *sharers;     /* P(u) and everybody, sorted: with whom a row is shared for the principal to have it */
	size_t sharer_count;
	const bool *hierarchy_off;  /* [table ordinal]: rows that take no part in the hierarchy; null: all do. Borrowed */
	bool administrator;         /* holds System Administrator, directly or through a team */
	bool bypasses_policies;     /* ... or a role that no row policy binds */
	uint32_t misc;
	size_t role_count, privilege_count; /* for the message that clients parse; distinct */
	enum authz_reason gate;     /* steps 1 to 3 of 5.1 as far as they concern no table; REASON_NONE: passed */
	enum authz_reason group_gate; /* step 5 */
	bool administrative;        /* confined to Administrative mode for want of a licence */
	bool bounded;               /* `licence` holds */
	uint16_t *licence;          /* [table ordinal]: bits 1 << enum right that the plans leave (authz/service_plan.h); null until needed */
	struct gates_kept {
		uint64_t version;   /* of the people and the admission that these were judged by; 0: never */
		enum authz_reason account, licence;
	} kept;
	const struct unit_tree *units;
	struct row_filter **filters; /* [table ordinal] -> RIGHTS_END filters, or null until asked */
	size_t table_count;
};

/* Copies the facts into the arena. table_count: one more than the highest table ordinal. */
MUST_USE NONNULL err context_compile(struct arena *arena, const struct principal_facts *facts, const struct unit_tree *units,
				     uint64_t epoch, size_t table_count, struct authz_context **out);
/* Why the principal is not admitted at all: the first gate that fails; REASON_NONE: admitted. */
NONNULL enum authz_reason context_refused(const struct authz_context *ctx);
NONNULL enum access_mode context_access_mode(const struct authz_context *ctx);
NONNULL bool context_has_principal(const struct authz_context *ctx, int64_t principal);

#endif
