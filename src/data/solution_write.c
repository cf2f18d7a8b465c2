/* data/solution_write.c - components as text: one member a line, elements of lists and objects likewise. */
#include "codec/json_write.h"
#include "data/solution.h"

static void name_write(struct buffer *to, const char *indent, str name, bool first)
{
	struct json_writer w = json_writer_to(to);
	buffer_append_str(to, first ? S("\n") : S(",\n"));
	buffer_append_str(to, str_of(indent));
	json_str(&w, name);
	buffer_append_str(to, S(": "));
}

static void scalar_write(struct buffer *to, const struct json *v)
{
	struct json_writer w = json_writer_to(to);
	switch (v->kind) {
	case JSON_STRING:
		json_str(&w, v->text);
		break;
	case JSON_NUMBER:
		json_raw(&w, v->text);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		json_bool(&w, v->kind == JSON_TRUE);
		break;
	default:
		json_null(&w);
		break;
	}
}

/* [1, "One"] */
static void pair_write(struct buffer *to, const struct json *v)
{
	buffer_append_char(to, '[');
	for (const struct json *e = v->first; e; e = e->next) {
		scalar_write(to, e);
		if (e->next)
			buffer_append_str(to, S(", "));
	}
	buffer_append_char(to, ']');
}

static void element_write(struct buffer *to, const struct json *v, bool named, bool first)
{
	if (named) {
		name_write(to, "        ", v->name, first);
	} else {
		buffer_append_str(to, first ? S("\n        ") : S(",\n        "));
	}
	if (v->kind == JSON_ARRAY)
		pair_write(to, v);
	else
		scalar_write(to, v);
}

static void value_text_write(struct buffer *to, const struct json *v)
{
	bool named = v->kind == JSON_OBJECT;
	if (!named && v->kind != JSON_ARRAY) {
		scalar_write(to, v);
		return;
	}
	buffer_append_char(to, named ? '{' : '[');
	for (const struct json *e = v->first; e; e = e->next)
		element_write(to, e, named, e == v->first);
	if (v->first)
		buffer_append_str(to, S("\n      "));
	buffer_append_char(to, named ? '}' : ']');
}

static void component_write(struct buffer *to, const struct component *c)
{
	const struct solution_rule *rule = &solution_rules[c->kind];
	struct json_writer w;
	buffer_append_str(to, S("    {"));
	name_write(to, "      ", S("kind"), true);
	w = json_writer_to(to);
	json_str(&w, str_of(rule->name));
	name_write(to, "      ", S("id"), false);
	w = json_writer_to(to);
	json_uuid(&w, &c->id);
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && rule->members[i].name; i++) {
		if (!c->values[i])
			continue;
		name_write(to, "      ", str_of(rule->members[i].name), false);
		value_text_write(to, c->values[i]);
	}
	buffer_append_str(to, S("\n    }"));
}

static void head_write(struct buffer *to, const struct solution *s)
{
	const struct {
		const char *name;
		str value;
	} texts[] = { { "name", s->name }, { "version", s->version }, { "publisher", s->publisher } };
	struct json_writer w;
	buffer_append_format(to, "{\n  \"format\": \"bailiwick-solution\",\n  \"formatVersion\": %d", SOLUTION_FORMAT_VERSION);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		name_write(to, "  ", str_of(texts[i].name), false);
		w = json_writer_to(to);
		json_str(&w, texts[i].value);
	}
}

void solution_write(const struct solution *s, struct buffer *to)
{
	head_write(to, s);
	buffer_append_str(to, S(",\n  \"components\": ["));
	for (size_t i = 0; i < s->count; i++) {
		buffer_append_str(to, i ? S(",\n") : S("\n"));
		component_write(to, &s->components[i]);
	}
	buffer_append_str(to, s->count ? S("\n  ]\n}\n") : S("]\n}\n"));
}
