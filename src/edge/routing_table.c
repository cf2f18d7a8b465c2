#include <stdlib.h>

#include "codec/json_read.h"
#include "edge/route_internal.h"

/* A table and the tree of its text at ROUTES_BYTES_MAX; each takes what it needs. */
enum { TABLE_ARENA_BYTES = 128 << 20, TREE_ARENA_BYTES = 512 << 20, NAME_BYTES_MAX = 253 };

static const struct json_limits limits = { .depth_max = 8, .values_max = ROUTES_BYTES_MAX / 8 };

static err add_name(struct routing_table *t, struct map *map, str name, void *value)
{
	if (name.len == 0 || name.len > NAME_BYTES_MAX)
		FAIL(ERR_INVALID, "name of an impossible length in the routing table");
	str lower = str_lower(t->arena, name);
	TRY_NEW(lower.at);
	if (!map_set(map, lower, value))
		FAIL(ERR_LIMIT, "routing table too large");
	return OK;
}

static err add_tenant(struct routing_table *t, const struct json *row)
{
	const struct json *names = json_member(row, S("names"));
	struct uuid *tenant = NEW(t->arena, struct uuid);
	str id;
	TRY_NEW(tenant);
	if (!json_member_is_str(row, S("id"), &id) || !json_is(names, JSON_ARRAY))
		FAIL(ERR_INVALID, "tenant without id or names in the routing table");
	TRY(uuid_parse(id, tenant));
	TRY(add_name(t, t->tenants, id, tenant));
	for (const struct json *name = names->first; name; name = name->next) {
		if (!json_is(name, JSON_STRING))
			FAIL(ERR_INVALID, "tenant name that is no text");
		TRY(add_name(t, t->tenants, name->text, tenant));
	}
	return OK;
}

static err add_environment(struct routing_table *t, const struct json *row)
{
	struct routed_environment *e = NEW(t->arena, struct routed_environment);
	str tenant, id, name;
	TRY_NEW(e);
	if (!json_member_is_str(row, S("tenant"), &tenant) || !json_member_is_str(row, S("id"), &id) ||
	    !json_member_is_str(row, S("name"), &name))
		FAIL(ERR_INVALID, "environment without tenant, id or name in the routing table");
	TRY(uuid_parse(tenant, &e->tenant));
	TRY(uuid_parse(id, &e->environment));
	TRY(add_name(t, t->environments, id, e));
	return add_name(t, t->environments, name, e);
}

static err add_rows(struct routing_table *t, const struct json *rows,
		    err (*add)(struct routing_table *, const struct json *))
{
	if (rows && !json_is(rows, JSON_ARRAY))
		FAIL(ERR_INVALID, "routing table part that is no array");
	for (const struct json *row = rows ? rows->first : NULL; row; row = row->next)
		TRY(add(t, row));
	return OK;
}

/* "https://host:port" -> host, port text ("443" when absent). */
static err take_origin(struct routing_table *t, str origin)
{
	t->origin = str_copy(t->arena, origin);
	TRY_NEW(t->origin.at);
	size_t mark = str_find(t->origin, S("://"), 0);
	str authority = mark == SIZE_MAX ? t->origin : str_from(t->origin, mark + 3);
	if (!http_authority_is_sound(authority))
		FAIL(ERR_INVALID, "origin of the routing table");
	size_t colon = authority.at[0] == '[' ? str_find(authority, S("]:"), 0) : str_find_char(authority, ':', 0);
	if (colon != SIZE_MAX && authority.at[0] == '[')
		colon++;
	t->host = str_slice(authority, 0, colon == SIZE_MAX ? authority.len : colon);
	t->port = colon == SIZE_MAX ? S("443") : str_from(authority, colon + 1);
	return OK;
}

/* The tree of the text is in an arena of its own: it goes as soon as the table stands. */
static err read_facts(struct routing_table *t, str facts, str origin_default, struct arena *tree)
{
	const struct json *root;
	str origin = origin_default;
	if (facts.len == 0)
		return take_origin(t, origin);
	TRY(json_parse(bytes_of_str(facts), limits, tree, &root, NULL));
	if (!json_is(root, JSON_OBJECT))
		FAIL(ERR_INVALID, "routing table that is no object");
	if (json_member(root, S("origin")) && !json_member_is_str(root, S("origin"), &origin))
		FAIL(ERR_INVALID, "origin of the routing table");
	TRY(take_origin(t, origin));
	if (json_member(root, S("provisional")) && !json_member_is_bool(root, S("provisional"), &t->provisional))
		FAIL(ERR_INVALID, "provisional of the routing table");
	TRY(add_rows(t, json_member(root, S("tenants")), add_tenant));
	return add_rows(t, json_member(root, S("environments")), add_environment);
}

static err fill(struct routing_table *t, str facts, str origin_default, struct map_seed seed)
{
	struct arena *tree = arena_new(TREE_ARENA_BYTES);
	t->tenants = map_new(t->arena, seed);
	t->environments = map_new(t->arena, seed);
	err e = tree && t->tenants && t->environments ? read_facts(t, facts, origin_default, tree)
						      : ERR(ERR_LIMIT, "no memory for a routing table");
	arena_free(tree);
	return e;
}

err routing_table_new(str facts, str origin_default, struct map_seed seed, struct routing_table **out)
{
	struct routing_table *t = calloc(1, sizeof *t);
	if (!t)
		FAIL(ERR_LIMIT, "no memory for a routing table");
	t->arena = arena_new(TABLE_ARENA_BYTES);
	err e = t->arena ? fill(t, facts, origin_default, seed) : ERR(ERR_LIMIT, "no memory for a routing table");
	if (failed(e))
		routing_table_free(t);
	else
		*out = t;
	return e;
}

void routing_table_free(struct routing_table *t)
{
	if (!t)
		return;
	arena_free(t->arena);
	free(t);
}

str routing_table_origin(const struct routing_table *t)
{
	return t->origin;
}

str routing_table_host(const struct routing_table *t)
{
	return t->host;
}
