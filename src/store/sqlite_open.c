/* Opening and closing: the lock, the sidecar, the anchor's judgement, the settings. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/fault.h"
#include "host/file.h"
#include "store/sqlite_internal.h"

/* One owner. An OFD lock, since a POSIX lock is lost when any descriptor of the file is closed in the process. */
static err take_lock(struct store *store)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	store->lock = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	if (store->lock < 0)
		return err_of_errno(errno);
	if (fcntl(store->lock, F_OFD_SETLK, &whole) == 0)
		return OK;
	if (errno == EAGAIN || errno == EACCES)
		FAIL(ERR_CONFLICT, "another process owns this database");
	return err_of_errno(errno);
}

/* The keeper's anchor when it is newer than the sidecar's. *out_known is false before the first. */
static err newest_anchor(struct store *store, bool sidecar_known, bool *out_known)
{
	struct database_anchor kept;

	*out_known = sidecar_known;
	if (!store->anchor_door.get)
		return OK;
	err e = store->anchor_door.get(store->anchor_door.self, &kept);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	*out_known = true;
	if (!sidecar_known || kept.change_counter > store->sidecar.anchor.change_counter)
		store->sidecar.anchor = kept;
	return OK;
}

/* Settles whether the database is to be made, from the sidecar, the anchor and the file. */
static err read_boot_record(struct store *store, const struct database_keys *keys, bool *out_create)
{
	struct stat info;
	bool anchored;

	err e = sidecar_read(store->sidecar_path, &store->anchor_key, &store->sidecar);
	bool found = !failed(e);
	if (!found && err_kind_of(e) != ERR_NOT_FOUND)
		return e;
	if (found && !uuid_equal(&store->sidecar.database_id, &keys->database_id))
		FAIL(ERR_CORRUPT, "the sidecar belongs to another database");
	bool ready = found && store->sidecar.state == SIDECAR_READY;
	TRY(newest_anchor(store, ready, &anchored));
	if (fstat(store->lock, &info) != 0)
		return err_of_errno(errno);
	if (!ready && anchored)
		FAIL(ERR_CORRUPT, "the keeper knows this database, but its sidecar is gone");
	if (!found && info.st_size > 0)
		FAIL(ERR_CORRUPT, "the database has lost its sidecar");
	*out_create = !ready;
	return OK;
}

/* An interrupted creation leaves nothing that anyone was told of: begin again. */
static err begin_creation(struct store *store, const struct database_keys *keys)
{
	store->sidecar = (struct sidecar){ .state = SIDECAR_CREATING, .database_id = keys->database_id,
					   .key_version = keys->versions[keys->version_count - 1] };
	TRY(sidecar_write(store->sidecar_path, &store->anchor_key, &store->sidecar));
	FAULT("store.create.marked");
	if (ftruncate(store->lock, 0) != 0)
		return err_of_errno(errno);
	return OK;
}

/* cache_spill=OFF: SQLite 3.40 forgets, when a savepoint or a failed statement is undone after a spill, from which frame
 * on it has to recompute the log's sums; the next commit is then acknowledged and lost at recovery (tests/unit/store/
 * power_test.c finds it within a hundred transactions). Without spilling no frame is written before its commit. A page is
 * then also sealed once a transaction; what it changes must fit into memory. */
static err configure(struct store *store, size_t cache_bytes)
{
	static const struct { int op, value; } config[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 }, { SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 }, { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 }, { SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
	};
	static const struct { int id, value; } limits[] = {
		{ SQLITE_LIMIT_ATTACHED, 0 }, { SQLITE_LIMIT_WORKER_THREADS, 0 }, { SQLITE_LIMIT_EXPR_DEPTH, 500 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 4096 }, { SQLITE_LIMIT_SQL_LENGTH, 1 << 20 },
	};
	int reserve = PAGE_RESERVED_BYTES;
	char pragmas[512];

	for (size_t i = 0; i < COUNT_OF(config); i++)
		TRY(store_error(store, sqlite3_db_config(store->db, config[i].op, config[i].value, NULL)));
	for (size_t i = 0; i < COUNT_OF(limits); i++)
		sqlite3_limit(store->db, limits[i].id, limits[i].value);
	TRY(store_error(store, sqlite3_file_control(store->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve)));
	snprintf(pragmas, sizeof pragmas,
		 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=2; PRAGMA page_size=%d; PRAGMA synchronous=FULL;"
		 "PRAGMA wal_autocheckpoint=0; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
		 "PRAGMA cache_spill=OFF;"
		 "PRAGMA cache_size=-%zu",
		 PAGE_BYTES, (cache_bytes ? cache_bytes : CACHE_BYTES_DEFAULT) / 1024);
	return store_execute_internal(store, pragmas);
}

/* Rollback mode writes page 1 once, without a journal file; from then on there is only the log. */
static err finish_creation(struct store *store)
{
	TRY(store_execute_internal(store, "PRAGMA journal_mode=MEMORY; PRAGMA user_version=1; PRAGMA journal_mode=WAL"));
	FAULT("store.create.before_ready");
	store->epoch = 1;
	store->sidecar.state = SIDECAR_READY;
	return store_anchor_checkpointed(store);
}

static err read_epoch(struct store *store)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open_text(store, S("PRAGMA user_version"), &s));
	TRY(statement_step(&s, &row));
	store->epoch = row ? (uint32_t)column_i64(&s, 0) : 0;
	return OK;
}

