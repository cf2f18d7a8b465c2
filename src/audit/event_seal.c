/* The recorder's half: a draft is the text of another process, read strictly, and completed. */
#include <stdlib.h>

#include "audit/event.h"

static const struct {
	const char *name;
	enum json_kind kind;
	bool required;
} members[] = {
	{ "actor", JSON_OBJECT, true },   { "cat", JSON_STRING, true },    { "changes", JSON_OBJECT, false },
	{ "id", JSON_STRING, true },      { "op", JSON_STRING, true },     { "reason", JSON_STRING, false },
	{ "req", JSON_OBJECT, false },    { "result", JSON_STRING, true }, { "sev", JSON_NUMBER, true },
	{ "src", JSON_OBJECT, false },    { "target", JSON_OBJECT, true }, { "time", JSON_STRING, true },
	{ "v", JSON_NUMBER, true },       { "policy", JSON_ARRAY, false },
};

static err check_members(const struct json *tree)
{
	size_t known = 0;
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		const struct json *m = json_member(tree, str_of(members[i].name));
		if (!m && members[i].required)
			FAIL(ERR_INVALID, "event without a member that it must have");
		if (m && m->kind != members[i].kind)
			FAIL(ERR_INVALID, "event with a member of the wrong type");
		known += m != NULL;
	}
	if (known != tree->count)
		FAIL(ERR_INVALID, "event with a member that its emitter may not set");
	return OK;
}

static bool find_name(str text, const char *(*name_of)(int), int count, int *out)
{
	for (int i = 1; i < count; i++) {
		if (str_equal(text, str_of(name_of(i)))) {
			*out = i;
			return true;
		}
	}
	return false;
}

static const char *category_of(int i)
{
	return event_category_name((enum audit_category)i);
}

static const char *result_of(int i)
{
	return event_result_name((enum audit_result)i);
}

static err take_enums(const struct json *tree, struct event_facts *out)
{
	str cat = { 0 }, result = { 0 };
	int64_t severity = -1, version = 0;
	int found;
	if (!json_member_is_str(tree, S("cat"), &cat) || !find_name(cat, category_of, AUDIT_OPERATOR + 1, &found))
		FAIL(ERR_INVALID, "event of an unknown category");
	out->category = (enum audit_category)found;
	if (!json_member_is_str(tree, S("result"), &result) || !find_name(result, result_of, AUDIT_DENIED + 1, &found))
		FAIL(ERR_INVALID, "event with an unknown result");
	out->result = (enum audit_result)found;
	if (!json_member_is_i64(tree, S("sev"), &severity) || severity < 0 || severity > 6)
		FAIL(ERR_INVALID, "event of an impossible severity");
	out->severity = (int)severity;
	if (!json_member_is_i64(tree, S("v"), &version) || version != 1)
		FAIL(ERR_INVALID, "event of an unknown version");
	return OK;
}

static err take_facts(const struct json *tree, struct event_facts *out)
{
	str id = { 0 }, time = { 0 };
	TRY(take_enums(tree, out));
	if (!json_member_is_str(tree, S("id"), &id) || failed(uuid_parse(id, &out->id)) || uuid_is_nil(&out->id))
		FAIL(ERR_INVALID, "event without an id");
	if (!json_member_is_str(tree, S("time"), &time) || failed(instant_parse(time, &out->time)) || out->time.ms < 0)
		FAIL(ERR_INVALID, "event without a time");
	if (!json_member_is_str(tree, S("op"), &out->op) || !event_row_of(out->op))
		FAIL(ERR_INVALID, "event whose op is not in events.def");
	const struct json *actor = json_member(tree, S("actor")), *target = json_member(tree, S("target"));
	if (!json_member_is_str(actor, S("id"), &out->actor_id))
		out->actor_id = S("");
	if (!json_member_is_str(target, S("type"), &out->target_type))
		out->target_type = S("");
	if (!json_member_is_str(target, S("id"), &out->target_id))
		out->target_id = S("");
	return OK;
}

err event_parse(bytes draft, struct arena *arena, const struct json **out_tree, struct event_facts *out)
{
	struct event_facts facts = { 0 };
	const struct json *tree;
	if (draft.len > EVENT_DRAFT_BYTES_MAX)
		FAIL(ERR_LIMIT, "event larger than allowed");
	TRY(json_parse(draft, (struct json_limits){ .depth_max = 16, .values_max = 4000 }, arena, &tree, NULL));
	if (tree->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "event that is no object");
	TRY(check_members(tree));
	TRY(take_facts(tree, &facts));
	*out_tree = tree;
	*out = facts;
	return OK;
}

static struct json *add(struct json *to, size_t *count, const char *name, enum json_kind kind, str text)
{
	struct json *m = &to[(*count)++];
	*m = (struct json){ .kind = kind, .name = str_of(name), .text = text };
	return m;
}

/* The draft's members and the recorder's in one object, which json_canonical then sorts. */
err event_seal(const struct json *tree, const struct event_place *place, struct arena *arena, bytes *out)
{
	enum { ADDED = 5 };
	size_t count = 0;
	struct buffer text;
	struct json *all = NEW_ARRAY(arena, struct json, tree->count + ADDED);
	TRY_NEW(all);
	for (const struct json *m = tree->first; m; m = m->next)
		all[count++] = *m;
	str seq = str_format(arena, "%llu", (unsigned long long)place->seq), recv = instant_text(arena, place->received);
	TRY_NEW(seq.at);
	TRY_NEW(recv.at);
	add(all, &count, "log", JSON_STRING, place->log);
	add(all, &count, "recv", JSON_STRING, recv);
	add(all, &count, "seq", JSON_NUMBER, seq);
	add(all, &count, "tenant", uuid_is_nil(place->tenant) ? JSON_NULL : JSON_STRING, uuid_text(arena, place->tenant));
	add(all, &count, "env", uuid_is_nil(place->environment) ? JSON_NULL : JSON_STRING,
	    uuid_text(arena, place->environment));
	for (size_t i = 0; i < count; i++)
		all[i].next = i + 1 < count ? &all[i + 1] : NULL;
	struct json object = { .kind = JSON_OBJECT, .first = all, .count = count };
	buffer_init(&text, EVENT_BODY_BYTES_MAX);
	err e = json_canonical(&object, &text);
	bytes body = failed(e) ? (bytes){ 0 } : bytes_copy(arena, buffer_bytes(&text));
	buffer_release(&text);
	TRY(e);
	TRY_NEW(body.at);
	*out = body;
	return OK;
}
