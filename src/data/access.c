/* data/access.c - functions that say who may do what with a row, and why (authorization-and-data 1.8, 4.6, 4.11, 5.1):
 *   GET systemusers(id)/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@t)?@t={'@odata.id':'set(id)'}   also teams(id)
 *   GET RetrieveSharedPrincipalsAndAccess(Target=@t)?@t=...
 *   GET RetrieveAccessOrigin(ObjectId=guid,LogicalName='table',PrincipalId=guid)
 * They ask the very functions that judge requests. Who asks about somebody else must be a System Administrator or read the row. */
#include "authz/share.h"
#include "data/answer.h"
#include "data/access_internal.h"
#include "data/api.h"
#include "data/argument.h"
#include "data/names.h"
#include "data/options.h"
#include "data/row_find.h"
#include "data/row_key.h"
#include "data/row_policy.h"
#include "data/sql_catalog.h"

/* --- reading the question --- */

/* {'@odata.id':'set(id)'}, with either quote. */
static bool target_parse(str text, str *out)
{
	str name;
	text = str_trim(text);
	if (text.len < 2 || text.at[0] != '{' || text.at[text.len - 1] != '}')
		return false;
	text = str_slice(text, 1, text.len - 1);
	if (!argument_quoted(&text, &name) || !str_equal(name, S("@odata.id")) || !str_starts_with(text, S(":")))
		return false;
	text = str_from(text, 1);
	return argument_quoted(&text, out) && text.len == 0;
}

static err target_read(struct data_call *dc, const struct path_segment *s, struct question *q)
{
	struct path_segment key = { 0 };
	str reference;
	if (!target_parse(argument_text(dc, s, S("Target")), &reference) || !odata_reference_parse(reference, dc->arena, &key) ||
	    !(q->table = metadata_table_by_set(dc->app->metadata, key.name)))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Target must be like {'@odata.id':'set(id)'}.");
	return row_key_read(dc, q->table, &key, DO_READ, &q->row_id);
}

err access_principal(struct data_call *dc, struct question *q, enum principal_type type)
{
	struct principal_place place;
	err e = authz_principal_by_id(dc->app->authz, &q->principal_id, &place);
	if (err_kind_of(e) == ERR_NOT_FOUND || (!failed(e) && type && place.type != type))
		return REFUSE(dc, 404, CODE_NOT_FOUND, "The principal does not exist.");
	TRY(e);
	q->principal = place.key;
	return OK;
}

/* May the caller ask, and where does the row stand? Asked before the principal is looked for: who may not ask learns of nobody whether
 * they exist. About oneself and for administrators a row that is not there is just not reached. */
err access_admit(struct data_call *dc, struct question *q, bool about_oneself)
{
	TRY(row_place_find(dc, q->table, &q->row_id, DO_READ, &q->row, &q->found));
	if (about_oneself || rights_is_administrator(dc))
		return OK;
	TRY(rights_gate(dc, DO_READ, q->table));
	if (!q->found)
		return row_missing(dc, q->table, &q->row_id);
	return rights_row(dc, DO_READ, q->table, &q->row);
}

err access_context(struct data_call *dc, struct question *q)
{
	TRY(authz_context_of(dc->app->authz, q->principal, &q->context));
	return q->found ? authz_shared_mask(dc->app->authz, q->context, q->table, q->row.key, &q->shared) : OK;
}

enum authz_reason access_right_absent(const struct table *t, enum right right)
{
	if (table_is_owned(t) && !t->builtin)
		return REASON_NONE;
	return right == RIGHT_SHARE ? REASON_NOT_SHAREABLE : right == RIGHT_ASSIGN ? REASON_NOT_ASSIGNABLE : REASON_NONE;
}

struct decision access_decide_right(struct data_call *dc, struct question *q, enum right right)
{
	enum authz_reason absent = access_right_absent(q->table, right);
	if (absent != REASON_NONE)
		return (struct decision){ .reason = absent, .right = right, .epoch = q->context->epoch };
	if (!q->found) {
		struct decision d = authz_check_privilege(q->context, q->table, right);
		if (allowed(&d))
			d = (struct decision){ .reason = REASON_NOT_FOUND, .right = right, .epoch = d.epoch };
		return d;
	}
	struct decision d = authz_check_shared(q->context, q->table, right, q->row.owner, q->row.unit, q->shared);
	bool passes = true;
	if (allowed(&d) && failed(row_policy_passes(dc, q->context, q->table, policy_operation_of(right), q->row.key, &passes)))
		return (struct decision){ .reason = REASON_ERROR, .right = right, .epoch = d.epoch };
	return passes ? d : (struct decision){ .reason = REASON_ROW_POLICY, .right = right, .epoch = d.epoch };
}

