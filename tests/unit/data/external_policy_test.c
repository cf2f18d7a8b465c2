/* Policies of external types: what they allow, what is open and so not allowed, what is no policy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "data/external_policy.h"

static struct arena *arena;

static const struct json *tree(const char *text)
{
	const struct json *v;
	if (failed(json_parse(bytes_of_str(str_of(text)), JSON_LIMITS_DEFAULT, arena, &v, NULL)))
		fail_msg("%s is no JSON", text);
	return v;
}

static struct external_question question(void)
{
	return (struct external_question){
		.subject = { .type = S("user"), .id = S("ann"), .said = tree("{\"role\":\"editor\",\"nothing\":null,\"age\":40}"),
			     .stored = tree("{\"role\":\"reader\",\"unit\":\"north\",\"tags\":[\"a\",7,\"b\"],\"home\":{\"town\":\"Ulm\"}}") },
		.resource = { .type = S("record"), .id = S("r-1"), .said = tree("{\"owner\":\"ann\",\"size\":9.50,\"open\":true,\"list\":[1,2.0,3]}") },
		.action = S("write"), .action_properties = tree("{\"soft\":false}"), .context = tree("{\"ip\":\"::1\",\"where\":{\"zone\":3}}") };
}

static const struct {
	const char *policy;
	bool allows;
} rows[] = {
	{ "subject/id eq 'ann'", true },
	{ "subject/id eq 'Ann'", false },
	{ "subject/type eq 'user' and resource/type eq 'record' and resource/id eq 'r-1'", true },
	{ "action/name in ('read', 'write')", true },
	{ "action/name in ('read')", false },
	{ "not (action/name in ('read'))", true },
	{ "'write' eq action/name", true },
	{ "subject/id eq resource/properties/owner", true },
	{ "resource/properties/open eq true", true },
	{ "action/properties/soft eq false", true },
	{ "action/properties/soft ne false", false },
	{ "context/where/zone eq 3", true },
	{ "context/ip eq '::1'", true },
	/* what the request says comes before what is stored, which fills the gaps */
	{ "subject/properties/role eq 'editor'", true },
	{ "subject/properties/role eq 'reader'", false },
	{ "subject/properties/unit eq 'north'", true },
	{ "subject/properties/home/town eq 'Ulm'", true },
	/* numbers are exact, whatever their spelling */
	{ "resource/properties/size eq 9.5", true },
	{ "resource/properties/size gt 9.499999", true },
	{ "resource/properties/size ge 10", false },
	{ "subject/properties/age lt 41 and subject/properties/age le 40 and subject/properties/age gt -1", true },
	{ "2 in resource/properties/list", true },
	{ "4 in resource/properties/list", false },
	{ "not (4 in resource/properties/list)", true },
	{ "subject/properties/age eq 40.0000001", false }, /* more digits than are compared: open */
	{ "subject/properties/age ne 40.0000001", false },
	/* text */
	{ "contains(subject/id, 'n') and startswith(subject/id, 'a') and endswith(subject/id, 'nn')", true },
	{ "contains('planning', subject/id)", true },
	{ "startswith(subject/id, 'n')", false },
	{ "context/ip lt '::2' and context/ip ge '::1'", true },
	/* missing, null, and types that differ: open, behind not, too */
	{ "subject/properties/missing eq 'x'", false },
	{ "subject/properties/missing ne 'x'", false },
	{ "not (subject/properties/missing eq 'x')", false },
	{ "not (subject/properties/missing ne 'x')", false },
	{ "not contains(subject/properties/missing, 'x')", false },
	{ "not (subject/properties/missing in ('x'))", false },
	{ "not ('x' in subject/properties/missing)", false },
	{ "not ('x' in subject/id)", false },
	{ "'a' in subject/properties/tags", true },
	{ "'c' in subject/properties/tags", false },
	{ "not ('c' in subject/properties/tags)", false }, /* one of the tags is no text */
	{ "subject/id eq 7", false },
	{ "subject/id ne 7", false },
	{ "subject/properties/age eq '40'", false },
	{ "resource/properties/open gt false", false },
	{ "not (resource/properties/open gt false)", false },
	{ "subject/properties/home eq 'x' or subject/properties/tags ne 'x'", false },
	{ "subject/properties/role/more ne 'x'", false },
	/* null asks whether something is there */
	{ "subject/properties/missing eq null", true },
	{ "subject/properties/nothing eq null", true },
	{ "subject/properties/role ne null", true },
	{ "subject/properties/role eq null", false },
	{ "subject/properties/missing ne null", false },
	{ "null eq context/missing and null ne context/ip", true },
	{ "subject/properties/missing eq subject/properties/nothing", false },
	{ "subject/properties/age gt null", false },
	/* logic with what is open */
	{ "subject/properties/missing eq 'x' or subject/id eq 'ann'", true },
	{ "subject/properties/missing eq 'x' or subject/id eq 'bob'", false },
	{ "not (subject/properties/missing eq 'x' and subject/id eq 'bob')", true },
	{ "not (subject/properties/missing eq 'x' and subject/id eq 'ann')", false },
	{ "not (subject/properties/missing eq 'x' or subject/id eq 'ann')", false },
	{ "not (subject/properties/missing eq 'x' or subject/id eq 'bob')", false },
	{ "subject/id eq 'bob' or subject/id eq 'ann' and action/name eq 'write'", true },
	{ "(subject/id eq 'bob' or subject/id eq 'ann') and action/name eq 'read'", false },
	{ "not not (1 eq 1)", true },
	{ "'a''b' eq 'a''b'", true },
};

