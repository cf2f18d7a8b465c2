#include "access/subject.h"

#include "access/sql_catalog.h"
#include "authz/authz.h"
#include "data/audit_who.h"

static const char *const types[] = { [SUBJECT_USER] = "user", [SUBJECT_TEAM] = "team", [SUBJECT_APPLICATION] = "application" };

enum subject_type subject_type_of(str type)
{
	for (int i = SUBJECT_USER; i <= SUBJECT_APPLICATION; i++)
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

err subject_find(struct store *store, const struct access_entity *entity, int64_t *out_key)
{
	enum subject_type type = subject_type_of(entity->type);
	struct uuid id;
	*out_key = 0;
	if (type == SUBJECT_UNKNOWN || entity->id.len == 0)
		return OK;
	if (failed(uuid_parse(entity->id, &id)))
		return type == SUBJECT_USER ? by_name(store, entity->id, out_key) : OK;
	TRY(by_id(store, type, &id, out_key));
	return *out_key || type == SUBJECT_TEAM ? OK : by_directory_id(store, type, &id, out_key);
}

err subject_arrive(struct data_call *dc, struct access_entity *entity)
{
	enum authz_reason reason;
	struct uuid id;
	int64_t key;
	TRY(subject_find(dc->app->store, entity, &key));
	if (key || subject_type_of(entity->type) != SUBJECT_USER || failed(uuid_parse(entity->id, &id)))
		return OK;
	struct audit_event who = audit_who(dc);
	err e = authz_user_by_object(dc->app->authz, &id, dc->web->now, &who, &key, &reason);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		entity->refused = reason;
	return err_kind_of(e) == ERR_NOT_FOUND ? OK : e;
}
