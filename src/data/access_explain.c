/* data/access_explain.c - why somebody may, or may not, do something with a row (5.1; our own function):
 *   GET ExplainAccess(ObjectId=guid,LogicalName='table',PrincipalId=guid,Right='Read')
 * The decision with its reason, then every grant that alone would do (authz/grants.h), and every row policy that binds the principal. It is
 * allowed exactly when there is a grant and the row passes all policies. What a policy asks is told to System Administrators only. */
#include "authz/grants.h"
#include "data/access_internal.h"
#include "data/answer.h"
#include "data/argument.h"
#include "data/api.h"
#include "data/names.h"
#include "data/row_policy.h"

struct holder {
	struct uuid id;
	str name;
};

static err holder_find(struct data_call *dc, const struct grant *g, struct holder *out)
{
	const struct name *name;
	if (g->path == PATH_SHARED && g->principal == EVERYBODY) {
		*out = (struct holder){ *authz_organization_id(dc->app->authz), S("organization") };
		return OK;
	}
	TRY(names_principal(dc->app->names, g->principal, &name));
	*out = (struct holder){ name->id, str_copy(dc->arena, str_of(name->text)) };
	TRY_NEW(out->name.at);
	return OK;
}

static err grant_sentence(struct data_call *dc, const struct question *q, const struct grant *g, const struct holder *h, str *out)
{
	struct decision d = { .verdict = VERDICT_ALLOW, .path = g->path, .principal = g->principal, .role = g->held ? g->held->role->key : 0 };
	if (g->path != PATH_SHARED)
		return access_sentence(dc, q, &d, out);
	*out = str_format(dc->arena, "%s is shared with '%.*s'%s.", g->from_above ? "A row above the row" : "The row", STR_ARG(h->name),
			  g->below ? ", below the principal in the hierarchy" : "");
	TRY_NEW(out->at);
	return OK;
}

static void grant_members(struct json_writer *w, const struct grant *g, const struct holder *h)
{
	if (g->held) {
		json_member_str(w, S("Depth"), str_of(depth_name(g->depth)));
		json_member_uuid(w, S("RoleId"), &g->held->role->id);
		json_member_str(w, S("RoleName"), g->held->role->name);
	}
	json_member_uuid(w, S("PrincipalId"), &h->id);
	json_member_str(w, S("PrincipalName"), h->name);
}

static err grant_write(struct data_call *dc, struct json_writer *w, const struct question *q, const struct grant *g)
{
	struct holder h;
	str sentence;
	TRY(holder_find(dc, g, &h));
	TRY(grant_sentence(dc, q, g, &h, &sentence));
	json_open_object(w);
	json_member_str(w, S("Path"), str_of(access_path_name(g->path)));
	grant_members(w, g, &h);
	json_member_str(w, S("Explanation"), sentence);
	json_close_object(w);
	return OK;
}

/* A right that the table does not have, and a row that is not there, are reached by nothing. */
err access_grants_write(struct data_call *dc, struct json_writer *w, const struct question *q, enum right right, struct grants *room)
{
	room->count = 0;
	room->more = false;
	if (q->found && access_right_absent(q->table, right) == REASON_NONE)
		TRY(authz_grants(dc->app->authz, q->context, q->table, right, q->row.key, q->row.owner, q->row.unit, room));
	json_key(w, S("Grants"));
	json_open_array(w);
	for (size_t i = 0; i < room->count; i++)
		TRY(grant_write(dc, w, q, &room->at[i]));
	json_close_array(w);
	json_member_bool(w, S("GrantsExceeded"), room->more);
	return OK;
}

err access_roles_write(struct data_call *dc, struct json_writer *w, const struct question *q, const struct table *t, enum right right)
{
	const struct principal_facts *f = &q->context->facts;
	json_key(w, S("Grants"));
	json_open_array(w);
	for (size_t i = 0; i < f->held_count; i++) {
		struct grant g = { .held = &f->held[i], .depth = role_depth(f->held[i].role, t->ordinal, right), .principal = f->held[i].principal };
		struct holder h;
		if (g.depth == DEPTH_NONE)
			continue;
		TRY(holder_find(dc, &g, &h));
		json_open_object(w);
		grant_members(w, &g, &h);
		json_close_object(w);
	}
	json_close_array(w);
	return OK;
}

static err policies_write(struct data_call *dc, struct json_writer *w, const struct question *q, enum right right)
{
	const struct row_policy *p = NULL;
	bool passes, asks = rights_is_administrator(dc);
	size_t at = 0;
	json_key(w, S("Policies"));
	json_open_array(w);
	while (q->found) {
		TRY(row_policy_next(dc, q->context, q->table, policy_operation_of(right), q->row.key, &at, &p, &passes));
		if (!p)
			break;
		json_open_object(w);
		json_member_i64(w, S("ContextType"), p->context);
		json_member_str(w, p->context == POLICY_OF_ROLE_NAME ? S("RoleName") : S("ContextValue"), p->context_value);
		if (asks)
			json_member_str(w, S("Query"), p->query);
		if (asks && p->path.len)
			json_member_str(w, S("RelationPath"), p->path);
		json_member_bool(w, S("Passes"), passes);
		json_close_object(w);
	}
	json_close_array(w);
	return OK;
}

static err decision_write(struct data_call *dc, struct json_writer *w, const struct question *q, const struct decision *d)
{
	const struct held_role *h = access_held(q, d);
	str sentence;
	TRY(access_sentence(dc, q, d, &sentence));
	json_member_bool(w, S("Allowed"), allowed(d));
	json_member_str(w, S("Reason"), reason_row(d->reason)->code);
	json_member_str(w, S("Path"), str_of(access_path_name(d->path)));
	json_key(w, S("RoleId"));
	if (allowed(d) && h)
		json_uuid(w, &h->role->id);
	else
		json_null(w);
	json_member_i64(w, S("Epoch"), (int64_t)d->epoch);
	json_member_str(w, S("Explanation"), sentence);
	return OK;
}

err function_explain_access(struct data_call *dc)
{
	struct question q = { 0 };
	struct json_writer w;
	enum right right;
	struct grants *room = NEW(dc->arena, struct grants);
	TRY_NEW(room);
	if (!access_right_of(argument_text(dc, &dc->path.segment[0], S("Right")), &right))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Right must be Read, Write, Delete, Append, AppendTo, Assign or Share.");
	TRY(access_explain_read(dc, &q));
	struct decision d = access_decide_right(dc, &q, right);
	TRY(access_answer(dc, "ExplainAccessResponse", &w));
	TRY(decision_write(dc, &w, &q, &d));
	TRY(access_grants_write(dc, &w, &q, right, room));
	TRY(policies_write(dc, &w, &q, right));
	json_close_object(&w);
	return OK;
}
