/* store/store.h - a handle on exactly one database, and SQL statements on it.
 *
 * An interface that SQLite serves (store/sqlite_*.c, through the sealing VFS) and that PostgreSQL will fit behind.
 * A process opens one database and owns it exclusively. Statements come from .sql files compiled in (struct sql_text)
 * or, for the data worker's planner, from text built from trusted fragments with every value bound.
 *
 * Errors: ERR_FULL without room on the disk (the transaction is rolled back and the handle usable again), ERR_CONFLICT on
 * a violated constraint, ERR_CORRUPT on a page that fails authentication or when the handle is poisoned: the process
 * then exits and is restarted; it never goes on with memory and disk in disagreement. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/uuid.h"

struct store;

/* One statement of a .sql file; made by the build (tools/sql_catalog.py). */
struct sql_text {
	const char *name; /* "user_by_name" */
	const char *text;
};

/* A numbered migration: several statements, run in one transaction, once, in order, never back. */
struct sql_migration {
	int number;
	const char *name, *text;
};

struct database_keys;   /* keys/client.h */
struct database_anchor; /* keys/client.h */

/* Where the freshness anchor is kept besides the sidecar: the keeper (keys_anchor_put, keys_anchor_get). `get` answers
 * ERR_NOT_FOUND before the first. All null: the sidecar alone, which is put back along with a database put back. */
struct store_anchor {
	err (*put)(void *self, const struct database_anchor *anchor);
	err (*get)(void *self, struct database_anchor *out);
	void *self;
};

struct store_options {
	const char *path;                  /* of the database file; its log and sidecar stand beside it */
	const struct database_keys *keys;  /* copied into the store's own locked memory                 */
	const struct sql_migration *migrations;
	size_t migration_count;
	size_t cache_bytes;                /* page cache; 0: a default                                  */
	struct store_anchor anchor;        /* zeroed: none                                              */
};

/* Opens or creates, takes the exclusive lock, recovers the log, runs missing migrations. ERR_CORRUPT when the file does
 * not belong to these keys or is behind its anchor; ERR_CONFLICT when another process owns it. */
MUST_USE NONNULL err store_open(const struct store_options *options, struct store **out);
/* Checkpoints, closes, wipes. Accepts null. */
void store_close(struct store *store);

/* --- statements --- */

struct statement {
	struct store *store;
	void *handle; /* engine's own */
};

/* From the cache of prepared statements, reset and without bindings. */
MUST_USE NONNULL err statement_open(struct store *store, const struct sql_text *sql, struct statement *out);
/* For text built at run time; cached by its content, so keep the number of shapes small and bind every value. */
MUST_USE NONNULL err statement_open_text(struct store *store, str sql, struct statement *out);
/* Rewound, to be bound and stepped anew: for the same question many times over. Bindings stay until they are replaced. */
NONNULL void statement_again(struct statement *s);
/* Gives it back to the cache. Accepts a zeroed value. Use SCOPED(statement). */
NONNULL void statement_release(struct statement *s);

/* Parameters are numbered from 1 (?1, ?2). Text and octets are copied. */
MUST_USE NONNULL err bind_i64(struct statement *s, int index, int64_t value);
MUST_USE NONNULL err bind_f64(struct statement *s, int index, double value);
MUST_USE NONNULL err bind_text(struct statement *s, int index, str value);
MUST_USE NONNULL err bind_bytes(struct statement *s, int index, bytes value);
MUST_USE NONNULL err bind_uuid(struct statement *s, int index, const struct uuid *value); /* 16 octets */
MUST_USE NONNULL err bind_null(struct statement *s, int index);
/* A list of integers: `... IN (SELECT value FROM i64_array(?3))`. Copied. */
MUST_USE NONNULL err bind_i64_array(struct statement *s, int index, const int64_t *values, size_t count);

/* Moves to the next row; *out_row is false at the end. */
MUST_USE NONNULL err statement_step(struct statement *s, bool *out_row);
/* For statements that give no rows. */
MUST_USE NONNULL err statement_run(struct statement *s);
/* The same, and ERR_NOT_FOUND when no row was changed. */
MUST_USE NONNULL err statement_run_one(struct statement *s);

