#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "audit/event.h"

static void canonical_form(void **state)
{
	static const struct { const char *name, *in, *want; } rows[] = {
		{ "members are sorted", "{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}" },
		{ "nested too, blanks go", "{ \"z\" : { \"y\":1 , \"x\":[ 3,2 ] } }", "{\"z\":{\"x\":[3,2],\"y\":1}}" },
		{ "a prefix comes first", "{\"aa\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2,\"aa\":1}" },
		{ "UTF-16 order: a surrogate pair before U+FB33",
		  "{\"\\ufb33\":1,\"\\ud83d\\ude00\":2,\"\\u20ac\":3}", "{\"\xe2\x82\xac\":3,\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}" },
		{ "upper case before lower", "{\"a\":1,\"B\":2}", "{\"B\":2,\"a\":1}" },
		{ "escapes are the shortest", "[\"\\u000a\\u0001\\u002f\\\"\"]", "[\"\\n\\u0001/\\\"\"]" },
		{ "integers stay", "[0,-1,9007199254740992]", "[0,-1,9007199254740992]" },
		{ "other numbers keep their digits", "[12.50,9007199254740993,1e3]", "[\"12.50\",\"9007199254740993\",\"1e3\"]" },
		{ "constants", "[null,true,false]", "[null,true,false]" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(1 << 16);
		struct buffer out;
		const struct json *tree;
		buffer_init(&out, 4096);
		assert_false(failed(json_parse(bytes_of_str(str_of(rows[i].in)), JSON_LIMITS_DEFAULT, arena, &tree, NULL)));
		assert_false(failed(json_canonical(tree, &out)));
		if (!str_equal(buffer_str(&out), str_of(rows[i].want)))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(buffer_str(&out)));
		buffer_release(&out);
		arena_free(arena);
	}
}

