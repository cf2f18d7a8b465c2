#include "directory/group.h"

#include "codec/utf8.h"
#include "directory/sql_catalog.h"

static err apply_text(const struct json *m, size_t chars_max, bool nullable, str *out)
{
	if (m->kind == JSON_NULL && nullable) {
		*out = (str){ 0 };
		return OK;
	}
	if (m->kind != JSON_STRING || utf8_count(m->text) > chars_max || (!nullable && !m->text.len))
		FAIL(ERR_INVALID, "a member of the group is not a text, is empty or too long");
	*out = m->text;
	return OK;
}

static err apply_bool(const struct json *m, bool *out)
{
	if (m->kind != JSON_TRUE && m->kind != JSON_FALSE)
		FAIL(ERR_INVALID, "a member of the group is not true or false");
	*out = m->kind == JSON_TRUE;
	return OK;
}

static err apply_types(const struct json *m, struct arena *arena, str *out)
{
	if (m->kind != JSON_ARRAY)
		FAIL(ERR_INVALID, "groupTypes is a list");
	for (const struct json *t = m->first; t; t = t->next) {
		if (t->kind != JSON_STRING || !str_equal(t->text, S("Unified")))
			FAIL(ERR_INVALID, "groupTypes: only assigned groups are supported, Unified or none");
	}
	*out = json_text_of(m, arena);
	TRY_NEW(out->at);
	return OK;
}

static err apply_member(const struct json *m, bool creating, struct arena *arena, struct group *g)
{
	if (str_equal(m->name, S("displayName")))
		return apply_text(m, 256, false, &g->display_name);
	if (str_equal(m->name, S("mailNickname")))
		return apply_text(m, 64, false, &g->mail_nickname);
	if (str_equal(m->name, S("description")))
		return apply_text(m, 1024, true, &g->description);
	if (str_equal(m->name, S("mailEnabled")))
		return apply_bool(m, &g->mail_enabled);
	if (str_equal(m->name, S("securityEnabled")))
		return apply_bool(m, &g->security_enabled);
	if (creating && str_equal(m->name, S("isAssignableToRole")))
		return apply_bool(m, &g->role_assignable);
	if (creating && str_equal(m->name, S("groupTypes")))
		return apply_types(m, arena, &g->group_types);
	if (creating && (str_equal(m->name, S("members@odata.bind")) || str_equal(m->name, S("owners@odata.bind"))))
		return OK;
	if (str_starts_with(m->name, S("@odata.")))
		return OK;
	FAIL(ERR_INVALID, "the group has a member that is unknown, not supported or read-only");
}

err group_apply(const struct json *body, bool creating, struct arena *arena, struct group *g)
{
	struct group changed = *g;

	if (body->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "the body is not an object");
	for (const struct json *m = body->first; m; m = m->next)
		TRY(apply_member(m, creating, arena, &changed));
	if (creating && (!changed.display_name.at || !changed.mail_nickname.at || !json_member(body, S("mailEnabled")) ||
			 !json_member(body, S("securityEnabled"))))
		FAIL(ERR_INVALID, "displayName, mailEnabled, mailNickname and securityEnabled are required");
	if (changed.role_assignable && !changed.security_enabled)
		FAIL(ERR_INVALID, "a role-assignable group is a security group");
	*g = changed;
	return OK;
}

err group_insert(struct store *store, struct group *g, struct instant now)
{
	SCOPED(statement) s = { 0 };

	TRY(object_insert(store, &g->id, OBJECT_GROUP, &g->key));
	TRY(statement_open(store, &SQL_GROUP_INSERT, &s));
	TRY(bind_i64(&s, 1, g->key));
	TRY(bind_text(&s, 2, g->display_name));
	TRY(bind_text(&s, 3, g->mail_nickname));
	TRY(bind_text_or_null(&s, 4, g->description));
	TRY(bind_i64(&s, 5, g->mail_enabled));
	TRY(bind_i64(&s, 6, g->security_enabled));
	TRY(bind_i64(&s, 7, g->role_assignable));
	TRY(bind_text(&s, 8, g->group_types));
	TRY(bind_i64(&s, 9, now.ms));
	return statement_run(&s);
}

err group_update(struct store *store, const struct group *g, struct instant now)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_GROUP_UPDATE, &s));
	TRY(bind_i64(&s, 1, g->key));
	TRY(bind_text(&s, 2, g->display_name));
	TRY(bind_text(&s, 3, g->mail_nickname));
	TRY(bind_text_or_null(&s, 4, g->description));
	TRY(bind_i64(&s, 5, g->mail_enabled));
	TRY(bind_i64(&s, 6, g->security_enabled));
	TRY(bind_i64(&s, 7, now.ms));
	return statement_run_one(&s);
}

