/* data/share_set.c */
#include "data/share_set.h"

#include "authz/share_list.h"
#include "data/rights.h"
#include "data/row_find.h"

bool share_set_is(const struct table *t)
{
	return t->builtin && str_equal(t->logical_name, S("principalobjectaccess"));
}

/* The value that every row of the answer has in the column; null: there is none. */
static const struct uuid *fixed(const struct filter *f, str column)
{
	if (f && f->kind == FILTER_AND) {
		const struct uuid *left = fixed(f->left, column);
		return left ? left : fixed(f->right, column);
	}
	bool is = f && f->kind == FILTER_COMPARE && f->op == COMPARE_EQ && !f->route && str_equal(f->column->logical_name, column) && f->value_count == 1 &&
		  f->values[0].kind == VALUE_UUID;
	return is ? &f->values[0].uuid : NULL;
}

/* An id that is nowhere is that of no row. */
static err row_named(struct data_call *dc, const struct uuid *id, struct share_question *q)
{
	const struct metadata *m = dc->app->metadata;
	struct row_place place;
	bool found = false;
	for (size_t i = 0; i < m->by_ordinal_count && !found; i++) {
		const struct table *t = m->by_ordinal[i];
		if (!t || t->builtin || !table_is_owned(t))
			continue;
		TRY(row_place_find(dc, t, id, DO_LOOK, &place, &found));
		q->table = t;
		q->row = found ? place.key : 0;
	}
	return OK;
}

static err principal_named(struct data_call *dc, const struct uuid *id, struct share_question *q)
{
	enum { NOBODY = -1 };
	struct principal_place place;
	q->of_principal = true;
	q->principal = EVERYBODY;
	if (uuid_equal(id, authz_organization_id(dc->app->authz)))
		return OK;
	err e = authz_principal_by_id(dc->app->authz, id, &place);
	q->principal = failed(e) ? NOBODY : place.key;
	return err_kind_of(e) == ERR_NOT_FOUND ? OK : e;
}

static err question_read(struct data_call *dc, const struct table *t, struct share_question *q)
{
	const struct filter *f = NULL;
	str text;
	*q = (struct share_question){ 0 };
	if (!url_param_find(&dc->params, S("$filter"), &text))
		return OK;
	TRY(odata_filter_parse(t, text, &dc->who, dc->arena, &dc->problem, &f));
	const struct uuid *row = fixed(f, S("objectid")), *principal = fixed(f, S("principalid"));
	if (row)
		TRY(row_named(dc, row, q));
	return principal ? principal_named(dc, principal, q) : OK;
}

err share_set_table(struct data_call *dc, const struct table *t, const struct table **out)
{
	struct share_question q;
	TRY(rights_gate(dc, DO_READ, t));
	if (!rights_is_administrator(dc))
		return REFUSE(dc, 403, CODE_NO_ACCESS, "Only System Administrators read who has which share.");
	TRY(question_read(dc, t, &q));
	struct table *read = NEW(dc->arena, struct table);
	TRY_NEW(read);
	*read = *t;
	TRY(authz_share_list_sql(dc->app->authz, &q, dc->arena, &read->sql));
	*out = read;
	return OK;
}