static const char *const none[] = {
	"", " ", "subject", "subject/", "subject/name eq 'a'", "subject/properties eq 'a'", "action/id eq 'a'", "action/type eq 'a'",
	"resource/name eq 'a'", "context eq 'a'", "user/id eq 'a'", "subject/id", "subject/id eq", "subject/id eq 'a' and", "subject/id is 'a'",
	"subject/id eq 'a", "subject/id eq \"a\"", "subject/id eq 01", "subject/id eq +1", "subject/id eq abc", "subject/id eq [1]",
	"subject/id in ()", "subject/id in ('a',)", "subject/id in ('a'", "subject/id in (subject/type)", "subject/id in 'a'",
	"contains(subject/id)", "contains(subject/id,)", "contains subject/id, 'a'", "length(subject/id) eq 1", "(subject/id eq 'a'", "not",
	"subject/id eq 'a')", "subject/id eq 'a' or or subject/id eq 'b'", "true", "subject/properties/a/b/c/d/e/f/g/h/i eq 1",
	"subject/id/more eq 'x'", "subject / id eq 'a' ; drop", "subject/properties/x/any(y:y eq 1)",
};

static const struct filter *parsed(const char *text)
{
	struct problem problem = { 0 };
	const struct filter *policy = NULL;
	if (failed(external_policy_parse(str_of(text), arena, &problem, &policy)))
		fail_msg("%s: %.*s", text, STR_ARG(problem.message));
	return policy;
}

static void each_policy_allows_exactly_what_is_true(void **state)
{
	struct external_question q = question();
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (external_policy_allows(parsed(rows[i].policy), &q) != rows[i].allows)
			fail_msg("%s: not %d", rows[i].policy, rows[i].allows);
}

/* With nothing known at all, neither a condition nor its opposite allows, unless it asks for null. */
static void an_empty_question_opens_nothing(void **state)
{
	struct external_question empty = { 0 };
	char denied[600];
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (strstr(rows[i].policy, "null") || strstr(rows[i].policy, "1 eq 1") || strstr(rows[i].policy, "''"))
			continue;
		(void)snprintf(denied, sizeof denied, "not (%s)", rows[i].policy);
		if (external_policy_allows(parsed(rows[i].policy), &empty) || external_policy_allows(parsed(denied), &empty))
			fail_msg("%s", rows[i].policy);
	}
}

static void what_is_no_policy_is_refused_with_a_position(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		struct problem problem = { 0 };
		const struct filter *policy;
		if (err_kind_of(external_policy_parse(str_of(none[i]), arena, &problem, &policy)) != ERR_INVALID || problem.status != 400 ||
		    str_find(problem.message, S("position"), 0) == SIZE_MAX)
			fail_msg("%s: %.*s", none[i], STR_ARG(problem.message));
	}
}

static bool many_taken(size_t terms, const char *between)
{
	struct buffer text = { 0 };
	struct problem problem = { 0 };
	const struct filter *policy;
	buffer_init(&text, 1 << 20);
	for (size_t i = 0; i < terms; i++)
		buffer_append_format(&text, "%s1 eq 1", i ? between : "");
	bool taken = !failed(external_policy_parse(buffer_str(&text), arena, &problem, &policy));
	buffer_release(&text);
	return taken;
}

