/* Transactions, savepoints, and what keeps the log short. */
#include <stdio.h>

#include "host/clock.h"
#include "host/fault.h"
#include "store/sqlite_internal.h"

static err run(struct store *store, str sql)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open_text(store, sql, &s));
	return statement_run(&s);
}

bool store_in_transaction(const struct store *store)
{
	return !sqlite3_get_autocommit(store->db);
}

bool store_writing(const struct store *store)
{
	return sqlite3_txn_state(store->db, "main") == SQLITE_TXN_WRITE;
}

/* Works whatever state an error left: SQLite itself rolls back on some of them. */
static void roll_back(struct store *store)
{
	if (store_in_transaction(store) && failed(run(store, S("ROLLBACK")))) /* prepared: every read ends like this */
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->savepoints = 0;
	store->open_to_parts = false;
}

static err begin_part(struct store *store, struct transaction *out)
{
	TRY(savepoint_begin(store));
	*out = (struct transaction){ store, true };
	return OK;
}

static err begin(struct store *store, str sql, struct transaction *out)
{
	if (store_in_transaction(store) && store->open_to_parts)
		return begin_part(store, out);
	if (store_in_transaction(store))
		FAIL(ERR_INTERNAL, "transactions do not nest");
	TRY(run(store, sql));
	store->changes_at_begin = sqlite3_total_changes64(store->db);
	store->savepoints = 0;
	store->open_to_parts = false;
	*out = (struct transaction){ store, false };
	return OK;
}

err transaction_begin(struct store *store, struct transaction *out)
{
	return begin(store, S("BEGIN IMMEDIATE"), out);
}

err transaction_begin_read(struct store *store, struct transaction *out)
{
	return begin(store, S("BEGIN DEFERRED"), out);
}

err transaction_commit(struct transaction *tx)
{
	struct store *store = tx->store;

	if (!store || !store_in_transaction(store))
		FAIL(ERR_UNAVAILABLE, "the transaction was rolled back before");
	if (tx->part) {
		TRY(savepoint_keep(store));
		tx->store = NULL;
		return OK;
	}
	FAULT("store.commit.before");
	err e = run(store, S("COMMIT"));
	FAULT("store.commit.after");
	if (failed(e))
		roll_back(store);
	tx->store = NULL;
	store->savepoints = 0;
	store->open_to_parts = false;
	store_maintain(store);
	return e;
}

void transaction_open_to_parts(struct transaction *tx)
{
	tx->store->open_to_parts = true;
}

void transaction_release(struct transaction *tx)
{
	/* a part that cannot be undone by itself takes the whole along: fail closed */
	if (tx->store && (!tx->part || !store_in_transaction(tx->store) || failed(savepoint_undo(tx->store))))
		roll_back(tx->store);
	tx->store = NULL;
}

static err savepoint(struct store *store, const char *verb, int depth)
{
	char sql[48];
	int n = snprintf(sql, sizeof sql, "%s s%d", verb, depth);
	return run(store, (str){ sql, (size_t)n });
}

err savepoint_begin(struct store *store)
{
	if (!store_in_transaction(store))
		FAIL(ERR_INTERNAL, "a savepoint stands inside a transaction");
	TRY(savepoint(store, "SAVEPOINT", store->savepoints + 1));
	store->savepoints++;
	return OK;
}

err savepoint_keep(struct store *store)
{
	if (!store->savepoints)
		FAIL(ERR_INTERNAL, "no savepoint to keep");
	TRY(savepoint(store, "RELEASE", store->savepoints));
	store->savepoints--;
	return OK;
}

err savepoint_undo(struct store *store)
{
	if (!store->savepoints)
		FAIL(ERR_INTERNAL, "no savepoint to undo");
	store->undone++;
	TRY(savepoint(store, "ROLLBACK TO", store->savepoints));
	return savepoint_keep(store);
}

err store_execute_internal(struct store *store, const char *sql)
{
	bool before = store->setting_up;
	store->setting_up = true;
	int rc = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	store->setting_up = before;
	return store_error(store, rc);
}

err store_execute(struct store *store, str sql)
{
	char *text = sqlite3_mprintf("%.*s", STR_ARG(sql));
	if (!text)
		FAIL(ERR_LIMIT, "no memory for the statements");
	int rc = sqlite3_exec(store->db, text, NULL, NULL, NULL);
	sqlite3_free(text);
	return store_error(store, rc);
}

/* --- the log --- */

static err anchor_move(struct store *store, enum anchor_phase phase, const uint8_t *salts)
{
	struct database_anchor *a = &store->sidecar.anchor;

	a->change_counter = (uint64_t)store->epoch << 2 | phase;
	a->page_count = store->vfs.page_count;
	memcpy(a->page1_tag, store->vfs.page1_tag, sizeof a->page1_tag);
	a->time_ms = clock_now(&clock_system).ms;
	if (salts)
		memcpy(a->wal_salts, salts, sizeof a->wal_salts);
	TRY(sidecar_write(store->sidecar_path, &store->anchor_key, &store->sidecar));
	FAULT("store.anchor.sidecar_written");
	if (!store->anchor_door.put)
		return OK;
	err e = store->anchor_door.put(store->anchor_door.self, a);
	/* A keeper that is being restarted is behind by one step: the newer of the two anchors counts at open. */
	return err_kind_of(e) == ERR_UNAVAILABLE ? OK : e;
}

err store_log_starting(void *self, const uint8_t salts[static 8])
{
	return anchor_move(self, ANCHOR_LOG_STARTING, salts);
}

err store_log_durable(void *self)
{
	return anchor_move(self, ANCHOR_LOG_DURABLE, NULL);
}

err store_anchor_checkpointed(struct store *store)
{
	static const uint8_t no_log[8] = { 0 };
	return anchor_move(store, ANCHOR_CHECKPOINTED, no_log);
}

/* The epoch grows first, so that page 1 changes with every checkpoint and its tag names this very state of the file.
 * The log is begun anew over its old frames, not cut to nothing: a commit that lengthens a file makes the file system write its own
 * journal too, which costs three times the commit. Old frames carry old salts and are never replayed; closing removes the file. */
err store_checkpoint(struct store *store)
{
	char bump[48];
	int in_log = 0, moved = 0;

	snprintf(bump, sizeof bump, "PRAGMA user_version=%u", (store->epoch + 1) & INT32_MAX);
	TRY(store_execute_internal(store, bump));
	store->epoch++;
	FAULT("store.checkpoint.before");
	TRY(store_error(store, sqlite3_wal_checkpoint_v2(store->db, "main", SQLITE_CHECKPOINT_RESTART, &in_log, &moved)));
	FAULT("store.checkpoint.before_anchor");
	store->log_frames = 0;
	return store_anchor_checkpointed(store);
}

void store_maintain(struct store *store)
{
	if (store->log_frames < CHECKPOINT_FRAMES || store->lent || store_in_transaction(store) || store->vfs.poisoned)
		return;
	/* A failure (a full disk) leaves the log as it is: nothing is lost, and the next commit tries again. */
	if (failed(store_checkpoint(store)))
		store->log_frames = CHECKPOINT_FRAMES / 2;
}

void store_idle(struct store *store)
{
	if (!store->log_frames || store->lent || store_in_transaction(store) || store->vfs.poisoned)
		return;
	if (failed(store_checkpoint(store)))
		return; /* nothing is lost: the log stays, and is moved later */
}

uint32_t store_failed_page(const struct store *store)
{
	return store->vfs.poisoned_page;
}
