/* `bailiwick import`: a CSV file into a table, with what it did on the terminal. */
#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/import.h"
#include "cli/import_file.h"
#include "cli/remote.h"
#include "host/file.h"

struct shown {
	struct cli_call *call;
	const struct import_source *source;
	FILE *rejects;  /* null: standard error */
	bool terminal;  /* standard error is one, so a line may be drawn over */
	bool waiting;
};

/* --- while it runs --- */

static void clear_line(struct shown *s)
{
	if (s->terminal)
		fputs("\r\033[K", s->call->err);
}

/* Octets tell how much is left, since nobody has counted the records; -1: cannot be told yet. */
static int64_t seconds_left(const struct shown *s, const struct import_progress *p)
{
	uint64_t done = p->octets - p->octets_before;
	if (s->source->octets < p->octets || done == 0 || p->elapsed_ms <= 0)
		return -1;
	return (int64_t)((double)(s->source->octets - p->octets) / (double)done * (double)p->elapsed_ms / 1000.0 + 0.5);
}

static double rate_of(uint64_t rows, int64_t elapsed_ms)
{
	return elapsed_ms > 0 ? (double)rows * 1000.0 / (double)elapsed_ms : 0.0;
}

static void on_progress(void *self, const struct import_progress *p)
{
	struct shown *s = self;
	s->waiting = false;
	if (!s->terminal)
		return;
	int64_t left = seconds_left(s, p);
	clear_line(s);
	fprintf(s->call->err, "%llu rows, %.0f a second", (unsigned long long)p->rows, rate_of(p->rows_now, p->elapsed_ms));
	if (left >= 0)
		fprintf(s->call->err, ", %lld:%02lld left", (long long)(left / 60), (long long)(left % 60));
	fflush(s->call->err);
}

static void on_waiting(void *self, const char *why)
{
	struct shown *s = self;
	if (s->waiting)
		return;
	s->waiting = true;
	clear_line(s);
	fprintf(s->call->err, s->terminal ? "waiting: %s" : "bailiwick: waiting: %s\n", why);
	fflush(s->call->err);
}

static void put_quoted(FILE *to, str text)
{
	fputc('"', to);
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"')
			fputc('"', to);
		fputc(text.at[i], to);
	}
	fputc('"', to);
}

static void on_rejected(void *self, uint64_t line, str reason)
{
	struct shown *s = self;
	if (s->rejects) {
		fprintf(s->rejects, "%llu,", (unsigned long long)line);
		put_quoted(s->rejects, reason);
		fputs("\r\n", s->rejects);
		return;
	}
	clear_line(s);
	fprintf(s->call->err, "line %llu: ", (unsigned long long)line);
	remote_print_text(s->call->err, reason);
	fputc('\n', s->call->err);
}

/* --- when it has ended --- */

static void show_json(struct cli_call *call, const struct import_summary *sum)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, 4096);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	json_member_uuid(&w, S("job"), &sum->job);
	json_member_i64(&w, S("imported"), (int64_t)sum->imported);
	json_member_i64(&w, S("rejected"), (int64_t)sum->rejected);
	json_member_i64(&w, S("sentNow"), (int64_t)sum->rows_now);
	json_member_i64(&w, S("milliseconds"), sum->elapsed_ms);
	json_member_bool(&w, S("wasComplete"), sum->was_complete);
	json_close_object(&w);
	fprintf(call->out, "%.*s\n", STR_ARG(buffer_str(&b)));
}

static void show(struct cli_call *call, const struct import_summary *sum)
{
	if (call->json) {
		show_json(call, sum);
		return;
	}
	if (sum->was_complete) {
		fprintf(call->out, "nothing to do: this import brought in %llu rows before, %llu were rejected\n",
			(unsigned long long)sum->imported, (unsigned long long)sum->rejected);
		return;
	}
	fprintf(call->out, "%llu rows imported, %llu rejected", (unsigned long long)sum->imported, (unsigned long long)sum->rejected);
	if (sum->resumed_batches)
		fprintf(call->out, "; %llu rows in this run", (unsigned long long)sum->rows_now);
	fprintf(call->out, "; %.1f s, %.0f rows a second\n", (double)sum->elapsed_ms / 1000.0, rate_of(sum->rows_now, sum->elapsed_ms));
}

