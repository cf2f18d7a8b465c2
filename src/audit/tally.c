#include "audit/tally.h"

#include <string.h>

static bool is_same(const struct tally_key *a, const struct tally_key *b)
{
	return a->op == b->op && a->reason == b->reason && a->who == b->who &&
	       memcmp(a->address, b->address, sizeof a->address) == 0 && uuid_equal(&a->tenant, &b->tenant);
}

/* The place of that key, else a free one, else the last. A window that has ended stays until it has been taken. */
static struct tally_place *place_of(struct tally *tally, const struct tally_key *key)
{
	struct tally_place *free_place = NULL;
	for (size_t i = 0; i < TALLY_PLACES; i++) {
		struct tally_place *p = &tally->places[i];
		if (p->key.op && is_same(&p->key, key))
			return p;
		if (!p->key.op && !free_place)
			free_place = p;
	}
	return free_place ? free_place : &tally->places[TALLY_PLACES];
}

bool tally_add(struct tally *tally, int64_t now_ms, const struct tally_key *key, struct tally_key *out_key)
{
	struct tally_place *p = place_of(tally, key);
	if (p->key.op) {
		p->more++;
		return false;
	}
	*p = (struct tally_place){ .key = *key, .since_ms = now_ms };
	if (p == &tally->places[TALLY_PLACES])
		p->key = (struct tally_key){ .op = key->op, .reason = "many_sources" };
	*out_key = p->key;
	return true;
}

bool tally_take_ended(struct tally *tally, int64_t now_ms, struct tally_place *out)
{
	for (size_t i = 0; i <= TALLY_PLACES; i++) {
		struct tally_place *p = &tally->places[i];
		if (!p->key.op || now_ms - p->since_ms < TALLY_WINDOW_MS)
			continue;
		*out = *p;
		*p = (struct tally_place){ .since_ms = 0 };
		if (out->more)
			return true;
	}
	return false;
}

bool tally_is_busy(const struct tally *tally)
{
	for (size_t i = 0; i <= TALLY_PLACES; i++)
		if (tally->places[i].key.op)
			return true;
	return false;
}
