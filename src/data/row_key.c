#include "data/row_key.h"

#include "authz/authz.h"
#include "data/audit_who.h"
#include "data/concealed.h"
#include "data/odata_lex.h"
#include "data/row_find.h"

/* set(@k)?@k=...: the parameter in place of its alias. */
static err alias_resolve(struct data_call *dc, struct path_argument *a)
{
	struct odata_lexer l;
	str value = { 0 };
	if (a->quoted || !str_starts_with(a->value, S("@")))
		return OK;
	if (!url_param_find(&dc->params, a->value, &value))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "There is no parameter of this name: '%.*s'.", STR_ARG(a->value));
	odata_lex_start(&l, value, dc->arena);
	a->quoted = l.token.kind == TOKEN_STRING;
	a->value = a->quoted ? l.token.text : value;
	return OK;
}

/* " WHERE c_1 = ?1 AND ..." over the key's columns. */
static err key_statement(struct data_call *dc, const struct table *t, const struct table_key *k, const struct value *values, struct statement *s)
{
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, 4096);
	buffer_append_format(&text, "SELECT id FROM %.*s WHERE ", STR_ARG(t->sql));
	for (size_t i = 0; i < k->column_count; i++)
		buffer_append_format(&text, "%s%.*s = ?%zu", i ? " AND " : "", STR_ARG(k->columns[i]->sql), i + 1);
	if (text.failed)
		FAIL(ERR_LIMIT, "a key is too long for a statement");
	TRY(statement_open_text(dc->app->store, buffer_str(&text), s));
	for (size_t i = 0; i < k->column_count; i++)
		TRY(value_bind(s, (int)i + 1, &values[i]));
	return OK;
}

static err key_look_up(struct data_call *dc, const struct table *t, const struct table_key *k, const struct value *values, bool *out_found,
		       struct uuid *out)
{
	SCOPED(statement) s = { 0 };
	TRY(key_statement(dc, t, k, values, &s));
	TRY(statement_step(&s, out_found));
	if (*out_found)
		*out = column_uuid(&s, 0);
	return OK;
}

static err no_key(struct data_call *dc, const struct table *t, const struct path_segment *s)
{
	if (s->argument_count && s->argument[0].name.len)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "'%.*s'%s is no key of '%.*s'.", STR_ARG(s->argument[0].name),
			      s->argument_count > 1 ? " with the others" : "", STR_ARG(t->logical_name));
	return REFUSE(dc, 400, CODE_BAD_QUERY, "The key of '%.*s' must be a GUID.", STR_ARG(t->entity_set));
}

static const struct path_argument *argument_of(const struct path_segment *s, const struct column *c)
{
	const struct path_argument *a = path_argument_find(s, c->logical_name);
	return a || !c->value_name.len ? a : path_argument_find(s, c->value_name);
}

/* For the caller; a row that is concealed has no such key, and an id that is concealed finds none. */
static err key_look_up_for(struct data_call *dc, const struct table *t, struct row_key *k)
{
	struct row_place place;
	TRY(key_look_up(dc, t, k->key, k->values, &k->found, &k->id));
	for (size_t i = 0; i < k->key->column_count && k->found; i++) {
		struct value v = k->values[i];
		TRY(concealed_take(dc, k->key->columns[i], &v));
		k->found = v.kind == k->values[i].kind;
	}
	return k->found ? row_place_find(dc, t, &k->id, k->right, &place, &k->found) : OK;
}

static err alternate(struct data_call *dc, const struct table *t, const struct path_segment *s, struct row_key *out)
{
	const struct column *columns[PATH_ARGUMENTS_MAX];
	for (size_t i = 0; i < s->argument_count; i++)
		if (!(columns[i] = table_column_by_wire_name(t, s->argument[i].name)))
			return no_key(dc, t, s);
	out->key = table_key_of(t, columns, s->argument_count);
	if (!out->key)
		return no_key(dc, t, s);
	for (size_t i = 0; i < out->key->column_count; i++) {
		const struct column *c = out->key->columns[i];
		const struct path_argument *a = argument_of(s, c);
		if (!a)
			return no_key(dc, t, s);
		TRY(odata_column_guard(&dc->who, t, c, dc->arena, &dc->problem));
		TRY(value_of_literal(c, a->value, a->quoted, dc->arena, &dc->problem, &out->values[i]));
		if (out->values[i].kind == VALUE_NULL)
			return REFUSE(dc, 400, CODE_BAD_QUERY, "A key value cannot be null: '%.*s'.", STR_ARG(c->logical_name));
	}
	return key_look_up_for(dc, t, out);
}

err row_key_find(struct data_call *dc, const struct table *t, const struct path_segment *given, enum data_right right, struct row_key *out)
{
	struct path_segment resolved = *given, *s = &resolved;
	*out = (struct row_key){ .right = right };
	for (size_t i = 0; i < s->argument_count; i++)
		TRY(alias_resolve(dc, &s->argument[i]));
	if (s->argument_count != 1 || (s->argument[0].name.len && !str_equal(s->argument[0].name, t->primary_id->logical_name)))
		return alternate(dc, t, s, out);
	out->found = !s->argument[0].quoted && !failed(uuid_parse(s->argument[0].value, &out->id));
	return out->found ? OK : no_key(dc, t, s);
}

