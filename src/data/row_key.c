#include "data/row_key.h"

static const struct column *alternate_key(const struct table *t, const struct path_segment *s)
{
	const struct column *c = s->argument_count == 1 ? table_column(t, s->argument[0].name) : NULL;
	return c && c->flags & COLUMN_ALTERNATE_KEY ? c : NULL;
}

static err by_alternate(struct data_call *dc, const struct table *t, const struct column *c, const struct uuid *value, struct uuid *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	str sql = str_format(dc->arena, "SELECT id FROM %.*s WHERE %.*s = ?1", STR_ARG(t->sql), STR_ARG(c->sql));
	TRY_NEW(sql.at);
	TRY(statement_open_text(dc->app->store, sql, &s));
	TRY(bind_uuid(&s, 1, value));
	TRY(statement_step(&s, &row));
	if (row) {
		*out = column_uuid(&s, 0);
		return OK;
	}
	TRY(rights_gate(dc, DO_READ, t));
	return REFUSE(dc, 404, CODE_NOT_FOUND, "A record with the specified key values does not exist in %.*s entity.",
		      STR_ARG(t->logical_name));
}

/* set(@k)?@k=...: the parameter in place of its alias. */
static err alias_resolve(struct data_call *dc, struct path_argument *a)
{
	str value = { 0 };
	if (a->quoted || !str_starts_with(a->value, S("@")))
		return OK;
	if (!url_param_find(&dc->params, a->value, &value))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "There is no parameter of this name: '%.*s'.", STR_ARG(a->value));
	a->quoted = value.len >= 2 && value.at[0] == '\'' && value.at[value.len - 1] == '\'';
	a->value = a->quoted ? str_slice(value, 1, value.len - 1) : value;
	return OK;
}

err row_key_read(struct data_call *dc, const struct table *t, const struct path_segment *given, struct uuid *out)
{
	struct path_segment resolved = *given, *s = &resolved;
	for (size_t i = 0; i < s->argument_count; i++)
		TRY(alias_resolve(dc, &s->argument[i]));
	bool one = s->argument_count == 1;
	const struct column *c = alternate_key(t, s);
	struct uuid value = { { 0 } };
	bool id = one && !failed(uuid_parse(s->argument[0].value, &value));
	if (id && s->argument[0].name.len == 0 && !s->argument[0].quoted) {
		*out = value;
		return OK;
	}
	if (id && c)
		return by_alternate(dc, t, c, &value, out);
	if (one && s->argument[0].name.len && !c)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "'%.*s' is no key of '%.*s'.", STR_ARG(s->argument[0].name), STR_ARG(t->logical_name));
	return REFUSE(dc, 400, CODE_BAD_QUERY, "The key of '%.*s' must be a GUID.", STR_ARG(s->name));
}
