/* Each row: a $filter and either its structure in prefix form or the part of the message that refuses it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "data/odata_query.h"
#include "sample_table.h"

/* Noon of the eleventh day of 1970. */
/* A case has an account (here: another case) and child cases. */
static err link_find(void *guard, const struct table *t, str name, struct link *out)
{
	static const struct visible all = { .everything = true };
	(void)guard;
	if (str_equal(name, S("new_AccountId")))
		*out = (struct link){ .via = &sample_columns[6], .table = t, .visible = &all };
	if (str_equal(name, S("new_children")))
		*out = (struct link){ .many = true, .via = &sample_columns[6], .table = t, .visible = &all };
	return OK;
}

static struct url_param alias_items[] = { { { "@p", 2 }, { "'new_name'", 10 } }, { { "@v", 2 }, { "['a','@p']", 10 } } };
static const struct url_params aliases = { alias_items, 2 };
static const struct odata_caller who = { .link_find = link_find, .aliases = &aliases, .now = { 907200000 }, .user_id = { { 0x0a } }, .unit_id = { { 0x0b } } };

static const struct {
	const char *in, *want;
	bool refused;
} rows[] = {
	{ "new_name eq 'x'", "(eq new_name 'x')", false },
	{ "new_name eq 'it''s'", "(eq new_name 'it's')", false },
	{ "'x' eq new_name", "(eq new_name 'x')", false },
	{ "5 lt new_count", "(gt new_count 5)", false },
	{ "new_count ge -5", "(ge new_count -5)", false },
	{ "new_price gt 12.5", "(gt new_price 1250)", false },
	{ "new_name eq null", "(eq new_name null)", false },
	{ "new_done eq true", "(eq new_done 1)", false },
	{ "_new_accountid_value eq 00000000-0000-0000-0000-0000000000AA", "(eq new_accountid 00000000-0000-0000-0000-0000000000aa)", false },
	{ "new_when le 1970-01-01T00:00:01Z", "(le new_when 1000)", false },
	{ "new_when le 1970-01-02", "(le new_when 86400000)", false },
	{ "new_count eq 1 or new_count eq 2 and new_count eq 3", "(or (eq new_count 1) (and (eq new_count 2) (eq new_count 3)))", false },
	{ "(new_count eq 1 or new_count eq 2) and new_count eq 3", "(and (or (eq new_count 1) (eq new_count 2)) (eq new_count 3))", false },
	{ "not (new_count eq 1)", "(not (eq new_count 1))", false },
	{ "not contains(new_name,'a') and new_count eq 1", "(and (not (contains new_name 'a')) (eq new_count 1))", false },
	{ "startswith(new_name, 'a%')", "(starts new_name 'a%')", false },
	{ "endswith(new_note,'z')", "(ends new_note 'z')", false },
	{ "new_name eq new_name", "(eq new_name new_name)", false },
	{ "Microsoft.Dynamics.CRM.In(PropertyName='new_count',PropertyValues=['1','2'])", "(in new_count 1 2)", false },
	{ "Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_colours',PropertyValues=['1',12])", "(holds new_colours 1 12)", false },
	{ "Microsoft.Dynamics.CRM.DoesNotContainValues(PropertyName='new_colours',PropertyValues=['1'])", "(not (holds new_colours 1))", false },
	{ "new_colours eq '3, 1'", "(eq new_colours '1,3')", false },
	{ "new_day lt 1970-01-02", "(lt new_day 86400000)", false },
	{ "Microsoft.Dynamics.CRM.NotBetween(PropertyName='new_count',PropertyValues=[1,2])", "(not (between new_count 1 2))", false },
	{ "Microsoft.Dynamics.CRM.Today(PropertyName='new_when')", "(between new_when 864000000 950399999)", false },
	{ "Microsoft.Dynamics.CRM.Yesterday(PropertyName='new_when')", "(between new_when 777600000 863999999)", false },
	{ "Microsoft.Dynamics.CRM.Last7Days(PropertyName='new_when')", "(between new_when 259200000 907200000)", false },
	{ "Microsoft.Dynamics.CRM.NextXDays(PropertyName='new_when',PropertyValue=2)", "(between new_when 907200000 1123199999)", false },
	{ "Microsoft.Dynamics.CRM.LastXHours(PropertyName='new_when',PropertyValue='1')", "(between new_when 903600000 907200000)", false },
	{ "Microsoft.Dynamics.CRM.On(PropertyName='new_when',PropertyValue='1970-01-02')", "(between new_when 86400000 172799999)", false },
	{ "not Microsoft.Dynamics.CRM.NotOn(PropertyName='new_when',PropertyValue='1970-01-02T10:00:00Z')",
	  "(not (not (between new_when 86400000 172799999)))", false },
	{ "Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='new_when',PropertyValue='1970-01-02')", "(ge new_when 86400000)", false },
	{ "Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='new_when',PropertyValue='1970-01-02')", "(le new_when 172799999)", false },
	{ "Microsoft.Dynamics.CRM.NotEqualUserId(PropertyName='new_accountid')", "(not (eq new_accountid 0a000000-0000-0000-0000-000000000000))", false },
	{ "Microsoft.Dynamics.CRM.EqualBusinessId(PropertyName='new_accountid')", "(eq new_accountid 0b000000-0000-0000-0000-000000000000)", false },
	{ "Microsoft.Dynamics.CRM.Today(PropertyName='new_count')", "needs a date column", true },
	{ "Microsoft.Dynamics.CRM.LastXDays(PropertyName='new_when',PropertyValue=0)", "a whole number above 0", true },
	{ "Microsoft.Dynamics.CRM.LastXDays(PropertyName='new_when')", "','", true },
	{ "Microsoft.Dynamics.CRM.On(PropertyName='new_when',PropertyValue='soon')", "must be a date", true },
	{ "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='new_name')", "needs a lookup", true },
	{ "Microsoft.Dynamics.CRM.EqualUserTeams(PropertyName='new_accountid')", "needs the owner", true },
	{ "Microsoft.Dynamics.CRM.Above(PropertyName='new_accountid',PropertyValue='x')", "not just one lookup to itself", true },
	{ "", "position 0", true },
	{ "new_nam eq 'x'", "Could not find a property named 'new_nam'", true },
	{ "new_name eq", "position 11", true },
	{ "new_name eq 'x", "position 12", true },
	{ "new_name eq 'x' and", "position 19", true },
	{ "new_name eq 'x')", "position 15", true },
	{ "(new_name eq 'x'", "position 16", true },
	{ "new_name = 'x'", "position 9", true },
	{ "new_name eq 5", "not text in single quotes", true },
	{ "new_count eq '5'", "not a literal of its type", true },
	{ "new_count eq 1001", "not within its range", true },
	{ "new_price eq 1.005", "not a decimal number of its precision", true },
	{ "new_accountid eq 00000000-0000-0000-0000-0000000000aa", "Could not find a property", true },
	{ "_new_accountid_value gt 00000000-0000-0000-0000-0000000000aa", "eq or ne", true },
	{ "new_count gt null", "eq or ne with null", true },
	{ "new_AccountId/new_name eq 'x'", "(eq new_AccountId/new_name 'x')", false },
	{ "'x' eq new_AccountId/new_AccountId/new_name", "(eq new_AccountId/new_AccountId/new_name 'x')", false },
	{ "contains(new_AccountId/new_note,'x')", "(contains new_AccountId/new_note 'x')", false },
	{ "new_AccountId/new_count gt new_count", "(gt new_AccountId/new_count new_count)", false },
	{ "$it/new_name eq 'x'", "(eq new_name 'x')", false },
	{ "new_children/any()", "(any new_children)", false },
	{ "new_children/any(c:c/new_name eq 'x')", "(any new_children (eq 1:new_name 'x'))", false },
	{ "new_children/all(c: c/new_count gt new_count)", "(all new_children (gt 1:new_count new_count))", false },
	{ "not new_AccountId/new_children/any(c :not c/new_AccountId/new_name eq 'x' or c/new_count eq 1)",
	  "(not (any new_AccountId/new_children (or (not (eq 1:new_AccountId/new_name 'x')) (eq 1:new_count 1))))", false },
	{ "new_children/any(a:a/new_children/all(b:b/new_name eq a/new_name)) and new_children/any(a:a/new_count eq 2)",
	  "(and (any new_children (all 1:new_children (eq 2:new_name 1:new_name))) (any new_children (eq 3:new_count 2)))", false },
	{ "new_children/any(c:Microsoft.Dynamics.CRM.EqualUserId(PropertyName='c/new_accountid'))",
	  "(any new_children (eq 1:new_accountid 0a000000-0000-0000-0000-000000000000))", false },
	{ "Microsoft.Dynamics.CRM.In(PropertyName='new_AccountId/new_AccountId/new_name',PropertyValues=['a'])",
	  "(in new_AccountId/new_AccountId/new_name 'a')", false },
	{ "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='$it/_new_accountid_value')", "(eq new_accountid 0a000000-0000-0000-0000-000000000000)", false },
	{ "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='new_children/new_accountid')", "a path along lookups", true },
	{ "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='c/new_accountid')", "Could not find a navigation property named 'c'", true },
	{ "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='new_AccountId/')", "Could not find a property named ''", true },
	{ "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='/new_accountid')", "Could not find a navigation property named ''", true },
	{ "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='')", "Could not find a property named ''", true },
	{ "Microsoft.Dynamics.CRM.In(PropertyName='new_AccountId/new_AccountId/new_AccountId/new_AccountId/new_name',PropertyValues=['a'])",
	  "too many navigation properties", true },
	{ "Microsoft.Dynamics.CRM.In(PropertyName=@p,PropertyValues=@v)", "(in new_name 'a' '@p')", false },
	{ "new_name eq @q", "no parameter of this name: '@q'", true },
	{ "new_AccountId/name eq 'x'", "Could not find a property named 'name' on type 'Microsoft.Dynamics.CRM.new_case' (position 14)", true },
	{ "new_Nobody/name eq 'x'", "Could not find a navigation property named 'new_Nobody'", true },
	{ "new_AccountId/new_AccountId/new_AccountId/new_AccountId/new_name eq 'x'", "too many navigation properties (position 42)", true },
	{ "new_children/new_name eq 'x'", "any or all", true },
	{ "new_children/all()", "a variable", true },
	{ "new_children/any(new_name eq 'x')", "a variable", true },
	{ "new_children/any(c:new_children/any(c:c/new_count eq 1))", "a variable that is not in use", true },
	{ "new_children/any(c:c/new_children/any(d:d/new_children/any(e:e/new_children/any())))", "nested more than 3 deep", true },
	{ "new_children/any(c:c eq 1)", "'/'", true },
	{ "new_children/any(c:c/new_count eq 1", "')'", true },
	{ "new_children/any(c:c/new_count eq 1) and c/new_count eq 1", "Could not find a navigation property named 'c'", true },
	{ "contains(new_children,'x')", "Could not find a property", true },
	{ "length(new_name) eq 5", "not supported", true },
	{ "contains(new_count,'1')", "a text column", true },
	{ "new_count eq new_name", "same type", true },
	{ "Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_name',PropertyValues=['1'])", "another kind", true },
	{ "Microsoft.Dynamics.CRM.ContainValues(PropertyName='new_colours',PropertyValues=['x'])", "whole number", true },
	{ "new_colours gt '1'", "eq or ne", true },
	{ "new_day eq 2026-01-31T00:00:00Z", "YYYY-MM-DD", true },
	{ "Microsoft.Dynamics.CRM.Between(PropertyName='new_count',PropertyValues=[1])", "two values", true },
};