/* Rule 14: at the anchor, or ahead of it. What is ahead was sealed by us later, so it cannot be an old state. */
static err judge_freshness(struct store *store)
{
	const struct database_anchor *a = &store->sidecar.anchor;
	const struct seal_vfs *v = &store->vfs;
	uint32_t anchored = anchor_epoch(a);
	bool ahead = store->epoch > anchored;
	bool file_at_anchor = v->page1 == PAGE1_AUTHENTIC && memcmp(v->page1_tag, a->page1_tag, 16) == 0;

	if (v->page1 == PAGE1_ABSENT)
		FAIL(ERR_CORRUPT, "the database file is gone or empty");
	if (store->epoch < anchored)
		FAIL(ERR_CORRUPT, "the database is behind its anchor: an old copy was put back");
	/* Page 1 may be torn when a checkpoint was cut short: then the log has it, with the next epoch. */
	bool file_fits = file_at_anchor || (ahead && (v->page1 == PAGE1_BROKEN || v->page1_epoch > anchored));
	if (!file_fits)
		FAIL(ERR_CORRUPT, "the database file is not the anchored one: an old copy was put back");
	if (!ahead && anchor_phase(a) == ANCHOR_LOG_DURABLE && !v->log_found && !v->log_header_found)
		FAIL(ERR_CORRUPT, "the log that belongs to the database is gone");
	return OK;
}

/* Also when SQLite rolls back by itself. */
static void rolled_back(void *self)
{
	struct store *store = self;
	if (sqlite3_total_changes64(store->db) != store->changes_at_begin)
		store->undone++;
}

static int count_frames(void *self, sqlite3 *db, const char *name, int frames)
{
	(void)db, (void)name;
	((struct store *)self)->log_frames = frames;
	return SQLITE_OK;
}

static err open_database(struct store *store, const struct store_options *options, bool create)
{
	const struct database_anchor *a = &store->sidecar.anchor;

	if (!create && anchor_phase(a) != ANCHOR_CHECKPOINTED) {
		memcpy(store->vfs.log_salts, a->wal_salts, sizeof store->vfs.log_salts);
		store->vfs.resealed_from = a->page_count + 1;
	}
	int rc = sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
				 store->vfs.name);
	TRY(store_error(store, rc));
	sqlite3_extended_result_codes(store->db, 1);
	store->setting_up = true;
	sqlite3_set_authorizer(store->db, store_authorize, store);
	TRY(configure(store, options->cache_bytes));
	sqlite3_rollback_hook(store->db, rolled_back, store);
	sqlite3_wal_hook(store->db, count_frames, store); /* after wal_autocheckpoint=0, which takes any hook away */
	TRY(store_error(store, store_array_register(store->db)));
	if (create)
		TRY(finish_creation(store));
	TRY(read_epoch(store));
	if (!create)
		TRY(judge_freshness(store));
	store->setting_up = false;
	/* After a crash: the log goes into the database at once, so that one log never holds two sessions' frames. A full
	 * disk may refuse; then the log simply stays. */
	if (!create && (store->vfs.log_found || store->epoch > anchor_epoch(a))) {
		err e = store_checkpoint(store);
		if (failed(e) && err_kind_of(e) != ERR_FULL)
			return e;
	}
	return store_migrate(store, options->migrations, options->migration_count);
}

static err names(struct store *store, const char *path)
{
	size_t len = strlen(path);

	store->path = calloc(1, len + 1);
	store->sidecar_path = calloc(1, len + 5);
	if (!store->path || !store->sidecar_path)
		FAIL(ERR_LIMIT, "no memory for a path");
	memcpy(store->path, path, len);
	snprintf(store->sidecar_path, len + 5, "%s.bwk", path);
	return OK;
}

static err open_steps(struct store *store, const struct store_options *options, const char *lower_vfs)
{
	bool create = false;

	TRY(names(store, options->path));
	store->anchor_key = options->keys->anchor;
	store->anchor_door = options->anchor;
	TRY(take_lock(store));
	TRY(read_boot_record(store, options->keys, &create));
	if (create)
		TRY(begin_creation(store, options->keys));
	store->vfs.self = store;
	store->vfs.log_starting = store_log_starting;
	store->vfs.log_durable = store_log_durable;
	TRY(seal_vfs_register(&store->vfs, lower_vfs, options->keys));
	return open_database(store, options, create);
}

static void discard(struct store *store)
{
	statements_drop(store);
	if (store->db)
		sqlite3_close_v2(store->db);
	watches_free(store);
	seal_vfs_release(&store->vfs);
	if (store->lock >= 0)
		close(store->lock);
	free(store->path);
	free(store->sidecar_path);
	explicit_bzero(store, sizeof *store);
	free(store);
}

/* SQLite's locks and its count of memory are for processes with threads; ours have none. Without effect, and refused, once the
 * library is in use: from the second database of a process on. */
static void library_configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

err store_open_over(const struct store_options *options, const char *lower_vfs, struct store **out)
{
	struct store *store = calloc(1, sizeof *store);

	if (!store)
		FAIL(ERR_LIMIT, "no memory for a database handle");
	store->lock = -1;
	library_configure();
	err e = open_steps(store, options, lower_vfs);
	if (failed(e)) {
		discard(store);
		return e;
	}
	*out = store;
	return OK;
}

err store_open(const struct store_options *options, struct store **out)
{
	return store_open_over(options, "unix-none", out);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store_in_transaction(store))
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store_idle(store);
	discard(store);
}
