/* Security roles of an environment, over its Web API in the operator's lane: who holds which, by the names people know. */
#include "base/uuid.h"
#include "cli/remote.h"
#include "cli/security_roles.h"
#include "codec/url.h"

static const char *const held_names[] = { "user", "role", "businessUnit", "environment", NULL };
static const char *const role_names[] = { "roleid", "name", "isinherited", NULL };

/* Below the environment's Web API. `filter` is an expression as people write it; empty: none. */
static str api_path(struct cli_call *call, str set, str select, str filter)
{
	str environment = url_encode(call->arena, cli_text(call, "environment")), expression = url_encode(call->arena, filter);
	return str_format(call->arena, "/e/%.*s/api/data/v9.2/%.*s%s%.*s%s%.*s", STR_ARG(environment), STR_ARG(set),
			  select.len ? "?$select=" : "", STR_ARG(select), filter.len ? "&$filter=" : "", STR_ARG(expression));
}

/* The text in quotes of an expression. */
static str quoted(struct arena *arena, str text)
{
	char *at = arena_alloc(arena, text.len * 2 + 2);
	size_t n = 0;
	if (!at)
		return S("''");
	at[n++] = '\'';
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\'')
			at[n++] = '\'';
		at[n++] = text.at[i];
	}
	at[n++] = '\'';
	return (str){ at, n };
}

/* *out null: no row. */
static int first_row(struct cli_call *call, str set, str select, str filter, const struct json **out)
{
	const struct json *answer = NULL;
	int status = remote_call(call, "GET", api_path(call, set, select, filter), NULL, &answer);
	const struct json *list = status == CLI_OK ? json_member(answer, S("value")) : NULL;
	*out = list ? list->first : NULL;
	return status;
}

static int absent(struct cli_call *call, const char *what, str name)
{
	fprintf(call->err, "bailiwick: the environment has no %s ", what);
	remote_print_text(call->err, name);
	fputc('\n', call->err);
	return CLI_FAILED;
}

/* --- who --- */

struct holder {
	str name, user_id, unit_id;
};

/* In the directory: what the environment knows a person by. */
static int person_find(struct cli_call *call, str *out_filter, str *out_column, str *out_id, str *out_name)
{
	const struct json *answer = NULL;
	str user = str_of(call->position[1]);
	if (cli_has(call, "application")) {
		*out_column = S("applicationid");
		*out_id = *out_name = user;
	} else {
		str name = url_encode(call->arena, user);
		int status = remote_call(call, "GET", remote_directory_path(call, "/users/%.*s", STR_ARG(name)), NULL, &answer);
		if (status != CLI_OK)
			return status;
		*out_column = S("azureactivedirectoryobjectid");
		*out_id = remote_text(answer, "id");
		*out_name = remote_text(answer, "userPrincipalName");
	}
	struct uuid id;
	if (failed(uuid_parse(*out_id, &id)))
		return cli_usage(call, "an application is named by its client id");
	*out_filter = str_format(call->arena, "%.*s eq %.*s", STR_ARG(*out_column), STR_ARG(*out_id));
	return CLI_OK;
}

static int user_make(struct cli_call *call, str column, str id, str name)
{
	const struct json *ignored;
	SCOPED(remote_body) body = { 0 };
	remote_body_init(&body);
	json_member_str(&body.w, column, id);
	json_member_str(&body.w, S("domainname"), name);
	return remote_call(call, "POST", api_path(call, S("systemusers"), S(""), S("")), &body, &ignored);
}

