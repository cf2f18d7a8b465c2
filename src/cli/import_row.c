/* cli/import_row.c */
#include "cli/import_row.h"

#include <stdio.h>

#define PROBLEM(problem_, ...) (void)snprintf((problem_), IMPORT_PROBLEM_BYTES_MAX, __VA_ARGS__)

/* --- the plan --- */

static err field_find(str name, const str *columns, size_t count, char *problem, size_t *out)
{
	size_t found = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		if (!str_equal(columns[i], name))
			continue;
		if (found != SIZE_MAX) {
			PROBLEM(problem, "two fields are named '%.*s'", STR_ARG(name));
			FAIL(ERR_INVALID, "a field's name is ambiguous");
		}
		found = i;
	}
	if (found == SIZE_MAX) {
		PROBLEM(problem, "no field is named '%.*s'", STR_ARG(name));
		FAIL(ERR_INVALID, "a field is missing");
	}
	*out = found;
	return OK;
}

static const struct json *attribute_find(const struct json *definition, str name)
{
	const struct json *list = json_member(definition, S("Attributes"));
	str found;
	if (!json_is(list, JSON_ARRAY))
		return NULL;
	for (const struct json *a = list->first; a; a = a->next)
		if (json_member_is_str(a, S("LogicalName"), &found) && str_equal_nocase(found, name))
			return a;
	return NULL;
}

static enum import_shape shape_of(str type)
{
	static const char *const numbers[] = { "Integer", "BigInt", "Decimal", "Money", "Double", "Picklist", "State", "Status" };
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (str_equal(type, str_of(numbers[i])))
			return IMPORT_NUMBER;
	return str_equal(type, S("Boolean")) ? IMPORT_BOOLEAN : IMPORT_TEXT;
}

static err column_settle(const struct import_pair *pair, const struct json *definition, char *problem, struct import_step *step)
{
	const struct json *a = attribute_find(definition, pair->column);
	bool creatable = true;
	str type = { 0 };
	(void)json_member_is_str(a, S("AttributeType"), &type);
	(void)json_member_is_bool(a, S("IsValidForCreate"), &creatable);
	bool lookup = str_equal(type, S("Lookup")) || str_equal(type, S("Owner"));
	if (!a)
		PROBLEM(problem, "the table has no column '%.*s'", STR_ARG(pair->column));
	else if (lookup && pair->target == IMPORT_COLUMN)
		PROBLEM(problem, "'%.*s' is a lookup: map it as %.*s:ENTITYSET or owner:...", STR_ARG(pair->column), STR_ARG(pair->column));
	else if (!lookup && pair->target == IMPORT_LOOKUP)
		PROBLEM(problem, "'%.*s' is not a lookup", STR_ARG(pair->column));
	else if (!creatable)
		PROBLEM(problem, "the column '%.*s' cannot be set", STR_ARG(pair->column));
	if (*problem)
		FAIL(ERR_INVALID, "the map does not fit the table");
	step->shape = shape_of(type);
	(void)json_member_is_str(a, S("LogicalName"), &step->member);
	return OK;
}

static const struct {
	const char *member, *set;
} owner_members[] = {
	[IMPORT_OWNER_USER] = { "@user", NULL }, [IMPORT_OWNER_TEAM] = { "@team", NULL }, [IMPORT_OWNER_UNIT] = { "@unit", NULL },
	[IMPORT_OWNER_USER_ID] = { "ownerid@odata.bind", "systemusers" },
	[IMPORT_OWNER_TEAM_ID] = { "ownerid@odata.bind", "teams" },
};

static err target_settle(const struct import_pair *pair, const struct json *definition, struct arena *arena, char *problem,
			 struct import_step *step)
{
	if (pair->target != IMPORT_COLUMN && pair->target != IMPORT_LOOKUP) {
		step->member = str_of(owner_members[pair->target].member);
		step->set = str_of(owner_members[pair->target].set);
		step->shape = step->set.len ? IMPORT_BIND : IMPORT_TEXT;
		return OK;
	}
	TRY(column_settle(pair, definition, problem, step));
	if (pair->target == IMPORT_COLUMN)
		return OK;
	step->shape = IMPORT_BIND;
	step->set = pair->entity_set;
	step->member = str_format(arena, "%.*s@odata.bind", STR_ARG(pair->column));
	TRY_NEW(step->member.at);
	return OK;
}

err import_plan_make(const struct import_map *map, const str *columns, size_t column_count, const struct json *definition,
		     struct arena *arena, struct import_plan *out, char *problem)
{
	*problem = 0;
	out->count = 0;
	if (!json_member_is_str(definition, S("LogicalName"), &out->table))
		FAIL(ERR_INVALID, "the service does not say what the table is");
	for (size_t i = 0; i < map->count; i++) {
		const struct import_pair *pair = &map->pairs[i];
		struct import_step step = { .constant = pair->constant };
		if (pair->constant)
			step.value = pair->source;
		else
			TRY(field_find(pair->source, columns, column_count, problem, &step.field));
		TRY(target_settle(pair, definition, arena, problem, &step));
		out->steps[out->count++] = step;
	}
	return OK;
}

/* --- a row --- */

static size_t digits_of(str s, size_t at)
{
	size_t n = 0;
	while (at + n < s.len && s.at[at + n] >= '0' && s.at[at + n] <= '9')
		n++;
	return n;
}

/* RFC 8259 section 6, so that it can stand in the row as it is. */
static bool is_json_number(str s)
{
	size_t at = s.len && s.at[0] == '-', n = digits_of(s, at);
	if (n == 0 || (n > 1 && s.at[at] == '0'))
		return false;
	at += n;
	if (at < s.len && s.at[at] == '.') {
		n = digits_of(s, at + 1);
		at += n + 1;
		if (n == 0)
			return false;
	}
	if (at < s.len && ascii_lower(s.at[at]) == 'e') {
		at++;
		at += at < s.len && (s.at[at] == '+' || s.at[at] == '-');
		n = digits_of(s, at);
		at += n;
		if (n == 0)
			return false;
	}
	return at == s.len;
}

static bool boolean_of(str s, bool *out)
{
	static const char *const words[] = { "false", "no", "0", "true", "yes", "1" };
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (str_equal_nocase(s, str_of(words[i]))) {
			*out = i >= 3;
			return true;
		}
	}
	return false;
}

static void bind_write(struct json_writer *w, const struct import_step *step, str value)
{
	char text[IMPORT_NAME_BYTES_MAX + 64];
	int n = snprintf(text, sizeof text, "%.*s(%.*s)", STR_ARG(step->set), STR_ARG(value));
	/* what does not fit is no id: as it stands it is refused as such */
	json_str(w, n > 0 && (size_t)n < sizeof text ? (str){ text, (size_t)n } : value);
}

void import_row_write(const struct import_plan *plan, const str *fields, struct json_writer *w)
{
	json_open_object(w);
	for (size_t i = 0; i < plan->count; i++) {
		const struct import_step *step = &plan->steps[i];
		str value = step->constant ? step->value : fields[step->field], trimmed = str_trim(value);
		bool yes;
		if (value.len == 0)
			continue;
		json_key(w, step->member);
		if (step->shape == IMPORT_BIND)
			bind_write(w, step, trimmed);
		else if (step->shape == IMPORT_NUMBER && is_json_number(trimmed))
			json_raw(w, trimmed);
		else if (step->shape == IMPORT_BOOLEAN && boolean_of(trimmed, &yes))
			json_bool(w, yes);
		else
			json_str(w, value);
	}
	json_close_object(w);
}