/* systemusers(azureactivedirectoryobjectid=...) of a person who has no row yet: made now, if the gates admit the person and the caller
 * reads users (4.11). */
static err person_arrive(struct data_call *dc, const struct table *t, struct row_key *k)
{
	enum authz_reason reason;
	int64_t key;
	if (k->found || !k->key || !str_equal(t->logical_name, S("systemuser")) || k->key->column_count != 1 ||
	    !str_equal(k->key->columns[0]->logical_name, S("azureactivedirectoryobjectid")))
		return OK;
	TRY(rights_gate(dc, DO_READ, t));
	struct audit_event who = audit_who(dc);
	err e = authz_user_by_object(dc->app->authz, &k->values[0].uuid, dc->web->now, &who, &key, &reason);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	TRY(rights_caller_renew(dc));
	return key_look_up_for(dc, t, k);
}

err row_key_found(struct data_call *dc, const struct table *t, struct row_key *k)
{
	TRY(person_arrive(dc, t, k));
	return k->found ? OK : row_key_missing(dc, t);
}

err row_key_missing(struct data_call *dc, const struct table *t)
{
	TRY(rights_gate(dc, DO_READ, t));
	return REFUSE(dc, 404, CODE_NOT_FOUND, "A record with the specified key values does not exist in %.*s entity.",
		      STR_ARG(t->logical_name));
}

err row_key_read(struct data_call *dc, const struct table *t, const struct path_segment *s, enum data_right right, struct uuid *out)
{
	struct row_key k;
	TRY(row_key_find(dc, t, s, right, &k));
	TRY(row_key_found(dc, t, &k));
	*out = k.id;
	return OK;
}

err row_key_apply(struct data_call *dc, const struct row_key *k, struct body *b)
{
	for (size_t i = 0; k->key && i < k->key->column_count; i++) {
		const struct column *c = k->key->columns[i];
		const struct change *set = body_change(b, c);
		if (set && !value_equal(&set->value, &k->values[i]))
			return REFUSE(dc, 400, CODE_BAD_QUERY, "'%.*s' of the body is not that of the address.", STR_ARG(c->logical_name));
		if (set)
			continue;
		const struct table *target = column_is_lookup(c) ? metadata_table(dc->app->metadata, c->targets[0]) : NULL;
		b->changes[b->count++] = (struct change){ .column = c, .value = k->values[i], .target = target };
	}
	return OK;
}

/* --- values that are taken --- */

/* The key's values as they would be; *out_named is false while one of them is null. */
static err values_to_be(struct data_call *dc, const struct table *t, const struct table_key *k, const struct body *b,
			const struct row_place *before, struct value *out, bool *out_named)
{
	struct odata_query q = { .table = t, .select = k->columns, .select_count = k->column_count };
	SCOPED(statement) s = { 0 };
	struct row_place place;
	bool found = false;
	int first = 0;
	if (before)
		TRY(row_find(dc, &q, &before->id, DO_LOOK, &s, &first, &place, &found));
	*out_named = true;
	for (size_t i = 0; i < k->column_count; i++) {
		const struct change *set = body_change(b, k->columns[i]);
		struct value old = found ? value_of_row(k->columns[i], &s, first + (int)i) : (struct value){ .kind = VALUE_NULL };
		out[i] = set ? set->value : old;
		if (out[i].kind == VALUE_TEXT)
			out[i].text = str_copy(dc->arena, out[i].text);
		*out_named &= out[i].kind != VALUE_NULL;
	}
	return OK;
}

static err taken_by(struct data_call *dc, const struct table *t, const struct table_key *k, const struct uuid *other)
{
	struct row_place place;
	bool found;
	TRY(row_place_find(dc, t, other, DO_LOOK, &place, &found));
	TRY(rights_gate(dc, DO_READ, t));
	if (found)
		TRY(rights_row(dc, DO_READ, t, &place));
	return REFUSE(dc, 412, CODE_DUPLICATE_ALTERNATE, "Entity Key %.*s requires that this set of attributes contains unique values. "
		      "Select unique values and try again.", STR_ARG(k->display_name));
}

err row_key_taken(struct data_call *dc, const struct table *t, const struct body *b, const struct row_place *before)
{
	for (size_t i = 0; i < t->key_count; i++) {
		struct value values[KEY_COLUMNS_MAX];
		struct uuid other;
		bool named, found = false;
		TRY(values_to_be(dc, t, &t->keys[i], b, before, values, &named));
		if (named)
			TRY(key_look_up(dc, t, &t->keys[i], values, &found, &other));
		if (found && !(before && uuid_equal(&before->id, &other)))
			return taken_by(dc, t, &t->keys[i], &other);
	}
	return REFUSE(dc, 412, CODE_DUPLICATE_KEY, "A record with matching key values already exists.");
}
