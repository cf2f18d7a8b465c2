#include "data/collection.h"

#include "data/answer.h"
#include "data/association.h"
#include "data/link.h"
#include "data/options.h"
#include "data/read.h"
#include "data/row_find.h"
#include "data/row_key.h"
#include "data/write.h"

struct collection {
	const struct table *table; /* of the row     */
	const struct uuid *id;
	struct link link;
	struct row_place place;    /* of the row, once it is read            */
	struct value end;          /* the row's id or, through pairs, its key */
	struct filter is_end;
};

static err parent_read(struct data_call *dc, struct collection *c)
{
	bool found;
	TRY(rights_gate(dc, DO_READ, c->table));
	TRY(row_place_find(dc, c->table, c->id, DO_READ, &c->place, &found));
	if (!found)
		return row_missing(dc, c->table, c->id);
	if (c->link.through)
		c->end = (struct value){ .kind = VALUE_I64, .i64 = c->place.key };
	return rights_row(dc, DO_READ, c->table, &c->place);
}

static err list(struct data_call *dc, struct collection *c, str tail)
{
	char id[UUID_TEXT_LEN + 1];
	uuid_format(c->id, id);
	struct rows_of of = { .within = &c->is_end, .references = str_equal(tail, S("$ref")) };
	of.path = str_format(dc->arena, "%.*s(%s)/%.*s%s%.*s", STR_ARG(c->table->entity_set), id, STR_ARG(dc->path.segment[1].name),
			     tail.len ? "/" : "", STR_ARG(tail));
	TRY_NEW(of.path.at);
	TRY(parent_read(dc, c));
	return str_equal(tail, S("$count")) ? read_count(dc, c->link.table, &of) : read_list(dc, c->link.table, &of);
}

/* Is that row, which the caller reads, joined with this one? */
static err paired_check(struct data_call *dc, const struct collection *c, const struct uuid *member)
{
	struct row_place place;
	bool found;
	TRY(rights_gate(dc, DO_READ, c->link.table));
	TRY(row_place_find(dc, c->link.table, member, DO_READ, &place, &found));
	if (found) {
		TRY(rights_row(dc, DO_READ, c->link.table, &place));
		TRY(association_holds(dc, &c->link, c->place.key, place.key, &found));
	}
	return found ? OK : row_missing(dc, c->link.table, member);
}

/* Does that row's lookup point here? */
static err member_check(struct data_call *dc, const struct collection *c, const struct uuid *member)
{
	const struct column *via = c->link.via;
	struct odata_query q = { .table = c->link.table, .select = &via, .select_count = 1, .select_given = true };
	SCOPED(statement) s = { 0 };
	struct row_place place;
	bool found;
	int at;
	TRY(rights_gate(dc, DO_READ, c->link.table));
	TRY(row_find(dc, &q, member, DO_READ, &s, &at, &place, &found));
	if (found) {
		TRY(rights_row(dc, DO_READ, c->link.table, &place));
		struct value end = value_of_row(via, &s, at);
		found = value_equal(&end, &c->end);
	}
	return found ? OK : row_missing(dc, c->link.table, member);
}

static err one(struct data_call *dc, struct collection *c)
{
	struct uuid member;
	TRY(parent_read(dc, c));
	TRY(row_key_read(dc, c->link.table, &dc->path.segment[1], DO_READ, &member));
	TRY(c->link.through ? paired_check(dc, c, &member) : member_check(dc, c, &member));
	return read_one(dc, c->link.table, &member);
}

static err body_of(struct data_call *dc, const struct json **out)
{
	err e = web_json(dc->web, out);
	return err_kind_of(e) == ERR_INVALID ? REFUSE(dc, 400, CODE_BAD_QUERY, "The body is not valid JSON: %s.", err_why(e)) : e;
}

