/* authz/roles.h - security roles in memory: for each table and right the depth, and the privileges that belong to no table.
 *
 * Source:  authorization-and-data 1.4, 1.9, 5.3. A role is defined once, in one unit, and is seen in every unit below it. */
#ifndef AUTHZ_ROLES_H
#define AUTHZ_ROLES_H

#include "authz/rights.h"
#include "base/uuid.h"

/* Built-in roles whose content follows from the tables there are, not from stored rows. */
enum role_kind { ROLE_PLAIN = 0, ROLE_ADMINISTRATOR, ROLE_CUSTOMIZER, ROLE_BASIC_USER, ROLE_DELEGATE, ROLE_MAKER, ROLE_SUPPORT };

/* Privileges bound to no table: on or off. Bits of role.misc. MISC(name in C, name on the wire). */
#define MISC_PRIVILEGES                                                                                     \
	MISC(ACT_ON_BEHALF, "prvActOnBehalfOfAnotherUser") MISC(BYPASS_PLUGINS, "prvBypassCustomPlugins")        \
	MISC(READ_AUDIT, "prvReadAuditSummary") MISC(CONFIGURE_HIERARCHY, "prvConfigureHierarchySecurity")       \
	MISC(ASSIGN_POSITION, "prvAssignPosition") MISC(ASSIGN_ROLE, "prvAssignRole")                            \
	MISC(EXPORT_TO_EXCEL, "prvExportToExcel") MISC(BULK_DELETE, "prvBulkDelete")                             \
	MISC(PUBLISH, "prvPublishCustomization") MISC(CUSTOMIZE, "prvCustomizeSystem")
enum misc_privilege {
#define MISC(name_, wire_) MISC_##name_,
	MISC_PRIVILEGES
#undef MISC
	MISC_END
};
const char *misc_name(enum misc_privilege misc);

struct role {
	int64_t key, unit;        /* unit: where it is defined                                             */
	struct uuid id;
	str name;
	enum role_kind kind;
	str context;              /* contextstring: row policies may ask for it (authz/row_policy.h); empty: none */
	bool bypass;              /* xdsbypass: no row policy binds the holder                              */
	bool direct_user;         /* isinherited = 1: a team's Basic grant also works as the member's own  */
	uint32_t misc;            /* bits 1 << enum misc_privilege                                         */
	size_t table_count;       /* tables beyond have no grant (an administrator's have: see role_depth) */
	uint8_t *depths;          /* [table ordinal * RIGHTS_END + right]                                  */
};

struct role_set {
	struct role *roles;       /* sorted by key */
	size_t count;
};

static inline enum depth role_depth(const struct role *r, uint16_t table, enum right right)
{
	if (r->kind == ROLE_ADMINISTRATOR)
		return DEPTH_GLOBAL; /* of tables created later, too */
	return table < r->table_count ? (enum depth)r->depths[(size_t)table * RIGHTS_END + right] : DEPTH_NONE;
}

/* Null when there is none. */
NONNULL const struct role *role_find(const struct role_set *set, int64_t key);

#endif
