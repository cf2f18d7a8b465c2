/* authz/admin_cells.c - shares of single cells (1.12, 4.11: principalobjectattributeaccessset). Nobody shares what they may not do with the
 * column themselves, nor a cell of a row that they do not read. */
#include "authz/admin_internal.h"
#include "authz/columns.h"
#include "authz/share.h"

struct cell {
	const struct table *table;
	const struct column *column;
	int64_t row, principal;
	const struct uuid *row_id;
};

static err bound(struct admin_call *call, const struct uuid *column, int64_t rights)
{
	return (rights & ~(int64_t)authz_column_rights(call->caller, column)) ? admin_refuse(call, REASON_GRANT_EXCEEDS_CALLER, "%s", "") : OK;
}

static err rights_of(struct admin_call *call, struct admin_values values, int64_t *inout)
{
	const struct admin_value *read = value_named(values, "readaccess"), *update = value_named(values, "updateaccess");
	if (read)
		*inout = (*inout & ~(int64_t)COLUMN_RIGHT_READ) | (value_i64(read, 0) ? COLUMN_RIGHT_READ : 0);
	if (update)
		*inout = (*inout & ~(int64_t)COLUMN_RIGHT_UPDATE) | (value_i64(update, 0) ? COLUMN_RIGHT_UPDATE : 0);
	return *inout ? OK : admin_refuse(call, REASON_CELL_SHARE_EMPTY, "%s", "");
}

static err column_find(struct admin_call *call, struct admin_values values, struct cell *out)
{
	const struct admin_value *v = value_named(values, "attributeid");
	out->table = metadata_table_by_type_code(call->authz->metadata, (int32_t)value_i64(value_named(values, "objecttypecode"), 0));
	for (size_t i = 0; out->table && v && v->kind == ADMIN_UUID && i < out->table->column_count; i++)
		if (uuid_equal(&out->table->columns[i].id, &v->uuid))
			out->column = &out->table->columns[i];
	if (!out->column)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "attributeid must be the MetadataId of a column of the row's table.");
	return out->column->flags & COLUMN_SECURED ? OK : admin_refuse(call, REASON_COLUMN_NOT_SECURED, "%s", "");
}

static err row_find(struct admin_call *call, struct admin_values values, struct cell *out)
{
	const struct admin_value *v = value_named(values, "objectid");
	bool owned = table_is_owned(out->table), row;
	struct decision d;
	SCOPED(statement) s = { 0 };
	if (!v || v->kind != ADMIN_UUID)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A share of a cell names its row.");
	out->row_id = &v->uuid;
	TRY(admin_settle(call, out->table, authz_check_privilege(call->caller, out->table, RIGHT_READ)));
	str sql = str_format(call->arena, "SELECT key%s FROM %.*s WHERE id = ?1", owned ? ", owner, unit" : ", 0, 0", STR_ARG(out->table->sql));
	TRY_NEW(sql.at);
	TRY(statement_open_text(call->authz->store, sql, &s));
	TRY(bind_uuid(&s, 1, &v->uuid));
	TRY(statement_step(&s, &row));
	if (!row)
		return admin_refuse(call, REASON_NOT_FOUND, "%s", "The row does not exist.");
	out->row = column_i64(&s, 0);
	TRY(authz_decide_row(call->authz, call->caller, out->table, RIGHT_READ, out->row, column_i64(&s, 1), column_i64(&s, 2), &d));
	return admin_settle(call, out->table, d);
}

static err principal_find(struct admin_call *call, struct admin_values values, struct cell *out)
{
	const struct admin_value *v = value_named(values, "principalid");
	struct principal_place place;
	if (!v || v->kind != ADMIN_UUID)
		return admin_refuse(call, REASON_INVALID_ARGUMENT, "%s", "A share of a cell names a user or team.");
	err e = authz_principal_by_id(call->authz, &v->uuid, &place);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return admin_refuse(call, REASON_NOT_FOUND, "%s", "The principal does not exist.");
	out->principal = failed(e) ? 0 : place.key;
	return e;
}

err cell_create(struct admin_call *call, const struct table *t, struct admin_values values, struct uuid *out_id)
{
	struct cell c = { 0 };
	struct uuid id;
	int64_t rights = 0, version, exists;
	TRY(column_find(call, values, &c));
	if (!c.table || !c.column)
		FAIL(ERR_INTERNAL, "a cell of no column");
	TRY(rights_of(call, values, &rights));
	TRY(row_find(call, values, &c));
	TRY(principal_find(call, values, &c));
	TRY(bound(call, &c.column->id, rights));
	TRY(sql_i64(call->authz->store, &SQL_AUTHZ_CELL_EXISTS,
		    ARGS(arg_i64(c.table->ordinal), arg_i64(c.row), arg_uuid(&c.column->id), arg_i64(c.principal)), &exists));
	if (exists)
		return admin_refuse(call, REASON_CELL_SHARE_DUPLICATE, "%s", "");
	TRY(admin_new_id(call, values, t, &id));
	TRY(version_take(call->authz->store, &version));
	TRY(admin_inserted(call, sql_run(call->authz->store, &SQL_AUTHZ_CELL_INSERT,
			ARGS(arg_uuid(&id), arg_i64(c.table->ordinal), arg_i64(c.table->object_type_code), arg_i64(c.row), arg_uuid(c.row_id),
			     arg_uuid(&c.column->id), arg_i64(c.principal), arg_i64(rights), arg_i64(version)))));
	TRY(admin_emit(call, S("create.principalobjectattributeaccess"), t, &id, c.column->logical_name, values));
	*out_id = id;
	return authz_epoch_bump(call->authz);
}

static err cell_read(struct admin_call *call, int64_t key, struct uuid *out_column, int64_t *out_rights)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(call->authz->store, &SQL_AUTHZ_CELL_READ, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_INTERNAL, "a share of a cell that was there is not");
	*out_column = column_uuid(&s, 0);
	*out_rights = column_i64(&s, 1);
	return OK;
}

err cell_update(struct admin_call *call, const struct table *t, const struct uuid *id, struct admin_values values)
{
	struct admin_row row;
	struct uuid column;
	int64_t rights, version;
	TRY(admin_row(call, t, id, RIGHT_WRITE, &row));
	TRY(cell_read(call, row.key, &column, &rights));
	TRY(bound(call, &column, rights));
	TRY(rights_of(call, values, &rights));
	TRY(bound(call, &column, rights));
	TRY(version_take(call->authz->store, &version));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_CELL_UPDATE, ARGS(arg_i64(row.key), arg_i64(rights), arg_i64(version))));
	TRY(admin_emit(call, S("update.principalobjectattributeaccess"), t, id, S(""), values));
	return authz_epoch_bump(call->authz);
}

err cell_delete(struct admin_call *call, const struct table *t, const struct uuid *id)
{
	struct admin_row row;
	struct uuid column;
	int64_t rights;
	TRY(admin_row(call, t, id, RIGHT_DELETE, &row));
	TRY(cell_read(call, row.key, &column, &rights));
	TRY(bound(call, &column, rights));
	TRY(sql_run(call->authz->store, &SQL_AUTHZ_CELL_DELETE, ARGS(arg_i64(row.key))));
	TRY(admin_emit_json(call, S("delete.principalobjectattributeaccess"), t, id, S(""), S("")));
	return authz_epoch_bump(call->authz);
}
