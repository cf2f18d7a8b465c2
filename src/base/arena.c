#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK_BYTES_FIRST = 4096, CHUNK_BYTES_MAX = 256 * 1024 };

struct chunk {
	struct chunk *older;
	size_t size, used;
	alignas(max_align_t) uint8_t data[];
};

struct arena {
	struct chunk *newest;
	size_t budget_bytes, used_bytes;
};

static struct chunk *chunk_new(size_t size, struct chunk *older)
{
	struct chunk *c = malloc(sizeof *c + size);
	if (!c)
		return NULL;
	c->older = older;
	c->size = size;
	c->used = 0;
	return c;
}

struct arena *arena_new(size_t budget_bytes)
{
	struct arena *arena = calloc(1, sizeof *arena);
	if (!arena)
		return NULL;
	arena->budget_bytes = budget_bytes;
	arena->newest = chunk_new(CHUNK_BYTES_FIRST, NULL);
	if (!arena->newest) {
		free(arena);
		return NULL;
	}
	return arena;
}

void arena_reset(struct arena *arena)
{
	while (arena->newest->older) {
		struct chunk *c = arena->newest;
		arena->newest = c->older;
		explicit_bzero(c->data, c->used);
		free(c);
	}
	explicit_bzero(arena->newest->data, arena->newest->used);
	arena->newest->used = 0;
	arena->used_bytes = 0;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	arena_reset(arena);
	free(arena->newest);
	free(arena);
}

size_t arena_used_bytes(const struct arena *arena)
{
	return arena->used_bytes;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align)
		return NULL;
	size_t rounded = (size + align - 1) / align * align;
	if (rounded > arena->budget_bytes - arena->used_bytes)
		return NULL;
	struct chunk *c = arena->newest;
	if (rounded > c->size - c->used) {
		size_t next = c->size < CHUNK_BYTES_MAX ? c->size * 2 : CHUNK_BYTES_MAX;
		c = chunk_new(rounded > next ? rounded : next, c);
		if (!c)
			return NULL;
		arena->newest = c;
	}
	void *at = c->data + c->used;
	c->used += rounded;
	arena->used_bytes += rounded;
	memset(at, 0, rounded);
	return at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	return arena_alloc(arena, total);
}

str str_copy(struct arena *arena, str s)
{
	char *at = arena_alloc(arena, s.len + 1);
	if (!at)
		return (str){ NULL, 0 };
	if (s.len)
		memcpy(at, s.at, s.len);
	return (str){ at, s.len };
}

bytes bytes_copy(struct arena *arena, bytes b)
{
	return bytes_of_str(str_copy(arena, str_of_bytes(b)));
}

str str_format(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	char first[256]; /* most are no longer, and formatted once */
	va_start(args, format);
	va_copy(again, args);
	int len = vsnprintf(first, sizeof first, format, args);
	va_end(args);
	char *at = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
	if (at && (size_t)len < sizeof first)
		memcpy(at, first, (size_t)len);
	else if (at)
		vsnprintf(at, (size_t)len + 1, format, again);
	va_end(again);
	return at ? (str){ at, (size_t)len } : (str){ NULL, 0 };
}

str str_join(struct arena *arena, str a, str b)
{
	char *at = arena_alloc(arena, a.len + b.len + 1);
	if (!at)
		return (str){ NULL, 0 };
	if (a.len)
		memcpy(at, a.at, a.len);
	if (b.len)
		memcpy(at + a.len, b.at, b.len);
	return (str){ at, a.len + b.len };
}

str str_lower(struct arena *arena, str s)
{
	char *at = arena_alloc(arena, s.len + 1);
	if (!at)
		return (str){ NULL, 0 };
	for (size_t i = 0; i < s.len; i++)
		at[i] = ascii_lower(s.at[i]);
	return (str){ at, s.len };
}
