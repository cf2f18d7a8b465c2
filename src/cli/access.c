/* Who may do what in an environment, and why: what the Web API's functions say (data/access.c), for the operator. */
#include "base/uuid.h"
#include "cli/commands.h"
#include "cli/remote.h"
#include "codec/url.h"

static const char *const explained[] = { "Allowed", "Reason", "Path", "Explanation", NULL };
static const char *const grants[] = { "Path", "Depth", "RoleName", "PrincipalName", NULL };
static const char *const policies[] = { "Passes", "RoleName", "ContextValue", "Query", NULL };
static const char *const people[] = { "Name", "Path", "Explanation", "PrincipalId", NULL };
static const char *const tables[] = { "LogicalName", "Right", "Reach", "Rows", "RowsExceeded", NULL };

static str function_path(struct cli_call *call, str function)
{
	str environment = url_encode(call->arena, cli_text(call, "environment"));
	return str_format(call->arena, "/e/%.*s/api/data/v9.2/%.*s", STR_ARG(environment), STR_ARG(function));
}

/* The user or team of that id, or the user of that name (UPN). */
static int principal_find(struct cli_call *call, str name, str *out)
{
	const struct json *answer = NULL, *list;
	struct uuid id;
	*out = name;
	if (!failed(uuid_parse(name, &id)))
		return CLI_OK;
	SCOPED(buffer) quoted = { 0 };
	buffer_init(&quoted, 4096);
	for (size_t i = 0; i < name.len; i++) {
		buffer_append_char(&quoted, name.at[i]);
		if (name.at[i] == '\'')
			buffer_append_char(&quoted, '\'');
	}
	str filter = str_format(call->arena, "domainname eq '%.*s'", STR_ARG(buffer_str(&quoted)));
	str path = str_format(call->arena, "systemusers?$select=systemuserid&$filter=%.*s", STR_ARG(url_encode(call->arena, filter)));
	int status = remote_call(call, "GET", function_path(call, path), NULL, &answer);
	list = status == CLI_OK ? json_member(answer, S("value")) : NULL;
	if (status == CLI_OK && (!list || !list->first)) {
		fprintf(call->err, "bailiwick: the environment has no user ");
		remote_print_text(call->err, name);
		fputc('\n', call->err);
		return CLI_FAILED;
	}
	if (status == CLI_OK)
		*out = remote_text(list->first, "systemuserid");
	return status;
}

static str right_of(struct cli_call *call)
{
	return cli_has(call, "right") ? cli_text(call, "right") : S("Read");
}

static void table_show(struct cli_call *call, const struct json *list, const char *const *names)
{
	if (!list || !list->first)
		return;
	fputc('\n', call->out);
	remote_show_list(call, list, names);
}

/* As JSON it is one object already. */
static void explanation_show(struct cli_call *call, const struct json *answer)
{
	remote_show(call, answer, explained);
	if (call->json)
		return;
	table_show(call, json_member(answer, S("Grants")), grants);
	table_show(call, json_member(answer, S("Policies")), policies);
}

int cli_access_explain(struct cli_call *call)
{
	const struct json *answer = NULL;
	str principal;
	int status = principal_find(call, str_of(call->position[1]), &principal);
	if (status != CLI_OK)
		return status;
	str table = url_encode(call->arena, cli_text(call, "table")), row = url_encode(call->arena, cli_text(call, "row")),
	    right = url_encode(call->arena, right_of(call));
	str function = str_format(call->arena, "ExplainAccess(ObjectId=%.*s,LogicalName='%.*s',PrincipalId=%.*s,Right='%.*s')", STR_ARG(row),
				  STR_ARG(table), STR_ARG(principal), STR_ARG(right));
	status = remote_call(call, "GET", function_path(call, function), NULL, &answer);
	if (status == CLI_OK)
		explanation_show(call, answer);
	return status;
}

int cli_access_who(struct cli_call *call)
{
	str table = url_encode(call->arena, cli_text(call, "table")), row = url_encode(call->arena, cli_text(call, "row")),
	    right = url_encode(call->arena, right_of(call)), after = { 0 };
	for (int status;;) {
		const struct json *answer = NULL;
		str function = str_format(call->arena, "WhoCanAccess(ObjectId=%.*s,LogicalName='%.*s',Right='%.*s')%s%.*s", STR_ARG(row),
					  STR_ARG(table), STR_ARG(right), after.len ? "?After=" : "", STR_ARG(after));
		status = remote_call(call, "GET", function_path(call, function), NULL, &answer);
		if (status != CLI_OK)
			return status;
		const struct json *list = json_member(answer, S("Principals"));
		if (list)
			remote_show_list(call, list, people);
		if (!json_member_is_str(answer, S("After"), &after))
			return CLI_OK;
	}
}

int cli_access_what(struct cli_call *call)
{
	const struct json *answer = NULL;
	str principal;
	int status = principal_find(call, str_of(call->position[1]), &principal);
	if (status != CLI_OK)
		return status;
	str function = str_format(call->arena, "WhatCanAccess(PrincipalId=%.*s)", STR_ARG(principal));
	status = remote_call(call, "GET", function_path(call, function), NULL, &answer);
	const struct json *list = status == CLI_OK ? json_member(answer, S("Tables")) : NULL;
	if (list)
		remote_show_list(call, list, tables);
	return status;
}