err group_by_id(struct store *store, const struct uuid *id, struct arena *arena, struct group *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_GROUP_BY_ID, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "there is no such group");
	*out = (struct group){
		.key = column_i64(&s, 0), .id = *id, .display_name = column_text_copy(&s, 1, arena),
		.mail_nickname = column_text_copy(&s, 2, arena), .description = column_text_copy(&s, 3, arena),
		.mail_enabled = column_i64(&s, 4), .security_enabled = column_i64(&s, 5),
		.role_assignable = column_i64(&s, 6), .group_types = column_text_copy(&s, 7, arena),
	};
	TRY_NEW(out->display_name.at && out->group_types.at);
	return OK;
}

static err depth_below(struct store *store, int64_t key, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_GROUP_DEPTH_BELOW, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(statement_step(&s, &row));
	*out = column_i64(&s, 0);
	return OK;
}

/* A group must not come to stand below itself, nor more than GROUP_DEPTH_MAX deep. */
static err check_nesting(struct store *store, const struct group *g, int64_t member_key)
{
	SCOPED(statement) s = { 0 };
	int64_t below = 0;
	bool row = false;

	if (g->role_assignable)
		FAIL(ERR_INVALID, "a role-assignable group has no groups as members");
	if (member_key == g->key)
		FAIL(ERR_INVALID, "a group cannot be a member of itself");
	TRY(statement_open(store, &SQL_GROUP_IS_BELOW, &s));
	TRY(bind_i64(&s, 1, g->key));
	TRY(bind_i64(&s, 2, member_key));
	TRY(statement_step(&s, &row));
	if (column_i64(&s, 0))
		FAIL(ERR_INVALID, "the membership would close a circle of groups");
	TRY(depth_below(store, member_key, &below));
	if (column_i64(&s, 1) + 1 + below > GROUP_DEPTH_MAX)
		FAIL(ERR_INVALID, "groups are nested too deeply");
	return OK;
}

static err add_row(struct store *store, const struct sql_text *sql, int64_t group_key, int64_t other_key)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, group_key));
	TRY(bind_i64(&s, 2, other_key));
	err e = statement_run(&s);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_INVALID, "One or more added object references already exist.");
	return e;
}

err group_add_member(struct store *store, const struct group *g, const struct uuid *member)
{
	enum object_kind kind;
	int64_t key = 0;

	TRY(object_find(store, member, &key, &kind));
	if (kind == OBJECT_APPLICATION)
		FAIL(ERR_INVALID, "an application cannot be a member; its service principal can");
	if (kind == OBJECT_GROUP)
		TRY(check_nesting(store, g, key));
	return add_row(store, &SQL_GROUP_MEMBER_ADD, g->key, key);
}

err group_add_owner(struct store *store, const struct group *g, const struct uuid *owner)
{
	enum object_kind kind;
	int64_t key = 0;

	TRY(object_find(store, owner, &key, &kind));
	if (kind != OBJECT_USER && kind != OBJECT_SERVICE_PRINCIPAL)
		FAIL(ERR_INVALID, "an owner is a user or a service principal");
	return add_row(store, &SQL_GROUP_OWNER_ADD, g->key, key);
}

static err remove_row(struct store *store, const struct sql_text *sql, const struct group *g, const struct uuid *other)
{
	SCOPED(statement) s = { 0 };
	enum object_kind kind;
	int64_t key = 0;

	TRY(object_find(store, other, &key, &kind));
	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, g->key));
	TRY(bind_i64(&s, 2, key));
	return statement_run_one(&s);
}

err group_remove_member(struct store *store, const struct group *g, const struct uuid *member)
{
	return remove_row(store, &SQL_GROUP_MEMBER_REMOVE, g, member);
}

err group_remove_owner(struct store *store, const struct group *g, const struct uuid *owner)
{
	return remove_row(store, &SQL_GROUP_OWNER_REMOVE, g, owner);
}

err directory_reference_parse(str reference, struct uuid *out)
{
	size_t start = reference.len;

	while (start && reference.at[start - 1] != '/')
		start--;
	if (!start)
		FAIL(ERR_INVALID, "@odata.id is a reference like https://host/v1.0/directoryObjects/{id}");
	return uuid_parse(str_from(reference, start), out);
}