/* --- answering --- */

err access_answer(struct data_call *dc, const char *type, struct json_writer *w)
{
	str context = str_format(dc->arena, "%.*s$metadata#Microsoft.Dynamics.CRM.%s", STR_ARG(dc->root), type);
	TRY_NEW(context.at);
	*w = answer_json(dc, 200);
	json_open_object(w);
	json_member_str(w, S("@odata.context"), context);
	return OK;
}

/* "ReadAccess, WriteAccess"; "None". `mask`: share_bits. */
static str mask_text(struct arena *arena, uint32_t mask)
{
	str text = { "", 0 };
	for (int r = RIGHT_READ; r < RIGHTS_END; r++)
		if (mask & share_bit((enum right)r))
			text = str_format(arena, "%.*s%s%sAccess", STR_ARG(text), text.len ? ", " : "", right_name((enum right)r));
	return text.len ? text : (str){ "None", 4 };
}

static err principal_access(struct data_call *dc, const struct table *on)
{
	const struct path_segment *s = &dc->path.segment[1];
	struct question q = { 0 };
	struct json_writer w;
	uint32_t mask = 0;
	TRY(row_key_read(dc, on, &dc->path.segment[0], DO_READ, &q.principal_id));
	TRY(target_read(dc, s, &q));
	TRY(access_admit(dc, &q, uuid_equal(&q.principal_id, &dc->caller.user_id)));
	TRY(access_principal(dc, &q, str_equal(on->logical_name, S("team")) ? PRINCIPAL_TEAM : PRINCIPAL_SYSTEMUSER));
	TRY(access_context(dc, &q));
	for (int r = RIGHT_READ; r < RIGHTS_END; r++) {
		struct decision d = access_decide_right(dc, &q, (enum right)r);
		mask |= allowed(&d) ? share_bit((enum right)r) : 0;
	}
	TRY(access_answer(dc, "RetrievePrincipalAccessResponse", &w));
	json_member_str(&w, S("AccessRights"), mask_text(dc->arena, mask));
	json_close_object(&w);
	return OK;
}

err function_shared_principals(struct data_call *dc)
{
	struct question q = { 0 };
	struct json_writer w;
	SCOPED(statement) s = { 0 };
	TRY(target_read(dc, &dc->path.segment[0], &q));
	TRY(rights_gate(dc, DO_READ, q.table));
	TRY(access_admit(dc, &q, false));
	if (!q.found)
		return row_missing(dc, q.table, &q.row_id);
	TRY(access_answer(dc, "RetrieveSharedPrincipalsAndAccessResponse", &w));
	json_key(&w, S("PrincipalAccesses"));
	json_open_array(&w);
	TRY(statement_open(dc->app->store, &SQL_SHARES_OF_ROW, &s));
	TRY(bind_i64(&s, 1, q.table->ordinal));
	TRY(bind_i64(&s, 2, q.row.key));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		bool everybody = column_is_null(&s, 1), team = column_i64(&s, 1) == PRINCIPAL_TEAM;
		struct uuid id = everybody ? *authz_organization_id(dc->app->authz) : column_uuid(&s, 0);
		str type = everybody ? S("organization") : team ? S("team") : S("systemuser");
		json_open_object(&w);
		json_member_str(&w, S("AccessMask"), mask_text(dc->arena, (uint32_t)column_i64(&s, 2)));
		json_key(&w, S("Principal"));
		json_open_object(&w);
		str full = str_join(dc->arena, S("#Microsoft.Dynamics.CRM."), type), id_name = str_join(dc->arena, type, S("id"));
		TRY_NEW(full.at);
		TRY_NEW(id_name.at);
		json_member_str(&w, S("@odata.type"), full);
		json_member_uuid(&w, id_name, &id);
		json_close_object(&w);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}

/* --- why --- */

