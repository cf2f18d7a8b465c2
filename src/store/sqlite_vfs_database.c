/* The database file: whole pages, sealed in their place. */
#include "host/fault.h"
#include "store/sqlite_vfs_internal.h"

enum { HEADER_PROBE_BYTES = 100 };
static const uint8_t zero_page[PAGE_BYTES];

static int open_page(struct seal_file *f, uint32_t pgno, const uint8_t *raw, uint8_t *out)
{
	struct page_place place = { .pgno = pgno };

	if (failed(page_open(f->owner->pages, &place, raw, out)))
		return seal_poison(f->owner, pgno);
	return SQLITE_OK;
}

static int write_page(struct seal_file *f, uint32_t pgno, const uint8_t *plain)
{
	struct page_place place = { .pgno = pgno };

	if (failed(page_seal(f->owner->pages, &place, plain, f->scratch)))
		return SQLITE_IOERR_WRITE;
	int rc = lower_write(f, f->scratch, PAGE_BYTES, (sqlite3_int64)(pgno - 1) * PAGE_BYTES);
	if (rc != SQLITE_OK)
		return rc;
	if (pgno == 1)
		memcpy(f->owner->page1_tag, f->scratch + PAGE_TAG_AT, 16);
	if (pgno > f->pages)
		f->pages = pgno;
	f->owner->page_count = f->pages;
	return SQLITE_OK;
}

/* Rule 6: pages that SQLite skips are sealed as zeros, so that a page of raw zeros is always damage. */
static int seal_holes(struct seal_file *f, uint32_t up_to)
{
	while (f->pages < up_to) {
		FAULT("store.database.hole");
		int rc = write_page(f, f->pages + 1, zero_page);
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

/* The first read of all: SQLite wants to know the page size. It is answered from what we know (the reserved octets and
 * the versions are constants), since a power cut may have torn page 1 while the log still holds it whole. Nothing else is
 * taken from this header: page 1 itself is read, and authenticated, before any content. */
static void header_probe(uint8_t *out)
{
	memset(out, 0, HEADER_PROBE_BYTES);
	memcpy(out, "SQLite format 3", 16);
	out[16] = PAGE_BYTES >> 8;
	out[18] = out[19] = 2; /* log */
	out[20] = PAGE_RESERVED_BYTES;
	out[21] = 64;
	out[22] = out[23] = 32;
}

static int database_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
	struct seal_file *f = seal_file_of(file);
	uint32_t pgno = (uint32_t)(at / PAGE_BYTES) + 1;
	int within = (int)(at % PAGE_BYTES);

	if (f->owner->poisoned)
		return SQLITE_IOERR_DATA;
	if (within + len > PAGE_BYTES)
		return SQLITE_IOERR_READ;
	if (pgno > f->pages) {
		memset(to, 0, (size_t)len);
		return SQLITE_IOERR_SHORT_READ;
	}
	if (at == 0 && len == HEADER_PROBE_BYTES) {
		header_probe(to);
		return SQLITE_OK;
	}
	uint8_t *page = len == PAGE_BYTES ? to : f->scratch; /* a whole page is opened where SQLite wants it */
	int rc = lower_read(f, page, PAGE_BYTES, at - within);
	if (rc == SQLITE_OK)
		rc = open_page(f, pgno, page, page);
	if (rc == SQLITE_OK && page != to)
		memcpy(to, page + within, (size_t)len);
	if (rc != SQLITE_OK)
		memset(to, 0, (size_t)len);
	return rc == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_READ : rc;
}

static int database_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
	struct seal_file *f = seal_file_of(file);
	uint32_t pgno = (uint32_t)(at / PAGE_BYTES) + 1;

	if (f->owner->poisoned)
		return SQLITE_IOERR_DATA;
	if (len != PAGE_BYTES || at % PAGE_BYTES)
		return SQLITE_IOERR_WRITE; /* rule 5: there is nothing that could be written in clear */
	FAULT("store.database.before_write");
	int rc = seal_holes(f, pgno - 1);
	return rc == SQLITE_OK ? write_page(f, pgno, from) : rc;
}

