/* Bodies of AuthZEN requests: what is taken, what is refused and how, what defaults a batch gives to its items. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "access/request.h"
#include "base/buffer.h"

#define SUBJECT "\"subject\":{\"type\":\"user\",\"id\":\"a\"}"
#define ACTION "\"action\":{\"name\":\"read\"}"
#define RESOURCE "\"resource\":{\"type\":\"account\",\"id\":\"1\"}"

static const struct {
	const char *name;
	enum access_api api;
	const char *body, *wrong; /* null: good */
	bool of_rows;             /* wrong about a table's row only */
} rows[] = {
	{ "the least", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE "}", NULL },
	{ "unknown members", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE ",\"foo\":{\"a\":[1,null]},\"page\":3}", NULL },
	{ "context of anything", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE ",\"context\":{\"time\":1,\"ip\":\"::1\"}}", NULL },
	{ "channel", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE ",\"context\":{\"channel\":\"interactive\"}}", NULL },
	{ "unknown channel", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE ",\"context\":{\"channel\":\"fax\"}}",
	  "context.channel must be \"api\" or \"interactive\".", true },
	{ "ill-typed channel", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE ",\"context\":{\"channel\":1}}",
	  "context.channel must be \"api\" or \"interactive\".", true },
	{ "ill-typed context", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE ",\"context\":[]}", "context must be an object." },
	{ "a mask of text", ACCESS_EVALUATION, "{" SUBJECT ",\"action\":{\"name\":\"read\",\"properties\":{\"unmasked\":1}}," RESOURCE "}",
	  "action.properties.unmasked must be a boolean.", true },
	{ "columns of numbers", ACCESS_EVALUATION, "{" SUBJECT ",\"action\":{\"name\":\"read\",\"properties\":{\"columns\":[1]}}," RESOURCE "}",
	  "action.properties.columns must be an array of strings.", true },
	{ "for nobody", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE ",\"context\":{\"on_behalf_of\":{\"type\":\"user\"}}}",
	  "context.on_behalf_of needs an id, a string.", true },
	{ "empty", ACCESS_EVALUATION, "", "The body is not valid JSON." },
	{ "cut off", ACCESS_EVALUATION, "{" SUBJECT, "The body is not valid JSON." },
	{ "twice the same member", ACCESS_EVALUATION, "{" SUBJECT "," SUBJECT "," ACTION "," RESOURCE "}", "The body is not valid JSON." },
	{ "more behind it", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE "}{}", "The body is not valid JSON." },
	{ "array", ACCESS_EVALUATION, "[]", "The body must be a JSON object." },
	{ "no subject", ACCESS_EVALUATION, "{" ACTION "," RESOURCE "}", "subject must be an object." },
	{ "subject of text", ACCESS_EVALUATION, "{\"subject\":\"a\"," ACTION "," RESOURCE "}", "subject must be an object." },
	{ "subject without type", ACCESS_EVALUATION, "{\"subject\":{\"id\":\"a\"}," ACTION "," RESOURCE "}", "subject needs a type, a string." },
	{ "subject without id", ACCESS_EVALUATION, "{\"subject\":{\"type\":\"user\"}," ACTION "," RESOURCE "}",
	  "subject needs an id, a string." },
	{ "subject with id of number", ACCESS_EVALUATION, "{\"subject\":{\"type\":\"user\",\"id\":1}," ACTION "," RESOURCE "}",
	  "subject needs an id, a string." },
	{ "properties that are none", ACCESS_EVALUATION, "{\"subject\":{\"type\":\"user\",\"id\":\"a\",\"properties\":1}," ACTION "," RESOURCE "}",
	  "subject.properties must be an object." },
	{ "no action", ACCESS_EVALUATION, "{" SUBJECT "," RESOURCE "}", "action must be an object." },
	{ "action without name", ACCESS_EVALUATION, "{" SUBJECT ",\"action\":{}," RESOURCE "}", "action needs a name, a string." },
	{ "action of number", ACCESS_EVALUATION, "{" SUBJECT ",\"action\":{\"name\":123}," RESOURCE "}", "action needs a name, a string." },
	{ "no resource", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "}", "resource must be an object." },
	{ "resource without id", ACCESS_EVALUATION, "{" SUBJECT "," ACTION ",\"resource\":{\"type\":\"r\"}}", "resource needs an id, a string." },
	{ "a row to be has no id", ACCESS_EVALUATION, "{" SUBJECT ",\"action\":{\"name\":\"create\"},\"resource\":{\"type\":\"r\"}}", NULL },
	{ "and an owner of text", ACCESS_EVALUATION,
	  "{" SUBJECT ",\"action\":{\"name\":\"create\"},\"resource\":{\"type\":\"r\",\"properties\":{\"ownerid\":1}}}",
	  "ownerid and owningbusinessunit of resource.properties must be strings.", true },
	{ "an owner of a row that exists is no matter", ACCESS_EVALUATION,
	  "{" SUBJECT "," ACTION ",\"resource\":{\"type\":\"r\",\"id\":\"1\",\"properties\":{\"ownerid\":1}}}", NULL },
	{ "a single evaluation knows no batch", ACCESS_EVALUATION, "{" SUBJECT "," ACTION "," RESOURCE ",\"evaluations\":7}", NULL },
	{ "batch without array", ACCESS_EVALUATIONS, "{" SUBJECT "," ACTION "," RESOURCE "}", NULL },
	{ "batch with an empty array", ACCESS_EVALUATIONS, "{" SUBJECT "," ACTION "," RESOURCE ",\"evaluations\":[]}", NULL },
	{ "empty batch of no question", ACCESS_EVALUATIONS, "{\"evaluations\":[]}", "subject must be an object." },
	{ "batch that is none", ACCESS_EVALUATIONS, "{" SUBJECT "," ACTION "," RESOURCE ",\"evaluations\":{}}", "evaluations must be an array." },
	{ "ill-typed default", ACCESS_EVALUATIONS, "{\"subject\":\"a\",\"evaluations\":[{}]}", "subject must be an object." },
	{ "options that are none", ACCESS_EVALUATIONS, "{\"options\":1,\"evaluations\":[{}]}", "options must be an object." },
	{ "unknown option", ACCESS_EVALUATIONS, "{\"options\":{\"another\":1},\"evaluations\":[{}]}", NULL },
	{ "unknown semantic", ACCESS_EVALUATIONS, "{\"options\":{\"evaluations_semantic\":\"any\"},\"evaluations\":[{}]}",
	  "options.evaluations_semantic must be execute_all, deny_on_first_deny or permit_on_first_permit." },
	{ "subject search", ACCESS_SEARCH_SUBJECT, "{\"subject\":{\"type\":\"user\"}," ACTION "," RESOURCE "}", NULL },
	{ "subject search ignores the id", ACCESS_SEARCH_SUBJECT, "{\"subject\":{\"type\":\"user\",\"id\":1}," ACTION "," RESOURCE "}", NULL },
	{ "subject search of no row", ACCESS_SEARCH_SUBJECT, "{" SUBJECT "," ACTION ",\"resource\":{\"type\":\"r\"}}",
	  "resource needs an id, a string." },
	{ "subject search without action", ACCESS_SEARCH_SUBJECT, "{" SUBJECT "," RESOURCE "}", "action must be an object." },
	{ "resource search", ACCESS_SEARCH_RESOURCE, "{" SUBJECT "," ACTION ",\"resource\":{\"type\":\"r\"},\"page\":{\"limit\":0}}", NULL },
	{ "resource search of nobody", ACCESS_SEARCH_RESOURCE, "{\"subject\":{\"type\":\"user\"}," ACTION ",\"resource\":{\"type\":\"r\"}}",
	  "subject needs an id, a string." },
	{ "action search", ACCESS_SEARCH_ACTION, "{" SUBJECT "," RESOURCE ",\"page\":{\"token\":\"\",\"other\":1}}", NULL },
	{ "action search without resource", ACCESS_SEARCH_ACTION, "{" SUBJECT "}", "resource must be an object." },
	{ "page that is none", ACCESS_SEARCH_ACTION, "{" SUBJECT "," RESOURCE ",\"page\":1}", "page must be an object." },
	{ "limit below zero", ACCESS_SEARCH_ACTION, "{" SUBJECT "," RESOURCE ",\"page\":{\"limit\":-1}}",
	  "page.limit must be a non-negative integer." },
	{ "limit with a fraction", ACCESS_SEARCH_ACTION, "{" SUBJECT "," RESOURCE ",\"page\":{\"limit\":1.5}}",
	  "page.limit must be a non-negative integer." },
	{ "token of number", ACCESS_SEARCH_ACTION, "{" SUBJECT "," RESOURCE ",\"page\":{\"token\":1}}", "page.token must be a string." },
};

