/* The rows: through the same import that `bailiwick import` is. */
#include <unistd.h>

#include "cli/demo_content.h"

#define DEMO_MAP "Registry=bwk_registry, Assignment=bwk_assignment, \"Organization Name\"=bwk_name, " \
	"\"Organization Address\"=bwk_address, Country=bwk_country, Unit=owner:unit"

enum { REJECTED_SHOWN = 10 };

struct shown {
	struct cli_call *call;
	uint64_t expected, rejected;
	bool terminal;
};

static void on_progress(void *self, const struct import_progress *p)
{
	const struct shown *s = self;
	if (s->terminal)
		fprintf(s->call->err, "\r\033[Krows: %llu of %llu", (unsigned long long)p->rows, (unsigned long long)s->expected);
	fflush(s->call->err);
}

static void on_rejected(void *self, uint64_t line, str reason)
{
	struct shown *s = self;
	if (s->rejected++ >= REJECTED_SHOWN)
		return;
	fprintf(s->call->err, "%sline %llu: ", s->terminal ? "\r\033[K" : "", (unsigned long long)line);
	remote_print_text(s->call->err, reason);
	fputc('\n', s->call->err);
}

static int run(struct cli_call *call, const struct demo_tenant *tenant, const struct import_source *source, uint64_t expected)
{
	struct shown shown = { .call = call, .expected = expected, .terminal = !call->json && isatty(fileno(call->err)) };
	struct import_map *map = NEW(call->arena, struct import_map);
	struct import_summary sum = { 0 };
	size_t at = 0;
	err e = map ? import_map_parse(S(DEMO_MAP), call->arena, map, &at) : ERR(ERR_LIMIT, "no memory for a map");
	if (failed(e))
		return cli_fail(call, "demo", e);
	struct import_options options = { .target = { .folder = call->position[0] },
					  .environment = str_of(tenant->plan->environment), .table = S(DEMO_TABLE), .map = map,
					  .sink = { &shown, on_progress, on_rejected, NULL } };
	e = import_run(&options, source, &sum);
	if (shown.terminal)
		fputs("\r\033[K", call->err);
	if (!failed(e) && (sum.rejected || sum.imported != expected))
		e = ERR(ERR_INVALID, "not every row was taken");
	return failed(e) ? cli_fail(call, sum.problem[0] ? sum.problem : "demo", e) : CLI_OK;
}

/* --- a handful --- */

static const str few_columns[] = { { "Registry", 8 }, { "Assignment", 10 }, { "Organization Name", 17 },
				   { "Organization Address", 20 }, { "Country", 7 }, { "Unit", 4 } };
static const char *const few[][2] = {
	{ "Alder Laboratories", "4 Mill Lane, Ashford GB TN23 1AA" }, { "Birch Medical Supplies", "12 Canal Street, Delft NL 2611 AB" },
	{ "Cedar Imaging", "Lindenweg 8, Kassel DE 34117" },	      { "Dogwood Pharmacy", "27 Rue du Port, Nantes FR 44000" },
	{ "Elm Physiotherapy", "3 Orchard Road, Cork IE T12 XY00" },
};

struct few_source {
	const struct demo_registry *registry;
	size_t at;
	str unit, fields[COUNT_OF(few_columns)];
	char number[24], code[COUNTRY_CODE_BYTES];
};

static err few_next(void *self, struct import_record *out, bool *out_end)
{
	struct few_source *s = self;
	*out_end = s->at == COUNT_OF(few);
	if (*out_end)
		return OK;
	str address = str_of(few[s->at][1]);
	size_t country = country_of_address(&s->registry->countries, address);
	snprintf(s->number, sizeof s->number, "M-%zu", s->at + 1);
	s->fields[0] = S("Meadow");
	s->fields[1] = str_of(s->number);
	s->fields[2] = str_of(few[s->at][0]);
	s->fields[3] = address;
	s->fields[4] = country_code(country, s->code);
	s->fields[5] = s->unit;
	s->at++;
	*out = (struct import_record){ .line = s->at, .octets = s->at, .count = COUNT_OF(few_columns), .fields = s->fields };
	return OK;
}

static int few_import(struct cli_call *call, struct demo_tenant *tenant, const struct demo_registry *registry)
{
	struct few_source few_source = { .registry = registry, .unit = str_of(tenant->plan->environment_name) };
	struct import_source source = { .name = S("meadow"), .columns = few_columns, .column_count = COUNT_OF(few_columns),
					.octets = COUNT_OF(few), .self = &few_source, .next = few_next };
	tenant->rows = COUNT_OF(few);
	return run(call, tenant, &source, tenant->rows);
}

int demo_rows_import(struct cli_call *call, struct demo_tenant *tenant, struct demo_registry *registry)
{
	struct import_source source;
	if (tenant->plan != &demo_plan[0])
		return few_import(call, tenant, registry);
	err e = demo_registry_source(registry, &source);
	if (failed(e))
		return cli_fail(call, "demo", e);
	tenant->rows = registry->total;
	return run(call, tenant, &source, registry->total);
}
