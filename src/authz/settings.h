/* authz/settings.h - the settings of an environment that decide about rights, and the XML text that carries some of them.
 *
 * Source:  authorization-and-data 1.11, 4.11 "Settings". Of <OrgSettings> exactly this form is read: elements without attributes, a
 *          boolean, a number or a word in each, white space between them; no comments, entities or declarations. */
#ifndef AUTHZ_SETTINGS_H
#define AUTHZ_SETTINGS_H

#include "base/arena.h"

/* Hierarchy security. */
struct hierarchy_settings {
	bool enabled;
	bool positions;         /* by positions; else by managers                */
	int depth;              /* levels below a manager that are reached       */
	int write_levels;       /* of them, those whose rows the manager changes */
	bool unit_rule;         /* of managers: their unit is the subordinate's or above it */
	bool disabled_users;    /* rows of disabled subordinates count too       */
};
enum { HIERARCHY_DEPTH_MAX = 100 };

/* Rows and roles across business units (1.3, matrix mode). */
struct matrix_settings {
	bool enabled;           /* EnableOwnershipAcrossBusinessUnits                              */
	bool move_rows;         /* AlwaysMoveRecordToOwnerBusinessUnit: a row follows its owner    */
	bool keep_roles;        /* DoNotRemoveRolesOnChangeBusinessUnit                            */
};

struct environment_settings {
	struct hierarchy_settings hierarchy;
	struct matrix_settings matrix;
	bool share_to_previous_owner;
	bool metadata_by_privilege; /* MetadataVisibility: definitions of tables that somebody holds a privilege on (4.5) */
	bool conceal_lookup_ids; /* ConcealLookupIds: a lookup of a row out of reach is empty (4.2) */
	bool conceal_rows;      /* ConcealRows: a row out of reach is not there (4.8)              */
};

/* Applies the elements sent; the others stay. ERR_INVALID with a reason in why for another form, an unknown name and a value of another
 * type: nothing is applied then. */
MUST_USE NONNULL err org_settings_apply(str xml, struct environment_settings *inout);

#endif
