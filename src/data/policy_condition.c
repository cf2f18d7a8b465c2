#include "data/policy_condition.h"

#include "data/link.h"

static err column_open(void *guard, const struct table *t, const struct column *c)
{
	(void)guard;
	(void)t;
	(void)c;
	return OK;
}

/* Along lookups and to collections, without anybody's rights. */
static err link_open(void *guard, const struct table *t, str name, struct link *out)
{
	static const struct visible everything = { .everything = true };
	struct data_call *dc = guard;
	*out = (struct link){ .via = table_column_by_navigation(t, name) };
	if (out->via)
		out->table = out->via->target_count == 1 ? metadata_table(dc->app->metadata, out->via->targets[0]) : NULL;
	else
		TRY(link_collection(dc, t, name, out));
	out->visible = &everything;
	return OK;
}

err policy_query_parse(struct data_call *dc, const struct authz_context *ctx, const struct table *primary, str query, struct problem *problem,
		       const struct filter **out)
{
	const struct principal_facts *f = &ctx->facts;
	struct odata_caller who = { .now = dc->web->now, .user = f->key, .user_id = f->id, .unit_id = f->unit_id, .teams = f->teams,
				    .team_count = f->team_count, .reports = f->reports, .report_count = f->report_count,
				    .column_guard = column_open, .link_find = link_open, .guard = dc };
	return odata_filter_parse(primary, query, &who, dc->arena, problem, out);
}

static err path_refused(struct data_call *dc, struct problem *problem, const char *why, str name)
{
	return problem_say(dc->arena, problem, 400, CODE_INVALID_ARGUMENT, "The path of a constraint %s: '%.*s'.", why, STR_ARG(name));
}

static err route_read(struct data_call *dc, const struct table *t, str path, const struct table *primary, struct problem *problem,
		      struct route *route)
{
	str name, rest = path;
	while (str_split(&rest, '/', &name)) {
		struct link *l = &route->links[route->count];
		if (route->count == ROUTE_LINKS_MAX)
			return path_refused(dc, problem, "has more than 3 steps", path);
		TRY(link_open(dc, t, name, l));
		if (!l->table)
			return path_refused(dc, problem, "follows what leads to no one table", name);
		t = l->table;
		route->count++;
	}
	return route->count && t == primary ? OK : path_refused(dc, problem, "does not end at the policy's table", path);
}

err policy_path_parse(struct data_call *dc, const struct table *t, str path, const struct table *primary, const struct filter *query,
		      struct problem *problem, const struct filter **out)
{
	struct filter *node = NEW(dc->arena, struct filter);
	struct route *route = NEW(dc->arena, struct route);
	struct visible *end = NEW(dc->arena, struct visible);
	TRY_NEW(node);
	TRY_NEW(route);
	TRY_NEW(end);
	TRY(route_read(dc, t, path, primary, problem, route));
	*end = (struct visible){ .everything = true, .policy = query };
	route->links[route->count - 1].visible = end;
	*node = (struct filter){ .kind = FILTER_ANY, .route = route, .scope = 1 };
	*out = node;
	return OK;
}

static err fitting(struct data_call *dc, const struct authz_context *ctx, const struct table *t, const struct row_policy *p, const struct filter **out)
{
	const struct table *primary = metadata_table_by_ordinal(dc->app->metadata, p->primary);
	struct problem unused = { 0 };
	if (!primary)
		FAIL(ERR_INVALID, "the table of a row policy has gone");
	TRY(policy_query_parse(dc, ctx, primary, p->query, &unused, out));
	return p->path.len ? policy_path_parse(dc, t, p->path, primary, *out, &unused, out) : OK;
}

err policy_condition(struct data_call *dc, const struct authz_context *ctx, const struct table *t, const struct row_policy *p,
		     const struct filter **out)
{
	static const struct value nil = { .kind = VALUE_UUID };
	const struct filter *fits = NULL;
	struct filter *f = NEW(dc->arena, struct filter);
	TRY_NEW(f);
	err e = fitting(dc, ctx, t, p, &fits);
	if (failed(e) && err_kind_of(e) != ERR_INVALID)
		return e;
	if (failed(e))
		*f = (struct filter){ .kind = FILTER_COMPARE, .op = COMPARE_EQ, .column = t->primary_id, .values = &nil, .value_count = 1 };
	else
		*f = p->not_exists ? (struct filter){ .kind = FILTER_NOT, .left = fits } : *fits;
	*out = f;
	return OK;
}
