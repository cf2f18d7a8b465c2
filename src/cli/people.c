/* A tenant's people, groups and directory roles, over /v1.0 in the operator's lane. */
#include "cli/people.h"

#include <unistd.h>

#include "base/uuid.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "cli/security_roles.h"
#include "codec/base64.h"
#include "codec/url.h"
#include "host/file.h"
#include "host/random.h"

enum { PASSWORD_BYTES_MAX = 256, MADE_PASSWORD_OCTETS = 15 };

static const char *const user_names[] = { "id", "userPrincipalName", "displayName", "password", "temporaryAccessPass", NULL };
static const char *const group_names[] = { "id", "displayName", NULL };
static const char *const role_names[] = { "id", "principalId", "roleDefinitionId", "directoryScopeId", NULL };

/* Built-in roles by the public template ids that compatible clients know. */
static const struct {
	const char *name, *template_id;
} roles[] = {
	{ "Global Administrator", "62e90394-69f5-4237-9190-012177145e10" },
	{ "Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451" },
	{ "Privileged Role Administrator", "e8611ab8-c189-46e8-94e1-60213ab1f814" },
	{ "User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1" },
	{ "Groups Administrator", "fdd7a751-b60b-444a-984c-02652fe8fa1c" },
	{ "Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3" },
	{ "Security Administrator", "194ae4cb-b126-40b2-bd5b-6091b380977d" },
	{ "Security Reader", "5d6b6bb7-de71-4623-b4af-96380a352509" },
	{ "Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8" },
};

static int list(struct cli_call *call, const char *collection, const char *const *names)
{
	const struct json *answer;
	int status = remote_list(call, remote_directory_path(call, "%s", collection), &answer);
	if (status == CLI_OK)
		remote_show_list(call, answer, names);
	return status;
}

int cli_user_list(struct cli_call *call)
{
	static const char *const names[] = { "id", "userPrincipalName", "displayName", NULL };
	return list(call, "/users", names);
}

int cli_group_list(struct cli_call *call)
{
	return list(call, "/groups", group_names);
}

int cli_role_list(struct cli_call *call)
{
	if (cli_has(call, "environment"))
		return security_role_list(call);
	return list(call, "/roleManagement/directory/roleAssignments", role_names);
}

str directory_role_of(str wish)
{
	struct uuid id;
	if (!failed(uuid_parse(wish, &id)))
		return wish;
	for (size_t i = 0; i < COUNT_OF(roles); i++)
		if (str_equal_nocase(wish, str_of(roles[i].name)))
			return str_of(roles[i].template_id);
	return S("");
}

static int assign(struct cli_call *call, str role, str user_id, const struct json **out)
{
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, S("roleDefinitionId"), role);
	json_member_str(&body.w, S("principalId"), user_id);
	json_member_str(&body.w, S("directoryScopeId"), S("/"));
	return remote_call(call, "POST", remote_directory_path(call, "/roleManagement/directory/roleAssignments"), &body, out);
}

int person_id_of(struct cli_call *call, const char *user, str *out)
{
	const struct json *answer;
	str name = url_encode(call->arena, str_of(user));
	int status = remote_call(call, "GET", remote_directory_path(call, "/users/%.*s", STR_ARG(name)), NULL, &answer);
	if (status == CLI_OK)
		*out = remote_text(answer, "id");
	return status;
}

int cli_role_assign(struct cli_call *call)
{
	const struct json *answer;
	if (cli_has(call, "environment"))
		return security_role_assign(call);
	str role = directory_role_of(cli_text(call, "role")), user = S("");
	if (role.len == 0)
		return cli_usage(call, "no directory role is called %s", cli_value(call, "role"));
	int status = person_id_of(call, call->position[1], &user);
	if (status == CLI_OK)
		status = assign(call, role, user, &answer);
	if (status == CLI_OK)
		remote_show(call, answer, role_names);
	return status;
}

int cli_user_delete(struct cli_call *call)
{
	const struct json *answer;
	str name = url_encode(call->arena, str_of(call->position[1]));
	return remote_call(call, "DELETE", remote_directory_path(call, "/users/%.*s", STR_ARG(name)), NULL, &answer);
}

/* --- user create --- */

/* Without its line's end. A password on the command line would stand in every process list: there is no such option. */
static err read_password(const char *path, struct arena *arena, str *out)
{
	bytes raw;
	if (strcmp(path, "-") == 0)
		TRY(fd_read_all(STDIN_FILENO, PASSWORD_BYTES_MAX + 2, arena, &raw));
	else
		TRY(file_read(path, PASSWORD_BYTES_MAX + 2, arena, &raw));
	str text = str_of_bytes(raw);
	if (str_ends_with(text, S("\n")))
		text.len--;
	if (str_ends_with(text, S("\r")))
		text.len--;
	if (text.len == 0 || text.len > PASSWORD_BYTES_MAX)
		FAIL(ERR_INVALID, "a password has 1 to 256 octets");
	*out = text;
	return OK;
}

err password_make(struct arena *arena, str *out)
{
	uint8_t octets[MADE_PASSWORD_OCTETS];
	random_bytes(octets, sizeof octets);
	*out = base64url_text(arena, bytes_of(octets, sizeof octets));
	explicit_bzero(octets, sizeof octets);
	TRY_NEW(out->at);
	return OK;
}

