/* cli/applications.h - registering an application in one go: registration, service principal, granted permissions, secret. */
#ifndef CLI_APPLICATIONS_H
#define CLI_APPLICATIONS_H

#include "cli/command.h"

#define DIRECTORY_APP_ID "00000003-0000-0000-c000-000000000000"

struct app_wish {
	str name;
	str web_redirect, spa_redirect; /* may be empty                                            */
	str id_token_alg;               /* RS256, ES256; may be empty                              */
	str app_roles;                  /* "A,B": permissions on the directory, granted at once     */
	bool secret;
};

/* Texts live in the call's arena; secret is empty unless wished. */
struct made_app {
	str tenant_id, issuer, id, app_id, principal_id, secret;
};

/* In the call's tenant (remote.h). Returns enum cli_exit; what is refused has been told. */
NONNULL int application_make(struct cli_call *call, const struct app_wish *wish, struct made_app *out);
/* tenant_id and issuer, of the tenant's own discovery document. */
NONNULL int application_issuer_find(struct cli_call *call, struct made_app *out);

#endif
