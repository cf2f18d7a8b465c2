/* authz/settings.h - the settings of an environment that decide about rights, and the XML text that carries some of them.
 *
 * Source:  authorization-and-data 1.11, 4.11 "Settings". Of <OrgSettings> exactly this form is read: elements without attributes, a
 *          boolean or a number in each, white space between them; no comments, entities or declarations. */
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

/* Applies the elements sent; the others stay. ERR_INVALID with a reason in why for another form, an unknown name, a value of another
 * type, and for what is not built: nothing is applied then. */
MUST_USE NONNULL err org_settings_apply(str xml, struct hierarchy_settings *inout);

#endif
