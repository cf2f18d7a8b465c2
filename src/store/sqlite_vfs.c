#include "store/sqlite_vfs.h"

#include <stdio.h>

#include "host/random.h"
#include "store/sqlite_vfs_internal.h"

static struct seal_vfs *of(sqlite3_vfs *vfs)
{
	return vfs->pAppData;
}

/* --- files --- */

int seal_poison(struct seal_vfs *v, uint32_t pgno)
{
	if (!v->poisoned)
		v->poisoned_page = pgno;
	v->poisoned = true;
	return SQLITE_IOERR_DATA;
}

int seal_close(sqlite3_file *file)
{
	struct seal_file *f = seal_file_of(file);
	int rc = f->lower->pMethods ? f->lower->pMethods->xClose(f->lower) : SQLITE_OK;
	explicit_bzero(f->scratch, sizeof f->scratch);
	f->base.pMethods = NULL;
	return rc;
}

/* One owner, by an OFD lock held outside: SQLite's own locks have nothing to add. */
int seal_lock(sqlite3_file *file, int level)
{
	(void)file, (void)level;
	return SQLITE_OK;
}

int seal_check_reserved(sqlite3_file *file, int *out)
{
	(void)file;
	*out = 0;
	return SQLITE_OK;
}

/* Nothing goes down: a size hint or a chunk size would leave holes, and a mapping would show ciphertext. */
int seal_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	if (op != SQLITE_FCNTL_MMAP_SIZE)
		return SQLITE_NOTFOUND;
	*(sqlite3_int64 *)arg = 0;
	return SQLITE_OK;
}

int seal_sector_size(sqlite3_file *file)
{
	(void)file;
	return 512;
}

/* Without POWERSAFE_OVERWRITE the log writer would pad commits and split a page into two writes, which cannot be sealed. */
int seal_device(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
}

static int note(struct seal_file *f, int rc)
{
	if ((rc & 0xff) == SQLITE_FULL)
		f->owner->full = true;
	return rc;
}

int lower_read(struct seal_file *f, void *to, int len, sqlite3_int64 at)
{
	return f->lower->pMethods->xRead(f->lower, to, len, at);
}

int lower_write(struct seal_file *f, const void *from, int len, sqlite3_int64 at)
{
	return note(f, f->lower->pMethods->xWrite(f->lower, from, len, at));
}

int lower_size(struct seal_file *f, sqlite3_int64 *out)
{
	return f->lower->pMethods->xFileSize(f->lower, out);
}

int lower_truncate(struct seal_file *f, sqlite3_int64 size)
{
	return note(f, f->lower->pMethods->xTruncate(f->lower, size));
}

int lower_sync(struct seal_file *f, int flags)
{
	return note(f, f->lower->pMethods->xSync(f->lower, flags));
}

/* --- the VFS --- */

static int vfs_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
	struct seal_vfs *v = of(vfs);
	struct seal_file *f = seal_file_of(file);
	bool log = flags & SQLITE_OPEN_WAL;

	memset(f, 0, sizeof *f);
	/* Rules 11 and 12: a journal or a temporary file would hold plaintext or need a format of its own; neither is needed. */
	if (!name || v->poisoned || !(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return SQLITE_CANTOPEN;
	f->owner = v;
	f->lower = (sqlite3_file *)(void *)(f + 1);
	int rc = v->lower->xOpen(v->lower, name, f->lower, flags, out_flags);
	if (rc != SQLITE_OK)
		return note(f, rc);
	f->base.pMethods = log ? &seal_log_methods : &seal_database_methods;
	rc = log ? seal_log_opened(f) : seal_database_opened(f);
	if (rc != SQLITE_OK)
		seal_close(file); /* with pMethods cleared SQLite does not close it again */
	return rc;
}

static bool is_journal(const char *name)
{
	return str_ends_with(str_of(name), S("-journal"));
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	return is_journal(name) ? SQLITE_OK : of(vfs)->lower->xDelete(of(vfs)->lower, name, sync_folder);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	*out = 0;
	return is_journal(name) ? SQLITE_OK : of(vfs)->lower->xAccess(of(vfs)->lower, name, flags, out);
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	(void)vfs;
	size_t len = strlen(name);
	if (len >= (size_t)size)
		return SQLITE_CANTOPEN;
	memcpy(out, name, len + 1); /* as it is: a process stays where it was started, and the folders above may be closed to it */
	return SQLITE_OK;
}

static void *vfs_dl_open(sqlite3_vfs *vfs, const char *name)
{
	(void)vfs, (void)name;
	return NULL; /* no extension is ever loaded */
}

static void vfs_dl_error(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	snprintf(out, (size_t)size, "extensions are not loaded");
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	random_bytes(out, (size_t)size);
	return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	return of(vfs)->lower->xSleep(of(vfs)->lower, microseconds);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *out)
{
	return of(vfs)->lower->xCurrentTime(of(vfs)->lower, out);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
	return of(vfs)->lower->xGetLastError ? of(vfs)->lower->xGetLastError(of(vfs)->lower, size, out) : 0;
}

static int vfs_current_time_i64(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	return of(vfs)->lower->xCurrentTimeInt64(of(vfs)->lower, out);
}

err seal_vfs_register(struct seal_vfs *v, const char *lower_name, const struct database_keys *keys)
{
	v->lower = sqlite3_vfs_find(lower_name);
	if (!v->lower)
		FAIL(ERR_INTERNAL, "SQLite has no such lower VFS");
	TRY(page_cipher_new(keys, &v->pages));
	err e = wal_cipher_new(keys, &v->frames);
	if (failed(e)) {
		seal_vfs_release(v);
		return e;
	}
	snprintf(v->name, sizeof v->name, "bailiwick-%p", (void *)v);
	v->vfs = (sqlite3_vfs){
		.iVersion = 2, .szOsFile = (int)sizeof(struct seal_file) + v->lower->szOsFile,
		.mxPathname = v->lower->mxPathname, .zName = v->name, .pAppData = v,
		.xOpen = vfs_open, .xDelete = vfs_delete, .xAccess = vfs_access, .xFullPathname = vfs_full_pathname,
		.xDlOpen = vfs_dl_open, .xDlError = vfs_dl_error, .xRandomness = vfs_randomness, .xSleep = vfs_sleep,
		.xCurrentTime = vfs_current_time, .xGetLastError = vfs_last_error, .xCurrentTimeInt64 = vfs_current_time_i64,
	};
	if (sqlite3_vfs_register(&v->vfs, 0) != SQLITE_OK) {
		seal_vfs_release(v);
		FAIL(ERR_INTERNAL, "SQLite does not take our VFS");
	}
	return OK;
}

void seal_vfs_release(struct seal_vfs *v)
{
	if (v->vfs.zName)
		sqlite3_vfs_unregister(&v->vfs);
	v->vfs.zName = NULL;
	page_cipher_free(v->pages);
	wal_cipher_free(v->frames);
	v->pages = NULL;
	v->frames = NULL;
}
