/* authz/admin_privileges.c - what a role grants: adding, replacing, taking away, reading (4.11 Roles). */
#include "authz/admin_internal.h"
#include "codec/json_write.h"

enum { PRIVILEGES_PER_CALL_MAX = 20000, CHANGES_LEN_MAX = 16 * 1024 };

struct privilege_row {
	int64_t key, table, right, depths;
};

static err privilege_find(struct admin_call *call, const struct uuid *id, struct privilege_row *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	char text[UUID_TEXT_LEN + 1];
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_PRIVILEGE_BY_ID, ARGS(arg_uuid(id)), &s));
	TRY(statement_step(&s, &row));
	if (!row) {
		uuid_format(id, text);
		return admin_refuse(call, REASON_NOT_FOUND, "privilege With Id = %s Does Not Exist", text);
	}
	*out = (struct privilege_row){ column_i64(&s, 0), column_i64(&s, 1), column_i64(&s, 2), column_i64(&s, 3) };
	return OK;
}

static err privilege_put(struct admin_call *call, int64_t role, const struct role_privilege *p)
{
	struct privilege_row row = { 0 };
	TRY(privilege_find(call, &p->id, &row));
	if (p->depth < DEPTH_BASIC || p->depth > DEPTH_GLOBAL || !(row.depths >> p->depth & 1))
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "The privilege cannot take the depth %s.", depth_name(p->depth));
	TRY(bound_privilege(call, row.table, row.right, p->depth));
	return sql_run(call->authz->store, &SQL_AUTHZ_ROLE_PRIVILEGE_PUT, ARGS(arg_i64(role), arg_i64(row.key), arg_i64(p->depth)));
}

/* The event names what was given; a list too long for it ends with the number of all. */
static err emit_changed(struct admin_call *call, const struct role_place *role, str verb, const struct role_privilege *list, size_t count)
{
	struct buffer text;
	buffer_init(&text, CHANGES_LEN_MAX);
	struct json_writer w = json_writer_to(&text);
	json_open_object(&w);
	json_member_str(&w, S("change"), verb);
	json_member_i64(&w, S("count"), (int64_t)count);
	json_key(&w, S("privileges"));
	json_open_object(&w);
	for (size_t i = 0; i < count && i < 150; i++) {
		char id[UUID_TEXT_LEN + 1];
		uuid_format(&list[i].id, id);
		json_member_str(&w, str_of(id), str_of(depth_name(list[i].depth)));
	}
	json_close_object(&w);
	json_close_object(&w);
	err e = text.failed ? ERR(ERR_LIMIT, "the changes do not fit into an event") :
			      admin_emit_json(call, S("change.role.privileges"), admin_table(call, "role"), &role->root_id, role->name,
					      buffer_str(&text));
	buffer_release(&text);
	return e;
}

static err role_touched(struct admin_call *call, int64_t role)
{
	int64_t version;
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_ROLE_VERSION, ARGS(arg_i64(role), arg_i64(version))));
	return authz_epoch_bump(call->authz);
}

static err privileges_put(struct admin_call *call, const struct role_place *role, str verb, const struct role_privilege *list,
			  size_t count)
{
	if (count > PRIVILEGES_PER_CALL_MAX)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "Too many privileges in one call.");
	for (size_t i = 0; i < count; i++)
		TRY(privilege_put(call, role->role, &list[i]));
	TRY(emit_changed(call, role, verb, list, count));
	return role_touched(call, role->role);
}

err authz_admin_add_privileges(struct admin_call *call, const struct uuid *id, const struct role_privilege *privileges, size_t count)
{
	struct role_place role;
	TRY(role_for_editing(call, id, RIGHT_WRITE, &role));
	return privileges_put(call, &role, S("add"), privileges, count);
}

err authz_admin_replace_privileges(struct admin_call *call, const struct uuid *id, const struct role_privilege *privileges,
				   size_t count)
{
	struct role_place role;
	TRY(role_for_editing(call, id, RIGHT_WRITE, &role));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_ROLE_PRIVILEGES_DELETE, ARGS(arg_i64(role.role))));
	return privileges_put(call, &role, S("replace"), privileges, count);
}

