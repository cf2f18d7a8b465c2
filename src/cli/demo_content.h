/* cli/demo_content.h - what the demo is made of, in the order in which it is made. For demo*.c only.
 *
 * Everything goes over the operator's lane like any administrator's work. Each function returns enum cli_exit and has told what
 * went wrong; call->tenant is the domain of the tenant in question. */
#ifndef CLI_DEMO_CONTENT_H
#define CLI_DEMO_CONTENT_H

#include "cli/applications.h"
#include "cli/demo_registry.h"
#include "cli/people.h"
#include "cli/remote.h"

enum { DEMO_TENANTS = 2, DEMO_PEOPLE_MAX = 8, DEMO_APPS_MAX = 4 };

#define DEMO_TABLE "bwk_account"
#define DEMO_SET "accounts"

/* Stops a function at the first step that failed. */
#define DO(call_) do { \
	int status_ = (call_); \
	if (status_ != CLI_OK) \
		return status_; } while (0)

/* --- the plan: constant tables --- */

struct demo_person_plan {
	const char *local, *name;
	const char *unit;           /* null: the root unit                                       */
	const char *role;           /* of the environment; null: none                            */
	const char *directory_role; /* null: none                                                */
	const char *sees;           /* for people who read the tour                              */
	enum demo_reach { DEMO_NOTHING = 0, DEMO_OWN_UNIT, DEMO_EU, DEMO_ALL } reach;
};

enum demo_app_kind { DEMO_APP_ADMIN = 0, DEMO_APP_WEB, DEMO_APP_SPA, DEMO_APP_DAEMON };

struct demo_app_plan {
	const char *name;
	enum demo_app_kind kind;
	const char *redirect; /* null: none */
};

struct demo_tenant_plan {
	const char *name, *domain, *environment, *environment_name;
	const struct demo_person_plan *people;
	size_t people_count;
	const struct demo_app_plan *apps;
	size_t app_count;
};

extern const struct demo_tenant_plan demo_plan[DEMO_TENANTS];

/* --- what became of it --- */

struct demo_tenant {
	const struct demo_tenant_plan *plan;
	str id, issuer, environment_id, root_unit; /* ids as text */
	struct { str id, user_id, upn, password; size_t rows; } people[DEMO_PEOPLE_MAX];
	struct made_app apps[DEMO_APPS_MAX];
	size_t rows;
};

/* Where the environment's Web API is: "/e/{name}/api/data/v9.2" and a formatted rest. */
NONNULL PRINTF_LIKE(3, 4) str demo_api(struct cli_call *call, const struct demo_tenant *tenant, const char *format, ...);
/* POST of a body whose answer nobody needs. */
NONNULL int demo_post(struct cli_call *call, str path, struct remote_body *body);
/* An id of our own making, as text: the Web API takes it, so that no answer has to be read for it. */
NONNULL str demo_id(struct cli_call *call);
NONNULL void demo_bind(struct remote_body *body, const char *navigation, const char *set, str id);

NONNULL void demo_label(struct remote_body *body, const char *member, const char *text);

/* demo_tenants.c: the tenant, its environment, the table. */
NONNULL int demo_tenant_make(struct cli_call *call, struct demo_tenant *tenant);
NONNULL int demo_table_make(struct cli_call *call, const struct demo_tenant *tenant);
/* demo_cases.c: the tables of contacts and cases, below the accounts; before the roles. */
NONNULL int demo_case_tables_make(struct cli_call *call, const struct demo_tenant *tenant);
/* demo_cases.c: a few of them, owned, shared, masked, and seen by who stands above: each rule of sharing at work. After the people. */
NONNULL int demo_cases_make(struct cli_call *call, const struct demo_tenant *tenant);
/* demo_units.c: root, regions, countries: only those that own something. */
NONNULL int demo_units_make(struct cli_call *call, const struct demo_tenant *tenant, const struct demo_registry *registry);
/* The id of a unit by its name. */
NONNULL int demo_unit_find(struct cli_call *call, const struct demo_tenant *tenant, const char *name, str *out);
/* demo_roles.c: the environment's security roles. */
NONNULL int demo_roles_make(struct cli_call *call, const struct demo_tenant *tenant);
/* Lets the default teams of the units without units below them own rows. After the units and the roles. */
NONNULL int demo_owners_make(struct cli_call *call, const struct demo_tenant *tenant);
/* Gives a role's instance of the user's own unit to the user. */
NONNULL int demo_role_give(struct cli_call *call, const struct demo_tenant *tenant, const char *role, str unit, str user);
/* demo_people.c */
NONNULL int demo_people_make(struct cli_call *call, struct demo_tenant *tenant, const struct demo_registry *registry);
/* demo_apps.c */
NONNULL int demo_apps_make(struct cli_call *call, struct demo_tenant *tenant);
/* demo_rows.c: the registries for the first tenant, a handful for the second. */
NONNULL int demo_rows_import(struct cli_call *call, struct demo_tenant *tenant, struct demo_registry *registry);
/* demo_file.c: DIR/demo.json, for its owner alone. */
MUST_USE NONNULL err demo_file_write(str origin, const struct demo_tenant *tenants, const char *path);

#endif
