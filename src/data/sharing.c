/* data/sharing.c - GrantAccess, ModifyAccess and RevokeAccess (authorization-and-data 1.8, 4.11). */
#include "authz/cascade.h"
#include "authz/share.h"
#include "data/answer.h"
#include "data/api.h"
#include "data/change_log.h"
#include "data/names.h"
#include "data/row_find.h"
#include "data/sharing.h"
#include "data/typed_id.h"

struct share_call {
	const struct table *table;
	struct row_place row;
	struct uuid principal_id;
	int64_t principal;
	uint32_t mask; /* of the body */
};

static err bad_body(struct data_call *dc, const char *what)
{
	return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must have %s.", what);
}

/* The gate is answered before existence (4.8). */
static err target_read(struct data_call *dc, const struct json *body, struct share_call *call)
{
	const struct json *target = json_member(body, S("Target"));
	struct uuid id;
	bool found;
	str type;
	if (!typed_id_type(target, &type) || !(call->table = metadata_table(dc->app->metadata, type)) ||
	    !typed_id(target, call->table->primary_id->logical_name, &id))
		return bad_body(dc, "a Target with its @odata.type and id");
	if (!table_is_owned(call->table) || call->table->builtin)
		return rights_not_shareable(dc, call->table);
	TRY(rights_gate(dc, DO_SHARE, call->table));
	TRY(row_place_find(dc, call->table, &id, DO_SHARE, &call->row, &found));
	return found ? OK : row_missing(dc, call->table, &id);
}

static err principal_read(struct data_call *dc, const struct json *in, struct share_call *call)
{
	struct principal_place place;
	str type;
	if (typed_id_type(in, &type) && str_equal(type, S("organization")) && typed_id(in, S("organizationid"), &call->principal_id)) {
		call->principal = EVERYBODY;
		return uuid_equal(&call->principal_id, authz_organization_id(dc->app->authz)) ?
			       OK :
			       REFUSE(dc, 404, CODE_NOT_FOUND, "The principal does not exist.");
	}
	bool known = typed_id_type(in, &type), team = known && str_equal(type, S("team"));
	if (!known || (!team && !str_equal(type, S("systemuser"))) ||
	    (!typed_id(in, team ? S("teamid") : S("systemuserid"), &call->principal_id) && !typed_id(in, S("ownerid"), &call->principal_id)))
		return bad_body(dc, "a systemuser, team or organization with its @odata.type and id as principal");
	err e = authz_principal_by_id(dc->app->authz, &call->principal_id, &place);
	if (err_kind_of(e) == ERR_NOT_FOUND || (!failed(e) && (place.type == PRINCIPAL_TEAM) != team))
		return REFUSE(dc, 404, CODE_NOT_FOUND, "The principal does not exist.");
	TRY(e);
	call->principal = place.key;
	return OK;
}

static uint32_t bit_of_name(str name)
{
	const str suffix = S("Access");
	if (name.len <= suffix.len || !str_equal((str){ name.at + name.len - suffix.len, suffix.len }, suffix))
		return 0;
	name.len -= suffix.len;
	for (int r = RIGHT_READ; r < RIGHTS_END; r++)
		if (str_equal(name, str_of(right_name((enum right)r))))
			return share_bit((enum right)r);
	return 0;
}

/* "ReadAccess, WriteAccess"; "None": no right. */
static bool mask_parse(str text, uint32_t *out)
{
	str piece;
	*out = 0;
	if (str_equal(text, S("None")))
		return true;
	while (str_split(&text, ',', &piece)) {
		while (str_starts_with(piece, S(" ")))
			piece = (str){ piece.at + 1, piece.len - 1 };
		uint32_t bit = bit_of_name(piece);
		if (!bit)
			return false;
		*out |= bit;
	}
	return *out != 0;
}

static err access_read(struct data_call *dc, const struct json *body, struct share_call *call)
{
	const struct json *access = json_member(body, S("PrincipalAccess"));
	str mask;
	if (!json_is(access, JSON_OBJECT) || !json_member_is_str(access, S("AccessMask"), &mask) || !mask_parse(mask, &call->mask))
		return bad_body(dc, "PrincipalAccess with an AccessMask of rights other than CreateAccess");
	return principal_read(dc, json_member(access, S("Principal")), call);
}

static void mask_write(struct json_writer *w, str name, uint32_t mask)
{
	json_key(w, name);
	json_open_array(w);
	for (int r = RIGHT_READ; r < RIGHTS_END; r++)
		if (mask & share_bit((enum right)r))
			json_str(w, str_of(right_name((enum right)r)));
	json_close_array(w);
}

/* `id` is that of `principal`. */
static err share_change(struct data_call *dc, const struct table *t, const struct row_place *row, int64_t principal, const struct uuid *id,
			uint32_t before, uint32_t after)
{
	SCOPED(change_log) log = { 0 };
	change_log_open(&log);
	TRY(authz_share_write(dc->app->authz, t, row->key, principal, after));
	TRY(cascade_keep(dc->app->authz, t, row->key, principal, before & ~after, dc->arena));
	json_member_uuid(&log.writer, S("principal"), id);
	mask_write(&log.writer, S("old"), before);
	mask_write(&log.writer, S("new"), after);
	return change_log_emit(&log, dc, after ? S("share.row") : S("unshare.row"), t, &row->id);
}

err share_with_previous_owner(struct data_call *dc, const struct table *t, const struct row_place *row)
{
	const uint32_t all = 2 * share_bit(RIGHT_APPEND_TO) - share_bit(RIGHT_READ); /* every right a share carries */
	const struct name *owner;
	uint32_t before;
	struct environment_settings settings;
	TRY(authz_settings(dc->app->authz, &settings));
	if (!settings.share_to_previous_owner)
		return OK;
	TRY(authz_share_read(dc->app->authz, t, row->key, row->owner, &before));
	TRY(names_principal(dc->app->names, row->owner, &owner));
	struct uuid id = owner->id;
	return share_change(dc, t, row, row->owner, &id, before, all);
}

enum change_kind { CHANGE_GRANT, CHANGE_MODIFY, CHANGE_REVOKE };

static err run(struct data_call *dc, enum change_kind kind)
{
	struct share_call call = { 0 };
	const struct json *body;
	uint32_t before;
	err e = web_json(dc->web, &body);
	if (err_kind_of(e) == ERR_INVALID)
		return bad_body(dc, "a JSON object");
	TRY(e);
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(target_read(dc, body, &call));
	if (!call.table)
		FAIL(ERR_INTERNAL, "a share of no table");
	TRY(kind == CHANGE_REVOKE ? principal_read(dc, json_member(body, S("Revokee")), &call) : access_read(dc, body, &call));
	TRY(rights_share(dc, call.table, &call.row, call.mask));
	TRY(authz_share_read(dc->app->authz, call.table, call.row.key, call.principal, &before));
	TRY(share_change(dc, call.table, &call.row, call.principal, &call.principal_id, before, kind == CHANGE_GRANT ? before | call.mask : call.mask));
	answer_empty(dc);
	return transaction_commit(&tx);
}

err share_grant(struct data_call *dc)
{
	return run(dc, CHANGE_GRANT);
}

err share_modify(struct data_call *dc)
{
	return run(dc, CHANGE_MODIFY);
}

err share_revoke(struct data_call *dc)
{
	return run(dc, CHANGE_REVOKE);
}