err authz_admin_remove_privilege(struct admin_call *call, const struct uuid *id, const struct uuid *privilege)
{
	struct role_privilege one = { .id = *privilege };
	struct role_place role;
	struct privilege_row row = { 0 };
	TRY(role_for_editing(call, id, RIGHT_WRITE, &role));
	TRY(privilege_find(call, privilege, &row));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_ROLE_PRIVILEGE_DELETE, ARGS(arg_i64(role.role), arg_i64(row.key))));
	TRY(emit_changed(call, &role, S("remove"), &one, 1));
	return role_touched(call, role.role);
}

/* --- reading --- */

typedef enum depth (*depth_source)(const void *from, int64_t table, int64_t right);

static enum depth depth_in_role(const void *from, int64_t table, int64_t right)
{
	const struct role *r = from;
	if (table)
		return role_depth(r, (uint16_t)table, (enum right)right);
	return r->misc >> right & 1u ? DEPTH_GLOBAL : DEPTH_NONE;
}

static enum depth depth_of_principal(const void *from, int64_t table, int64_t right)
{
	const struct authz_context *ctx = from;
	enum depth widest = DEPTH_NONE;
	for (size_t i = 0; i < ctx->facts.held_count; i++) {
		enum depth d = depth_in_role(ctx->facts.held[i].role, table, right);
		widest = d > widest ? d : widest;
	}
	return widest;
}

static err list_add(struct arena *arena, struct role_privilege **list, size_t *count, size_t *room, const struct role_privilege *one)
{
	if (*count == *room) {
		struct role_privilege *wider = NEW_ARRAY(arena, struct role_privilege, *room ? *room * 2 : 64);
		TRY_NEW(wider);
		if (*count)
			memcpy(wider, *list, *count * sizeof *wider);
		*room = *room ? *room * 2 : 64;
		*list = wider;
	}
	(*list)[(*count)++] = *one;
	return OK;
}

static err list_make(struct admin_call *call, depth_source source, const void *from, const struct uuid *unit,
		     const struct role_privilege **out, size_t *out_count)
{
	struct role_privilege *list = NULL;
	size_t count = 0, room = 0;
	SCOPED(statement) s = { 0 };
	TRY(statement_open(call->authz->store, &SQL_AUTHZ_PRIVILEGES, &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		struct role_privilege one = { .id = column_uuid(&s, 0), .unit = *unit,
			.depth = source(from, column_i64(&s, 2), column_i64(&s, 3)) };
		if (one.depth == DEPTH_NONE)
			continue;
		one.name = str_copy(call->arena, column_text(&s, 1));
		TRY_NEW(one.name.at);
		TRY(list_add(call->arena, &list, &count, &room, &one));
	}
	*out = list;
	*out_count = count;
	return OK;
}

err authz_admin_role_privileges(struct admin_call *call, const struct uuid *id, const struct role_privilege **out, size_t *out_count)
{
	const struct snapshot *snapshot = NULL;
	struct role_place place;
	TRY(role_place(call, admin_table(call, "role"), id, RIGHT_READ, &place));
	TRY(authz_snapshot(call->authz, &snapshot));
	const struct role *role = role_find(&snapshot->roles, place.role);
	const struct unit *unit = unit_find(&snapshot->units, place.unit);
	if (!role || !unit)
		FAIL(ERR_INTERNAL, "a role that the snapshot does not know");
	return list_make(call, depth_in_role, role, &unit->id, out, out_count);
}

err authz_admin_user_privileges(struct admin_call *call, const struct uuid *user, const struct role_privilege **out, size_t *out_count)
{
	struct authz_context *of = call->caller;
	struct admin_row row;
	if (!uuid_equal(user, &of->facts.id)) {
		TRY(admin_row(call, admin_table(call, "systemuser"), user, RIGHT_READ, &row));
		TRY(authz_context_of(call->authz, row.key, &of));
	}
	return list_make(call, depth_of_principal, of, &of->facts.unit_id, out, out_count);
}