static void write_value(const struct value *v, struct buffer *b)
{
	char id[UUID_TEXT_LEN + 1];
	if (v->kind == VALUE_NULL)
		buffer_append_str(b, S(" null"));
	else if (v->kind == VALUE_TEXT)
		buffer_append_format(b, " '%.*s'", STR_ARG(v->text));
	else if (v->kind == VALUE_I64)
		buffer_append_format(b, " %lld", (long long)v->i64);
	else {
		uuid_format(&v->uuid, id);
		buffer_append_format(b, " %s", id);
	}
}

/* " 1:nav/nav/column" */
static void write_route(const struct route *r, const struct column *c, struct buffer *b)
{
	buffer_append_char(b, ' ');
	if (r && r->scope)
		buffer_append_format(b, "%d:", r->scope);
	for (size_t i = 0; r && i < r->count; i++)
		buffer_append_format(b, "%s%s", i ? "/" : "", r->links[i].many ? "new_children" : "new_AccountId");
	if (c)
		buffer_append_format(b, "%s%.*s", r && r->count ? "/" : "", STR_ARG(c->logical_name));
}

static void write_filter(const struct filter *f, struct buffer *b)
{
	static const char *const ops[] = { "", "eq", "ne", "gt", "ge", "lt", "le" };
	static const char *const kinds[] = { "", "and", "or", "not", "", "", "", "in", "between", "holds", "keys", "tree", "any", "all" };
	static const char *const likes[] = { "", "contains", "starts", "ends" };
	const char *head = f->kind == FILTER_LIKE ? likes[f->like] : f->op ? ops[f->op] : kinds[f->kind];
	buffer_append_format(b, "(%s", head);
	if (f->kind == FILTER_ANY || f->kind == FILTER_ALL)
		write_route(f->route, NULL, b);
	if (f->left) {
		buffer_append_char(b, ' ');
		write_filter(f->left, b);
	}
	if (f->right) {
		buffer_append_char(b, ' ');
		write_filter(f->right, b);
	}
	if (f->column)
		write_route(f->route, f->column, b);
	if (f->other)
		write_route(f->other_route, f->other, b);
	for (size_t i = 0; i < f->value_count; i++)
		write_value(&f->values[i], b);
	buffer_append_char(b, ')');
}

