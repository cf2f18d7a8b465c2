#include "access/subject.h"

#include "access/sql_catalog.h"
#include "authz/authz.h"
#include "data/audit_who.h"

static const char *const types[] = { [SUBJECT_USER] = "user", [SUBJECT_TEAM] = "team", [SUBJECT_APPLICATION] = "application",
				     [SUBJECT_CONTACT] = "contact" };

enum subject_type subject_type_of(str type)
{
	for (int i = SUBJECT_USER; i <= SUBJECT_CONTACT; i++)
		if (str_equal(type, str_of(types[i])))
			return (enum subject_type)i;
	return SUBJECT_UNKNOWN;
}

static err by_id(struct store *store, enum subject_type type, const struct uuid *id, int64_t *out_key)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_SUBJECT_BY_ID, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, &row));
	*out_key = row && column_i64(&s, 1) == (int64_t)type ? column_i64(&s, 0) : 0;
	return OK;
}

/* The directory's id of a person or of an application. */
static err by_directory_id(struct store *store, enum subject_type type, const struct uuid *id, int64_t *out_key)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, type == SUBJECT_USER ? &SQL_SUBJECT_BY_OBJECT : &SQL_SUBJECT_BY_APPLICATION, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, &row));
	*out_key = row ? column_i64(&s, 0) : 0;
	return OK;
}

static err by_name(struct store *store, str name, int64_t *out_key)
{
	SCOPED(statement) s = { 0 };
	bool row, another = false;
	int64_t key = 0;
	TRY(statement_open(store, &SQL_SUBJECT_BY_NAME, &s));
	TRY(bind_text(&s, 1, name));
	TRY(statement_step(&s, &row));
	if (row) {
		key = column_i64(&s, 0);
		TRY(statement_step(&s, &another));
	}
	*out_key = another ? 0 : key;
	return OK;
}

/* A name is whose the directory says it is. What it does not know, and while it is silent, is looked for among the users of the environment. */
static err by_upn(struct data_call *dc, str name, struct uuid *out_object, int64_t *out_key)
{
	struct store *store = dc->app->store;
	err e = authz_object_by_upn(dc->app->authz, name, out_object);
	*out_key = 0;
	if (failed(e) && err_kind_of(e) != ERR_UNAVAILABLE)
		return e;
	if (failed(e) || uuid_is_nil(out_object))
		return by_name(store, name, out_key);
	return by_directory_id(store, SUBJECT_USER, out_object, out_key);
}

static err by_any_id(struct store *store, enum subject_type type, const struct uuid *id, int64_t *out_key)
{
	TRY(by_id(store, type, id, out_key));
	return *out_key || type == SUBJECT_TEAM ? OK : by_directory_id(store, type, id, out_key);
}

/* A person of the tenant who is no user yet. */
static err person_arrive(struct data_call *dc, const struct uuid *object, struct access_entity *entity)
{
	enum authz_reason reason;
	struct audit_event who = audit_who(dc);
	err e = authz_user_by_object(dc->app->authz, object, dc->web->now, &who, &entity->key, &reason);
	if (err_kind_of(e) != ERR_NOT_FOUND)
		return e;
	entity->key = 0;
	entity->refused = reason;
	return OK;
}

err subject_arrive(struct data_call *dc, struct access_entity *entity)
{
	enum subject_type type = subject_type_of(entity->type);
	struct uuid id = { { 0 } };
	entity->key = 0;
	if (type == SUBJECT_CONTACT)
		entity->refused = REASON_NO_TABLE_PERMISSION;
	if (type == SUBJECT_UNKNOWN || type == SUBJECT_CONTACT || entity->id.len == 0)
		return OK;
	if (!failed(uuid_parse(entity->id, &id)))
		TRY(by_any_id(dc->app->store, type, &id, &entity->key));
	else if (type == SUBJECT_USER)
		TRY(by_upn(dc, entity->id, &id, &entity->key));
	return entity->key || type != SUBJECT_USER || uuid_is_nil(&id) ? OK : person_arrive(dc, &id, entity);
}
