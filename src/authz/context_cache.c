/* authz/context_cache.c - contexts by principal: open addressing, the least recently used leaves when it is full. */
#include "authz/internal.h"

#include <stdlib.h>

enum { SLOTS = 2048, SLOTS_LOG2 = 11 };
_Static_assert(CONTEXTS_MAX * 2 <= SLOTS, "half of the slots stay free");

struct slot {
	struct authz_context *ctx;
	uint64_t used;
};

struct context_cache {
	struct slot slots[SLOTS];
	size_t count;
	uint64_t clock;
};

static size_t home_of(int64_t key)
{
	return (size_t)(((uint64_t)key * 0x9e3779b97f4a7c15ULL) >> (64 - SLOTS_LOG2));
}

static size_t find(const struct context_cache *c, int64_t key)
{
	size_t i = home_of(key);
	while (c->slots[i].ctx && c->slots[i].ctx->facts.key != key)
		i = (i + 1) % SLOTS;
	return i;
}

err context_cache_new(struct context_cache **out)
{
	*out = calloc(1, sizeof **out);
	if (!*out)
		FAIL(ERR_LIMIT, "no memory for contexts");
	return OK;
}

void context_cache_clear(struct context_cache *c)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (c->slots[i].ctx)
			arena_free(c->slots[i].ctx->arena);
	*c = (struct context_cache){ 0 };
}

void context_cache_free(struct context_cache *c)
{
	if (!c)
		return;
	context_cache_clear(c);
	free(c);
}

struct authz_context *context_cache_get(struct context_cache *c, int64_t principal)
{
	struct slot *s = &c->slots[find(c, principal)];
	if (s->ctx)
		s->used = ++c->clock;
	return s->ctx;
}

/* Those behind a freed slot move up, so that no search ends early. */
static void slot_free(struct context_cache *c, size_t hole)
{
	arena_free(c->slots[hole].ctx->arena);
	c->slots[hole] = (struct slot){ 0 };
	for (size_t i = (hole + 1) % SLOTS; c->slots[i].ctx; i = (i + 1) % SLOTS) {
		size_t home = home_of(c->slots[i].ctx->facts.key);
		if ((i + SLOTS - home) % SLOTS < (i + SLOTS - hole) % SLOTS)
			continue;
		c->slots[hole] = c->slots[i];
		c->slots[i] = (struct slot){ 0 };
		hole = i;
	}
	c->count--;
}

static size_t least_used(const struct context_cache *c)
{
	size_t least = SLOTS;
	for (size_t i = 0; i < SLOTS; i++)
		if (c->slots[i].ctx && (least == SLOTS || c->slots[i].used < c->slots[least].used))
			least = i;
	return least;
}

void context_cache_put(struct context_cache *c, struct authz_context *ctx)
{
	if (c->count == CONTEXTS_MAX)
		slot_free(c, least_used(c));
	c->slots[find(c, ctx->facts.key)] = (struct slot){ ctx, ++c->clock };
	c->count++;
}
