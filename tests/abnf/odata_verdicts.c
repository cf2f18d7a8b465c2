/* What our parsers say to expressions that others wrote. Standard input: a line "KIND<tab>TEXT" each, KIND `query` (the query string of a
 * list), `filter` (a condition alone) or `path` (what stands behind the service's root); TEXT is percent-encoded. Standard output, a line
 * each: "accepted", or "refused<tab>MESSAGE". The table has the names that the public test cases of OData's ABNF speak of; complex properties are
 * lookups here, for their paths are written alike. */
#include <stdio.h>

#include "data/odata_apply.h"
#include "data/odata_expand.h"
#include "data/odata_path.h"
#include "data/odata_query.h"

enum { LINE_BYTES_MAX = 8192, PARAMS_MAX = 40, LINE_BUDGET = 4 << 20 };
#define TEXT_(s_) { s_, sizeof(s_) - 1 }
#define STRING_(i_, s_) { .index = i_, .type = TYPE_STRING, .logical_name = TEXT_(s_), .length_max = 100, .sql = TEXT_("c") }
#define MONEY_(i_, s_) { .index = i_, .type = TYPE_MONEY, .logical_name = TEXT_(s_), .precision = 2, .min = -INT64_MAX, .max = INT64_MAX, .sql = TEXT_("c") }
#define FLAG_(i_, s_) { .index = i_, .type = TYPE_BOOLEAN, .logical_name = TEXT_(s_), .sql = TEXT_("c") }
#define DATE_(i_, s_) { .index = i_, .type = TYPE_DATETIME, .logical_name = TEXT_(s_), .sql = TEXT_("c") }
#define WHOLE_(i_, s_) { .index = i_, .type = TYPE_INTEGER, .logical_name = TEXT_(s_), .min = INT32_MIN, .max = INT32_MAX, .sql = TEXT_("c") }

static const struct column columns[] = {
	{ .index = 0, .type = TYPE_UNIQUEID, .flags = COLUMN_PRIMARY_ID, .logical_name = TEXT_("ID"), .sql = TEXT_("id") },
	STRING_(1, "Name"), STRING_(2, "Street"), STRING_(3, "City"), STRING_(4, "CompanyName"), STRING_(5, "FirstName"), STRING_(6, "LastName"),
	STRING_(7, "ZipCode"), STRING_(8, "ContactName"), MONEY_(9, "Price"), MONEY_(10, "Size"), MONEY_(11, "Cost"), MONEY_(12, "Revenue"), WHOLE_(13, "Rating"),
	DATE_(14, "ReleaseDate"), DATE_(15, "BirthDate"), FLAG_(16, "Completed"), STRING_(17, "style"), MONEY_(18, "Amount"),
	MONEY_(19, "TaxRate"), WHOLE_(20, "Quantity"), STRING_(21, "severity"), DATE_(22, "LifeTime"), DATE_(23, "Date"),
	STRING_(24, "Country"), STRING_(25, "Code"), STRING_(26, "CountryCode"), STRING_(27, "Region"), WHOLE_(28, "Population"), WHOLE_(29, "Year"),
	WHOLE_(30, "Month"), MONEY_(31, "Budget"), MONEY_(32, "Forecast"), STRING_(33, "Status"), MONEY_(34, "Discount"),
};
static const struct table table = {
	.ordinal = 64, .ownership = OWNERSHIP_USER, .class = CLASS_BUSINESS, .logical_name = TEXT_("Products"), .schema_name = TEXT_("Product"),
	.entity_set = TEXT_("Products"), .sql = TEXT_("t_64"), .columns = columns, .column_count = COUNT_OF(columns), .primary_id = &columns[0],
	.primary_name = &columns[1],
};
static const struct column via = { .index = 1, .type = TYPE_LOOKUP, .logical_name = TEXT_("via"), .sql = TEXT_("c") };