static err reference_member(struct data_call *dc, const struct collection *c, str text, struct uuid *out)
{
	struct path_segment key = { 0 };
	str reference = references_resolve(dc->references, text, dc->arena);
	if (!odata_reference_parse(reference, dc->arena, &key) || !str_equal(key.name, c->link.table->entity_set))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "It takes the address of a row of '%.*s'.", STR_ARG(c->link.table->entity_set));
	return row_key_read(dc, c->link.table, &key, c->link.through ? DO_APPEND : DO_WRITE, out);
}

static err pair_change(struct data_call *dc, const struct collection *c, const struct uuid *member,
		       err (*change)(struct data_call *, const struct link *, const struct uuid *, const struct uuid *))
{
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(change(dc, &c->link, c->id, member));
	answer_empty(dc);
	return transaction_commit(&tx);
}

static err reference_add(struct data_call *dc, struct collection *c)
{
	const struct json *body;
	struct uuid member;
	str text;
	TRY(options_check(dc, "@"));
	TRY(body_of(dc, &body));
	if (!json_member_is_str(body, S("@odata.id"), &text))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must be {\"@odata.id\": \"set(id)\"}.");
	TRY(reference_member(dc, c, text, &member));
	if (c->link.through)
		return pair_change(dc, c, &member, association_join);
	return write_lookup_to(dc, c->link.via, c->link.table, &member, c->table, c->id);
}

static err reference_take_away(struct data_call *dc, struct collection *c)
{
	struct uuid member;
	str text = { 0 };
	TRY(options_check(dc, "@ $id"));
	if (dc->path.segment[1].has_arguments)
		TRY(row_key_read(dc, c->link.table, &dc->path.segment[1], c->link.through ? DO_APPEND : DO_WRITE, &member));
	else if (url_param_find(&dc->params, S("$id"), &text))
		TRY(reference_member(dc, c, text, &member));
	else
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Which row? It takes collection(id)/$ref or $id=.");
	if (c->link.through)
		return pair_change(dc, c, &member, association_part);
	TRY(member_check(dc, c, &member));
	return write_lookup_to(dc, c->link.via, c->link.table, &member, NULL, NULL);
}

static err create(struct data_call *dc, struct collection *c)
{
	TRY(options_check(dc, "@ $select $expand"));
	TRY(parent_read(dc, c));
	return write_create_in(dc, &c->link, c->table, c->id);
}

static err run(struct data_call *dc, struct collection *c)
{
	enum http_method m = dc->web->request.method;
	const struct path_segment *second = &dc->path.segment[1];
	str tail = dc->path.count == 3 ? dc->path.segment[2].name : S("");
	bool get = m == HTTP_GET || m == HTTP_HEAD, reference = str_equal(tail, S("$ref"));
	if (dc->path.count > 3 || (tail.len && !reference && !str_equal(tail, S("$count"))))
		return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "Resource not found for the segment '%.*s'.", STR_ARG(dc->path.segment[2].name));
	if (get && !second->has_arguments)
		return list(dc, c, tail);
	if (get && !tail.len)
		return one(dc, c);
	if (m == HTTP_POST && !second->has_arguments && !tail.len)
		return create(dc, c);
	if (m == HTTP_POST && !second->has_arguments && reference)
		return reference_add(dc, c);
	if (m == HTTP_DELETE && reference)
		return reference_take_away(dc, c);
	return REFUSE(dc, 405, CODE_METHOD, "The requested resource does not support this method.");
}

err collection_run(struct data_call *dc, const struct table *t, const struct uuid *id, bool *out_found)
{
	struct collection c = { .table = t, .id = id, .end = { .kind = VALUE_UUID, .uuid = *id } };
	TRY(link_collection(dc, t, dc->path.segment[1].name, &c.link));
	*out_found = c.link.table != NULL;
	if (!*out_found)
		return OK;
	c.is_end = (struct filter){ .kind = FILTER_PAIRED, .paired = &c.link, .values = &c.end, .value_count = 1 };
	if (!c.link.through)
		c.is_end = (struct filter){ .kind = FILTER_COMPARE, .op = COMPARE_EQ, .open = true, .column = c.link.via, .values = &c.end, .value_count = 1 };
	return run(dc, &c);
}
