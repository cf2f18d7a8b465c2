/* The bulk route inside one process: jobs, batches, owners by name, what is refused, what the audit log gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "data/import.h"
#include "server.h"

#define LABEL(text_) "{\"LocalizedLabels\":[{\"Label\":\"" text_ "\",\"LanguageCode\":1033}]}"
#define DIGEST_A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define DIGEST_B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define START(digest_) "{\"source\":\"a.csv\",\"digest\":\"" digest_ "\"}"
#define JOB "job=00000000-0000-4000-8000-00000000abcd"
#define OTHER_JOB "job=00000000-0000-4000-8000-00000000abce"

#define TABLE(schema_, set_) \
	"{\"@odata.type\":\"Microsoft.Dynamics.CRM.EntityMetadata\",\"SchemaName\":\"" schema_ "\",\"EntitySetName\":\"" set_ "\"," \
	"\"DisplayName\":" LABEL("Case") ",\"DisplayCollectionName\":" LABEL("Cases") ",\"OwnershipType\":\"UserOwned\"," \
	"\"Attributes\":[{\"@odata.type\":\"Microsoft.Dynamics.CRM.StringAttributeMetadata\",\"SchemaName\":\"new_Name\"," \
	"\"IsPrimaryName\":true,\"MaxLength\":100,\"DisplayName\":" LABEL("Name") "}]}"

static int setup(void **state)
{
	struct server *s = server_new();
	*state = s;
	EXPECT(server_ask(s, (struct ask){ "POST", "/EntityDefinitions", .body = TABLE("new_Case", "new_cases") }), 204);
	EXPECT(server_ask(s, (struct ask){ "POST", "/EntityDefinitions", .body = TABLE("new_Other", "new_others") }), 204);
	return 0;
}

static int teardown(void **state)
{
	server_free(*state);
	return 0;
}

static struct answer post(struct server *s, const char *path, const char *query, const char *body)
{
	return server_ask(s, (struct ask){ "POST", path, query, body, .surface = "/import/v1" });
}

static int64_t number(struct answer a, const char *name)
{
	int64_t n;
	assert_true(json_member_is_i64(a.json, str_of(name), &n));
	return n;
}

static int64_t count_sql(struct server *s, const char *sql)
{
	SCOPED(statement) st = { 0 };
	bool row;
	MUST(statement_open_text(s->store, str_of(sql), &st));
	MUST(statement_step(&st, &row));
	return column_i64(&st, 0);
}

static int64_t events(struct server *s)
{
	return count_sql(s, "SELECT count(*) FROM audit_outbox");
}

static int64_t rows(struct server *s)
{
	struct answer a = server_ask(s, (struct ask){ "GET", "/new_cases", "$count=true&$top=1" });
	EXPECT(a, 200);
	return number(a, "@odata.count");
}

static const char mixed[] = "[{\"new_name\":\"one\"},{\"new_name\":5},{\"new_name\":\"two\",\"@team\":\"nobody\"},{\"new_name\":\"three\"}]";

static void a_batch_counts_once_and_tells_its_rejects(void **state)
{
	struct server *s = *state;
	EXPECT(post(s, "/new_case/start", JOB, START(DIGEST_A)), 200);
	int64_t before = events(s);
	struct answer first = post(s, "/new_case", JOB "&batch=0", mixed), second = post(s, "/new_cases", JOB "&batch=0", mixed);
	EXPECT(first, 200);
	assert_true(str_equal(first.text, second.text));
	assert_true(str_equal(first.text, server_ask(s, (struct ask){ "GET", "/new_case", JOB "&batch=0", .surface = "/import/v1" }).text));
	assert_int_equal(rows(s), 2);
	assert_int_equal(events(s), before + 2); /* each row, and no rejected one */
	const struct json *rejected = json_member(first.json, S("rejected"));
	assert_int_equal(rejected->count, 2);
	assert_true(str_equal(json_member(rejected->first, S("row"))->text, S("1")));
	assert_true(str_equal(json_member(rejected->first->next, S("row"))->text, S("2")));
	assert_int_equal(number(first, "imported"), 2);
}