static int database_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct seal_file *f = seal_file_of(file);
	uint32_t pages = (uint32_t)(size / PAGE_BYTES);

	if (f->owner->poisoned || size % PAGE_BYTES)
		return SQLITE_IOERR_TRUNCATE;
	if (pages > f->pages)
		return seal_holes(f, pages);
	int rc = lower_truncate(f, size);
	if (rc == SQLITE_OK)
		f->owner->page_count = f->pages = pages;
	return rc;
}

static int database_sync(sqlite3_file *file, int flags)
{
	struct seal_file *f = seal_file_of(file);

	FAULT("store.database.before_sync");
	return f->owner->poisoned ? SQLITE_IOERR_FSYNC : lower_sync(f, flags);
}

static int database_size(sqlite3_file *file, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)seal_file_of(file)->pages * PAGE_BYTES;
	return SQLITE_OK;
}

/* Looks at page 1 before SQLite does: the anchor is judged by the file, not by what the log lays over it. */
static int look_at_page1(struct seal_file *f)
{
	struct seal_vfs *v = f->owner;
	struct page_place place = { .pgno = 1 };

	v->page_count = f->pages;
	v->page1 = PAGE1_ABSENT;
	if (!f->pages)
		return SQLITE_OK;
	int rc = lower_read(f, f->scratch, PAGE_BYTES, 0);
	if (rc != SQLITE_OK)
		return rc;
	memcpy(v->page1_tag, f->scratch + PAGE_TAG_AT, 16);
	v->page1 = PAGE1_BROKEN;
	if (failed(page_open(v->pages, &place, f->scratch, f->scratch)))
		return SQLITE_OK;
	v->page1 = PAGE1_AUTHENTIC;
	const uint8_t *e = f->scratch + 60; /* user_version, big-endian */
	v->page1_epoch = (uint32_t)e[0] << 24 | (uint32_t)e[1] << 16 | (uint32_t)e[2] << 8 | e[3];
	return SQLITE_OK;
}

/* A power cut may keep the page behind a hole and lose the seal of the hole itself. Such pages lie beyond the anchored
 * size and hold nothing: what SQLite ever wrote there is still in the log. They are sealed again. */
static int reseal_unanchored(struct seal_file *f, uint32_t from)
{
	for (uint32_t pgno = from; pgno && pgno <= f->pages; pgno++) {
		struct page_place place = { .pgno = pgno };
		int rc = lower_read(f, f->scratch, PAGE_BYTES, (sqlite3_int64)(pgno - 1) * PAGE_BYTES);
		if (rc != SQLITE_OK)
			return rc;
		if (failed(page_open(f->owner->pages, &place, f->scratch, f->scratch)))
			rc = write_page(f, pgno, zero_page);
		if (rc != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

int seal_database_opened(struct seal_file *f)
{
	sqlite3_int64 size = 0;
	int rc = lower_size(f, &size);

	if (rc != SQLITE_OK)
		return rc;
	if (size / PAGE_BYTES > UINT32_MAX - 1)
		return SQLITE_CORRUPT;
	f->pages = (uint32_t)(size / PAGE_BYTES); /* an unfinished last page is not one */
	rc = look_at_page1(f);
	if (rc == SQLITE_OK && f->owner->resealed_from > 1)
		rc = reseal_unanchored(f, f->owner->resealed_from);
	return rc;
}

const sqlite3_io_methods seal_database_methods = {
	.iVersion = 1, .xClose = seal_close, .xRead = database_read, .xWrite = database_write,
	.xTruncate = database_truncate, .xSync = database_sync, .xFileSize = database_size, .xLock = seal_lock,
	.xUnlock = seal_lock, .xCheckReservedLock = seal_check_reserved, .xFileControl = seal_control,
	.xSectorSize = seal_sector_size, .xDeviceCharacteristics = seal_device,
};
