/* store/sqlite_function.c - functions of SQL text whose answers stand outside the database. */
#include <sqlite3.h>
#include <stdlib.h>

#include "store/function.h"
#include "store/sqlite_internal.h"

struct function {
	store_function answer;
	void *self;
};

static void call(sqlite3_context *context, int count, sqlite3_value **arguments)
{
	const struct function *f = sqlite3_user_data(context);
	int64_t value = 0;
	if (count != 1 || sqlite3_value_type(arguments[0]) != SQLITE_BLOB) {
		sqlite3_result_null(context);
		return;
	}
	const void *at = sqlite3_value_blob(arguments[0]);
	if (f->answer(f->self, bytes_of(at, (size_t)sqlite3_value_bytes(arguments[0])), &value))
		sqlite3_result_int64(context, value);
	else
		sqlite3_result_null(context);
}

err store_add_function(struct store *store, const char *name, store_function answer, void *self)
{
	struct function *f = calloc(1, sizeof *f);
	if (!f)
		FAIL(ERR_LIMIT, "no memory for a function");
	*f = (struct function){ answer, self };
	/* SQLite frees it, also when it fails */
	if (sqlite3_create_function_v2(store->db, name, 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, f, call, NULL, NULL, free) != SQLITE_OK)
		FAIL(ERR_INTERNAL, "SQLite takes no function");
	return OK;
}

struct uuid_function {
	store_uuid_function answer;
};

static bool uuid_argument(sqlite3_value *value, struct uuid *out)
{
	if (sqlite3_value_type(value) != SQLITE_BLOB || sqlite3_value_bytes(value) != (int)sizeof out->b)
		return false;
	memcpy(out->b, sqlite3_value_blob(value), sizeof out->b);
	return true;
}

static void call_uuid(sqlite3_context *context, int count, sqlite3_value **arguments)
{
	const struct uuid_function *f = sqlite3_user_data(context);
	struct uuid left, right;
	if (count != 2 || !uuid_argument(arguments[0], &left) || !uuid_argument(arguments[1], &right)) {
		sqlite3_result_null(context);
		return;
	}
	struct uuid made = f->answer(&left, &right);
	sqlite3_result_blob(context, made.b, sizeof made.b, SQLITE_TRANSIENT);
}

err store_add_uuid_function(struct store *store, const char *name, store_uuid_function answer)
{
	struct uuid_function *f = calloc(1, sizeof *f);
	if (!f)
		FAIL(ERR_LIMIT, "no memory for a function");
	*f = (struct uuid_function){ answer };
	/* SQLite frees it, also when it fails */
	if (sqlite3_create_function_v2(store->db, name, 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, f, call_uuid, NULL, NULL, free) != SQLITE_OK)
		FAIL(ERR_INTERNAL, "SQLite takes no function");
	return OK;
}