/* Somebody who has not been there yet gets a row, in the root unit, as at a first visit. */
static int holder_find(struct cli_call *call, bool make, struct holder *out)
{
	static const str select = { "systemuserid,_businessunitid_value", 34 };
	const struct json *row = NULL;
	str filter = { 0 }, column = { 0 }, id = { 0 };
	int status = person_find(call, &filter, &column, &id, &out->name);
	if (status == CLI_OK)
		status = first_row(call, S("systemusers"), select, filter, &row);
	if (status == CLI_OK && !row && make) {
		status = user_make(call, column, id, out->name);
		if (status == CLI_OK)
			status = first_row(call, S("systemusers"), select, filter, &row);
	}
	if (status != CLI_OK)
		return status;
	if (!row)
		return absent(call, "user", out->name);
	out->user_id = remote_text(row, "systemuserid");
	out->unit_id = remote_text(row, "_businessunitid_value");
	return CLI_OK;
}

/* The role as it is seen in the holder's unit. */
static int role_find(struct cli_call *call, const struct holder *holder, str *out_id)
{
	const struct json *row = NULL;
	str name = cli_text(call, "role");
	str filter = str_format(call->arena, "name eq %.*s and _businessunitid_value eq %.*s", STR_ARG(quoted(call->arena, name)),
				STR_ARG(holder->unit_id));
	int status = first_row(call, S("roles"), S("roleid"), filter, &row);
	if (status == CLI_OK && !row)
		return absent(call, "security role in the user's unit called", name);
	if (status == CLI_OK)
		*out_id = remote_text(row, "roleid");
	return status;
}

static int role_post(struct cli_call *call, const struct holder *holder, str role_id)
{
	const struct json *ignored;
	SCOPED(remote_body) body = { 0 };
	str set = str_format(call->arena, "systemusers(%.*s)/systemuserroles_association/$ref", STR_ARG(holder->user_id));
	remote_body_init(&body);
	json_member_str(&body.w, S("@odata.id"), str_format(call->arena, "roles(%.*s)", STR_ARG(role_id)));
	return remote_call(call, "POST", api_path(call, set, S(""), S("")), &body, &ignored);
}

static int role_delete(struct cli_call *call, const struct holder *holder, str role_id)
{
	const struct json *ignored;
	str set = str_format(call->arena, "systemusers(%.*s)/systemuserroles_association(%.*s)/$ref", STR_ARG(holder->user_id),
			     STR_ARG(role_id));
	return remote_call(call, "DELETE", api_path(call, set, S(""), S("")), NULL, &ignored);
}

static void show_held(struct cli_call *call, const struct holder *holder)
{
	const struct {
		const char *name;
		str text;
	} members[] = { { "user", holder->name }, { "role", cli_text(call, "role") }, { "businessUnit", holder->unit_id },
			{ "environment", cli_text(call, "environment") } };
	struct json list[COUNT_OF(members)], object = { .kind = JSON_OBJECT, .first = list, .count = COUNT_OF(members) };
	for (size_t i = 0; i < COUNT_OF(members); i++)
		list[i] = (struct json){ .kind = JSON_STRING, .name = str_of(members[i].name), .text = members[i].text,
					 .next = i + 1 < COUNT_OF(members) ? &list[i + 1] : NULL };
	remote_show(call, &object, held_names);
}

int security_role_assign(struct cli_call *call)
{
	struct holder holder = { 0 };
	str role = { 0 };
	int status = holder_find(call, true, &holder);
	if (status == CLI_OK)
		status = role_find(call, &holder, &role);
	if (status == CLI_OK)
		status = role_post(call, &holder, role);
	if (status == CLI_OK)
		show_held(call, &holder);
	return status;
}

int cli_role_unassign(struct cli_call *call)
{
	struct holder holder = { 0 };
	str role = { 0 };
	int status = holder_find(call, false, &holder);
	if (status == CLI_OK)
		status = role_find(call, &holder, &role);
	return status == CLI_OK ? role_delete(call, &holder, role) : status;
}

int security_role_list(struct cli_call *call)
{
	const struct json *answer = NULL;
	str path = api_path(call, S("roles"), S("name,isinherited,roleid"), S("_parentroleid_value eq null"));
	int status = remote_call(call, "GET", path, NULL, &answer);
	if (status == CLI_OK)
		remote_show_list(call, answer, role_names);
	return status;
}
