/* data/solution_parse.c - a document's text into components, and back. */
#include "data/solution.h"

enum { VALUES_MAX = 400000, DEPTH_MAX = 6, TEXT_LEN_MAX = 8000, ELEMENTS_MAX = 20000 };

#define REFUSED(to_, ...) problem_say((to_)->arena, (to_)->problem, 400, CODE_INVALID_ARGUMENT, __VA_ARGS__)

struct parse {
	struct arena *arena;
	struct problem *problem;
};

bool solution_name_is_valid(str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = ascii_lower(name.at[i]);
		if (!((c >= 'a' && c <= 'z') || c == '_' || (i && c >= '0' && c <= '9')))
			return false;
	}
	return name.len > 0 && name.len <= SOLUTION_NAME_LEN_MAX;
}

/* Up to four numbers with dots between. */
bool solution_version_is_valid(str version)
{
	str part;
	size_t parts = 0;
	uint64_t n;
	if (!version.len || version.len > SOLUTION_VERSION_LEN_MAX)
		return false;
	while (str_split(&version, '.', &part)) {
		if (++parts > 4 || !str_to_u64(part, &n) || n > UINT32_MAX)
			return false;
	}
	return true;
}

static bool are_texts(const struct json *v)
{
	for (const struct json *e = v->first; e; e = e->next)
		if (e->kind != JSON_STRING || e->text.len > TEXT_LEN_MAX)
			return false;
	return v->count <= ELEMENTS_MAX;
}

/* [[1, "One"], ...] */
static bool are_options(const struct json *v)
{
	for (const struct json *e = v->first; e; e = e->next)
		if (e->kind != JSON_ARRAY || e->count != 2 || e->first->kind != JSON_NUMBER || e->first->next->kind != JSON_STRING ||
		    e->first->next->text.len > TEXT_LEN_MAX)
			return false;
	return v->count <= ELEMENTS_MAX;
}

/* -12.50: what may stand in JSON as a number, without an exponent. */
static bool is_decimal(str text)
{
	uint64_t n;
	str whole = str_from(text, text.len && text.at[0] == '-');
	size_t dot = str_find_char(whole, '.', 0);
	str fraction = dot == SIZE_MAX ? S("0") : str_from(whole, dot + 1);
	whole = str_slice(whole, 0, dot == SIZE_MAX ? whole.len : dot);
	return str_to_u64(whole, &n) && str_to_u64(fraction, &n) && (whole.len == 1 || whole.at[0] != '0');
}

static bool fits(const struct json *v, enum member_type type)
{
	struct uuid id;
	switch (type) {
	case MEMBER_TEXT:
		return v->kind == JSON_STRING && v->text.len <= TEXT_LEN_MAX;
	case MEMBER_NUMBER:
		return v->kind == JSON_NUMBER;
	case MEMBER_DECIMAL:
		return v->kind == JSON_STRING && is_decimal(v->text);
	case MEMBER_FLAG:
		return v->kind == JSON_TRUE || v->kind == JSON_FALSE;
	case MEMBER_ID:
		return v->kind == JSON_STRING && !failed(uuid_parse(v->text, &id)) && !uuid_is_nil(&id);
	case MEMBER_LIST:
		return v->kind == JSON_ARRAY && are_texts(v);
	case MEMBER_TEXTS:
		return v->kind == JSON_OBJECT && are_texts(v);
	case MEMBER_OPTIONS:
		return v->kind == JSON_ARRAY && are_options(v);
	default:
		return false;
	}
}

static bool kind_named(str name, enum solution_kind *out)
{
	for (size_t i = 0; i < SOLUTION_KINDS; i++) {
		if (!str_equal(name, str_of(solution_rules[i].name)))
			continue;
		*out = (enum solution_kind)i;
		return true;
	}
	return false;
}

static err value_take(const struct parse *p, const struct json *v, struct component *out)
{
	const struct solution_rule *rule = &solution_rules[out->kind];
	if (str_equal(v->name, S("kind")) || str_equal(v->name, S("id")))
		return OK;
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && rule->members[i].name; i++) {
		if (!str_equal(v->name, str_of(rule->members[i].name)))
			continue;
		if (!fits(v, rule->members[i].type))
			return REFUSED(p, "A component of kind %s has a bad value for '%s'.", rule->name, rule->members[i].name);
		out->values[i] = v;
		return OK;
	}
	return REFUSED(p, "A component of kind %s has no member '%.*s'.", rule->name, STR_ARG(v->name));
}

/* Names become parts of addresses and of what people read. */
static bool name_fits(const struct json *v)
{
	if (!v->text.len || v->text.len > SOLUTION_TITLE_LEN_MAX)
		return false;
	for (size_t i = 0; i < v->text.len; i++)
		if ((unsigned char)v->text.at[i] < ' ')
			return false;
	return true;
}

