#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { CAPACITY_FIRST = 256 };

void buffer_init(struct buffer *b, size_t len_max)
{
	*b = (struct buffer){ .len_max = len_max };
}

void buffer_release(struct buffer *b)
{
	if (b->at)
		explicit_bzero(b->at, b->capacity);
	free(b->at);
	*b = (struct buffer){ .len_max = b->len_max };
}

void buffer_clear(struct buffer *b)
{
	b->len = 0;
	b->failed = false;
}

/* Not realloc: it could leave a copy of a secret behind. */
static bool grow(struct buffer *b, size_t wanted)
{
	size_t capacity = b->capacity ? b->capacity : CAPACITY_FIRST;
	while (capacity < wanted)
		capacity *= 2;
	uint8_t *at = malloc(capacity);
	if (!at)
		return false;
	if (b->len)
		memcpy(at, b->at, b->len);
	if (b->at)
		explicit_bzero(b->at, b->capacity);
	free(b->at);
	b->at = at;
	b->capacity = capacity;
	return true;
}

uint8_t *buffer_reserve(struct buffer *b, size_t n)
{
	if (b->failed)
		return NULL;
	if (n > b->len_max - b->len || (b->len + n > b->capacity && !grow(b, b->len + n))) {
		b->failed = true;
		return NULL;
	}
	if (!b->at && !grow(b, 1)) {
		b->failed = true;
		return NULL;
	}
	return b->at + b->len;
}

void buffer_append(struct buffer *b, bytes octets)
{
	uint8_t *at = buffer_reserve(b, octets.len);
	if (!at)
		return;
	if (octets.len)
		memcpy(at, octets.at, octets.len);
	b->len += octets.len;
}

void buffer_append_str(struct buffer *b, str s)
{
	buffer_append(b, bytes_of_str(s));
}

void buffer_append_format(struct buffer *b, const char *format, ...)
{
	va_list args, again;
	size_t room = b->failed || b->capacity <= b->len ? 0 : b->capacity - b->len;
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(room ? (char *)b->at + b->len : NULL, room, format, args); /* mostly it fits at once */
	va_end(args);
	uint8_t *at = len < 0 ? NULL : buffer_reserve(b, (size_t)len + 1);
	if (at && (size_t)len >= room)
		vsnprintf((char *)at, (size_t)len + 1, format, again);
	if (at)
		b->len += (size_t)len;
	va_end(again);
}

void buffer_append_i64(struct buffer *b, int64_t value)
{
	char text[20]; /* the longest is -9223372036854775808 */
	size_t at = sizeof text;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	do
		text[--at] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		text[--at] = '-';
	buffer_append(b, bytes_of(text + at, sizeof text - at));
}

void buffer_consume(struct buffer *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (n && n < b->len)
		memmove(b->at, b->at + n, b->len - n);
	b->len -= n;
}
