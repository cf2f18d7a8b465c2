#include "authz/record_team.h"

#include "authz/admin_internal.h"
#include "authz/share.h"
#include "host/random.h"

enum { TEAM_ACCESS = 1 };

err record_team_template(struct authz *a, const struct uuid *id, struct arena *arena, struct record_team_template *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(a->store, &SQL_AUTHZ_TEMPLATE_READ, ARGS(arg_uuid(id)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such team template");
	*out = (struct record_team_template){ .key = column_i64(&s, 0), .name = str_copy(arena, column_text(&s, 1)),
		.table = (uint16_t)column_i64(&s, 2), .mask = (uint32_t)column_i64(&s, 3) };
	TRY_NEW(out->name.at);
	return OK;
}

/* Any depth will do (1.8); what gates the member's own requests is asked then. */
static err member_check(struct admin_call *call, const struct record_team_template *t, const struct table *table, int64_t user)
{
	struct authz_context *member = NULL;
	const struct row_filter *filter = NULL;
	TRY(authz_context_of(call->authz, user, &member));
	for (int r = RIGHT_READ; r < RIGHTS_END; r++) {
		if (!(t->mask & share_bit((enum right)r)))
			continue;
		TRY(authz_row_filter(member, table, (enum right)r, &filter));
		if (!filter->any)
			return admin_refuse(call, REASON_MEMBER_LACKS_PRIVILEGE, "%s", "");
	}
	return OK;
}

static err team_make(struct admin_call *call, const struct record_team_template *t, const struct record_team_row *row, int64_t *out)
{
	struct store *store = call->authz->store;
	struct uuid id = random_uuid_v7();
	TRY(insert_principal(store, &id, PRINCIPAL_TEAM, row->unit, t->name, out));
	TRY(sql_run(store, &SQL_AUTHZ_TEAM_INSERT,
		    ARGS(arg_i64(*out), arg_i64(TEAM_ACCESS), arg_i64(0), arg_key(0), arg_key(0))));
	TRY(sql_run(store, &SQL_AUTHZ_TEAM_ROW_SET, ARGS(arg_i64(*out), arg_i64(t->key), arg_i64(row->key), arg_uuid(&row->id))));
	TRY(authz_share_write(call->authz, row->table, row->key, *out, t->mask));
	return admin_emit_json(call, S("create.team"), admin_table(call, "team"), &id, t->name, S(""));
}

static err user_find(struct admin_call *call, const struct uuid *id, int64_t *out)
{
	struct principal_place place;
	err e = authz_principal_by_id(call->authz, id, &place);
	if (err_kind_of(e) == ERR_NOT_FOUND || (!failed(e) && place.type != PRINCIPAL_SYSTEMUSER))
		return admin_refuse(call, REASON_NOT_FOUND, "%s", "The user does not exist.");
	*out = place.key;
	return e;
}

static err member_emit(struct admin_call *call, str op, const struct record_team_row *row, const struct uuid *user)
{
	char id[UUID_TEXT_LEN + 1];
	uuid_format(user, id);
	str changes = str_format(call->arena, "{\"systemuser\":\"%s\"}", id);
	TRY_NEW(changes.at);
	return admin_emit_json(call, op, row->table, &row->id, S(""), changes);
}

err record_team_add(struct admin_call *call, const struct record_team_template *t, const struct record_team_row *row, const struct uuid *user)
{
	int64_t key, team;
	TRY(user_find(call, user, &key));
	TRY(member_check(call, t, row->table, key));
	err e = sql_i64(call->authz->store, &SQL_AUTHZ_TEAM_OF_ROW, ARGS(arg_i64(t->key), arg_i64(row->key)), &team);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		e = team_make(call, t, row, &team);
	TRY(e);
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_MEMBER_INSERT, ARGS(arg_i64(team), arg_i64(key))));
	TRY(member_emit(call, S("add.recordmember"), row, user));
	return authz_epoch_bump(call->authz);
}

err record_team_remove(struct admin_call *call, const struct record_team_template *t, const struct record_team_row *row,
		       const struct uuid *user)
{
	int64_t key, team;
	TRY(user_find(call, user, &key));
	err e = sql_i64(call->authz->store, &SQL_AUTHZ_TEAM_OF_ROW, ARGS(arg_i64(t->key), arg_i64(row->key)), &team);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_MEMBER_DELETE, ARGS(arg_i64(team), arg_i64(key))));
	TRY(member_emit(call, S("remove.recordmember"), row, user));
	return authz_epoch_bump(call->authz);
}

err record_teams_end(struct authz *a, const struct table *table, int64_t row_key, struct arena *arena)
{
	int64_t *teams;
	size_t count;
	if (!table->access_teams)
		return OK;
	TRY(sql_i64s(a->store, &SQL_AUTHZ_TEAMS_OF_ROW, ARGS(arg_i64(table->ordinal), arg_i64(row_key)), arena, &teams, &count));
	for (size_t i = 0; i < count; i++)
		TRY(team_remove(a->store, teams[i]));
	return count ? authz_epoch_bump(a) : OK;
}
