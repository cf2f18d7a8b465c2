/* data/value.c - reading and writing single values. */
#include "data/value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "codec/utf8.h"

static err wrong(const struct column *c, struct arena *arena, struct problem *problem, const char *wanted)
{
	return problem_say(arena, problem, 400, CODE_BAD_QUERY, "The value of '%.*s' is not %s.", STR_ARG(c->logical_name), wanted);
}

static err text_check(const struct column *c, str text, struct arena *arena, struct problem *problem, struct value *out)
{
	if (text.len > (size_t)c->length_max && utf8_count(text) > (size_t)c->length_max)
		return problem_say(arena, problem, 400, "0x80044331",
				   "The value of '%.*s' exceeds its maximum length of %d characters.", STR_ARG(c->logical_name),
				   c->length_max);
	*out = (struct value){ .kind = VALUE_TEXT, .text = text };
	return OK;
}

static err integer_check(const struct column *c, str text, struct arena *arena, struct problem *problem, struct value *out)
{
	int64_t v;
	if (!str_to_i64(text, &v))
		return wrong(c, arena, problem, "a whole number");
	bool chosen = column_has_options(c);
	if (chosen ? v < INT32_MIN || v > INT32_MAX : v < c->min || v > c->max)
		return wrong(c, arena, problem, "within its range");
	*out = (struct value){ .kind = VALUE_I64, .i64 = v };
	return OK;
}

static err decimal_check(const struct column *c, str text, bool exact, struct arena *arena, struct problem *problem,
			 struct value *out)
{
	int64_t v;
	bool inexact;
	if (!decimal_parse(text, c->precision, &v, &inexact))
		return wrong(c, arena, problem, "a decimal number that it can hold");
	if (exact && inexact)
		return wrong(c, arena, problem, "a decimal number of its precision");
	if (v < c->min || v > c->max)
		return wrong(c, arena, problem, "within its range");
	*out = (struct value){ .kind = VALUE_I64, .i64 = v };
	return OK;
}

static err double_check(const struct column *c, str text, struct arena *arena, struct problem *problem, struct value *out)
{
	char copy[64], *end = copy;
	if (text.len == 0 || text.len >= sizeof copy || !(text.at[0] == '-' || (text.at[0] >= '0' && text.at[0] <= '9')))
		return wrong(c, arena, problem, "a number");
	memcpy(copy, text.at, text.len);
	copy[text.len] = 0;
	double v = strtod(copy, &end);
	if (end != copy + text.len || !isfinite(v) || str_find_char(text, 'x', 0) != SIZE_MAX)
		return wrong(c, arena, problem, "a number");
	*out = (struct value){ .kind = VALUE_F64, .f64 = v };
	return OK;
}

static err instant_check(const struct column *c, str text, struct arena *arena, struct problem *problem, struct value *out)
{
	struct instant t;
	if (failed(instant_parse(text, &t)))
		return wrong(c, arena, problem, "a date and time");
	*out = (struct value){ .kind = VALUE_I64, .i64 = t.ms };
	return OK;
}

static err date_check(const struct column *c, str text, struct arena *arena, struct problem *problem, struct value *out)
{
	return text.len == 10 ? instant_check(c, text, arena, problem, out) : wrong(c, arena, problem, "a date, YYYY-MM-DD");
}

/* Rows keep whole seconds, as the wire shows them: what is read back finds its row. */
static void seconds_only(struct value *v)
{
	int64_t rest = v->i64 % 1000;
	v->i64 -= rest < 0 ? rest + 1000 : rest;
}

static err uuid_check(const struct column *c, str text, struct arena *arena, struct problem *problem, struct value *out)
{
	struct uuid id;
	if (failed(uuid_parse(text, &id)))
		return wrong(c, arena, problem, "a GUID");
	*out = (struct value){ .kind = VALUE_UUID, .uuid = id };
	return OK;
}

static bool option_exists(const struct column *c, int64_t value)
{
	for (size_t i = 0; i < c->option_count; i++)
		if (c->options[i].value == value)
			return true;
	return c->option_count == 0;
}

