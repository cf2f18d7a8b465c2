/* One field at a time: what decodes, and what does not. The process itself is tested in tests/unit/proc/hasher_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "ipc/channel.h"
#include "ipc/hasher_client.h"

struct change {
	const char *name;
	size_t offset, width;
	uint64_t value;
};

static void apply(void *message, const struct change *c)
{
	memcpy((uint8_t *)message + c->offset, &c->value, c->width); /* host order, as the wire is */
}

#define FIELD(type_, field_) offsetof(struct type_, field_), sizeof(((struct type_ *)0)->field_)

static void request_fields(void **state)
{
	static const struct change wrong[] = {
		{ "version 0", FIELD(hasher_request, version), 0 },
		{ "a later version", FIELD(hasher_request, version), 2 },
		{ "kind 0", FIELD(hasher_request, kind), 0 },
		{ "kind 4", FIELD(hasher_request, kind), 4 },
		{ "a making with a stored hash", FIELD(hasher_request, kind), HASHER_HASH },
		{ "profile 0", FIELD(hasher_request, profile), 0 },
		{ "profile 3", FIELD(hasher_request, profile), 3 },
		{ "password too long", FIELD(hasher_request, password_len), HASHER_PASSWORD_BYTES_MAX + 1 },
		{ "password shorter than its octets", FIELD(hasher_request, password_len), 2 },
		{ "stored hash too long", FIELD(hasher_request, phc_len), HASHER_PHC_MAX + 1 },
		{ "no stored hash", FIELD(hasher_request, phc_len), 0 },
		{ "not zero", FIELD(hasher_request, zero), 1 },
		{ "an octet past the password", offsetof(struct hasher_request, password) + HASHER_PASSWORD_BYTES_MAX - 1, 1, 1 },
		{ "an octet past the hash", offsetof(struct hasher_request, phc) + HASHER_PHC_MAX - 1, 1, 1 },
	};
	static const struct hasher_request wiped;
	const struct hasher_request good = {
		.version = HASHER_MESSAGE_VERSION, .kind = HASHER_VERIFY, .profile = HASHER_HIGH, .correlation = 1,
		.password_len = 3, .phc_len = 3, .password = "abc", .phc = "phc",
	};
	struct hasher_request out;
	(void)state;
	assert_false(failed(hasher_request_decode(bytes_of(&good, sizeof good), &out)));
	assert_memory_equal(&out, &good, sizeof good);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct hasher_request bad = good;
		apply(&bad, &wrong[i]);
		if (err_kind_of(hasher_request_decode(bytes_of(&bad, sizeof bad), &out)) != ERR_INVALID)
			fail_msg("%s", wrong[i].name);
		assert_memory_equal(&out, &wiped, sizeof out);
	}
	assert_true(failed(hasher_request_decode(bytes_of(&good, sizeof good - 1), &out)));
	assert_true(failed(hasher_request_decode((bytes){ 0 }, &out)));
}

static void answer_fields(void **state)
{
	static const struct change wrong[] = {
		{ "a later version", FIELD(hasher_answer, version), 2 },
		{ "result 0", FIELD(hasher_answer, result), 0 },
		{ "result 5", FIELD(hasher_answer, result), 5 },
		{ "busy, and yet a hash", FIELD(hasher_answer, result), HASHER_BUSY },
		{ "matches 2", FIELD(hasher_answer, matches), 2 },
		{ "matches, and a new hash", FIELD(hasher_answer, matches), 1 },
		{ "outdated, and does not match", FIELD(hasher_answer, outdated), 1 },
		{ "hash too long", FIELD(hasher_answer, phc_len), HASHER_PHC_MAX + 1 },
		{ "hash shorter than its octets", FIELD(hasher_answer, phc_len), 2 },
	};
	const struct hasher_answer good = {
		.version = HASHER_MESSAGE_VERSION, .result = HASHER_DONE, .correlation = 1, .phc_len = 3, .phc = "phc",
	};
	struct hasher_answer out;
	(void)state;
	assert_false(failed(hasher_answer_decode(bytes_of(&good, sizeof good), &out)));
	assert_true(str_equal(hasher_answer_phc(&out), S("phc")));
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct hasher_answer bad = good;
		apply(&bad, &wrong[i]);
		if (err_kind_of(hasher_answer_decode(bytes_of(&bad, sizeof bad), &out)) != ERR_INVALID)
			fail_msg("%s", wrong[i].name);
	}
	assert_true(failed(hasher_answer_decode(bytes_of(&good, sizeof good - 1), &out)));
}

static void what_the_client_sends_decodes(void **state)
{
	static const char long_text[HASHER_PASSWORD_BYTES_MAX + 1] = "a";
	struct hasher_request raw, got;
	struct hasher_answer answer;
	int ends[2];
	size_t len;
	bool closed;
	(void)state;
	assert_false(failed(channel_pair(ends)));
	assert_false(failed(hasher_ask_verify(ends[0], 5, HASHER_HIGH, S("pass"), S("stored"))));
	assert_false(failed(channel_receive(ends[1], (uint8_t *)&raw, sizeof raw, &len, NULL)));
	assert_false(failed(hasher_request_decode(bytes_of(&raw, len), &got)));
	assert_int_equal(got.correlation, 5);
	assert_memory_equal(got.password, "pass", 4);
	assert_memory_equal(got.phc, "stored", 6);
	assert_int_equal(err_kind_of(hasher_ask_hash(ends[0], 1, HASHER_STANDARD, (str){ long_text, sizeof long_text })), ERR_LIMIT);
	assert_false(failed(hasher_ask_hash(ends[0], 1, HASHER_STANDARD, (str){ long_text, sizeof long_text - 1 })));
	assert_int_equal(err_kind_of(hasher_ask_verify(ends[0], 1, HASHER_STANDARD, S("a"), S(""))), ERR_INVALID);
	assert_int_equal(err_kind_of(hasher_ask_nobody(-1, 1, HASHER_STANDARD, S("a"))), ERR_UNAVAILABLE);
	assert_int_equal(err_kind_of(hasher_answer_receive(ends[0], &answer, &closed)), ERR_UNAVAILABLE);
	assert_false(closed);
	close(ends[1]);
	assert_true(failed(hasher_answer_receive(ends[0], &answer, &closed)));
	assert_true(closed);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_fields),
		cmocka_unit_test(answer_fields),
		cmocka_unit_test(what_the_client_sends_decodes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
