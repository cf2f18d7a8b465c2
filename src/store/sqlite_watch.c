/* store/sqlite_watch.c - who is told of changed rows: triggers of this connection alone, so that the database itself names no function.
 * SQLite's own hooks are of no use: the one that every library has is silent about tables WITHOUT ROWID. */
#include <stdio.h>
#include <stdlib.h>

#include "store/sqlite_internal.h"

enum { WATCH_TEXT_MAX = 512 };

/* Lives as long as the handle: the function points to it. */
struct watch {
	struct watch *next;
	const char *table;
	store_watcher told; /* null: nobody */
	void *self;
};

static void call(sqlite3_context *context, int count, sqlite3_value **arguments)
{
	const struct watch *w = sqlite3_user_data(context);
	if (w->told && count == 2)
		w->told(w->self, sqlite3_value_int64(arguments[0]), sqlite3_value_int64(arguments[1]));
	sqlite3_result_null(context);
}

static err triggers_make(struct store *store, const char *table, const char *a, const char *b)
{
	static const struct { const char *event; bool before, after; } events[] = { { "INSERT", false, true }, { "UPDATE", true, true }, { "DELETE", true, false } };
	char text[WATCH_TEXT_MAX], was[WATCH_TEXT_MAX / 4], is[WATCH_TEXT_MAX / 4];
	snprintf(was, sizeof was, "SELECT watch_%s(old.%s, old.%s);", table, a, b);
	snprintf(is, sizeof is, "SELECT watch_%s(new.%s, new.%s);", table, a, b);
	for (size_t i = 0; i < COUNT_OF(events); i++) {
		int n = snprintf(text, sizeof text, "CREATE TEMP TRIGGER watch_%s_%s AFTER %s ON main.%s BEGIN %s %s END", table, events[i].event, events[i].event,
				 table, events[i].before ? was : "", events[i].after ? is : "");
		if (n < 0 || (size_t)n >= sizeof text)
			FAIL(ERR_INTERNAL, "a name too long to watch");
		TRY(store_execute_internal(store, text));
	}
	return OK;
}

static err watch_make(struct store *store, const char *table, const char *a, const char *b, struct watch **out)
{
	char name[WATCH_TEXT_MAX / 4];
	struct watch *w = calloc(1, sizeof *w);
	if (!w)
		FAIL(ERR_LIMIT, "no memory to watch a table");
	*w = (struct watch){ .next = store->watches, .table = table };
	store->watches = w;
	snprintf(name, sizeof name, "watch_%s", table);
	if (sqlite3_create_function_v2(store->db, name, 2, SQLITE_UTF8, w, call, NULL, NULL, NULL) != SQLITE_OK)
		FAIL(ERR_INTERNAL, "SQLite takes no function");
	TRY(triggers_make(store, table, a, b));
	*out = w;
	return OK;
}

static struct watch *watch_find(const struct store *store, const char *table)
{
	struct watch *w = store->watches;
	while (w && strcmp(w->table, table) != 0)
		w = w->next;
	return w;
}

err store_watch(struct store *store, const char *table, const char *a, const char *b, store_watcher told, void *self)
{
	struct watch *w = watch_find(store, table);
	if (!w)
		TRY(watch_make(store, table, a, b, &w));
	w->told = told;
	w->self = self;
	return OK;
}

void store_watch_end(struct store *store, const char *table)
{
	struct watch *w = watch_find(store, table);
	if (w)
		w->told = NULL;
}

void watches_free(struct store *store)
{
	for (struct watch *next; store->watches; store->watches = next) {
		next = store->watches->next;
		free(store->watches);
	}
}