static err link_find(void *guard, const struct table *t, str name, struct link *out)
{
	static const str ones[] = { TEXT_("Category"), TEXT_("Supplier"), TEXT_("Customer"), TEXT_("Country"), TEXT_("Product"), TEXT_("Address"),
		TEXT_("Continent"), TEXT_("Currency"), TEXT_("Time"), TEXT_("SalesOrganization") };
	static const str manys[] = { TEXT_("Products"), TEXT_("Items"), TEXT_("Orders"), TEXT_("Sales"), TEXT_("DirectReports"),
		TEXT_("Addresses"), TEXT_("EmailAddresses") };
	static const struct visible all = { .everything = true };
	(void)guard;
	for (size_t i = 0; i < COUNT_OF(ones); i++)
		if (str_equal(name, ones[i]))
			*out = (struct link){ .via = &via, .table = t, .visible = &all };
	for (size_t i = 0; i < COUNT_OF(manys); i++)
		if (str_equal(name, manys[i]))
			*out = (struct link){ .many = true, .via = &via, .table = t, .visible = &all };
	return OK;
}

static err expand_verdict(str text, struct arena *arena, struct problem *problem);

static err list_verdict(const struct url_params *params, struct arena *arena, struct problem *problem)
{
	const struct odata_caller who = { .link_find = link_find, .aliases = params };
	static struct apply apply;
	struct url_params rest;
	struct odata_query query;
	str text;
	if (url_param_find(params, S("$apply"), &text))
		return odata_apply_parse(&table, params, &who, arena, problem, &apply);
	if (url_param_find(params, S("$expand"), &text))
		TRY(expand_verdict(text, arena, problem));
	TRY(url_params_without(params, S("$expand"), arena, &rest));
	return odata_query_parse(&table, &rest, &who, arena, problem, &query);
}

static err item_verdict(struct expand_item *item, struct arena *arena, struct problem *problem)
{
	struct link link = { 0 };
	TRY(link_find(NULL, &table, item->name, &link));
	if (!link.table)
		return problem_say(arena, problem, 400, CODE_BAD_QUERY, "no navigation property of this name");
	if (item->expand.len)
		TRY(expand_verdict(item->expand, arena, problem));
	return list_verdict(&(struct url_params){ item->options, item->option_count }, arena, problem);
}

static err expand_verdict(str text, struct arena *arena, struct problem *problem)
{
	struct expand_item *items;
	size_t count;
	TRY(odata_expand_parse(text, arena, problem, &items, &count));
	for (size_t i = 0; i < count; i++)
		TRY(item_verdict(&items[i], arena, problem));
	return OK;
}

static err verdict(str kind, str text, struct arena *arena, struct problem *problem)
{
	const struct odata_caller who = { .link_find = link_find };
	const struct filter *filter;
	struct odata_path path;
	struct url_params params;
	if (str_equal(kind, S("path")))
		return odata_path_parse(text, arena, problem, &path);
	if (str_equal(kind, S("query"))) {
		TRY(url_params_parse(text, PARAMS_MAX, arena, &params));
		return list_verdict(&params, arena, problem);
	}
	TRY(url_decode(text, false, arena, &text));
	return odata_filter_parse(&table, text, &who, arena, problem, &filter);
}

static int line_judge(str line)
{
	struct arena *arena = arena_new(LINE_BUDGET);
	struct problem problem = { 0 };
	size_t tab = 0;
	if (!arena)
		return 1;
	while (tab < line.len && line.at[tab] != '\t')
		tab++;
	err e = verdict((str){ line.at, tab }, (str){ line.at + tab + 1, line.len > tab ? line.len - tab - 1 : 0 }, arena, &problem);
	if (failed(e))
		printf("refused\t%.*s\n", STR_ARG((problem.message.len ? problem.message : str_of(e.site->why))));
	else
		puts("accepted");
	arena_free(arena);
	return 0;
}

int main(void)
{
	char line[LINE_BYTES_MAX];
	while (fgets(line, sizeof line, stdin)) {
		str text = str_of(line);
		text.len -= text.len && text.at[text.len - 1] == '\n';
		if (line_judge(text))
			return 1;
	}
	return 0;
}
