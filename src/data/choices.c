/* data/choices.c - a text of chosen numbers (data/value.h). */
#include "data/value.h"

#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static bool numbers_read(str text, int32_t *out, size_t *out_count)
{
	str item;
	*out_count = 0;
	while (str_split(&text, ',', &item)) {
		int64_t n;
		if (*out_count == CHOICES_MAX || !str_to_i64(str_trim(item), &n) || n < INT32_MIN || n > INT32_MAX)
			return false;
		out[(*out_count)++] = (int32_t)n;
	}
	return true;
}

bool choices_parse(str text, struct arena *arena, struct value *out)
{
	int32_t numbers[CHOICES_MAX];
	size_t count;
	SCOPED(buffer) b = { 0 };
	*out = (struct value){ 0 };
	text = str_trim(text);
	if (!text.len)
		return true;
	if (!numbers_read(text, numbers, &count))
		return false;
	qsort(numbers, count, sizeof numbers[0], by_number);
	buffer_init(&b, CHOICES_MAX * 12);
	for (size_t i = 0; i < count; i++)
		if (!i || numbers[i] != numbers[i - 1])
			buffer_append_format(&b, "%s%d", i ? "," : "", (int)numbers[i]);
	str copy = str_copy(arena, buffer_str(&b));
	if (b.failed || !copy.at)
		return false;
	*out = (struct value){ .kind = VALUE_TEXT, .text = copy };
	return true;
}
