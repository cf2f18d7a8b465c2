/* data/solution_compare.c - a document against what is here: what an import would add, alter, and cannot do. */
#include "data/solution.h"

#include <stdlib.h>

const char *change_state_name(enum change_state state)
{
	static const char *const names[] = { "Same", "Add", "Change", "Conflict" };
	return names[state];
}

/* --- finding --- */

struct named {
	str key;                      /* the kind, then what names it, as it is called here; lower case */
	const struct component *component;
};

static int by_id(const void *a, const void *b)
{
	const struct component *const *x = a, *const *y = b;
	return memcmp(&(*x)->id, &(*y)->id, sizeof(struct uuid));
}

static int by_key(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	return str_compare(x->key, y->key);
}

static const struct component *find_id(const struct component *const *list, size_t count, const struct uuid *id)
{
	struct component wanted = { .id = *id };
	const struct component *key = &wanted, *const *found = count ? bsearch(&key, list, count, sizeof(*list), by_id) : NULL;
	return found ? *found : NULL;
}

static err ids_sort(const struct solution *s, struct arena *arena, const struct component ***out)
{
	const struct component **list = NEW_ARRAY(arena, const struct component *, s->count);
	TRY_NEW(list);
	for (size_t i = 0; i < s->count; i++)
		list[i] = &s->components[i];
	if (s->count)
		qsort((void *)list, s->count, sizeof *list, by_id);
	*out = list;
	return OK;
}

struct uuid solution_id_here(const struct solution_plan *plan, const struct uuid *there)
{
	const struct component *c = find_id(plan->by_id, plan->count, there);
	if (!c)
		return *there;
	const struct component *here = plan->changes[c - plan->changes[0].there].here;
	return here ? here->id : *there;
}

/* The name's parts, ids as they are here. plan null: it is here already. */
static err key_make(const struct component *c, const struct solution_plan *plan, struct arena *arena, str *out)
{
	const struct solution_member *m = solution_rules[c->kind].members;
	*out = str_of(solution_rules[c->kind].name);
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++) {
		struct uuid id;
		if (!(m[i].flags & MEMBER_NAME) || !c->values[i])
			continue;
		str text = c->values[i]->text;
		if (plan && m[i].type == MEMBER_ID && !failed(uuid_parse(text, &id))) {
			id = solution_id_here(plan, &id);
			text = uuid_text(arena, &id);
		}
		*out = str_format(arena, "%.*s\n%.*s", STR_ARG(*out), STR_ARG(text));
		TRY_NEW(out->at);
	}
	*out = str_lower(arena, *out);
	TRY_NEW(out->at);
	return OK;
}

static err keys_sort(const struct solution *s, struct arena *arena, struct named **out)
{
	*out = NEW_ARRAY(arena, struct named, s->count);
	TRY_NEW(*out);
	for (size_t i = 0; i < s->count; i++) {
		(*out)[i].component = &s->components[i];
		TRY(key_make(&s->components[i], NULL, arena, &(*out)[i].key));
	}
	if (s->count)
		qsort(*out, s->count, sizeof **out, by_key);
	return OK;
}

/* --- judging --- */

static bool json_same(const struct json *a, const struct json *b)
{
	if (!a || !b || a->kind != b->kind || a->count != b->count || !str_equal(a->text, b->text))
		return a == b;
	if (a->kind == JSON_OBJECT) {
		for (const struct json *x = a->first; x; x = x->next)
			if (!json_same(x, json_member(b, x->name)))
				return false;
		return true;
	}
	for (const struct json *x = a->first, *y = b->first; x; x = x->next, y = y->next)
		if (!json_same(x, y))
			return false;
	return true;
}

/* Nothing is taken away: what a role has beyond the document stays. */
static bool privileges_there(const struct json *there, const struct json *here)
{
	for (const struct json *p = there->first; p; p = p->next)
		if (!json_same(p, json_member(here, p->name)))
			return false;
	return true;
}

static bool member_same(const struct solution_plan *plan, const struct solution_member *m, const struct json *there, const struct json *here)
{
	struct uuid a, b;
	if (m->type == MEMBER_TEXTS && m->wire == WIRE_ELSEWHERE && there && here)
		return privileges_there(there, here);
	if (m->type != MEMBER_ID || !there || !here)
		return json_same(there, here);
	if (failed(uuid_parse(there->text, &a)) || failed(uuid_parse(here->text, &b)))
		return false;
	a = solution_id_here(plan, &a);
	return uuid_equal(&a, &b);
}

/* Does the document say nothing of the member, or, of a role, of a privilege? */
static bool member_kept(const struct solution_member *m, const struct json *there, const struct json *here)
{
	if (m->flags & MEMBER_CARRIED || !here)
		return false;
	if (!there)
		return true;
	return m->type == MEMBER_TEXTS && m->wire == WIRE_ELSEWHERE && !privileges_there(here, there);
}