static int post_user(struct cli_call *call, const struct person_wish *wish, const struct json **out)
{
	SCOPED(remote_body) body = { 0 };
	str local = str_slice(wish->upn, 0, str_find_char(wish->upn, '@', 0));
	remote_body_init(&body);
	json_member_bool(&body.w, S("accountEnabled"), true);
	json_member_str(&body.w, S("displayName"), wish->name.len ? wish->name : local);
	json_member_str(&body.w, S("mailNickname"), local);
	json_member_str(&body.w, S("userPrincipalName"), wish->upn);
	json_key(&body.w, S("passwordProfile"));
	json_open_object(&body.w);
	json_member_str(&body.w, S("password"), wish->password);
	json_member_bool(&body.w, S("forceChangePasswordNextSignIn"), !wish->keep_password);
	json_close_object(&body.w);
	return remote_call(call, "POST", remote_directory_path(call, "/users"), &body, out);
}

int person_make(struct cli_call *call, const struct person_wish *wish, str *out_id, str *out_upn)
{
	const struct json *user, *ignored;
	int status = post_user(call, wish, &user);
	if (status != CLI_OK)
		return status;
	*out_id = remote_text(user, "id");
	*out_upn = remote_text(user, "userPrincipalName");
	return wish->role.len ? assign(call, wish->role, *out_id, &ignored) : CLI_OK;
}

static int make_pass(struct cli_call *call, str id, str *out)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	remote_body_init(&body);
	str path = remote_directory_path(call, "/users/%.*s/authentication/temporaryAccessPassMethods", STR_ARG(id));
	int status = remote_call(call, "POST", path, &body, &answer);
	if (status == CLI_OK)
		*out = remote_text(answer, "temporaryAccessPass");
	return status;
}

/* The account, and what is shown only this once. */
static void show_user(struct cli_call *call, str user_id, str user_upn, str password, str pass)
{
	struct json id = { .kind = JSON_STRING, .name = S("id"), .text = user_id };
	struct json upn = { .kind = JSON_STRING, .name = S("userPrincipalName"), .text = user_upn };
	struct json secret = { .kind = JSON_STRING, .name = S("password"), .text = password };
	struct json tap = { .kind = JSON_STRING, .name = S("temporaryAccessPass"), .text = pass };
	struct json object = { .kind = JSON_OBJECT, .first = &id };
	const struct json **tail = &id.next;
	*tail = &upn;
	tail = &upn.next;
	if (password.len) {
		*tail = &secret;
		tail = &secret.next;
	}
	if (pass.len)
		*tail = &tap;
	remote_show(call, &object, user_names);
}

int cli_user_create(struct cli_call *call)
{
	struct person_wish wish = { .upn = cli_text(call, "upn"), .name = cli_text(call, "name"),
				    .keep_password = cli_has(call, "keep-password"), .role = S("") };
	str id, upn, pass = S("");
	bool given = cli_has(call, "password-file");
	if (cli_has(call, "role") && (wish.role = directory_role_of(cli_text(call, "role"))).len == 0)
		return cli_usage(call, "no directory role is called %s", cli_value(call, "role"));
	if (str_find_char(wish.upn, '@', 0) == SIZE_MAX)
		return cli_usage(call, "--upn wants NAME@DOMAIN");
	err e = given ? read_password(cli_value(call, "password-file"), call->arena, &wish.password)
		      : password_make(call->arena, &wish.password);
	if (failed(e))
		return cli_fail(call, "password", e);
	int status = person_make(call, &wish, &id, &upn);
	if (status == CLI_OK && cli_has(call, "pass"))
		status = make_pass(call, id, &pass);
	if (status == CLI_OK)
		show_user(call, id, upn, given || pass.len ? S("") : wish.password, pass);
	return status;
}

/* --- groups --- */

/* "Sales, EU" -> "SalesEU": what a mail nickname may hold. */
static str nickname_of(struct cli_call *call, str name)
{
	char text[64];
	size_t len = 0;
	for (size_t i = 0; i < name.len && len < sizeof text; i++) {
		char c = name.at[i], lower = ascii_lower(c);
		if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
			text[len++] = c;
	}
	return len ? str_copy(call->arena, (str){ text, len }) : S("group");
}

int cli_group_create(struct cli_call *call)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	str name = cli_text(call, "name");
	remote_body_init(&body);
	json_member_str(&body.w, S("displayName"), name);
	json_member_bool(&body.w, S("mailEnabled"), false);
	json_member_str(&body.w, S("mailNickname"), nickname_of(call, name));
	json_member_bool(&body.w, S("securityEnabled"), true);
	int status = remote_call(call, "POST", remote_directory_path(call, "/groups"), &body, &answer);
	if (status == CLI_OK)
		remote_show(call, answer, group_names);
	return status;
}

int cli_group_add(struct cli_call *call)
{
	SCOPED(remote_body) body = { 0 };
	const struct json *answer;
	str user = S(""), group = url_encode(call->arena, str_of(call->position[1]));
	int status = person_id_of(call, call->position[2], &user);
	if (status != CLI_OK)
		return status;
	remote_body_init(&body);
	json_member_str(&body.w, S("@odata.id"),
			str_format(call->arena, "https://localhost/v1.0/directoryObjects/%.*s", STR_ARG(user)));
	return remote_call(call, "POST", remote_directory_path(call, "/groups/%.*s/members/$ref", STR_ARG(group)), &body, &answer);
}