static void a_job_says_how_far_it_is_also_after_a_restart(void **state)
{
	struct server *s = *state;
	struct answer a = post(s, "/new_case/start", JOB, START(DIGEST_A));
	assert_int_equal(number(a, "batches"), 0);
	EXPECT(post(s, "/new_case", JOB "&batch=0", mixed), 200);
	server_close(s);
	server_open(s);
	a = post(s, "/new_case/start", JOB, START(DIGEST_A));
	assert_int_equal(number(a, "batches"), 1);
	assert_int_equal(number(a, "imported"), 2);
	assert_int_equal(number(a, "rejected"), 2);
	assert_true(str_equal(member_str(a.json, "state"), S("running")));
	EXPECT(post(s, "/new_case", JOB "&batch=1", "[]"), 200);
	EXPECT(post(s, "/new_case/finish", JOB, NULL), 200);
	a = post(s, "/new_case/finish", JOB, NULL);
	assert_true(str_equal(member_str(a.json, "state"), S("finished")));
	assert_int_equal(number(a, "batches"), 2);
	EXPECT(post(s, "/new_case", JOB "&batch=2", "[]"), 409);
	assert_int_equal(count_sql(s, "SELECT count(*) FROM import_job WHERE state = 2"), 1);
}

static void a_source_that_changed_is_noticed(void **state)
{
	struct server *s = *state;
	EXPECT(post(s, "/new_case/start", JOB, START(DIGEST_A)), 200);
	EXPECT(post(s, "/new_case", JOB "&batch=0", mixed), 200);
	EXPECT(post(s, "/new_case/start", JOB, START(DIGEST_B)), 409);
	EXPECT(post(s, "/new_case/start", OTHER_JOB, START(DIGEST_B)), 409);
	EXPECT(post(s, "/new_case", JOB "&batch=0", "[{\"new_name\":\"other\"}]"), 409);
	EXPECT(post(s, "/new_case/start", OTHER_JOB, "{\"source\":\"a.csv\",\"digest\":\"" DIGEST_B "\",\"abandon\":true}"), 200);
	EXPECT(post(s, "/new_case", JOB "&batch=1", mixed), 409);  /* given up */
	EXPECT(post(s, "/new_case/finish", JOB, NULL), 409);
	EXPECT(post(s, "/new_case/start", JOB, START(DIGEST_A)), 409); /* now the other one is unfinished */
	EXPECT(post(s, "/new_case/finish", OTHER_JOB, NULL), 200);
	struct answer again = post(s, "/new_case/start", JOB, START(DIGEST_A));
	assert_int_equal(number(again, "batches"), 1);
	assert_true(str_equal(member_str(again.json, "state"), S("running")));
	assert_int_equal(rows(s), 2);
}