static int fail(struct cli_call *call, const struct import_summary *sum, err e)
{
	str what = str_format(call->arena, "import%s%s", sum->problem[0] ? ": " : "", sum->problem);
	int status = cli_fail(call, what.at ? what.at : "import", e);
	if (!call->json && sum->imported)
		fprintf(call->err, "bailiwick: %llu rows are in; the same command goes on behind them\n", (unsigned long long)sum->imported);
	if (!call->json && err_kind_of(e) == ERR_CONFLICT)
		fputs("bailiwick: --abandon gives an unfinished import up; the rows that it brought in stay\n", call->err);
	return err_kind_of(e) == ERR_INVALID && sum->problem[0] ? CLI_USAGE : status;
}

/* --- what it is told --- */

static size_t line_of(str text, size_t at)
{
	size_t line = 1;
	for (size_t i = 0; i < at; i++)
		line += text.at[i] == '\n';
	return line;
}

/* *out null: no map was given. */
static int map_read(struct cli_call *call, const struct import_map **out)
{
	struct import_map *map = NEW(call->arena, struct import_map);
	const char *path = cli_value(call, "map-file");
	str text = cli_text(call, "map");
	size_t at = 0;
	*out = NULL;
	if (path && text.at)
		return cli_usage(call, "--map and --map-file do not go together");
	if (!path && !text.at)
		return CLI_OK;
	if (path) {
		bytes content;
		err e = file_read(path, IMPORT_MAP_BYTES_MAX, call->arena, &content);
		if (failed(e))
			return cli_fail(call, path, e);
		text = str_of_bytes(content);
	}
	err e = map ? import_map_parse(text, call->arena, map, &at) : ERR(ERR_LIMIT, "no memory for a map");
	if (failed(e))
		return cli_usage(call, "the map, line %zu, from \"%.*s\": %s", line_of(text, at), STR_ARG(str_slice(text, at, at + 40)), err_why(e));
	*out = map;
	return CLI_OK;
}

static str job_name(struct cli_call *call)
{
	if (cli_has(call, "job"))
		return cli_text(call, "job");
	const char *path = call->position[1], *slash = strrchr(path, '/');
	return str_of(slash ? slash + 1 : path);
}

static int run(struct cli_call *call, const struct import_map *map, const struct import_source *source, FILE *rejects)
{
	struct shown shown = { .call = call, .source = source, .rejects = rejects, .terminal = !call->json && isatty(fileno(call->err)) };
	struct import_options options = {
		.target = { .folder = call->position[0] }, .environment = cli_text(call, "environment"), .table = cli_text(call, "table"),
		.map = map, .abandon = cli_has(call, "abandon"),
		.sink = { &shown, on_progress, on_rejected, on_waiting },
	};
	struct import_summary sum;
	err e = import_run(&options, source, &sum);
	clear_line(&shown);
	if (failed(e))
		return fail(call, &sum, e);
	show(call, &sum);
	return sum.rejected ? CLI_FAILED : CLI_OK;
}

/* The report of rejected lines is a CSV file itself. */
static int run_reporting(struct cli_call *call, const struct import_map *map, const struct import_source *source)
{
	const char *path = cli_value(call, "rejects");
	FILE *rejects = path ? fopen(path, "we") : NULL;
	if (path && !rejects)
		return cli_fail(call, path, ERR(ERR_DENIED, "the file cannot be written"));
	if (rejects)
		fputs("line,reason\r\n", rejects);
	int status = run(call, map, source, rejects);
	if (rejects && (ferror(rejects) | fclose(rejects)))
		return cli_fail(call, path, ERR(ERR_FULL, "the file could not be written to its end"));
	return status;
}

int cli_import(struct cli_call *call)
{
	const struct import_map *map;
	struct import_source source;
	struct import_file *file;
	int status = map_read(call, &map);
	if (status != CLI_OK)
		return status;
	if (strcmp(call->position[1], "-") == 0 && !cli_has(call, "job"))
		return cli_usage(call, "standard input has no name: give the import one with --job");
	err e = import_file_new(call->position[1], job_name(call), &source, &file);
	if (failed(e))
		return cli_fail(call, call->position[1], e);
	status = run_reporting(call, map, &source);
	import_file_free(file);
	return status;
}