static void filter_text_becomes_structure_or_refusal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct problem problem = { 0 };
		const struct filter *f = NULL;
		struct buffer b;
		buffer_init(&b, 4096);
		err e = odata_filter_parse(&sample_table, str_of(rows[i].in), &who, arena, &problem, &f);
		if (failed(e) != rows[i].refused)
			fail_msg("%s: %s", rows[i].in, failed(e) ? problem.message.at : "was accepted");
		if (failed(e))
			buffer_append_str(&b, problem.message);
		else
			write_filter(f, &b);
		buffer_append_char(&b, 0);
		if (rows[i].refused ? !strstr((char *)b.at, rows[i].want) : strcmp((char *)b.at, rows[i].want) != 0)
			fail_msg("%s: got %s", rows[i].in, (char *)b.at);
		buffer_release(&b);
		arena_free(arena);
	}
}

static void nesting_beyond_the_limit_is_refused(void **state)
{
	(void)state;
	char text[600];
	for (int depth = FILTER_DEPTH_MAX - 1; depth <= FILTER_DEPTH_MAX; depth++) {
		struct arena *arena = arena_new(1 << 20);
		struct problem problem = { 0 };
		const struct filter *f;
		memset(text, '(', (size_t)depth);
		int n = depth + sprintf(text + depth, "new_count eq 1");
		memset(text + n, ')', (size_t)depth);
		err e = odata_filter_parse(&sample_table, (str){ text, (size_t)(n + depth) }, &who, arena, &problem, &f);
		assert_int_equal(failed(e), depth == FILTER_DEPTH_MAX);
		arena_free(arena);
	}
}

