/* cli/import_map.c */
#include "cli/import_map.h"

#include "codec/utf8.h"

struct scan {
	str text;
	size_t at;
	struct arena *arena;
};

static int peek(const struct scan *s)
{
	return s->at < s->text.len ? (unsigned char)s->text.at[s->at] : -1;
}

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct scan *s)
{
	while (is_blank(peek(s)))
		s->at++;
}

static void skip_line(struct scan *s)
{
	while (peek(s) >= 0 && peek(s) != '\n')
		s->at++;
}

/* --- the left side --- */

/* From behind the opening mark; a doubled mark is one of the text. */
static err quoted(struct scan *s, char mark, str *out)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, IMPORT_MAP_BYTES_MAX);
	s->at++;
	for (;;) {
		int c = peek(s);
		if (c < 0 || c == '\n')
			FAIL(ERR_INVALID, "a quote is not closed");
		s->at++;
		if (c == mark && peek(s) != mark)
			break;
		s->at += c == mark;
		buffer_append_char(&b, (char)c);
	}
	if (b.failed)
		FAIL(ERR_LIMIT, "the map is too long");
	*out = str_copy(s->arena, buffer_str(&b));
	TRY_NEW(out->at);
	return OK;
}

static err bare(struct scan *s, str *out)
{
	size_t from = s->at;
	int c;
	while ((c = peek(s)) >= 0 && c != '=' && c != '\n') {
		if (c == ',' || c == '"' || c == '\'')
			FAIL(ERR_INVALID, "a name with a comma or a quote must stand in double quotes");
		s->at++;
	}
	str name = str_slice(s->text, from, s->at);
	while (name.len && is_blank(name.at[name.len - 1]))
		name.len--;
	*out = str_copy(s->arena, name);
	TRY_NEW(out->at);
	return OK;
}

static err source_parse(struct scan *s, struct import_pair *pair)
{
	int c = peek(s);
	pair->constant = c == '\'';
	TRY(c == '\'' || c == '"' ? quoted(s, (char)c, &pair->source) : bare(s, &pair->source));
	if (!pair->constant && (pair->source.len == 0 || pair->source.len > IMPORT_NAME_BYTES_MAX))
		FAIL(ERR_INVALID, "the name of a field is missing or too long");
	skip_blanks(s);
	if (peek(s) != '=')
		FAIL(ERR_INVALID, "'=' is missing behind a source");
	s->at++;
	return OK;
}

/* --- the right side --- */

static const struct {
	const char *text;
	enum import_target target;
} owners[] = {
	{ "user", IMPORT_OWNER_USER },       { "team", IMPORT_OWNER_TEAM },       { "unit", IMPORT_OWNER_UNIT },
	{ "user-id", IMPORT_OWNER_USER_ID }, { "team-id", IMPORT_OWNER_TEAM_ID },
};

static bool is_name(str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = ascii_lower(s.at[i]);
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return s.len > 0 && s.len <= IMPORT_NAME_BYTES_MAX;
}

static err owner_parse(str kind, struct import_pair *pair)
{
	for (size_t i = 0; i < COUNT_OF(owners); i++) {
		if (str_equal(kind, str_of(owners[i].text))) {
			pair->target = owners[i].target;
			return OK;
		}
	}
	FAIL(ERR_INVALID, "an owner is user, team, unit, user-id or team-id");
}

static err target_parse(struct scan *s, struct import_pair *pair)
{
	size_t from = s->at;
	while (peek(s) >= 0 && peek(s) != ',' && peek(s) != '\n')
		s->at++;
	str text = str_slice(s->text, from, s->at), rest = { 0 };
	while (text.len && is_blank(text.at[text.len - 1]))
		text.len--;
	text = str_copy(s->arena, str_trim(text));
	TRY_NEW(text.at);
	size_t colon = str_find_char(text, ':', 0);
	if (colon != SIZE_MAX)
		rest = str_from(text, colon + 1);
	pair->column = str_slice(text, 0, colon == SIZE_MAX ? text.len : colon);
	if (!is_name(pair->column))
		FAIL(ERR_INVALID, "a column is named by letters, digits and '_'");
	if (colon == SIZE_MAX)
		return OK;
	if (str_equal(pair->column, S("owner")))
		return owner_parse(rest, pair);
	if (!is_name(rest))
		FAIL(ERR_INVALID, "a lookup wants an entity set behind ':'");
	pair->target = IMPORT_LOOKUP;
	pair->entity_set = rest;
	return OK;
}

/* --- pairs --- */

static bool is_owner(const struct import_pair *p)
{
	return (p->target >= IMPORT_OWNER_USER && p->target <= IMPORT_OWNER_TEAM_ID) || str_equal_nocase(p->column, S("ownerid"));
}

static err add(struct import_map *map, const struct import_pair *pair)
{
	for (size_t i = 0; i < map->count; i++)
		if (str_equal_nocase(map->pairs[i].column, pair->column) || (is_owner(&map->pairs[i]) && is_owner(pair)))
			FAIL(ERR_INVALID, "two sources for one column");
	if (map->count == IMPORT_MAP_PAIRS_MAX)
		FAIL(ERR_LIMIT, "more than 256 columns");
	map->pairs[map->count++] = *pair;
	return OK;
}

/* A pair and the separator behind it; nothing on an empty line or one with a comment. */
static err pair_parse(struct scan *s, struct import_map *map)
{
	struct import_pair pair = { 0 };
	skip_blanks(s);
	if (peek(s) == '#')
		skip_line(s);
	if (peek(s) >= 0 && peek(s) != '\n') {
		TRY(source_parse(s, &pair));
		TRY(target_parse(s, &pair));
		TRY(add(map, &pair));
		if (peek(s) == ',') {
			s->at++;
			skip_blanks(s);
			if (peek(s) < 0)
				FAIL(ERR_INVALID, "nothing behind the last comma");
			return OK;
		}
	}
	s->at += peek(s) == '\n';
	return OK;
}

err import_map_parse(str text, struct arena *arena, struct import_map *out, size_t *out_at)
{
	struct scan s = { .text = text, .arena = arena };
	*out_at = 0;
	out->count = 0;
	if (text.len > IMPORT_MAP_BYTES_MAX)
		FAIL(ERR_LIMIT, "the map is too long");
	if (!utf8_is_valid(text) || str_find_char(text, 0, 0) != SIZE_MAX)
		FAIL(ERR_INVALID, "the map is not UTF-8 text");
	while (s.at < text.len) {
		*out_at = s.at;
		TRY(pair_parse(&s, out));
	}
	if (out->count == 0)
		FAIL(ERR_INVALID, "the map is empty");
	return OK;
}

err import_map_of_columns(const str *columns, size_t count, struct import_map *out)
{
	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct import_pair pair = { .source = columns[i], .column = columns[i] };
		if (!is_name(columns[i]))
			FAIL(ERR_INVALID, "without a map each field must be named as its column");
		TRY(add(out, &pair));
	}
	return OK;
}

static void piece_write(struct buffer *to, str piece)
{
	buffer_append_format(to, "%zu:", piece.len);
	buffer_append_str(to, piece);
}

void import_map_write(const struct import_map *map, struct buffer *to)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct import_pair *p = &map->pairs[i];
		buffer_append_format(to, "%d%d", p->constant, (int)p->target);
		piece_write(to, p->source);
		piece_write(to, p->column);
		piece_write(to, p->entity_set);
	}
}
