/* store/sqlite_vfs_internal.h - the file object that the parts of the VFS share. */
#ifndef STORE_SQLITE_VFS_INTERNAL_H
#define STORE_SQLITE_VFS_INTERNAL_H

#include "store/sqlite_vfs.h"

/* The lower VFS's file object stands right behind this one. */
struct seal_file {
	sqlite3_file base;
	struct seal_vfs *owner;
	sqlite3_file *lower;
	/* database: whole pages in the file */
	uint32_t pages;
	/* log */
	uint8_t salts[8];
	bool written;           /* this session has written frames: recovery is over               */
	bool announce_durable;  /* a new log header waits for its first sync                       */
	uint32_t last_frame;    /* the highest that this session has written                       */
	uint32_t pending_frame; /* a header held back to go out with its page, or 0                */
	uint8_t scratch[FRAME_BYTES];
	uint8_t pending[FRAME_HEADER_BYTES];
};

static inline struct seal_file *seal_file_of(sqlite3_file *f)
{
	return (struct seal_file *)(void *)f;
}

extern const sqlite3_io_methods seal_database_methods, seal_log_methods;
/* After the lower file is open. */
NONNULL int seal_database_opened(struct seal_file *f);
NONNULL int seal_log_opened(struct seal_file *f);

/* An authentication failure: nothing more is read or written through this handle. Gives the code to return. */
NONNULL int seal_poison(struct seal_vfs *v, uint32_t pgno);
/* Common to all files. */
int seal_close(sqlite3_file *file);
int seal_lock(sqlite3_file *file, int level);
int seal_check_reserved(sqlite3_file *file, int *out);
int seal_control(sqlite3_file *file, int op, void *arg);
int seal_sector_size(sqlite3_file *file);
int seal_device(sqlite3_file *file);

/* The lower file's methods; failures for want of room are remembered. */
NONNULL int lower_read(struct seal_file *f, void *to, int len, sqlite3_int64 at);
NONNULL int lower_write(struct seal_file *f, const void *from, int len, sqlite3_int64 at);
NONNULL int lower_size(struct seal_file *f, sqlite3_int64 *out);
NONNULL int lower_truncate(struct seal_file *f, sqlite3_int64 size);
NONNULL int lower_sync(struct seal_file *f, int flags);

#endif