static err component_check(const struct parse *p, const struct component *c)
{
	const struct solution_rule *rule = &solution_rules[c->kind];
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && rule->members[i].name; i++) {
		if ((rule->members[i].flags & MEMBER_REQUIRED) && !c->values[i])
			return REFUSED(p, "A component of kind %s lacks '%s'.", rule->name, rule->members[i].name);
		if ((rule->members[i].flags & MEMBER_NAME) && !name_fits(c->values[i]))
			return REFUSED(p, "A component of kind %s has a bad value for '%s'.", rule->name, rule->members[i].name);
	}
	return OK;
}

static err component_take(const struct parse *p, const struct json *in, struct component *out)
{
	str kind, id;
	if (!json_member_is_str(in, S("kind"), &kind) || !kind_named(kind, &out->kind))
		return REFUSED(p, "A component must have a known 'kind'.");
	if (!json_member_is_str(in, S("id"), &id) || failed(uuid_parse(id, &out->id)) || uuid_is_nil(&out->id))
		return REFUSED(p, "A component of kind %s must have an 'id', a GUID.", solution_rules[out->kind].name);
	for (const struct json *v = in->first; v; v = v->next)
		TRY(value_take(p, v, out));
	return component_check(p, out);
}

static err head_take(const struct parse *p, const struct json *doc, struct solution *out)
{
	static const char *const members[] = { "format", "formatVersion", "name", "version", "publisher", "components" };
	int64_t version;
	str format;
	if (!json_member_is_str(doc, S("format"), &format) || !str_equal(format, S("bailiwick-solution")))
		return REFUSED(p, "This is no solution: 'format' must be 'bailiwick-solution'.");
	if (!json_member_is_i64(doc, S("formatVersion"), &version) || version < 1)
		return REFUSED(p, "'formatVersion' must be a number: %d, or less.", SOLUTION_FORMAT_VERSION);
	if (version > SOLUTION_FORMAT_VERSION)
		return REFUSED(p, "The file is of formatVersion %lld, made by a newer version of this program: here %d is read.", (long long)version,
			       SOLUTION_FORMAT_VERSION);
	for (const struct json *v = doc->first; v; v = v->next) {
		bool known = false;
		for (size_t i = 0; i < COUNT_OF(members); i++)
			known = known || str_equal(v->name, str_of(members[i]));
		if (!known)
			return REFUSED(p, "A solution has no member '%.*s'.", STR_ARG(v->name));
	}
	if (!json_member_is_str(doc, S("name"), &out->name) || !solution_name_is_valid(out->name))
		return REFUSED(p, "A solution's name is a letter or _, then letters, digits and _.");
	if (!json_member_is_str(doc, S("version"), &out->version) || !solution_version_is_valid(out->version))
		return REFUSED(p, "A solution's version is up to four numbers with dots between.");
	if (!json_member_is_str(doc, S("publisher"), &out->publisher) || out->publisher.len > SOLUTION_PUBLISHER_LEN_MAX)
		return REFUSED(p, "A solution's publisher is a text of at most %d octets.", SOLUTION_PUBLISHER_LEN_MAX);
	return OK;
}

static err components_take(const struct parse *p, const struct json *doc, struct solution *out)
{
	const struct json *list = json_member(doc, S("components"));
	if (!json_is(list, JSON_ARRAY) || list->count > SOLUTION_COMPONENTS_MAX)
		return REFUSED(p, "A solution has a list of at most %d components.", SOLUTION_COMPONENTS_MAX);
	out->components = NEW_ARRAY(p->arena, struct component, list->count);
	TRY_NEW(out->components);
	for (const struct json *c = list->first; c; c = c->next)
		TRY(component_take(p, c, &out->components[out->count++]));
	err e = solution_finish(out, p->arena);
	return err_kind_of(e) == ERR_INVALID ? REFUSED(p, "Two components have the same id.") : e;
}

err solution_parse(bytes raw, struct arena *arena, struct problem *problem, struct solution *out)
{
	const struct parse p = { arena, problem };
	const struct json *doc;
	*out = (struct solution){ 0 };
	if (raw.len > SOLUTION_BYTES_MAX)
		return REFUSED(&p, "A solution has at most %d octets.", SOLUTION_BYTES_MAX);
	err e = json_parse(raw, (struct json_limits){ .depth_max = DEPTH_MAX, .values_max = VALUES_MAX }, arena, &doc, NULL);
	if (failed(e))
		return REFUSED(&p, "The solution cannot be read as JSON: %s.", err_why(e));
	if (doc->kind != JSON_OBJECT)
		return REFUSED(&p, "A solution is a JSON object.");
	TRY(head_take(&p, doc, out));
	return components_take(&p, doc, out);
}
