#include "audit/event.h"

#include "codec/hex.h"
#include "codec/json_write.h"
#include "codec/utf8.h"
#include "crypto/hash.h"

static const struct event_row rows[] = {
#define EVENT(op_, category_, emitter_) { op_, category_, emitter_ },
#include "audit/events.def"
#undef EVENT
};

const struct event_row *event_rows(size_t *out_count)
{
	*out_count = COUNT_OF(rows);
	return rows;
}

static bool row_fits(const char *pattern, str op)
{
	str p = str_of(pattern);
	if (!str_ends_with(p, S(".*")))
		return str_equal(p, op);
	return op.len >= p.len && str_starts_with(op, str_slice(p, 0, p.len - 1));
}

const struct event_row *event_row_of(str op)
{
	for (size_t i = 0; i < op.len; i++) {
		char c = op.at[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_'))
			return NULL;
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (row_fits(rows[i].op, op))
			return &rows[i];
	return NULL;
}

static const char *const category_names[] = { "", "data", "identity", "authz", "key", "admin", "network", "operator" };
static const char *const result_names[] = { "", "success", "failure", "denied" };
static const char *const actor_names[] = { "", "user", "app", "operator", "system" };

const char *event_category_name(enum audit_category category)
{
	return category > 0 && category < COUNT_OF(category_names) ? category_names[category] : "";
}

const char *event_result_name(enum audit_result result)
{
	return result > 0 && result < COUNT_OF(result_names) ? result_names[result] : "";
}

/* Controls, line and paragraph separators, marks that turn the direction of text. */
static bool is_kept(int32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return false;
	return !(c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff);
}

static bool is_plain(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)text.at[i] < 0x20 || (uint8_t)text.at[i] > 0x7e)
			return false;
	return true;
}

void event_clean(struct buffer *to, str text, size_t len_max)
{
	size_t used = 0, i = 0;
	if (is_plain(text)) {
		buffer_append_str(to, str_slice(text, 0, len_max));
		return;
	}
	while (i < text.len) {
		char raw[4];
		int32_t c = utf8_next(text, &i);
		if (c >= 0 && !is_kept(c))
			continue;
		size_t n = utf8_encode(c < 0 ? 0xfffd : (uint32_t)c, raw);
		if (used + n > len_max)
			return;
		buffer_append_str(to, (str){ raw, n });
		used += n;
	}
}

/* A member with a cleaned value; an empty one is left out. */
static void member(struct json_writer *w, str name, str value, size_t len_max)
{
	struct buffer clean;
	if (str_is_empty(value))
		return;
	if (is_plain(value)) {
		json_member_str(w, name, str_slice(value, 0, len_max));
		return;
	}
	buffer_init(&clean, len_max + 8);
	event_clean(&clean, value, len_max);
	json_member_str(w, name, buffer_str(&clean));
	w->to->failed |= clean.failed;
	buffer_release(&clean);
}

enum { ID_MAX = 128, NAME_MAX_BYTES = 256, CODE_MAX = 64, AUTHN_MAX = 16 };

static void write_actor(struct json_writer *w, const struct audit_event *event)
{
	str rest = event->authn, method;
	json_key(w, S("actor"));
	json_open_object(w);
	if (event->authn.len) {
		struct buffer clean;
		buffer_init(&clean, CODE_MAX + 8);
		json_key(w, S("authn"));
		json_open_array(w);
		for (int i = 0; i < AUTHN_MAX && str_split(&rest, ',', &method); i++) {
			buffer_clear(&clean);
			event_clean(&clean, method, CODE_MAX);
			json_str(w, buffer_str(&clean));
		}
		json_close_array(w);
		buffer_release(&clean);
	}
	member(w, S("id"), event->actor_id, ID_MAX);
	if (event->actor_type != AUDIT_ACTOR_USER)
		member(w, S("name"), event->actor_name, NAME_MAX_BYTES);
	member(w, S("onBehalfOf"), event->on_behalf_of, ID_MAX);
	member(w, S("session"), event->session, ID_MAX);
	json_member_str(w, S("type"), str_of(actor_names[event->actor_type]));
	if (event->actor_type == AUDIT_ACTOR_USER)
		member(w, S("upn"), event->actor_name, NAME_MAX_BYTES);
	json_close_object(w);
}

