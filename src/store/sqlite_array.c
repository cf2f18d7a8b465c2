/* i64_array(?): a table of the integers bound with bind_i64_array, with one column, `value`. An eponymous virtual table
 * of our own, since Debian's SQLite has no carray and we load no extensions. */
#include <stdlib.h>

#include "store/sqlite_internal.h"

enum { COLUMN_VALUE = 0, COLUMN_POINTER = 1 };

struct cursor {
	sqlite3_vtab_cursor base;
	const struct store_array *array;
	size_t at;
};

static struct cursor *cursor_of(sqlite3_vtab_cursor *c)
{
	return (struct cursor *)(void *)c;
}

static int array_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	(void)aux, (void)argc, (void)argv, (void)message;
	int rc = sqlite3_declare_vtab(db, "CREATE TABLE x(value INTEGER, pointer HIDDEN)");
	if (rc != SQLITE_OK)
		return rc;
	*out = sqlite3_malloc(sizeof **out);
	if (!*out)
		return SQLITE_NOMEM;
	memset(*out, 0, sizeof **out);
	return SQLITE_OK;
}

static int array_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int array_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	for (int i = 0; i < info->nConstraint; i++) {
		if (info->aConstraint[i].iColumn != COLUMN_POINTER || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		if (!info->aConstraint[i].usable)
			return SQLITE_CONSTRAINT;
		info->aConstraintUsage[i].argvIndex = 1;
		info->aConstraintUsage[i].omit = 1;
		info->idxNum = 1;
		info->estimatedCost = 10;
		info->estimatedRows = 10;
		return SQLITE_OK;
	}
	info->estimatedCost = 1e9; /* without its argument it is empty */
	return SQLITE_OK;
}

static int array_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
	struct cursor *c = calloc(1, sizeof *c);

	(void)table;
	if (!c)
		return SQLITE_NOMEM;
	*out = &c->base;
	return SQLITE_OK;
}

static int array_close(sqlite3_vtab_cursor *c)
{
	free(cursor_of(c));
	return SQLITE_OK;
}

static int array_filter(sqlite3_vtab_cursor *c, int plan, const char *name, int argc, sqlite3_value **argv)
{
	(void)name;
	cursor_of(c)->at = 0;
	cursor_of(c)->array = plan == 1 && argc == 1 ? sqlite3_value_pointer(argv[0], STORE_ARRAY_POINTER) : NULL;
	return SQLITE_OK;
}

static int array_next(sqlite3_vtab_cursor *c)
{
	cursor_of(c)->at++;
	return SQLITE_OK;
}

static int array_eof(sqlite3_vtab_cursor *c)
{
	return !cursor_of(c)->array || cursor_of(c)->at >= cursor_of(c)->array->count;
}

static int array_column(sqlite3_vtab_cursor *c, sqlite3_context *context, int column)
{
	if (column == COLUMN_VALUE)
		sqlite3_result_int64(context, cursor_of(c)->array->value[cursor_of(c)->at]);
	return SQLITE_OK;
}

static int array_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)cursor_of(c)->at;
	return SQLITE_OK;
}

int store_array_register(sqlite3 *db)
{
	static const sqlite3_module module = {
		.xConnect = array_connect, .xBestIndex = array_best_index, .xDisconnect = array_disconnect, .xOpen = array_open,
		.xClose = array_close, .xFilter = array_filter, .xNext = array_next, .xEof = array_eof,
		.xColumn = array_column, .xRowid = array_rowid,
	};
	return sqlite3_create_module_v2(db, "i64_array", &module, NULL, NULL);
}