static struct arena *arena;

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

static void each_body_is_taken_or_refused_with_its_reason(void **state)
{
	struct access_request r;
	const char *wrong;
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		err e = access_request_parse(bytes_of_str(str_of(rows[i].body)), rows[i].api, arena, &r, &wrong);
		const char *said = failed(e) ? wrong : r.questions[0].wrong ? NULL : r.questions[0].row_wrong;
		if ((said != NULL) != (rows[i].wrong != NULL) || (said && strcmp(said, rows[i].wrong) != 0))
			fail_msg("%s: %s", rows[i].name, said ? said : "taken");
		if (failed(e) == rows[i].of_rows && said)
			fail_msg("%s: whether it may be a question about something else", rows[i].name);
	}
}

static struct access_request parsed(const char *body)
{
	struct access_request r;
	const char *wrong = "";
	if (failed(access_request_parse(bytes_of_str(str_of(body)), ACCESS_EVALUATIONS, arena, &r, &wrong)))
		fail_msg("%s: %s", body, wrong);
	return r;
}

static void an_item_takes_a_default_whole_or_not_at_all(void **state)
{
	(void)state;
	struct access_request r = parsed("{" SUBJECT "," ACTION ",\"context\":{\"channel\":\"interactive\"},"
					 "\"options\":{\"evaluations_semantic\":\"permit_on_first_permit\"},\"evaluations\":[{" RESOURCE "},"
					 "{" RESOURCE ",\"subject\":{\"type\":\"team\"}},{},{" RESOURCE ",\"context\":{}},7]}");
	assert_true(r.batch);
	assert_int_equal(r.count, 5);
	assert_int_equal(r.semantic, PERMIT_ON_FIRST_PERMIT);
	assert_null(r.questions[0].wrong);
	assert_true(str_equal(r.questions[0].subject.id, S("a")) && str_equal(r.questions[0].action, S("read")));
	assert_true(r.questions[0].interactive);
	assert_string_equal(r.questions[1].wrong, "subject needs an id, a string."); /* the default's id is not lent */
	assert_string_equal(r.questions[2].wrong, "resource must be an object.");
	assert_null(r.questions[3].wrong);
	assert_false(r.questions[3].interactive);
	assert_string_equal(r.questions[4].wrong, "An evaluation must be an object.");
}

static void a_batch_takes_a_thousand(void **state)
{
	struct access_request r;
	const char *wrong = NULL;
	struct buffer body = { 0 };
	(void)state;
	buffer_init(&body, 1 << 20);
	buffer_append_str(&body, S("{" SUBJECT "," ACTION "," RESOURCE ",\"evaluations\":[{}"));
	for (int i = 1; i < EVALUATIONS_MAX; i++)
		buffer_append_str(&body, S(",{}"));
	size_t len = body.len;
	buffer_append_str(&body, S("]}"));
	assert_int_equal(parsed(str_copy(arena, buffer_str(&body)).at).count, EVALUATIONS_MAX);
	body.len = len;
	buffer_append_str(&body, S(",{}]}"));
	assert_true(failed(access_request_parse(buffer_bytes(&body), ACCESS_EVALUATIONS, arena, &r, &wrong)));
	assert_string_equal(wrong, "A request takes 1000 evaluations at most.");
	buffer_release(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_body_is_taken_or_refused_with_its_reason),
		cmocka_unit_test(an_item_takes_a_default_whole_or_not_at_all),
		cmocka_unit_test(a_batch_takes_a_thousand),
	};
	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