static void text_is_cleaned(void **state)
{
	static const struct { const char *name; str in; size_t max; const char *want; } rows[] = {
		{ "plain", { "alice", 5 }, 64, "alice" },
		{ "CR LF", { "a\r\nb", 4 }, 64, "ab" },
		{ "ESC and NUL", { "a\x1b[1m\0b", 7 }, 64, "a[1mb" },
		{ "bar and bracket are text", { "a|]b", 4 }, 64, "a|]b" },
		{ "U+202E", { "a\xe2\x80\xae" "b", 5 }, 64, "ab" },
		{ "U+2028", { "a\xe2\x80\xa8" "b", 5 }, 64, "ab" },
		{ "bad UTF-8", { "a\xff" "b", 3 }, 64, "a\xef\xbf\xbd" "b" },
		{ "overlong slash", { "\xc0\xaf", 2 }, 64, "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "cut between characters", { "\xc3\xa4\xc3\xb6", 4 }, 3, "\xc3\xa4" },
		{ "cut", { "abcdef", 6 }, 3, "abc" },
		{ "C1 control", { "a\xc2\x9b" "b", 4 }, 64, "ab" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buffer out;
		buffer_init(&out, 256);
		event_clean(&out, rows[i].in, rows[i].max);
		if (!str_equal(buffer_str(&out), str_of(rows[i].want)))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(buffer_str(&out)));
		buffer_release(&out);
	}
}

static const struct audit_event sample = {
	.category = AUDIT_IDENTITY, .op = { "signin.password", 15 }, .result = AUDIT_DENIED, .reason = { "bad_password", 12 },
	.severity = 4, .actor_type = AUDIT_ACTOR_USER, .actor_id = { "u1", 2 }, .actor_name = { "eve\n@x", 6 },
	.authn = { "pwd,otp", 7 }, .client_ip = { "192.0.2.1", 9 }, .target_type = { "user", 4 }, .target_id = { "u1", 2 },
	.request_id = { "r", 1 }, .method = { "POST", 4 }, .route = { "/login", 6 }, .status = 401,
	.changes = { "{\"b\":[1,2.5],\"a\":{\"old\":null}}", 30 },
};

static const struct uuid id = { { 1, 0x93, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 16 } };

static err draft_of(const struct audit_event *event, struct buffer *out)
{
	buffer_init(out, EVENT_DRAFT_BYTES_MAX);
	return event_draft(event, &id, (struct instant){ 1795507200123 }, out);
}

static void draft_is_canonical(void **state)
{
	static const char want[] =
		"{\"actor\":{\"authn\":[\"pwd\",\"otp\"],\"id\":\"u1\",\"type\":\"user\",\"upn\":\"eve@x\"},\"cat\":\"identity\","
		"\"changes\":{\"a\":{\"old\":null},\"b\":[1,\"2.5\"]},\"id\":\"01930304-0506-7708-890a-0b0c0d0e0f10\","
		"\"op\":\"signin.password\",\"reason\":\"bad_password\",\"req\":{\"id\":\"r\",\"method\":\"POST\","
		"\"route\":\"/login\",\"status\":401},\"result\":\"denied\",\"sev\":4,\"src\":{\"ip\":\"192.0.2.1\"},"
		"\"target\":{\"id\":\"u1\",\"type\":\"user\"},\"time\":\"2026-11-24T08:00:00.123Z\",\"v\":1}";
	struct buffer out, again;
	struct arena *arena = arena_new(1 << 18);
	const struct json *tree;
	(void)state;
	assert_false(failed(draft_of(&sample, &out)));
	assert_string_equal(str_copy(arena, buffer_str(&out)).at, want);
	buffer_init(&again, EVENT_DRAFT_BYTES_MAX);
	assert_false(failed(json_parse(buffer_bytes(&out), JSON_LIMITS_DEFAULT, arena, &tree, NULL)));
	assert_false(failed(json_canonical(tree, &again)));
	assert_true(str_equal(buffer_str(&out), buffer_str(&again)));
	buffer_release(&out);
	buffer_release(&again);
	arena_free(arena);
}

static void draft_refuses(void **state)
{
	struct { const char *name; struct audit_event event; } rows[] = {
		{ "an op without a row", sample }, { "an op with a quote", sample }, { "no category", sample },
		{ "no result", sample }, { "no actor", sample }, { "changes that are no object", sample },
		{ "no severity", sample }, { "a severity past the end", sample },
	};
	(void)state;
	rows[0].event.op = S("frobnicate.user");
	rows[1].event.op = S("create.us\"er");
	rows[2].event.category = 0;
	rows[3].event.result = 0;
	rows[4].event.actor_type = 0;
	rows[5].event.changes = S("[1]");
	rows[6].event.severity = 0;
	rows[7].event.severity = AUDIT_INFORMATIONAL + 1;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buffer out;
		if (!failed(draft_of(&rows[i].event, &out)))
			fail_msg("%s was let through", rows[i].name);
		buffer_release(&out);
	}
}

static void an_emergency_is_said_and_written_as_0(void **state)
{
	struct audit_event event = sample;
	struct buffer out;
	(void)state;
	event.severity = AUDIT_EMERGENCY;
	assert_false(failed(draft_of(&event, &out)));
	assert_true(str_find(buffer_str(&out), S("\"sev\":0,"), 0) != SIZE_MAX);
	buffer_release(&out);
}

static void large_changes_become_a_digest(void **state)
{
	static char text[60000];
	struct audit_event event = sample;
	struct buffer out;
	(void)state;
	memset(text, 'x', sizeof text);
	memcpy(text, "{\"a\":\"", 6);
	memcpy(text + sizeof text - 2, "\"}", 2);
	event.changes = (str){ text, sizeof text };
	assert_false(failed(draft_of(&event, &out)));
	assert_true(str_find(buffer_str(&out), S("\"changes\":{\"bytes\":60000,\"sha256\":\""), 0) != SIZE_MAX);
	buffer_release(&out);
}

