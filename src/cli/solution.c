/* Solutions: an environment's customization as a file, by the Web API's actions (data/solution_actions.c). */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/remote.h"
#include "codec/base64.h"
#include "codec/url.h"
#include "host/file.h"

enum { FILE_BYTES_MAX = 8 << 20, BODY_BYTES_MAX = 12 << 20 };

static const char *const changes[] = { "State", "Kind", "Name", "Members", NULL };
static const char *const kept[] = { "Kind", "Name", "Members", NULL };
static const char *const counts[] = { "SolutionName", "Version", "Added", "Changed", "Conflicts", NULL };

static str action_path(struct cli_call *call, const char *action)
{
	str environment = url_encode(call->arena, cli_text(call, "environment"));
	return str_format(call->arena, "/e/%.*s/api/data/v9.2/%s", STR_ARG(environment), action);
}

static void body_init(struct remote_body *body)
{
	remote_body_init(body);
	body->text.len_max = BODY_BYTES_MAX;
}

static void tables_write(struct cli_call *call, struct json_writer *w)
{
	str rest = cli_text(call, "tables"), name;
	if (!cli_has(call, "tables"))
		return;
	json_key(w, S("Tables"));
	json_open_array(w);
	while (str_split(&rest, ',', &name))
		json_str(w, str_trim(name));
	json_close_array(w);
}

static int file_put(struct cli_call *call, bytes file)
{
	if (!cli_has(call, "output")) {
		bool written = fwrite(file.at, 1, file.len, call->out) == file.len;
		return written ? CLI_OK : cli_fail(call, "writing the solution", ERR(ERR_INTERNAL, "the output could not be written"));
	}
	err e = file_write(cli_value(call, "output"), file, 0644);
	return failed(e) ? cli_fail(call, cli_value(call, "output"), e) : CLI_OK;
}

int cli_solution_export(struct cli_call *call)
{
	const struct json *answer = NULL;
	SCOPED(remote_body) body = { 0 };
	bytes file;
	str text;
	body_init(&body);
	json_member_str(&body.w, S("SolutionName"), cli_text(call, "name"));
	if (cli_has(call, "version"))
		json_member_str(&body.w, S("Version"), cli_text(call, "version"));
	if (cli_has(call, "publisher"))
		json_member_str(&body.w, S("Publisher"), cli_text(call, "publisher"));
	tables_write(call, &body.w);
	int status = remote_call(call, "POST", action_path(call, "ExportSolution"), &body, &answer);
	if (status != CLI_OK)
		return status;
	if (!json_member_is_str(answer, S("ExportSolutionFile"), &text) || failed(base64_parse(text, call->arena, &file)))
		return cli_fail(call, "reading the answer", ERR(ERR_INVALID, "it holds no solution"));
	return file_put(call, file);
}

static err file_take(struct cli_call *call, bytes *out)
{
	const char *path = call->position[1];
	return strcmp(path, "-") == 0 ? fd_read_all(0, FILE_BYTES_MAX, call->arena, out) : file_read(path, FILE_BYTES_MAX, call->arena, out);
}

/* Sends the file to an action. */
static int send(struct cli_call *call, const char *action, bool overwrite, const struct json **out_answer)
{
	SCOPED(remote_body) body = { 0 };
	bytes file;
	err e = file_take(call, &file);
	if (failed(e))
		return cli_fail(call, call->position[1], e);
	body_init(&body);
	json_member_str(&body.w, S("CustomizationFile"), base64_text(call->arena, file));
	if (overwrite)
		json_member_bool(&body.w, S("OverwriteUnmanagedCustomizations"), true);
	return remote_call(call, "POST", action_path(call, action), &body, out_answer);
}

int cli_solution_diff(struct cli_call *call)
{
	const struct json *answer = NULL;
	int status = send(call, "DiffSolution", false, &answer);
	if (status != CLI_OK)
		return status;
	remote_show(call, answer, counts);
	const struct json *list = json_member(answer, S("Changes"));
	if (!call->json && list && list->first) {
		fputc('\n', call->out);
		remote_show_list(call, list, changes);
	}
	const struct json *rest = json_member(answer, S("Kept"));
	if (!call->json && rest && rest->first) {
		fputs("\nhere, and not in the file:\n", call->out);
		remote_show_list(call, rest, kept);
	}
	return str_equal(remote_text(answer, "Conflicts"), S("0")) ? CLI_OK : CLI_FAILED;
}

int cli_solution_import(struct cli_call *call)
{
	const struct json *ignored = NULL;
	return send(call, "ImportSolution", cli_has(call, "overwrite"), &ignored);
}