static void terms_depth_and_length_are_bounded(void **state)
{
	(void)state;
	assert_true(many_taken(FILTER_TERMS_MAX, " or "));
	assert_false(many_taken(FILTER_TERMS_MAX + 1, " or "));
	assert_false(many_taken(FILTER_DEPTH_MAX + 1, " or not not not not not not not not not not not not not not not not not not not not "
						      "not not not not not not not not not not not not not not not not not not not not not "));
	assert_false(many_taken(2000, " or "));
}

/* --- generated logic, and its slow twin: min, max and complement over no < open < yes --- */

enum { EXPRESSIONS = 20000, DEPTH = 6, TEXT_MAX = 8000 };
enum twin { TWIN_NO, TWIN_OPEN, TWIN_YES };

static unsigned below(uint64_t *seed, unsigned n)
{
	*seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
	return (unsigned)(*seed % n);
}

static enum twin leaf(uint64_t *seed, struct buffer *text)
{
	static const char *const leaves[][2] = { [TWIN_NO] = { "subject/id eq 'bob'", "2 in (3, 4)" },
						 [TWIN_OPEN] = { "context/missing ne 'x'", "contains(subject/properties/age, 'x')" },
						 [TWIN_YES] = { "subject/id eq 'ann'", "context/ip ne null" } };
	unsigned truth = below(seed, 3);
	buffer_append_format(text, "%s", leaves[truth][below(seed, 2)]);
	return (enum twin)truth;
}

/* level 0: or, 1: and, 2: not, a bracket or a condition; brackets stand where the grammar needs them, and now and then elsewhere. */
static enum twin expression(uint64_t *seed, struct buffer *text, int level, int depth)
{
	bool bracket = below(seed, 6) == 0, binary = level < 2 && depth > 0;
	enum twin truth;
	if (depth > 0 && (bracket || (level == 2 && below(seed, 3) == 0))) {
		bool negate = below(seed, 2);
		buffer_append_format(text, negate ? "not (" : "(");
		truth = expression(seed, text, 0, depth - 1);
		buffer_append_format(text, ")");
		return negate ? (enum twin)(TWIN_YES - truth) : truth;
	}
	if (level == 2 && depth > 0 && below(seed, 3) == 0) {
		buffer_append_format(text, "not ");
		return (enum twin)(TWIN_YES - expression(seed, text, 2, depth - 1));
	}
	if (!binary)
		return leaf(seed, text);
	truth = expression(seed, text, level + 1, depth - 1);
	for (unsigned more = below(seed, 3); more; more--) {
		buffer_append_format(text, level ? " and " : " or ");
		enum twin next = expression(seed, text, level + 1, depth - 1);
		truth = (level ? next < truth : next > truth) ? next : truth;
	}
	return truth;
}

static void generated_policies_mean_what_their_twin_says(void **state)
{
	struct external_question q = question();
	struct arena *own = arena_new(4 << 20);
	uint64_t seed = 0x9e3779b97f4a7c15u;
	size_t allowed = 0, long_ones = 0;
	(void)state;
	assert_non_null(own);
	for (int i = 0; i < EXPRESSIONS; i++) {
		SCOPED(buffer) text = { 0 };
		struct problem problem = { 0 };
		const struct filter *policy;
		buffer_init(&text, TEXT_MAX);
		enum twin want = expression(&seed, &text, 0, DEPTH);
		arena_reset(own);
		if (text.failed || failed(external_policy_parse(buffer_str(&text), own, &problem, &policy)))
			fail_msg("%.*s: %.*s", STR_ARG(buffer_str(&text)), STR_ARG(problem.message));
		if (external_policy_allows(policy, &q) != (want == TWIN_YES))
			fail_msg("%.*s", STR_ARG(buffer_str(&text)));
		allowed += want == TWIN_YES;
		long_ones += text.len > 200;
	}
	assert_true(allowed > EXPRESSIONS / 10 && long_ones > EXPRESSIONS / 20);
	arena_free(own);
}

static int arena_open(void **state)
{
	(void)state;
	arena = arena_new(16 << 20);
	return arena ? 0 : -1;
}

static int arena_close(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_policy_allows_exactly_what_is_true),
		cmocka_unit_test(an_empty_question_opens_nothing),
		cmocka_unit_test(what_is_no_policy_is_refused_with_a_position),
		cmocka_unit_test(terms_depth_and_length_are_bounded),
		cmocka_unit_test(generated_policies_mean_what_their_twin_says),
	};
	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
