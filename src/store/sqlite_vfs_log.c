/* The log: sealed frames. Section 6 rule 8 of the encryption specification tells why each case is as it is. */
#include "host/fault.h"
#include "store/sqlite_vfs_internal.h"

static uint32_t frame_of(sqlite3_int64 at)
{
	return (uint32_t)((at - WAL_HEADER_BYTES) / FRAME_BYTES) + 1;
}

static int within_frame(sqlite3_int64 at)
{
	return (int)((at - WAL_HEADER_BYTES) % FRAME_BYTES);
}

static sqlite3_int64 frame_at(uint32_t frame)
{
	return WAL_HEADER_BYTES + (sqlite3_int64)(frame - 1) * FRAME_BYTES;
}

/* A header that waited for its page: whoever looks at the file must find it there. */
static int flush(struct seal_file *f)
{
	if (!f->pending_frame)
		return SQLITE_OK;
	int rc = lower_write(f, f->pending, FRAME_HEADER_BYTES, frame_at(f->pending_frame));
	f->pending_frame = 0;
	return rc;
}

/* --- reading --- */

static int read_file_header(struct seal_file *f, void *to, int len, sqlite3_int64 at)
{
	if (at + len > WAL_HEADER_BYTES)
		return SQLITE_IOERR_READ;
	int rc = lower_read(f, to, len, at);
	if (rc == SQLITE_OK && at == 0 && len == WAL_HEADER_BYTES)
		memcpy(f->salts, (uint8_t *)to + 16, sizeof f->salts);
	return rc;
}

/* Header and page in one: recovery (8c), and the rewriting of checksums. */
static int read_whole_frame(struct seal_file *f, uint32_t frame, uint8_t *to)
{
	struct page_place place = wal_place(f->scratch, frame, f->salts);

	if (failed(wal_header_open(f->owner->frames, f->scratch, to)))
		return SQLITE_IOERR_READ;
	if (!failed(page_open(f->owner->pages, &place, f->scratch + FRAME_HEADER_BYTES, to + FRAME_HEADER_BYTES)))
		return SQLITE_OK;
	/* During recovery a torn tail is normal: SQLite's own sum of the zeroed page ends the log there. */
	return f->written ? seal_poison(f->owner, place.pgno) : SQLITE_OK;
}

static int read_page(struct seal_file *f, uint32_t frame, uint8_t *to, int len)
{
	struct page_place place = wal_place(f->scratch, frame, f->salts);
	uint8_t *sealed = f->scratch + FRAME_HEADER_BYTES;
	uint8_t *plain = len == PAGE_BYTES ? to : sealed;

	if (failed(page_open(f->owner->pages, &place, sealed, plain)))
		return seal_poison(f->owner, place.pgno);
	if (plain != to)
		memcpy(to, plain, (size_t)len);
	return SQLITE_OK;
}

static int read_part_of_header(struct seal_file *f, uint8_t *to, int within, int len)
{
	uint8_t header[FRAME_HEADER_BYTES];

	if (within + len > FRAME_HEADER_BYTES || failed(wal_header_open(f->owner->frames, f->scratch, header)))
		return SQLITE_IOERR_READ;
	memcpy(to, header + within, (size_t)len);
	return SQLITE_OK;
}

static int log_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
	struct seal_file *f = seal_file_of(file);

	if (f->owner->poisoned)
		return SQLITE_IOERR_DATA;
	int rc = flush(f);
	if (rc != SQLITE_OK)
		return rc;
	if (at < WAL_HEADER_BYTES)
		return read_file_header(f, to, len, at);
	uint32_t frame = frame_of(at);
	int within = within_frame(at);
	rc = lower_read(f, f->scratch, FRAME_BYTES, frame_at(frame));
	if (rc == SQLITE_OK && within == 0 && len == FRAME_BYTES)
		rc = read_whole_frame(f, frame, to);
	else if (rc == SQLITE_OK && within == FRAME_HEADER_BYTES && len <= PAGE_BYTES)
		rc = read_page(f, frame, to, len);
	else if (rc == SQLITE_OK)
		rc = read_part_of_header(f, to, within, len);
	if (rc != SQLITE_OK)
		memset(to, 0, (size_t)len);
	return rc;
}

/* --- writing --- */

static int write_file_header(struct seal_file *f, const uint8_t *header)
{
	struct seal_vfs *v = f->owner;
	int rc = flush(f);

	if (rc != SQLITE_OK)
		return rc;
	FAULT("store.log.before_header");
	err e = v->log_starting(v->self, header + 16);
	if (failed(e)) {
		v->full = v->full || err_kind_of(e) == ERR_FULL;
		return err_kind_of(e) == ERR_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	}
	rc = lower_write(f, header, WAL_HEADER_BYTES, 0);
	if (rc != SQLITE_OK)
		return rc;
	memcpy(f->salts, header + 16, sizeof f->salts);
	f->last_frame = 0;
	f->written = f->announce_durable = true;
	return SQLITE_OK;
}