static bool choices_exist(const struct column *c, str text)
{
	str item;
	int64_t n = 0;
	while (str_split(&text, ',', &item))
		if (!str_to_i64(item, &n) || !option_exists(c, n))
			return false;
	return true;
}

static err choices_check(const struct column *c, str text, struct arena *arena, struct problem *problem, struct value *out)
{
	return choices_parse(text, arena, out) ? OK : wrong(c, arena, problem, "numbers of its choices, separated by commas");
}

static err number_check(const struct column *c, str text, bool exact, struct arena *arena, struct problem *problem,
			struct value *out)
{
	switch (c->type) {
	case TYPE_DECIMAL:
	case TYPE_MONEY:
		return decimal_check(c, text, exact, arena, problem, out);
	case TYPE_DOUBLE:
		return double_check(c, text, arena, problem, out);
	default:
		return integer_check(c, text, arena, problem, out);
	}
}

static bool is_number(enum column_type type)
{
	switch (type) {
	case TYPE_INTEGER:
	case TYPE_BIGINT:
	case TYPE_DECIMAL:
	case TYPE_MONEY:
	case TYPE_DOUBLE:
	case TYPE_PICKLIST:
	case TYPE_STATE:
	case TYPE_STATUS:
		return true;
	default:
		return false;
	}
}

err value_of_json(const struct column *c, const struct json *in, struct arena *arena, struct problem *problem, struct value *out)
{
	*out = (struct value){ 0 };
	if (in->kind == JSON_NULL)
		return OK;
	if (is_number(c->type)) {
		/* 64-bit numbers may come as text, so that clients without such integers can send them */
		if (in->kind != JSON_NUMBER && !(in->kind == JSON_STRING && c->type == TYPE_BIGINT))
			return wrong(c, arena, problem, "a number");
		TRY(number_check(c, in->text, false, arena, problem, out));
		return option_exists(c, out->i64) ? OK : wrong(c, arena, problem, "one of its choices");
	}
	if (c->type == TYPE_BOOLEAN) {
		if (in->kind != JSON_TRUE && in->kind != JSON_FALSE)
			return wrong(c, arena, problem, "true or false");
		*out = (struct value){ .kind = VALUE_I64, .i64 = in->kind == JSON_TRUE };
		return OK;
	}
	if (in->kind != JSON_STRING)
		return wrong(c, arena, problem, "text");
	if (c->type == TYPE_STRING || c->type == TYPE_MEMO)
		return text_check(c, in->text, arena, problem, out);
	if (c->type == TYPE_DATE)
		return date_check(c, in->text, arena, problem, out);
	if (c->type == TYPE_CHOICES) {
		TRY(choices_check(c, in->text, arena, problem, out));
		return out->kind == VALUE_NULL || choices_exist(c, out->text) ? OK : wrong(c, arena, problem, "made of its choices");
	}
	if (c->type == TYPE_DATETIME) {
		TRY(instant_check(c, in->text, arena, problem, out));
		seconds_only(out);
		return OK;
	}
	if (c->type == TYPE_UNIQUEID)
		return uuid_check(c, in->text, arena, problem, out);
	return problem_say(arena, problem, 400, CODE_BAD_QUERY, "Set '%.*s' through '%.*s@odata.bind'.", STR_ARG(c->logical_name),
			   STR_ARG(c->navigation));
}

err value_of_literal(const struct column *c, str text, bool quoted, struct arena *arena, struct problem *problem, struct value *out)
{
	*out = (struct value){ 0 };
	if (!quoted && str_equal(text, S("null")))
		return OK;
	bool is_text = c->type == TYPE_STRING || c->type == TYPE_MEMO || c->type == TYPE_CHOICES;
	if (is_text != quoted && !(quoted && (c->type == TYPE_UNIQUEID || column_is_lookup(c))))
		return wrong(c, arena, problem, is_text ? "text in single quotes" : "a literal of its type");
	if (c->type == TYPE_CHOICES)
		return choices_check(c, text, arena, problem, out);
	if (is_text) {
		*out = (struct value){ .kind = VALUE_TEXT, .text = text };
		return OK;
	}
	if (c->type == TYPE_UNIQUEID || column_is_lookup(c))
		return uuid_check(c, text, arena, problem, out);
	if (c->type == TYPE_DATE)
		return date_check(c, text, arena, problem, out);
	if (c->type == TYPE_DATETIME)
		return instant_check(c, text, arena, problem, out);
	if (c->type == TYPE_BOOLEAN) {
		bool yes = str_equal(text, S("true"));
		if (!yes && !str_equal(text, S("false")))
			return wrong(c, arena, problem, "true or false");
		*out = (struct value){ .kind = VALUE_I64, .i64 = yes };
		return OK;
	}
	return number_check(c, text, true, arena, problem, out);
}

