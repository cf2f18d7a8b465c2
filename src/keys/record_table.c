#include "keys/record_table.h"

#include <stddef.h>
#include <stdlib.h>

enum { CHAINS_FIRST = 64, PLACE_BYTES = 34 };

struct kept_record {
	struct kept_record *next; /* of the same chain */
	size_t index;             /* in `all` */
	uint64_t hash;            /* of its place */
	struct record record;     /* last, and cut to its content */
};

/* --- places --- */

struct record_place record_place_of(const struct record *r)
{
	switch (r->kind) {
	case RECORD_KEY:
		return (struct record_place){ r->kind, r->key.meta.kind, r->key.meta.tenant, r->key.meta.database };
	case RECORD_TENANT:
		return (struct record_place){ .kind = r->kind, .tenant = r->tenant.tenant };
	case RECORD_ANCHOR:
		return (struct record_place){ .kind = r->kind, .database = r->anchor.database };
	case RECORD_CHECKPOINT:
		return (struct record_place){ .kind = r->kind, .database = r->checkpoint.log_id };
	}
	return (struct record_place){ .kind = r->kind };
}

static uint64_t hash_of(const struct record_table *t, const struct record_place *place)
{
	uint8_t raw[PLACE_BYTES] = { (uint8_t)place->kind, (uint8_t)place->key_kind };
	memcpy(raw + 2, place->tenant.b, 16);
	memcpy(raw + 18, place->database.b, 16);
	return siphash(t->seed, bytes_of(raw, sizeof raw));
}

static bool is_at(const struct record *r, const struct record_place *place)
{
	struct record_place its = record_place_of(r);
	return its.kind == place->kind && its.key_kind == place->key_kind && uuid_equal(&its.tenant, &place->tenant) &&
	       uuid_equal(&its.database, &place->database);
}

/* --- memory --- */

/* Octets of the record up to the end of its content. */
static size_t content_bytes(const struct record *r)
{
	switch (r->kind) {
	case RECORD_KEY:
		return offsetof(struct record, key.wrapped) + r->key.wrapped_len;
	case RECORD_TENANT:
		return offsetof(struct record, tenant.issuer) + r->tenant.issuer_len;
	case RECORD_ANCHOR:
		return offsetof(struct record, anchor) + sizeof r->anchor;
	case RECORD_CHECKPOINT:
		return offsetof(struct record, checkpoint) + sizeof r->checkpoint;
	}
	return sizeof *r;
}

static struct kept_record *keep(const struct record *r)
{
	size_t content = content_bytes(r);
	struct kept_record *kept = malloc(offsetof(struct kept_record, record) + content);
	if (kept)
		memcpy(&kept->record, r, content);
	return kept;
}

void record_table_init(struct record_table *t, struct map_seed seed)
{
	*t = (struct record_table){ .seed = seed };
}

void record_table_release(struct record_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->all[i]);
	free(t->all);
	free(t->chains);
	*t = (struct record_table){ .count = 0 };
}

static void link_in(struct record_table *t, struct kept_record *kept)
{
	struct kept_record **chain = &t->chains[kept->hash & (t->chain_count - 1)];
	kept->next = *chain;
	*chain = kept;
}

static err grow_chains(struct record_table *t)
{
	size_t count = t->chain_count ? t->chain_count * 2 : CHAINS_FIRST;
	struct kept_record **chains = calloc(count, sizeof(struct kept_record *));
	if (!chains)
		FAIL(ERR_LIMIT, "no memory for the key store");
	free(t->chains);
	t->chains = chains;
	t->chain_count = count;
	for (size_t i = 0; i < t->count; i++)
		link_in(t, t->all[i]);
	return OK;
}

static err make_room(struct record_table *t)
{
	if (t->count == t->capacity) {
		size_t capacity = t->capacity ? t->capacity * 2 : CHAINS_FIRST;
		struct kept_record **all = realloc(t->all, capacity * sizeof(struct kept_record *));
		if (!all)
			FAIL(ERR_LIMIT, "no memory for the key store");
		t->all = all;
		t->capacity = capacity;
	}
	return t->count >= t->chain_count ? grow_chains(t) : OK;
}

/* --- finding and putting --- */

const struct record *record_table_at(const struct record_table *t, size_t index)
{
	return index < t->count ? &t->all[index]->record : NULL;
}

static struct kept_record *kept_of(const struct record *r)
{
	return (struct kept_record *)(uintptr_t)((const char *)r - offsetof(struct kept_record, record));
}

const struct record *record_table_find(const struct record_table *t, const struct record_place *place, const struct record *after)
{
	uint64_t hash = hash_of(t, place);
	if (t->chain_count == 0)
		return NULL;
	struct kept_record *kept = after ? kept_of(after)->next : t->chains[hash & (t->chain_count - 1)];
	for (; kept; kept = kept->next)
		if (kept->hash == hash && is_at(&kept->record, place))
			return &kept->record;
	return NULL;
}

static struct kept_record *same_subject(const struct record_table *t, const struct record *record)
{
	struct record_place place = record_place_of(record);
	for (const struct record *r = NULL; (r = record_table_find(t, &place, r));)
		if (record_same_subject(r, record))
			return kept_of(r);
	return NULL;
}

static void replace(struct record_table *t, struct kept_record *old, struct kept_record *fresh)
{
	struct kept_record **link = &t->chains[old->hash & (t->chain_count - 1)];
	while (*link != old)
		link = &(*link)->next;
	fresh->next = old->next;
	fresh->index = old->index;
	fresh->hash = old->hash;
	*link = fresh;
	t->all[old->index] = fresh;
	free(old);
}

err record_table_put(struct record_table *t, const struct record *record, bool *out_replaced)
{
	struct record_place place = record_place_of(record);
	struct kept_record *old = same_subject(t, record), *fresh;
	if (!old)
		TRY(make_room(t));
	fresh = keep(record);
	if (!fresh)
		FAIL(ERR_LIMIT, "no memory for the key store");
	*out_replaced = old != NULL;
	if (old) {
		replace(t, old, fresh);
		return OK;
	}
	fresh->hash = hash_of(t, &place);
	fresh->index = t->count;
	t->all[t->count++] = fresh;
	link_in(t, fresh);
	return OK;
}
