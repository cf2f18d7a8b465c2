/* store/sqlite_vfs.h - the door through which SQLite reaches the disk: everything that passes it is sealed.
 *
 * One VFS is registered for each open database, under a name of its own and never as the default, since it carries that
 * database's keys. It stands on the `unix-none` VFS: the database has one owner, who holds an OFD lock (sqlite_open.c).
 * io_methods are of version 1: without xFetch no page can be mapped past the cipher, and without xShmMap no shared-memory
 * file can appear; with EXCLUSIVE locking set before the first access SQLite keeps its log index on the heap instead.
 *
 * What it does, by the rules of section 6 of the encryption specification: whole pages only (5), holes are sealed (6), a
 * page that does not authenticate poisons the handle (7) unless it is a torn log tail (8c), no journal (11), no temporary
 * file (12: temp_store=2 needs none, so one that is asked for is refused, which is stricter than sealing it). */
#ifndef STORE_SQLITE_VFS_H
#define STORE_SQLITE_VFS_H

#include <sqlite3.h>

#include "store/sqlite_page_cipher.h"
#include "store/sqlite_wal_cipher.h"

/* What page 1 in the database file was found to be, before SQLite touched it. */
enum page1_state { PAGE1_ABSENT, PAGE1_AUTHENTIC, PAGE1_BROKEN };

struct seal_vfs {
	sqlite3_vfs vfs;
	sqlite3_vfs *lower;
	char name[48];
	struct page_cipher *pages;
	struct wal_cipher *frames;
	/* A log is about to begin with these salts; then: it is on the disk. From the store, which moves the anchor. */
	err (*log_starting)(void *self, const uint8_t salts[static 8]);
	err (*log_durable)(void *self);
	void *self;
	uint8_t log_salts[8];       /* the only log that will be taken; any other one is cut away    */
	bool poisoned;
	uint32_t poisoned_page;     /* 0 when no page was to blame                                   */
	bool full;                  /* the last failure was for want of room                         */
	enum page1_state page1;
	uint32_t page1_epoch, page_count;
	uint8_t page1_tag[16];      /* of page 1 as it stands in the database file                   */
	bool log_header_found;      /* the anchored log was there at open ...   */
	bool log_found;             /* ... with frames in it                    */
	uint32_t resealed_from;     /* pages from here on were never anchored: broken ones are holes */
};

/* lower_name: "unix-none", or a test's disk. Fills caller's storage, which must not move. */
MUST_USE NONNULL err seal_vfs_register(struct seal_vfs *v, const char *lower_name, const struct database_keys *keys);
NONNULL void seal_vfs_release(struct seal_vfs *v);

#endif
