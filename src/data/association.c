#include "data/association.h"

#include "data/change_log.h"
#include "data/row_find.h"

struct pair {
	struct row_place here, there;
};

static err statement_of(struct data_call *dc, const struct link *l, const char *verb, const char *rest, int64_t here, int64_t there,
			struct statement *s)
{
	str sql = str_format(dc->arena, "%s %.*s %s", verb, STR_ARG(l->through->sql), rest);
	TRY_NEW(sql.at);
	TRY(statement_open_text(dc->app->store, sql, s));
	TRY(bind_i64(s, 1, l->side ? there : here));
	return bind_i64(s, 2, l->side ? here : there);
}

err association_holds(struct data_call *dc, const struct link *l, int64_t here, int64_t there, bool *out)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_of(dc, l, "SELECT 1 FROM", "WHERE k0 = ?1 AND k1 = ?2", here, there, &s));
	return statement_step(&s, out);
}

/* Both gates come before either row (4.8). */
static err pair_judge(struct data_call *dc, const struct link *l, const struct uuid *here, const struct uuid *there, struct pair *out)
{
	const struct table *left = l->through->side[l->side];
	bool found;
	TRY(rights_gate(dc, DO_APPEND, left));
	TRY(rights_gate(dc, DO_APPEND, l->table));
	TRY(row_place_find(dc, left, here, DO_APPEND, &out->here, &found));
	if (!found)
		return row_missing(dc, left, here);
	TRY(row_place_find(dc, l->table, there, DO_APPEND, &out->there, &found));
	if (!found)
		return row_missing(dc, l->table, there);
	TRY(rights_row(dc, DO_APPEND, left, &out->here));
	return rights_row(dc, DO_APPEND, l->table, &out->there);
}

static err pair_audit(struct data_call *dc, const struct link *l, const struct pair *p, bool joined)
{
	SCOPED(change_log) log = { 0 };
	static const struct uuid nil = { { 0 } };
	change_log_open(&log);
	change_log_add_id(&log, l->through->schema_name, joined ? &nil : &p->there.id, joined ? &p->there.id : &nil);
	return change_log_emit(&log, dc, joined ? S("associate.row") : S("disassociate.row"), l->through->side[l->side], &p->here.id);
}

err association_join(struct data_call *dc, const struct link *l, const struct uuid *here, const struct uuid *there)
{
	SCOPED(statement) s = { 0 };
	struct pair p;
	TRY(pair_judge(dc, l, here, there, &p));
	TRY(statement_of(dc, l, "INSERT INTO", "(k0, k1) VALUES (?1, ?2)", p.here.key, p.there.key, &s));
	err e = statement_run(&s);
	if (err_kind_of(e) == ERR_CONFLICT)
		return REFUSE(dc, 412, CODE_DUPLICATE_KEY, "A record with matching key values already exists.");
	TRY(e);
	return pair_audit(dc, l, &p, true);
}

err association_part(struct data_call *dc, const struct link *l, const struct uuid *here, const struct uuid *there)
{
	SCOPED(statement) s = { 0 };
	struct pair p;
	TRY(pair_judge(dc, l, here, there, &p));
	TRY(statement_of(dc, l, "DELETE FROM", "WHERE k0 = ?1 AND k1 = ?2", p.here.key, p.there.key, &s));
	err e = statement_run_one(&s);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return row_missing(dc, l->table, there);
	TRY(e);
	return pair_audit(dc, l, &p, false);
}