err access_explain_read(struct data_call *dc, struct question *q)
{
	const struct path_segment *s = &dc->path.segment[0];
	if (failed(uuid_parse(argument_text(dc, s, S("ObjectId")), &q->row_id)) ||
	    failed(uuid_parse(argument_text(dc, s, S("PrincipalId")), &q->principal_id)))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "ObjectId and PrincipalId must be GUIDs.");
	q->table = metadata_table(dc->app->metadata, argument_text(dc, s, S("LogicalName")));
	if (!q->table)
		return REFUSE(dc, 400, CODE_BAD_QUERY, "LogicalName must name a table.");
	TRY(access_admit(dc, q, uuid_equal(&q->principal_id, &dc->caller.user_id)));
	TRY(access_principal(dc, q, 0));
	return access_context(dc, q);
}

const struct held_role *access_held(const struct question *q, const struct decision *d)
{
	for (size_t i = 0; i < q->context->facts.held_count; i++)
		if (q->context->facts.held[i].role->key == d->role && q->context->facts.held[i].principal == d->principal)
			return &q->context->facts.held[i];
	return NULL;
}

const char *access_path_name(enum access_path path)
{
	static const char *const names[] = { [PATH_NONE] = "none", [PATH_OWNER] = "owner", [PATH_UNIT] = "unit", [PATH_GLOBAL] = "global",
					     [PATH_SHARED] = "shared", [PATH_HIERARCHY] = "hierarchy" };
	return (size_t)path < COUNT_OF(names) ? names[path] : "none";
}

err access_sentence(struct data_call *dc, const struct question *q, const struct decision *d, str *out)
{
	const struct held_role *h = access_held(q, d);
	const struct name *holder = NULL;
	str role = h ? h->role->name : S("");
	const char *through = "held directly";
	if (!allowed(d)) {
		const struct reason_row *r = reason_row(d->reason);
		*out = str_format(dc->arena, "No access: %s (%.*s)", r->text, STR_ARG(r->code));
		TRY_NEW(out->at);
		return OK;
	}
	if (d->principal && d->principal != q->principal) {
		TRY(names_principal(dc->app->names, d->principal, &holder));
		through = holder->text;
	}
	switch (d->path) {
	case PATH_OWNER:
		*out = str_format(dc->arena, "The principal, or a team of theirs, owns the row; role '%.*s' (%s).", STR_ARG(role), through);
		break;
	case PATH_UNIT:
		*out = str_format(dc->arena, "The row's business unit lies within role '%.*s' (%s).", STR_ARG(role), through);
		break;
	case PATH_GLOBAL:
		*out = str_format(dc->arena, "Role '%.*s' reaches every row of the table (%s).", STR_ARG(role), through);
		break;
	case PATH_HIERARCHY:
		*out = str_format(dc->arena, "The row is owned by '%s', below the principal in the hierarchy.", through);
		break;
	default:
		*out = str_format(dc->arena, "The row is shared with the principal, a team of theirs or somebody below them in the hierarchy.");
		break;
	}
	TRY_NEW(out->at);
	return OK;
}

err function_access_origin(struct data_call *dc)
{
	struct question q = { 0 };
	struct json_writer w;
	str sentence;
	TRY(access_explain_read(dc, &q));
	struct decision d = access_decide_right(dc, &q, RIGHT_READ);
	TRY(access_sentence(dc, &q, &d, &sentence));
	TRY(access_answer(dc, "RetrieveAccessOriginResponse", &w));
	json_member_str(&w, S("Response"), sentence);
	json_close_object(&w);
	return OK;
}

bool access_right_of(str name, enum right *out)
{
	for (int r = RIGHT_READ; r < RIGHTS_END; r++) {
		if (str_equal(name, str_of(right_name((enum right)r)))) {
			*out = (enum right)r;
			return true;
		}
	}
	return false;
}

err access_function(struct data_call *dc, bool *out_found)
{
	const struct path_segment *first = &dc->path.segment[0];
	const struct table *on = dc->path.count == 2 && first->has_arguments ? metadata_table_by_set(dc->app->metadata, first->name) : NULL;
	*out_found = on && (str_equal(on->logical_name, S("systemuser")) || str_equal(on->logical_name, S("team"))) &&
		     str_equal(dc->path.segment[1].name, S("Microsoft.Dynamics.CRM.RetrievePrincipalAccess"));
	if (!*out_found)
		return OK;
	if (dc->web->request.method != HTTP_GET)
		return REFUSE(dc, 405, CODE_METHOD, "The requested resource does not support this method.");
	TRY(options_check(dc, "@"));
	return principal_access(dc, on);
}
