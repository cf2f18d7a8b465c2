/* RFC 8785. */
#include <stdlib.h>

#include "audit/event.h"
#include "codec/json_write.h"
#include "codec/utf8.h"

/* Section 3.2.3: by UTF-16 code units. These differ from the order of octets only where a character beyond U+FFFF, which
 * begins with a surrogate (D800 to DBFF), meets one of U+E000 to U+FFFF. */
static uint32_t order_of(int32_t code_point)
{
	return code_point > 0xffff ? 0xd800 : (uint32_t)code_point;
}

static int compare_names(str a, str b)
{
	size_t i = 0, j = 0;
	while (i < a.len && j < b.len) {
		int32_t x = utf8_next(a, &i), y = utf8_next(b, &j);
		if (x == y)
			continue;
		if (order_of(x) != order_of(y))
			return order_of(x) < order_of(y) ? -1 : 1;
		return x < y ? -1 : 1;
	}
	return (i < a.len) - (j < b.len);
}

static int compare_members(const void *a, const void *b)
{
	return compare_names((*(const struct json *const *)a)->name, (*(const struct json *const *)b)->name);
}

static void write_number(struct json_writer *w, const struct json *number)
{
	static const int64_t exact_max = (int64_t)1 << 53;
	int64_t value;
	if (json_to_i64(number, &value) && value <= exact_max && value >= -exact_max)
		json_i64(w, value);
	else
		json_str(w, number->text);
}

static err write_value(struct json_writer *w, const struct json *value, bool named);

static err write_object(struct json_writer *w, const struct json *object)
{
	enum { FEW = 32 };
	const struct json *few[FEW], **members = few;
	size_t count = 0;
	err e = OK;
	if (object->count > FEW && !(members = malloc(object->count * sizeof(const struct json *))))
		FAIL(ERR_LIMIT, "no memory to sort members");
	for (const struct json *m = object->first; m && count < object->count; m = m->next)
		members[count++] = m;
	qsort(members, count, sizeof members[0], compare_members);
	json_open_object(w);
	for (size_t i = 0; i < count && !failed(e); i++)
		e = write_value(w, members[i], true);
	json_close_object(w);
	if (members != few)
		free(members);
	return e;
}

/* Recursion is bounded by the reader's depth limit. */
static err write_value(struct json_writer *w, const struct json *value, bool named)
{
	if (named)
		json_key(w, value->name);
	switch (value->kind) {
	case JSON_NULL:
		json_null(w);
		return OK;
	case JSON_FALSE:
	case JSON_TRUE:
		json_bool(w, value->kind == JSON_TRUE);
		return OK;
	case JSON_NUMBER:
		write_number(w, value);
		return OK;
	case JSON_STRING:
		json_str(w, value->text);
		return OK;
	case JSON_OBJECT:
		return write_object(w, value);
	case JSON_ARRAY:
		json_open_array(w);
		for (const struct json *item = value->first; item; item = item->next)
			TRY(write_value(w, item, false));
		json_close_array(w);
		return OK;
	}
	FAIL(ERR_INTERNAL, "JSON value of no kind");
}

err json_canonical(const struct json *value, struct buffer *to)
{
	struct json_writer w = json_writer_to(to);
	TRY(write_value(&w, value, false));
	if (to->failed)
		FAIL(ERR_LIMIT, "JSON larger than allowed");
	return OK;
}