/* Columns of the present row, from 0. Views live until the next step or release. */
NONNULL bool column_is_null(const struct statement *s, int index);
NONNULL int64_t column_i64(const struct statement *s, int index);
NONNULL double column_f64(const struct statement *s, int index);
NONNULL str column_text(const struct statement *s, int index);
NONNULL bytes column_bytes(const struct statement *s, int index);
/* Zero when it is not 16 octets. */
NONNULL struct uuid column_uuid(const struct statement *s, int index);
NONNULL int column_count(const struct statement *s);
enum column_kind { COLUMN_NULL, COLUMN_INTEGER, COLUMN_FLOAT, COLUMN_TEXT, COLUMN_BYTES };
NONNULL enum column_kind column_kind(const struct statement *s, int index);

/* Rows changed by the last statement that ran. */
NONNULL int64_t store_changes(const struct store *store);
NONNULL int64_t store_last_rowid(const struct store *store);
/* Another number whenever rows may differ from before: a statement that changed some has ended, or changes were undone. Nobody else
 * writes to this database, so what was read at a mark is still so while the mark stands. */
NONNULL uint64_t store_mark(const struct store *store);

/* --- transactions --- */

/* A write transaction. Released without commit it rolls back. Not nested, unless the outer one is open to parts.
 *     SCOPED(transaction) tx = { 0 };
 *     TRY(transaction_begin(store, &tx)); ...; return transaction_commit(&tx); */
struct transaction {
	struct store *store;
	bool part; /* of an outer one: a savepoint */
};
MUST_USE NONNULL err transaction_begin(struct store *store, struct transaction *out);
/* A read snapshot across several statements; released the same way. */
MUST_USE NONNULL err transaction_begin_read(struct store *store, struct transaction *out);
/* Durable when it returns OK. On an error everything is rolled back. */
MUST_USE NONNULL err transaction_commit(struct transaction *tx);
NONNULL void transaction_release(struct transaction *tx);
/* Until it ends, transactions begun inside this one are parts of it: their commit keeps the part and makes nothing durable, their
 * release undoes it (OData change sets). */
NONNULL void transaction_open_to_parts(struct transaction *tx);
NONNULL bool store_in_transaction(const struct store *store);
/* Could the database hold what is not committed? A write transaction goes on, or a statement that writes. */
NONNULL bool store_writing(const struct store *store);
/* A point inside a write transaction to roll back to (nested, by name): for change sets. */
MUST_USE NONNULL err savepoint_begin(struct store *store);
MUST_USE NONNULL err savepoint_keep(struct store *store);
MUST_USE NONNULL err savepoint_undo(struct store *store);

/* A function of SQL for what is known outside the database: of one BLOB; false: NULL. A later one of the same name takes its place. Its views
 * cannot be read where it was not added. */
typedef bool (*store_function)(void *self, bytes argument, int64_t *out);
MUST_USE NONNULL err store_add_function(struct store *store, const char *name, store_function answer, void *self);

/* Tells of every row of a table that comes, goes or changes, whatever statement, trigger or foreign key does it, before any other statement can see
 * it: two columns of integers, as they were and as they are. That a change is undone is not told. One watcher a table; a later one takes its
 * place. Names are borrowed for the handle's life. Outside a transaction. */
typedef void (*store_watcher)(void *self, int64_t a, int64_t b);
MUST_USE NONNULL err store_watch(struct store *store, const char *table, const char *a, const char *b, store_watcher told, void *self);
NONNULL void store_watch_end(struct store *store, const char *table);

/* Runs several statements separated by ';' without parameters: for schema work (CREATE TABLE of custom tables). */
MUST_USE NONNULL err store_execute(struct store *store, str sql);

/* The page that failed its check when calls answer ERR_CORRUPT; 0 when none did. For the audit event. */
NONNULL uint32_t store_failed_page(const struct store *store);

/* Work when nothing else is to do: checkpoint. Cheap when there is nothing. */
NONNULL void store_idle(struct store *store);

#endif