static const struct {
	const char *method, *path, *query, *body;
	int status;
} refused[] = {
	{ "POST", "/new_case", JOB "&batch=1", "[]", 409 },         /* not the next */
	{ "POST", "/new_case", OTHER_JOB "&batch=0", "[]", 404 },   /* never started */
	{ "POST", "/new_case", JOB "&batch=-1", "[]", 400 },
	{ "POST", "/new_case", JOB "&batch=x", "[]", 400 },
	{ "POST", "/new_case", JOB, "[]", 400 },
	{ "POST", "/new_case", "job=x&batch=0", "[]", 400 },
	{ "POST", "/new_case", "job=00000000-0000-0000-0000-000000000000&batch=0", "[]", 400 },
	{ "POST", "/new_case", JOB "&batch=%zz", "[]", 400 },
	{ "POST", "/new_case", JOB "&batch=0", "{}", 400 },
	{ "POST", "/new_case", JOB "&batch=0", "[{\"new_name\":\"x\"}", 400 },
	{ "POST", "/nothing", JOB "&batch=0", "[]", 404 },
	{ "POST", "/systemusers", JOB "&batch=0", "[]", 404 },      /* people come through the directory */
	{ "POST", "/new_other", JOB "&batch=0", "[]", 409 },        /* a job of another table */
	{ "POST", "/nothing/start", JOB, START(DIGEST_A), 404 },
	{ "POST", "/new_case/start", JOB, "[]", 400 },
	{ "POST", "/new_case/start", JOB, "{\"digest\":\"" DIGEST_A "\"}", 400 },
	{ "POST", "/new_case/start", JOB, "{\"source\":\"\",\"digest\":\"" DIGEST_A "\"}", 400 },
	{ "POST", "/new_case/start", JOB, "{\"source\":\"a.csv\",\"digest\":\"12\"}", 400 },
	{ "POST", "/new_case/start", JOB, "{\"source\":\"a.csv\",\"digest\":\"" DIGEST_A "\",\"abandon\":1}", 400 },
	{ "POST", "/new_case/finish", OTHER_JOB, NULL, 404 },
	{ "GET", "/new_case", JOB "&batch=0", NULL, 404 },
};

static void what_is_wrong_is_refused_and_changes_nothing(void **state)
{
	struct server *s = *state;
	EXPECT(post(s, "/new_case/start", JOB, START(DIGEST_A)), 200);
	int64_t before = events(s);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct answer a = server_ask(s, (struct ask){ refused[i].method, refused[i].path, refused[i].query, refused[i].body,
							      .surface = "/import/v1" });
		if (a.status != refused[i].status)
			fail_msg("%zu %s %s: %d %.*s", i, refused[i].path, refused[i].query, a.status, STR_ARG(a.text));
	}
	assert_int_equal(rows(s), 0);
	assert_int_equal(events(s), before);
}

static const char *const rejected_rows[] = {
	"5", "[]", "null", "{\"new_nothing\":1}", "{\"new_name\":{}}", "{\"new_name\":\"x\",\"@user\":\"nobody@contoso.example\"}",
	"{\"new_name\":\"x\",\"@unit\":5}", "{\"new_name\":\"x\",\"@teem\":\"Sales\"}", "{\"createdon\":\"2020-01-01T00:00:00Z\"}",
	"{\"new_name\":\"x\",\"@unit\":\"Sales\",\"@team\":\"Sales\"}", "{\"new_name\":\"x\",\"new_name@odata.bind\":\"accounts(1)\"}",
	"{\"new_name\":\"x\",\"owningbusinessunit@odata.bind\":\"businessunits(00000000-0000-4000-8000-000000000001)\"}",
	"{\"new_caseid\":\"00000000-0000-4000-8000-0000000000aa\"}", /* the same id as the row before all of these */
};

static void each_bad_row_is_rejected_by_itself(void **state)
{
	struct server *s = *state;
	SCOPED(buffer) b;
	buffer_init(&b, 1 << 16);
	buffer_append_str(&b, S("[{\"new_caseid\":\"00000000-0000-4000-8000-0000000000aa\",\"new_name\":\"first\"}"));
	for (size_t i = 0; i < COUNT_OF(rejected_rows); i++)
		buffer_append_format(&b, ",%s", rejected_rows[i]);
	buffer_append_str(&b, S(",{\"new_name\":\"last\"}]"));
	EXPECT(post(s, "/new_case/start", JOB, START(DIGEST_A)), 200);
	struct answer a = post(s, "/new_case", JOB "&batch=0", str_copy(s->arena, buffer_str(&b)).at);
	EXPECT(a, 200);
	const struct json *list = json_member(a.json, S("rejected")), *r = list->first;
	for (size_t i = 0; i < COUNT_OF(rejected_rows); i++, r = r->next) {
		int64_t row;
		if (!r || !json_member_is_i64(r, S("row"), &row) || row != (int64_t)i + 1)
			fail_msg("row %zu was not rejected: %s", i, rejected_rows[i]);
	}
	assert_null(r);
	assert_int_equal(number(a, "imported"), 2);
	assert_int_equal(rows(s), 2);
}

