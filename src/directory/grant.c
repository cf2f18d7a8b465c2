#include "directory/grant.h"

#include "codec/json_write.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

static bool has_word(str text, str word)
{
	str item = { 0 };

	while (str_split(&text, ' ', &item)) {
		if (str_equal(item, word))
			return true;
	}
	return false;
}

/* RFC 6749, 3.3: scope-token. */
static bool is_scope_word(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
			return false;
	}
	return s.len > 0;
}

static err add_words(struct buffer *b, str words)
{
	str word = { 0 };

	while (str_split(&words, ' ', &word)) {
		if (!word.len || has_word(buffer_str(b), word))
			continue;
		if (!is_scope_word(word))
			FAIL(ERR_INVALID, "scope has a character that is not allowed");
		buffer_append_str(b, word);
		buffer_append_char(b, ' ');
	}
	if (b->failed)
		FAIL(ERR_LIMIT, "scope is too long");
	return OK;
}

err scope_text_union(str a, str b, struct arena *arena, str *out)
{
	struct buffer text;

	buffer_init(&text, SCOPE_TEXT_MAX);
	buffer_append_char(&text, ' ');
	err e = add_words(&text, a);
	if (!failed(e))
		e = add_words(&text, b);
	if (!failed(e))
		*out = str_copy(arena, buffer_str(&text));
	buffer_release(&text);
	TRY(e);
	TRY_NEW(out->at);
	return OK;
}

str scope_change_text(str scopes, struct arena *arena)
{
	struct buffer b;

	buffer_init(&b, 2 * SCOPE_TEXT_MAX);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	json_key(&w, S("scope"));
	json_open_object(&w);
	json_member_str(&w, S("new"), str_trim(scopes));
	json_close_object(&w);
	json_close_object(&w);
	str text = b.failed ? (str){ 0 } : str_copy(arena, buffer_str(&b));
	buffer_release(&b);
	return text;
}

err grant_insert(struct store *store, const struct uuid *id, int64_t client_key, int64_t resource_key,
		 int64_t principal_key_or_0, str scope, struct instant now)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_GRANT_INSERT, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(bind_i64(&s, 2, client_key));
	TRY(bind_i64(&s, 3, resource_key));
	if (principal_key_or_0)
		TRY(bind_i64(&s, 4, principal_key_or_0));
	else
		TRY(bind_null(&s, 4));
	TRY(bind_text(&s, 5, scope));
	TRY(bind_i64(&s, 6, now.ms));
	return statement_run(&s);
}

static err grant_update(struct store *store, const struct uuid *id, str scope)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_GRANT_UPDATE, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(bind_text(&s, 2, scope));
	return statement_run_one(&s);
}

static err find_for_person(struct store *store, int64_t client, int64_t resource, int64_t person, struct arena *arena,
			   struct uuid *out_id, str *out_scope)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_GRANT_OF_PERSON, &s));
	TRY(bind_i64(&s, 1, client));
	TRY(bind_i64(&s, 2, resource));
	TRY(bind_i64(&s, 3, person));
	TRY(statement_step(&s, &row));
	*out_scope = (str){ 0 };
	if (!row)
		return OK;
	*out_id = column_uuid(&s, 0);
	*out_scope = column_text_copy(&s, 1, arena);
	TRY_NEW(out_scope->at);
	return OK;
}

err grant_add_for_person(struct store *store, int64_t client_key, int64_t resource_key, int64_t person_key, str scopes,
			 struct instant now, struct arena *arena)
{
	struct uuid id = random_uuid_v4(), found;
	str before = { 0 }, after = { 0 };

	TRY(find_for_person(store, client_key, resource_key, person_key, arena, &found, &before));
	TRY(scope_text_union(before, scopes, arena, &after));
	if (before.at)
		return grant_update(store, &found, after);
	return grant_insert(store, &id, client_key, resource_key, person_key, after, now);
}
