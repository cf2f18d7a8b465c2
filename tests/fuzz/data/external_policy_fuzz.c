/* The text up to a NUL is a policy, what follows a question's properties, as JSON. Whatever they are, a policy is refused and the problem says
 * where, or it judges: never both a condition and its opposite allow. */
#include <stdlib.h>

#include "data/external_policy.h"

static const struct json *object(str text, struct arena *arena)
{
	const struct json *v = NULL;
	return failed(json_parse(bytes_of_str(text), JSON_LIMITS_DEFAULT, arena, &v, NULL)) ? NULL : v;
}

static void judge(const struct filter *policy, const struct json *properties)
{
	struct filter opposite = { .kind = FILTER_NOT, .left = policy };
	struct external_question q = {
		.subject = { .type = S("user"), .id = S("a"), .said = properties }, .resource = { .type = S("record"), .stored = properties },
		.action = S("read"), .action_properties = properties, .context = properties };
	if (external_policy_allows(policy, &q) && external_policy_allows(&opposite, &q))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(8 << 20);
	struct problem problem = { 0 };
	const struct filter *policy = NULL;
	str text = { (const char *)data, size };
	if (!arena)
		return 0;
	size_t end = str_find_char(text, 0, 0);
	str head = str_slice(text, 0, end == SIZE_MAX ? size : end), rest = str_from(text, end == SIZE_MAX ? size : end + 1);
	err e = external_policy_parse(head, arena, &problem, &policy);
	if (!failed(e))
		judge(policy, object(rest, arena));
	else if (err_kind_of(e) == ERR_INVALID && (problem.status != 400 || problem.message.len == 0))
		abort();
	arena_free(arena);
	return 0;
}