static str first_id(struct server *s, const char *path, const char *query, const char *member)
{
	struct answer a = server_ask(s, (struct ask){ "GET", path, query });
	EXPECT(a, 200);
	return str_copy(s->arena, member_str(json_member(a.json, S("value"))->first, member));
}

/* A team owns rows only where its own roles let it read them, as with a create. */
static void the_owner_follows_a_name(void **state)
{
	struct server *s = *state;
	str unit = first_id(s, "/businessunits", "$select=name", "name"), team = first_id(s, "/teams", "$select=teamid", "teamid");
	str role = first_id(s, "/roles", "$select=roleid&$filter=name%20eq%20'System%20Administrator'", "roleid");
	const char *body = str_format(s->arena, "[{\"new_name\":\"u\",\"@unit\":\"%.*s\"},{\"new_name\":\"t\",\"@team\":\"%.*s\"},"
		"{\"new_name\":\"o\"}]", STR_ARG(unit), STR_ARG(unit)).at;
	EXPECT(post(s, "/new_case/start", JOB, START(DIGEST_A)), 200);
	struct answer a = post(s, "/new_case", JOB "&batch=0", body);
	assert_int_equal(number(a, "imported"), 1);
	EXPECT(server_ask(s, (struct ask){ "POST", str_format(s->arena, "/teams(%.*s)/teamroles_association/$ref", STR_ARG(team)).at,
		.body = str_format(s->arena, "{\"@odata.id\":\"roles(%.*s)\"}", STR_ARG(role)).at }), 204);
	assert_int_equal(number(post(s, "/new_case", JOB "&batch=1", body), "imported"), 3);
	const char *of_team = str_format(s->arena, "$select=new_name&$count=true&$filter=_ownerid_value%%20eq%%20%.*s", STR_ARG(team)).at;
	struct answer owned = server_ask(s, (struct ask){ "GET", "/new_cases", of_team });
	EXPECT(owned, 200);
	assert_int_equal(number(owned, "@odata.count"), 2);
}

static void the_public_lane_does_not_learn_of_it(void **state)
{
	struct server *s = *state;
	str token = server_token(s, "00000000-0000-4000-8000-0000000000a1", "admin@contoso.example", ENVIRONMENT, true);
	static const char *const paths[] = { "/new_case", "/new_case/start", "/new_case/finish" };
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		EXPECT(server_ask(s, (struct ask){ "POST", paths[i], JOB "&batch=0", START(DIGEST_A), token.at, .surface = "/import/v1" }), 404);
}

static void too_many_rows_are_refused_at_once(void **state)
{
	struct server *s = *state;
	SCOPED(buffer) b;
	buffer_init(&b, 1 << 20);
	for (int i = 0; i <= IMPORT_ROWS_MAX; i++)
		buffer_append_str(&b, i ? S(",{}") : S("[{}"));
	buffer_append_str(&b, S("]"));
	EXPECT(post(s, "/new_case/start", JOB, START(DIGEST_A)), 200);
	EXPECT(post(s, "/new_case", JOB "&batch=0", str_copy(s->arena, buffer_str(&b)).at), 400);
	assert_int_equal(rows(s), 0);
}

int main(void)
{
#define CASE(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_batch_counts_once_and_tells_its_rejects),
		CASE(a_job_says_how_far_it_is_also_after_a_restart),
		CASE(a_source_that_changed_is_noticed),
		CASE(what_is_wrong_is_refused_and_changes_nothing),
		CASE(each_bad_row_is_rejected_by_itself),
		CASE(the_owner_follows_a_name),
		CASE(the_public_lane_does_not_learn_of_it),
		CASE(too_many_rows_are_refused_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
