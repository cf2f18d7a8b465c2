/* Migrations: numbered, forward only, each in one transaction with the row that says it has run. */
#include "host/clock.h"
#include "store/sqlite_internal.h"

static err migrated(struct store *store, int number, bool *out)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open_text(store, S("SELECT 1 FROM schema_migration WHERE number=?1"), &s));
	TRY(bind_i64(&s, 1, number));
	return statement_step(&s, out);
}

static err apply(struct store *store, const struct sql_migration *m)
{
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(store, &tx));
	TRY(store_execute(store, str_of(m->text)));
	{
		SCOPED(statement) s = { 0 };
		TRY(statement_open_text(store, S("INSERT INTO schema_migration(number,name,applied_ms) VALUES(?1,?2,?3)"), &s));
		TRY(bind_i64(&s, 1, m->number));
		TRY(bind_text(&s, 2, str_of(m->name)));
		TRY(bind_i64(&s, 3, clock_now(&clock_system).ms));
		TRY(statement_run(&s));
	}
	return transaction_commit(&tx);
}

err store_migrate(struct store *store, const struct sql_migration *rows, size_t count)
{
	TRY(store_execute(store, S("CREATE TABLE IF NOT EXISTS schema_migration("
				   "number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_ms INTEGER NOT NULL) STRICT")));
	for (size_t i = 0; i < count; i++) {
		bool done = false;
		TRY(migrated(store, rows[i].number, &done));
		if (!done)
			TRY(apply(store, &rows[i]));
	}
	return OK;
}