static void number_write(struct json_writer *w, const struct column *c, const struct value *v)
{
	char text[32];
	if (c->type == TYPE_DECIMAL || c->type == TYPE_MONEY)
		json_raw(w, (str){ text, decimal_format(v->i64, c->precision, text) });
	else
		json_i64(w, v->i64);
}

void value_write(struct json_writer *w, const struct column *c, const struct value *v)
{
	char text[40];
	switch (v->kind) {
	case VALUE_NULL:
		json_null(w);
		return;
	case VALUE_TEXT:
		json_str(w, v->text);
		return;
	case VALUE_UUID:
		json_uuid(w, &v->uuid);
		return;
	case VALUE_F64:
		json_raw(w, (str){ text, (size_t)snprintf(text, sizeof text, "%.17g", v->f64) });
		return;
	case VALUE_I64S:
		return;
	case VALUE_I64:
		break;
	}
	if (c->type == TYPE_BOOLEAN) {
		json_bool(w, v->i64 != 0);
	} else if (c->type == TYPE_DATETIME || c->type == TYPE_DATE) {
		instant_format((struct instant){ v->i64 }, true, text);
		json_str(w, c->type == TYPE_DATE ? str_slice(str_of(text), 0, 10) : str_of(text));
	} else {
		number_write(w, c, v);
	}
}

static str option_label(const struct column *c, int64_t value)
{
	for (size_t i = 0; i < c->option_count; i++)
		if (c->options[i].value == value)
			return c->options[i].label;
	return (str){ 0 };
}

/* "Red; Blue"; a number that has no label any more stands for itself. */
static str choices_labels(const struct column *c, str text, struct arena *arena)
{
	str item, out = { 0 };
	while (str_split(&text, ',', &item)) {
		int64_t n = 0;
		str label = str_to_i64(item, &n) ? option_label(c, n) : item;
		label = label.len ? label : item;
		out = out.at ? str_format(arena, "%.*s; %.*s", STR_ARG(out), STR_ARG(label)) : label;
	}
	return out;
}

bool value_display(const struct column *c, const struct value *v, struct arena *arena, str *out)
{
	char text[32];
	if (v->kind == VALUE_NULL)
		return false;
	switch (c->type) {
	case TYPE_PICKLIST:
	case TYPE_STATE:
	case TYPE_STATUS:
		*out = option_label(c, v->i64);
		return out->len > 0;
	case TYPE_BOOLEAN:
		*out = v->i64 ? S("Yes") : S("No");
		return true;
	case TYPE_CHOICES:
		*out = choices_labels(c, v->text, arena);
		return out->len > 0;
	case TYPE_DATETIME:
	case TYPE_DATE:
		*out = instant_text(arena, (struct instant){ v->i64 });
		*out = out->at && c->type == TYPE_DATE ? str_slice(*out, 0, 10) : *out;
		return out->at != NULL;
	case TYPE_DECIMAL:
	case TYPE_MONEY:
		*out = str_copy(arena, (str){ text, decimal_format(v->i64, c->precision, text) });
		return out->at != NULL;
	case TYPE_INTEGER:
	case TYPE_BIGINT:
		*out = str_format(arena, "%lld", (long long)v->i64);
		return out->at != NULL;
	default:
		return false;
	}
}

bool value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_I64:
		return a->i64 == b->i64;
	case VALUE_F64:
		return !(a->f64 < b->f64) && !(a->f64 > b->f64);
	case VALUE_TEXT:
		return str_equal(a->text, b->text);
	case VALUE_UUID:
		return uuid_equal(&a->uuid, &b->uuid);
	default:
		return true;
	}
}