/* What the document does not say stays as it is. */
static void judge(const struct solution_plan *plan, struct solution_change *change)
{
	const struct solution_member *m = solution_rules[change->there->kind].members;
	change->state = change->here ? CHANGE_SAME : CHANGE_ADD;
	if (!change->here)
		return;
	for (size_t i = 0; i < SOLUTION_MEMBERS_MAX && m[i].name; i++) {
		if (member_kept(&m[i], change->there->values[i], change->here->values[i]))
			change->kept |= 1u << i;
		if ((m[i].flags & MEMBER_CARRIED) || !change->there->values[i] ||
		    member_same(plan, &m[i], change->there->values[i], change->here->values[i]))
			continue;
		enum change_state state = m[i].flags & MEMBER_FIXED ? CHANGE_CONFLICT : CHANGE_ALTER;
		change->state = state > change->state ? state : change->state;
		change->members |= 1u << i;
	}
}

static void count(struct solution_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		plan->added += plan->changes[i].state == CHANGE_ADD;
		plan->altered += plan->changes[i].state == CHANGE_ALTER;
		plan->conflicts += plan->changes[i].state == CHANGE_CONFLICT;
	}
}

/* --- what the document leaves out --- */

/* The tables that a component belongs to, by logical name; none: an export has it whatever the tables. */
static size_t tables_of(const struct component *c, str out[2])
{
	static const char *const members[SOLUTION_KINDS][2] = {
		[SOLUTION_TABLE] = { "SchemaName" }, [SOLUTION_COLUMN] = { "Table" }, [SOLUTION_KEY] = { "Table" },
		[SOLUTION_RELATIONSHIP] = { "ReferencingEntity" }, [SOLUTION_ASSOCIATION] = { "Entity1LogicalName", "Entity2LogicalName" },
		[SOLUTION_COLUMN_MASK] = { "entityname" }, [SOLUTION_PERMISSION] = { "entityname" }, [SOLUTION_POLICY] = { "entityname" },
		[SOLUTION_CONSTRAINT] = { "entityname" }, [SOLUTION_TEMPLATE] = { "entityname" },
	};
	size_t n = 0;
	for (; n < 2 && members[c->kind][n]; n++)
		out[n] = component_text(c, members[c->kind][n]);
	return n;
}

static err is_of_the_document(const struct component *c, const struct named *names, size_t count, struct arena *arena, bool *out)
{
	str tables[2];
	size_t n = tables_of(c, tables);
	*out = true;
	for (size_t i = 0; i < n && *out; i++) {
		str key = str_format(arena, "%s\n%.*s", solution_rules[SOLUTION_TABLE].name, STR_ARG(tables[i]));
		TRY_NEW(key.at);
		struct named wanted = { .key = str_lower(arena, key) };
		TRY_NEW(wanted.key.at);
		*out = count && bsearch(&wanted, names, count, sizeof wanted, by_key);
	}
	return OK;
}

static err kept_find(const struct solution *there, const struct solution *here, struct arena *arena, struct solution_plan *plan)
{
	struct named *names = NULL;
	bool *matched = NEW_ARRAY(arena, bool, here->count + 1), wanted;
	plan->kept = NEW_ARRAY(arena, const struct component *, here->count + 1);
	TRY_NEW(matched);
	TRY_NEW(plan->kept);
	TRY(keys_sort(there, arena, &names));
	for (size_t i = 0; i < plan->count; i++)
		if (plan->changes[i].here)
			matched[plan->changes[i].here - here->components] = true;
	for (size_t i = 0; i < here->count; i++) {
		TRY(is_of_the_document(&here->components[i], names, there->count, arena, &wanted));
		if (!matched[i] && wanted)
			plan->kept[plan->kept_count++] = &here->components[i];
	}
	return OK;
}

/* By kinds in order, so that what a component refers to has been found before it. */
err solution_compare(const struct solution *there, const struct solution *here, struct arena *arena, struct solution_plan *out)
{
	const struct component **here_by_id = NULL;
	struct named *here_by_name = NULL;
	*out = (struct solution_plan){ .changes = NEW_ARRAY(arena, struct solution_change, there->count + 1), .count = there->count };
	TRY_NEW(out->changes);
	TRY(ids_sort(there, arena, &out->by_id));
	TRY(ids_sort(here, arena, &here_by_id));
	TRY(keys_sort(here, arena, &here_by_name));
	for (size_t i = 0; i < there->count; i++)
		out->changes[i].there = &there->components[i];
	for (size_t i = 0; i < there->count; i++) {
		struct solution_change *change = &out->changes[i];
		struct named wanted = { 0 };
		change->here = find_id(here_by_id, here->count, &change->there->id);
		if (change->here && change->here->kind != change->there->kind)
			change->here = NULL; /* the id is another thing's: making it will be refused */
		TRY(key_make(change->there, out, arena, &wanted.key));
		const struct named *found = !change->here && here->count ? bsearch(&wanted, here_by_name, here->count, sizeof wanted, by_key) : NULL;
		change->here = found ? found->component : change->here;
		judge(out, change);
	}
	count(out);
	return kept_find(there, here, arena, out);
}
