#include "data/deep_insert.h"

#include "data/association.h"
#include "data/link.h"
#include "data/row_key.h"
#include "data/write.h"
#include "host/fault.h"

struct insert {
	struct data_call *dc;
	size_t rows;
	int level;
};

/* The members of one row, apart. */
struct parts {
	struct json plain;              /* without the others */
	const struct json *many[16];    /* collections of new rows, or of addresses */
	struct link links[16];
	size_t count;
};

static err insert_row(struct insert *i, const struct table *t, const struct json *in, struct uuid *out_id);

static err member_copy(struct data_call *dc, struct json *plain, struct json **last, const struct json *m)
{
	struct json *copy = NEW(dc->arena, struct json);
	TRY_NEW(copy);
	*copy = *m;
	copy->next = NULL;
	if (*last)
		(*last)->next = copy;
	else
		plain->first = copy;
	*last = copy;
	plain->count++;
	return OK;
}

/* "nav@odata.bind": "set(id)" */
static err bind_make(struct data_call *dc, const struct column *via, const struct table *target, const struct uuid *id, struct json *out)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(id, text);
	*out = (struct json){ .kind = JSON_STRING, .name = str_join(dc->arena, via->navigation, S("@odata.bind")) };
	out->text = str_format(dc->arena, "%.*s(%s)", STR_ARG(target->entity_set), text);
	TRY_NEW(out->name.at);
	TRY_NEW(out->text.at);
	return OK;
}

/* A nested object: its row is made now, and becomes a binding. */
static err parent_insert(struct insert *i, const struct table *t, const struct json *m, struct json *out_bind)
{
	const struct column *via = table_column_by_navigation(t, m->name);
	const struct table *target = via && via->target_count == 1 ? metadata_table(i->dc->app->metadata, via->targets[0]) : NULL;
	struct uuid id;
	if (!target)
		return REFUSE(i->dc, 400, CODE_BAD_QUERY, "'%.*s' is no lookup of '%.*s' that takes a new row.", STR_ARG(m->name),
			      STR_ARG(t->logical_name));
	TRY(insert_row(i, target, m, &id));
	return bind_make(i->dc, via, target, &id, out_bind);
}

static err many_note(struct insert *i, const struct table *t, const struct json *m, struct parts *p)
{
	const str suffix = S("@odata.bind");
	str name = str_ends_with(m->name, suffix) ? str_slice(m->name, 0, m->name.len - suffix.len) : m->name;
	if (p->count == COUNT_OF(p->many))
		return REFUSE(i->dc, 400, CODE_BAD_QUERY, "There are too many collections in one row.");
	TRY(link_collection(i->dc, t, name, &p->links[p->count]));
	if (!p->links[p->count].table)
		return REFUSE(i->dc, 400, CODE_BAD_QUERY, "The property '%.*s' does not exist on type 'Microsoft.Dynamics.CRM.%.*s'.",
			      STR_ARG(m->name), STR_ARG(t->logical_name));
	p->many[p->count++] = m;
	return OK;
}

/* "column@some.annotation": as it was read; body_parse knows what to ignore. Only a binding is more than that. */
static bool is_annotation(const struct json *m)
{
	return str_find_char(m->name, '@', 0) != SIZE_MAX && !str_ends_with(m->name, S("@odata.bind"));
}

static err split(struct insert *i, const struct table *t, const struct json *in, struct parts *p)
{
	struct json *last = NULL;
	*p = (struct parts){ .plain = { .kind = JSON_OBJECT } };
	for (const struct json *m = in->first; m; m = m->next) {
		bool nested = !t->builtin && !is_annotation(m);
		struct json bind;
		if (nested && m->kind == JSON_ARRAY) {
			TRY(many_note(i, t, m, p));
			continue;
		}
		if (nested && m->kind == JSON_OBJECT)
			TRY(parent_insert(i, t, m, &bind));
		TRY(member_copy(i->dc, &p->plain, &last, nested && m->kind == JSON_OBJECT ? &bind : m));
	}
	return OK;
}

static err child_insert(struct insert *i, const struct table *t, const struct uuid *id, const struct link *l, const struct json *in)
{
	struct json bind, object = *in;
	struct uuid made;
	if (in->kind != JSON_OBJECT)
		return REFUSE(i->dc, 400, CODE_BAD_QUERY, "A collection holds objects.");
	if (l->through) {
		TRY(insert_row(i, l->table, in, &made));
		return association_join(i->dc, l, id, &made);
	}
	TRY(bind_make(i->dc, l->via, t, id, &bind));
	bind.next = in->first;
	object.first = &bind;
	object.count++;
	return insert_row(i, l->table, &object, &made);
}

/* An existing row shall point at the new one: an update of it. */
static err child_bind(struct insert *i, const struct table *t, const struct uuid *id, const struct link *l, const struct json *in)
{
	struct json bind, object = { .kind = JSON_OBJECT, .first = &bind, .count = 1 };
	struct path_segment key = { 0 };
	struct uuid child;
	str text = in->kind == JSON_STRING ? references_resolve(i->dc->references, in->text, i->dc->arena) : S("");
	if (!odata_reference_parse(text, i->dc->arena, &key) || !str_equal(key.name, l->table->entity_set))
		return REFUSE(i->dc, 400, CODE_BAD_QUERY, "A bound collection holds addresses of rows of '%.*s'.", STR_ARG(l->table->entity_set));
	TRY(row_key_read(i->dc, l->table, &key, l->through ? DO_APPEND : DO_WRITE, &child));
	if (l->through)
		return association_join(i->dc, l, id, &child);
	TRY(bind_make(i->dc, l->via, t, id, &bind));
	return write_row_update(i->dc, l->table, &child, &object);
}

static err many_insert(struct insert *i, const struct table *t, const struct uuid *id, const struct link *l, const struct json *list)
{
	bool bound = str_ends_with(list->name, S("@odata.bind"));
	for (const struct json *m = list->first; m; m = m->next)
		TRY(bound ? child_bind(i, t, id, l, m) : child_insert(i, t, id, l, m));
	return OK;
}

static err insert_row(struct insert *i, const struct table *t, const struct json *in, struct uuid *out_id)
{
	struct parts p;
	if (++i->rows > DEEP_ROWS_MAX || ++i->level > DEEP_LEVELS_MAX)
		return REFUSE(i->dc, 400, CODE_BAD_QUERY, "At most %d rows, %d deep, are made at once.", DEEP_ROWS_MAX, DEEP_LEVELS_MAX);
	TRY(rights_gate(i->dc, DO_CREATE, t));
	TRY(split(i, t, in, &p));
	TRY(write_row_create(i->dc, t, &p.plain, out_id));
	FAULT("data.deep_insert.after_row");
	for (size_t n = 0; n < p.count; n++)
		TRY(many_insert(i, t, out_id, &p.links[n], p.many[n]));
	i->level--;
	return OK;
}

err deep_insert(struct data_call *dc, const struct table *t, const struct json *in, struct uuid *out_id)
{
	struct insert i = { .dc = dc };
	if (in->kind != JSON_OBJECT)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be an object.");
	return insert_row(&i, t, in, out_id);
}