/* An appended header is held back to go out with its page in one write; a rewritten one goes straight through, since a
 * crash would otherwise leave the stale one. */
static int write_frame_header(struct seal_file *f, uint32_t frame, const uint8_t *header)
{
	int rc = flush(f);

	if (rc == SQLITE_OK && failed(wal_header_seal(f->owner->frames, header, f->pending)))
		rc = SQLITE_IOERR_WRITE;
	if (rc != SQLITE_OK)
		return rc;
	f->written = true;
	f->pending_frame = frame;
	return frame > f->last_frame ? SQLITE_OK : flush(f);
}

static int write_page(struct seal_file *f, uint32_t frame, const uint8_t *page)
{
	bool joined = f->pending_frame == frame;
	uint8_t *raw = f->scratch;
	int rc = SQLITE_OK;

	if (joined) {
		memcpy(raw, f->pending, FRAME_HEADER_BYTES);
		f->pending_frame = 0;
	} else {
		rc = flush(f);
		/* 8e: a page rewritten into its frame takes pgno and truncate from the header on the disk. */
		if (rc == SQLITE_OK)
			rc = lower_read(f, raw, FRAME_HEADER_BYTES, frame_at(frame));
	}
	if (rc != SQLITE_OK)
		return rc;
	struct page_place place = wal_place(raw, frame, f->salts);
	if (failed(page_seal(f->owner->pages, &place, page, raw + FRAME_HEADER_BYTES)))
		return SQLITE_IOERR_WRITE;
	FAULT("store.log.before_frame");
	rc = joined ? lower_write(f, raw, FRAME_BYTES, frame_at(frame)) :
		      lower_write(f, raw + FRAME_HEADER_BYTES, PAGE_BYTES, frame_at(frame) + FRAME_HEADER_BYTES);
	if (rc == SQLITE_OK && frame > f->last_frame)
		f->last_frame = frame;
	return rc;
}

static int log_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
	struct seal_file *f = seal_file_of(file);

	if (f->owner->poisoned)
		return SQLITE_IOERR_DATA;
	if (at == 0 && len == WAL_HEADER_BYTES)
		return write_file_header(f, from);
	if (at >= WAL_HEADER_BYTES && within_frame(at) == 0 && len == FRAME_HEADER_BYTES)
		return write_frame_header(f, frame_of(at), from);
	if (at >= WAL_HEADER_BYTES && within_frame(at) == FRAME_HEADER_BYTES && len == PAGE_BYTES)
		return write_page(f, frame_of(at), from);
	return SQLITE_IOERR_WRITE;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct seal_file *f = seal_file_of(file);
	int rc = f->owner->poisoned ? SQLITE_IOERR_TRUNCATE : flush(f);

	if (rc == SQLITE_OK)
		rc = lower_truncate(f, size);
	if (rc == SQLITE_OK)
		f->last_frame = 0; /* frames beyond the end are appended again */
	return rc;
}

static int log_sync(sqlite3_file *file, int flags)
{
	struct seal_file *f = seal_file_of(file);
	struct seal_vfs *v = f->owner;
	int rc = v->poisoned ? SQLITE_IOERR_FSYNC : flush(f);

	FAULT("store.log.before_sync");
	if (rc == SQLITE_OK)
		rc = lower_sync(f, flags);
	FAULT("store.log.synced");
	if (rc != SQLITE_OK || !f->announce_durable)
		return rc;
	f->announce_durable = false;
	return failed(v->log_durable(v->self)) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *out)
{
	int rc = flush(seal_file_of(file));
	return rc == SQLITE_OK ? lower_size(seal_file_of(file), out) : rc;
}

/* A log other than the anchored one is an old one: already in the database, or put there by someone. Either way it must
 * not be replayed. */
int seal_log_opened(struct seal_file *f)
{
	struct seal_vfs *v = f->owner;
	uint8_t header[WAL_HEADER_BYTES] = { 0 };
	sqlite3_int64 size = 0;
	int rc = lower_size(f, &size);

	if (rc == SQLITE_OK && size >= WAL_HEADER_BYTES)
		rc = lower_read(f, header, WAL_HEADER_BYTES, 0);
	if (rc != SQLITE_OK || size == 0)
		return rc;
	if (size < WAL_HEADER_BYTES || memcmp(header + 16, v->log_salts, 8) != 0)
		return lower_truncate(f, 0);
	v->log_header_found = true;
	v->log_found = size > WAL_HEADER_BYTES;
	return SQLITE_OK;
}

const sqlite3_io_methods seal_log_methods = {
	.iVersion = 1, .xClose = seal_close, .xRead = log_read, .xWrite = log_write, .xTruncate = log_truncate,
	.xSync = log_sync, .xFileSize = log_size, .xLock = seal_lock, .xUnlock = seal_lock,
	.xCheckReservedLock = seal_check_reserved, .xFileControl = seal_control, .xSectorSize = seal_sector_size,
	.xDeviceCharacteristics = seal_device,
};