static const struct {
	const char *query, *refusal; /* null: accepted */
} queries[] = {
	{ "$select=new_name,_new_accountid_value&$orderby=new_name desc,new_count&$top=5&$count=true", NULL },
	{ "$select=new_nope", "Could not find a property" },
	{ "$orderby=new_name upward", "asc or desc" },
	{ "$orderby=new_name,new_name", "twice" },
	{ "$orderby=new_note", "cannot be ordered" },
	{ "$top=0", "positive" },
	{ "$top=-1", "positive" },
	{ "$count=yes", "true or false" },
	{ "$top=1&$top=2", "twice" },
	{ "$apply=aggregate($count as n)", "not supported" },
	{ "$skip=5", "not supported" },
	{ "color=red", "Unknown query option" },
};

static void query_options_are_resolved_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(queries); i++) {
		struct arena *arena = arena_new(1 << 20);
		struct problem problem = { 0 };
		struct url_params params;
		struct odata_query q;
		assert_false(failed(url_params_parse(str_of(queries[i].query), 100, arena, &params)));
		err e = odata_query_parse(&sample_table, &params, &who, arena, &problem, &q);
		if (failed(e) != (queries[i].refusal != NULL))
			fail_msg("%s: %s", queries[i].query, failed(e) ? problem.message.at : "was accepted");
		if (failed(e) && !strstr(problem.message.at, queries[i].refusal))
			fail_msg("%s: %s", queries[i].query, problem.message.at);
		arena_free(arena);
	}
}

static void select_and_order_keep_their_sequence(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1 << 20);
	struct problem problem = { 0 };
	struct url_params params;
	struct odata_query q;
	assert_false(failed(url_params_parse(str_of(queries[0].query), 100, arena, &params)));
	assert_false(failed(odata_query_parse(&sample_table, &params, &who, arena, &problem, &q)));
	assert_int_equal(q.select_count, 3); /* the primary id came along */
	assert_ptr_equal(q.select[0], &sample_columns[1]);
	assert_ptr_equal(q.select[1], &sample_columns[6]);
	assert_ptr_equal(q.select[2], &sample_columns[0]);
	assert_int_equal(q.order_count, 2);
	assert_true(q.order[0].descending);
	assert_false(q.order[1].descending);
	assert_int_equal(q.top, 5);
	assert_true(q.count);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filter_text_becomes_structure_or_refusal),
		cmocka_unit_test(nesting_beyond_the_limit_is_refused),
		cmocka_unit_test(query_options_are_resolved_or_refused),
		cmocka_unit_test(select_and_order_keep_their_sequence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
