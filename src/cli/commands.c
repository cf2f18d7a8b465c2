#include "cli/commands.h"

#include "cli/audit_verify.h"

#define AUDIT_TENANT { "tenant", "T", "a tenant's, by its id or one of its domains (without: the installation's own)", false }
#define TENANT { "tenant", "T", "the tenant: its id or one of its domains", true }

/* Where no service runs, these start what they need. */
#define AUDIT_PASSPHRASE { "passphrase-file", "FILE", "what opens a root of kind passphrase, where no service runs", false }

static int serve(struct cli_call *call)
{
	const char *text = cli_value(call, "port");
	uint64_t port = 0;
	if (text && (!str_to_u64(str_of(text), &port) || port == 0 || port > 65535))
		return cli_usage(call, "--port wants a number from 1 to 65535");
	struct serve_options options = { call->position[0], (int)port, cli_value(call, "passphrase-file") };
	return call->ports->serve(&options) == 0 ? CLI_OK : CLI_FAILED;
}

static int version(struct cli_call *call)
{
	fprintf(call->out, call->json ? "{\"version\":\"%s\"}\n" : "bailiwick %s\n", BAILIWICK_VERSION);
	return CLI_OK;
}

static const struct command commands[] = {
	{ "init", NULL, "DIR", "Makes a new installation in DIR: configuration, keys, certificates",
	  { { "origin", "URL", "how clients name it (https://localhost:8443)", false },
	    { "listen", "A:P", "where to listen, comma-separated (127.0.0.1 and the origin's port)", false },
	    { "root", "file|passphrase", "what opens the keys (file: DIR/keys/root.key)", false },
	    { "passphrase-file", "FILE", "for --root passphrase; else $BAILIWICK_PASSPHRASE_FD or $CREDENTIALS_DIRECTORY", false },
	    { "demo", NULL, "fill it with a demo, described by DIR/demo.json; interrupted, it is begun anew by running again", false } },
	  cli_init },
	{ "serve", NULL, "DIR", "Runs the installation until it is told to stop",
	  { { "port", "N", "another port than the configuration's", false },
	    { "passphrase-file", "FILE", "what opens a root of kind passphrase; else as for init", false } }, serve },
	{ "status", NULL, "DIR", "Lists the processes and what confines each", { { 0 } }, cli_status },
	{ "tenant", "create", "DIR", "Makes a tenant",
	  { { "name", "NAME", "its display name", true }, { "domain", "DOMAIN", "its first domain", true } },
	  cli_tenant_create },
	{ "tenant", "list", "DIR", "Lists the tenants", { { 0 } }, cli_tenant_list },
	{ "key", "rotate", "DIR", "Lets a tenant's next token-signing keys sign from now on",
	  { TENANT, { "now", NULL, "even if the next keys have been published for less than 24 hours", false },
	    { "remove", NULL, "at once, and tokens signed before are void: for keys that others may have", false } },
	  cli_key_rotate },
	{ "environment", "create", "DIR", "Makes an environment of a tenant",
	  { TENANT, { "unique-name", "NAME", "its name in addresses", true }, { "name", "NAME", "its display name", false } },
	  cli_environment_create },
	{ "environment", "list", "DIR", "Lists the environments", { { 0 } }, cli_environment_list },
	{ "user", "create", "DIR", "Makes a person's account",
	  { TENANT, { "upn", "NAME@DOMAIN", "the name to sign in with", true },
	    { "name", "NAME", "display name (the part before the @)", false },
	    { "password-file", "FILE", "the first password, \"-\" reads standard input; else one is made and shown", false },
	    { "keep-password", NULL, "need not be changed at the first sign-in", false },
	    { "role", "ROLE", "a directory role, by name or template id", false },
	    { "pass", NULL, "also make a temporary access pass, shown once", false } },
	  cli_user_create },
	{ "user", "list", "DIR", "Lists a tenant's accounts", { TENANT }, cli_user_list },
	{ "user", "delete", "DIR USER", "Deletes an account, by id or sign-in name", { TENANT }, cli_user_delete },
	{ "group", "create", "DIR", "Makes a security group",
	  { TENANT, { "name", "NAME", "its display name", true } }, cli_group_create },
	{ "group", "list", "DIR", "Lists a tenant's groups", { TENANT }, cli_group_list },
	{ "group", "add", "DIR GROUP USER", "Puts a person into a group; GROUP by id, USER by id or sign-in name",
	  { TENANT }, cli_group_add },
	{ "licence", "add", "DIR", "Gives a tenant a product with seats, or sets the seats of one that it has",
	  { TENANT, { "sku", "PART", "the product's part number", true },
	    { "plan", "PLAN,...", "its service plans by name, or NAME=ID", true }, { "seats", "N", "how many people may have it", true },
	    { "location", "DE,...", "countries where it may be used (by usageLocation)", false } },
	  cli_licence_add },
	{ "licence", "list", "DIR", "Lists a tenant's products, their seats and how many are taken", { TENANT }, cli_licence_list },
	{ "licence", "assign", "DIR USER", "Gives a person a licence; USER by id or sign-in name",
	  { TENANT, { "sku", "PART", "the product's part number", true } }, cli_licence_assign },
	{ "licence", "unassign", "DIR USER", "Takes a licence away from a person",
	  { TENANT, { "sku", "PART", "the product's part number", true } }, cli_licence_unassign },
	{ "app", "create", "DIR", "Registers an application, with its service principal",
	  { TENANT, { "name", "NAME", "its display name", true },
	    { "app-role", "ROLE,...", "permissions on the directory, granted at once", false },
	    { "web-redirect", "URL", "redirect URI of a confidential web application", false },
	    { "spa-redirect", "URL", "redirect URI of a single-page application", false },
	    { "id-token-alg", "RS256|ES256", "what its ID tokens are signed by (RS256)", false },
	    { "secret", NULL, "make a client secret, shown once", false } },
	  cli_app_create },
	{ "app", "list", "DIR", "Lists a tenant's applications", { TENANT }, cli_app_list },
	{ "role", "assign", "DIR USER", "Gives a person a role of the directory or of an environment",
	  { TENANT, { "role", "ROLE", "the directory's by name or template id, the environment's by name", true },
	    { "environment", "NAME", "a security role of this environment", false },
	    { "application", NULL, "USER is an application's client id (with --environment)", false } }, cli_role_assign },
	{ "role", "unassign", "DIR USER", "Takes a security role of an environment away from a person",
	  { TENANT, { "role", "ROLE", "by name", true }, { "environment", "NAME", "the environment", true },
	    { "application", NULL, "USER is an application's client id", false } }, cli_role_unassign },
	{ "access", "explain", "DIR USER", "Says whether a user or team may do something with a row, and why",
	  { { "environment", "NAME", "the environment", true }, { "table", "NAME", "the table's logical name", true },
	    { "row", "ID", "the row", true }, { "right", "RIGHT", "Read (the default), Write, Delete, Append, AppendTo, Assign or Share", false } },
	  cli_access_explain },
	{ "access", "who", "DIR", "Lists everybody who may do something with a row, and why",
	  { { "environment", "NAME", "the environment", true }, { "table", "NAME", "the table's logical name", true },
	    { "row", "ID", "the row", true }, { "right", "RIGHT", "Read (the default), Write, Delete, ...", false } }, cli_access_who },
	{ "access", "what", "DIR USER", "Lists the tables that a user or team reaches, with which rights and how far",
	  { { "environment", "NAME", "the environment", true } }, cli_access_what },
	{ "role", "list", "DIR", "Lists who holds which directory role, or the security roles of an environment",
	  { TENANT, { "environment", "NAME", "list this environment's security roles", false } }, cli_role_list },
	{ "import", NULL, "DIR CSV", "Brings a CSV file (\"-\": standard input) into a table, as one resumable job; exit status 1 if lines were rejected",
	  { { "environment", "NAME", "its unique name", true }, { "table", "TABLE", "logical name or entity set", true },
	    { "map", "FIELD=TARGET,...", "what becomes what; FIELD or 'constant', TARGET a column, owner:user|team|unit or LOOKUP:SET", false },
	    { "map-file", "FILE", "the same, one a line (without a map each field is named as its column)", false },
	    { "job", "NAME", "what names the job (the file's name); another name imports the same again", false },
	    { "rejects", "FILE", "where line numbers and reasons of rejected lines go (standard error)", false },
	    { "abandon", NULL, "give up an unfinished import of this name whose file has changed", false } },
	  cli_import },
	{ "solution", "export", "DIR", "Writes an environment's customization as one file: tables, roles, column security (docs/solutions.md)",
	  { { "environment", "NAME", "the environment", true }, { "name", "NAME", "the solution's name", true },
	    { "version", "N.N.N.N", "its version (1.0.0.0)", false }, { "publisher", "TEXT", "who publishes it", false },
	    { "tables", "TABLE,...", "only these, by logical name, and what belongs to them (all that were defined)", false },
	    { "output", "FILE", "where it goes (standard output)", false } }, cli_solution_export },
	{ "solution", "diff", "DIR FILE", "Says what an import of the file (\"-\": standard input) would add and change; exit status 1 if it cannot be imported",
	  { { "environment", "NAME", "the environment", true } }, cli_solution_diff },
	{ "solution", "import", "DIR FILE", "Brings a solution (\"-\": standard input) into an environment, all of it or nothing; nothing is deleted",
	  { { "environment", "NAME", "the environment", true },
	    { "overwrite", NULL, "also change what is there and differs", false } }, cli_solution_import },
	{ "audit", "logs", "DIR", "Lists the audit logs of a tenant or of the installation, their sizes and states",
	  { AUDIT_TENANT, AUDIT_PASSPHRASE }, cli_audit_logs },
	{ "audit", "events", "DIR", "Lists events of an audit log, the oldest first",
	  { AUDIT_TENANT, { "log", "ID", "an environment's log (a tenant's, or the installation's, own)", false },
	    { "op", "OP", "only these, for example refuse.request", false }, { "actor", "ID", "only of this actor", false },
	    { "result", "RESULT", "success, failure or denied", false }, { "since", "TIME", "from this moment on (RFC 3339)", false },
	    { "until", "TIME", "before this moment", false }, { "from", "SEQ", "from this number on (0)", false },
	    { "limit", "N", "at most so many (100; 1000 at most)", false }, AUDIT_PASSPHRASE }, cli_audit_events },
	{ "audit", "verify", "DIR", "Recomputes every audit log and says which event is missing or altered",
	  { { "tenant", "T", "only this tenant's: its id or one of its domains", false }, AUDIT_PASSPHRASE },
	  cli_audit_verify },
	{ "version", NULL, "", "Says which version this is", { { 0 } }, version },
};

const struct command *cli_commands(size_t *out_count)
{
	*out_count = COUNT_OF(commands);
	return commands;
}
