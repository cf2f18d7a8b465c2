/* store/sqlite_internal.h - the store object, shared by the parts that serve store.h with SQLite. */
#ifndef STORE_SQLITE_INTERNAL_H
#define STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "store/sqlite_sidecar.h"
#include "store/sqlite_vfs.h"
#include "store/store.h"

enum { STATEMENTS_CACHED_MAX = 256, STATEMENT_BUCKETS = 512, CHECKPOINT_FRAMES = 1000, CACHE_BYTES_DEFAULT = 8 << 20 };

/* A prepared statement: free in the cache, or lent to one user. */
struct prepared {
	sqlite3_stmt *stmt;
	const struct sql_text *origin; /* null: opened by its text, whose hash this is */
	uint64_t hash;
	char *text;
	size_t text_len;
	bool lent;
	uint64_t used_at;
	struct prepared *chain;
};

struct store {
	sqlite3 *db;
	struct seal_vfs vfs;
	int lock;                   /* descriptor that holds the OFD lock */
	char *path, *sidecar_path;
	struct purpose_key anchor_key;
	struct store_anchor anchor_door;
	struct sidecar sidecar;
	uint32_t epoch;             /* user_version as last committed */
	int log_frames;
	int savepoints;
	bool open_to_parts; /* the transaction that stands */
	size_t lent;
	struct watch *watches;      /* sqlite_watch.c */
	bool setting_up;            /* the authorizer lets everything pass: our own statements */
	uint64_t uses;
	int64_t changes_at_begin;   /* of the last transaction: one that changed nothing has nothing to undo */
	uint64_t undone;            /* how often changes were rolled back */
	size_t cached;
	struct prepared *bucket[STATEMENT_BUCKETS];
};

/* As store_open, over another lower VFS: for tests that put a disk of their own under it. */
MUST_USE NONNULL err store_open_over(const struct store_options *options, const char *lower_vfs, struct store **out);
/* The error that a SQLite result code stands for, the handle's state considered. */
NONNULL err store_error(struct store *store, int rc);
MUST_USE NONNULL err store_execute_internal(struct store *store, const char *sql);
/* Bumps the epoch, moves the log into the database, empties it, moves the anchor. */
MUST_USE NONNULL err store_checkpoint(struct store *store);
/* Checkpoints when the log is long and nothing is going on. */
NONNULL void store_maintain(struct store *store);
NONNULL void statements_drop(struct store *store);
/* After the connection is closed. */
NONNULL void watches_free(struct store *store);
MUST_USE NONNULL err store_migrate(struct store *store, const struct sql_migration *rows, size_t count);
NONNULL int store_array_register(sqlite3 *db);
#define STORE_ARRAY_POINTER "bailiwick-i64"
struct store_array {
	size_t count;
	sqlite3_int64 value[];
};
/* Called by the VFS when a log begins and when it is on the disk: they move the anchor. */
err store_log_starting(void *self, const uint8_t salts[static 8]);
err store_log_durable(void *self);
MUST_USE NONNULL err store_anchor_checkpointed(struct store *store);
/* The authorizer: rule 13. */
int store_authorize(void *self, int action, const char *a, const char *b, const char *database, const char *trigger);

#endif