/* Too much to keep: what it was is still committed to by its digest. */
static void write_changes_digest(struct json_writer *w, str changes)
{
	char hex[2 * SHA256_BYTES + 1];
	struct sha256 digest = sha256_of(bytes_of_str(changes));
	hex_format(bytes_of(digest.b, SHA256_BYTES), hex);
	json_open_object(w);
	json_member_i64(w, S("bytes"), (int64_t)changes.len);
	json_member_str(w, S("sha256"), str_of(hex));
	json_member_bool(w, S("truncated"), true);
	json_close_object(w);
}

static err write_changes(struct json_writer *w, str changes)
{
	struct buffer text;
	const struct json *tree;
	if (str_is_empty(changes))
		return OK;
	json_key(w, S("changes"));
	struct arena *arena = arena_new(changes.len * 64 + 65536);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for the changes of an event");
	buffer_init(&text, EVENT_CHANGES_BYTES_MAX);
	err e = json_parse(bytes_of_str(changes), JSON_LIMITS_DEFAULT, arena, &tree, NULL);
	if (!failed(e) && tree->kind != JSON_OBJECT)
		e = ERR(ERR_INTERNAL, "the changes of an event are no object");
	if (!failed(e))
		e = json_canonical(tree, &text);
	if (err_kind_of(e) == ERR_LIMIT) {
		write_changes_digest(w, changes);
		e = OK;
	} else if (!failed(e)) {
		json_raw(w, buffer_str(&text));
	}
	buffer_release(&text);
	arena_free(arena);
	return e;
}

static void write_request(struct json_writer *w, const struct audit_event *event)
{
	json_key(w, S("req"));
	json_open_object(w);
	member(w, S("id"), event->request_id, ID_MAX);
	member(w, S("method"), event->method, CODE_MAX);
	member(w, S("route"), event->route, NAME_MAX_BYTES);
	if (event->status)
		json_member_i64(w, S("status"), event->status);
	json_close_object(w);
}

static void write_target(struct json_writer *w, const struct audit_event *event)
{
	json_key(w, S("target"));
	json_open_object(w);
	member(w, S("id"), event->target_id, ID_MAX);
	member(w, S("name"), event->target_name, NAME_MAX_BYTES);
	member(w, S("table"), event->target_table, ID_MAX);
	member(w, S("type"), event->target_type, ID_MAX);
	json_close_object(w);
}

static err check(const struct audit_event *event)
{
	if (event->op.len > CODE_MAX || !event_row_of(event->op))
		FAIL(ERR_INTERNAL, "an event whose op is not in events.def");
	if (!*event_category_name(event->category) || !*event_result_name(event->result))
		FAIL(ERR_INTERNAL, "an event without category or result");
	if (event->actor_type < AUDIT_ACTOR_USER || event->actor_type > AUDIT_ACTOR_SYSTEM)
		FAIL(ERR_INTERNAL, "an event without a kind of actor");
	if (event->severity == 0 || event->severity < AUDIT_EMERGENCY || event->severity > AUDIT_INFORMATIONAL)
		FAIL(ERR_INTERNAL, "an event without a severity");
	return OK;
}

err event_draft(const struct audit_event *event, const struct uuid *id, struct instant now, struct buffer *to)
{
	struct json_writer w = json_writer_to(to);
	char time[INSTANT_TEXT_LEN + 1];
	TRY(check(event));
	instant_format(now, false, time);
	json_open_object(&w); /* members in canonical order */
	write_actor(&w, event);
	json_member_str(&w, S("cat"), str_of(event_category_name(event->category)));
	TRY(write_changes(&w, event->changes));
	json_member_uuid(&w, S("id"), id);
	json_member_str(&w, S("op"), event->op);
	member(&w, S("reason"), event->reason, CODE_MAX);
	write_request(&w, event);
	json_member_str(&w, S("result"), str_of(event_result_name(event->result)));
	json_member_i64(&w, S("sev"), event->severity == AUDIT_EMERGENCY ? 0 : event->severity);
	json_key(&w, S("src"));
	json_open_object(&w);
	member(&w, S("ip"), event->client_ip, CODE_MAX);
	json_close_object(&w);
	write_target(&w, event);
	json_member_str(&w, S("time"), str_of(time));
	json_member_i64(&w, S("v"), 1);
	json_close_object(&w);
	if (to->failed)
		FAIL(ERR_LIMIT, "event larger than allowed");
	return OK;
}