static void recorder_reads_drafts_strictly(void **state)
{
	static const struct { const char *name, *find, *put; } rows[] = {
		{ "the draft itself", "", "" },
		{ "seq set by the emitter", "\"v\":1", "\"seq\":9,\"v\":1" },
		{ "tenant set by the emitter", "\"v\":1", "\"tenant\":null,\"v\":1" },
		{ "no op", "\"op\":\"signin.password\",", "" },
		{ "op without a row", "signin.password", "sgnin.password" },
		{ "actor a text", "{\"authn\":[\"pwd\",\"otp\"],\"id\":\"u1\",\"type\":\"user\",\"upn\":\"eve@x\"}", "\"u1\"" },
		{ "severity past the end", "\"sev\":4", "\"sev\":7" },
		{ "version 2", "\"v\":1", "\"v\":2" },
		{ "category unknown", "\"cat\":\"identity\"", "\"cat\":\"identit\"" },
		{ "result unknown", "denied", "denie" },
		{ "id no uuid", "01930304", "0193030" },
		{ "time no time", "2026-11-24T", "2026-13-24T" },
		{ "bytes behind", "\"v\":1}", "\"v\":1} " "x" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *arena = arena_new(1 << 18);
		struct buffer out;
		const struct json *tree;
		struct event_facts facts;
		assert_false(failed(draft_of(&sample, &out)));
		str text = buffer_str(&out), find = str_of(rows[i].find);
		size_t at = find.len ? str_find(text, find, 0) : 0;
		assert_true(at != SIZE_MAX);
		str changed = str_format(arena, "%.*s%s%.*s", (int)at, text.at, rows[i].put,
					 (int)(text.len - at - find.len), text.at + at + find.len);
		err e = event_parse(bytes_of_str(changed), arena, &tree, &facts);
		if (failed(e) != (i != 0))
			fail_msg("%s: %s", rows[i].name, err_why(e));
		if (i == 0) {
			assert_true(uuid_equal(&facts.id, &id));
			assert_true(str_equal(facts.target_type, S("user")));
			assert_int_equal(facts.time.ms, 1795507200123);
		}
		buffer_release(&out);
		arena_free(arena);
	}
}

static void sealed_body_has_the_recorders_members(void **state)
{
	struct arena *arena = arena_new(1 << 18);
	struct buffer out;
	const struct json *tree;
	struct event_facts facts;
	bytes body;
	static const struct uuid nil = { { 0 } };
	struct event_place place = { .log = S("audit.example/x"), .seq = 42, .received = { 1795507200456 }, .tenant = &id,
				     .environment = &nil };
	(void)state;
	assert_false(failed(draft_of(&sample, &out)));
	assert_false(failed(event_parse(buffer_bytes(&out), arena, &tree, &facts)));
	assert_false(failed(event_seal(tree, &place, arena, &body)));
	str text = str_of_bytes(body);
	assert_true(str_find(text, S("\"env\":null,\"id\":"), 0) != SIZE_MAX);
	assert_true(str_find(text, S("\"log\":\"audit.example/x\",\"op\""), 0) != SIZE_MAX);
	assert_true(str_find(text, S("\"reason\":\"bad_password\",\"recv\":\"2026-11-24T08:00:00.456Z\",\"req\""), 0) != SIZE_MAX);
	assert_true(str_find(text, S("\"seq\":42,\"sev\":4"), 0) != SIZE_MAX);
	assert_true(str_find(text, S("\"tenant\":\"01930304-"), 0) != SIZE_MAX);
	buffer_release(&out);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_form), cmocka_unit_test(text_is_cleaned), cmocka_unit_test(draft_is_canonical),
		cmocka_unit_test(draft_refuses), cmocka_unit_test(an_emergency_is_said_and_written_as_0),
		cmocka_unit_test(large_changes_become_a_digest),
		cmocka_unit_test(recorder_reads_drafts_strictly), cmocka_unit_test(sealed_body_has_the_recorders_members),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
