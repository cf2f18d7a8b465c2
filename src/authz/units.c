#include "authz/units.h"

#include <stdlib.h>

static int by_key(const void *a, const void *b)
{
	int64_t x = ((const struct unit *)a)->key, y = ((const struct unit *)b)->key;
	return (x > y) - (x < y);
}

static struct unit *find(const struct unit_tree *tree, int64_t key)
{
	size_t low = 0, high = tree->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (tree->units[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tree->count && tree->units[low].key == key ? &tree->units[low] : NULL;
}

const struct unit *unit_find(const struct unit_tree *tree, int64_t key)
{
	return find(tree, key);
}

bool unit_is_within(const struct unit_tree *tree, int64_t key, int64_t above)
{
	const struct unit *u = find(tree, key), *a = find(tree, above);
	return u && a && u->first >= a->first && u->first <= a->last;
}

/* Children as lists of indexes: first_child[i], next_sibling[i]; none is `count`. */
struct links {
	uint32_t *first_child, *next_sibling, *parent;
	uint32_t root, none;
};

static err links_make(struct arena *arena, const struct unit_tree *tree, struct links *l)
{
	l->none = (uint32_t)tree->count;
	l->root = l->none;
	l->first_child = NEW_ARRAY(arena, uint32_t, tree->count);
	l->next_sibling = NEW_ARRAY(arena, uint32_t, tree->count);
	l->parent = NEW_ARRAY(arena, uint32_t, tree->count);
	TRY_NEW(l->first_child);
	TRY_NEW(l->next_sibling);
	TRY_NEW(l->parent);
	for (uint32_t i = 0; i < l->none; i++)
		l->first_child[i] = l->next_sibling[i] = l->parent[i] = l->none;
	for (uint32_t i = l->none; i-- > 0;) {
		const struct unit *u = &tree->units[i], *p = NULL;
		if (u->parent_key == 0) {
			if (l->root != l->none)
				FAIL(ERR_CORRUPT, "two business units have no parent");
			l->root = i;
			continue;
		}
		p = find(tree, u->parent_key);
		if (!p)
			FAIL(ERR_CORRUPT, "the parent of a business unit is missing");
		l->parent[i] = (uint32_t)(p - tree->units);
		l->next_sibling[i] = l->first_child[l->parent[i]];
		l->first_child[l->parent[i]] = i;
	}
	if (l->root == l->none)
		FAIL(ERR_CORRUPT, "no business unit is the root");
	return OK;
}

/* Without recursion: a chain of units may be as deep as there are units. */
static uint32_t walk_all(struct unit_tree *tree, const struct links *l)
{
	uint32_t at = l->root, place = 0;
	for (;;) {
		tree->units[at].first = place;
		tree->walk[place++] = tree->units[at].key;
		if (l->first_child[at] != l->none) {
			at = l->first_child[at];
			continue;
		}
		tree->units[at].last = place - 1;
		while (l->next_sibling[at] == l->none && at != l->root) {
			at = l->parent[at];
			tree->units[at].last = place - 1;
		}
		if (at == l->root)
			return place;
		at = l->next_sibling[at];
	}
}

err unit_tree_build(struct arena *arena, struct unit *units, size_t count, struct unit_tree *out)
{
	struct unit_tree tree = { .units = units, .count = count };
	struct links links;
	if (count == 0)
		FAIL(ERR_CORRUPT, "no business unit is the root");
	if (count > UNITS_MAX)
		FAIL(ERR_LIMIT, "more business units than one environment may have");
	qsort(units, count, sizeof *units, by_key);
	tree.walk = NEW_ARRAY(arena, int64_t, count);
	TRY_NEW(tree.walk);
	TRY(links_make(arena, &tree, &links));
	if (walk_all(&tree, &links) != count)
		FAIL(ERR_CORRUPT, "business units form a cycle");
	*out = tree;
	return OK;
}
