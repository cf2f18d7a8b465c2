#include "test_disk.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 4, SECTOR = 512 };

struct change {
	int64_t at;
	size_t len;
	uint8_t *data; /* null: truncation to `at` */
};

struct content {
	uint8_t *at;
	size_t len, room;
};

struct disk_file {
	char name[256];
	int exists;
	struct content now, durable;
	struct change *changes;
	size_t change_count, change_room;
};

static struct {
	struct disk_file file[FILES_MAX];
	uint64_t dice, countdown;
	int off;
	size_t capacity;
	void (*at_cut)(void *self);
	void *self;
} disk;

struct handle {
	sqlite3_file base;
	struct disk_file *file;
};

uint64_t disk_random(void)
{
	disk.dice ^= disk.dice << 13;
	disk.dice ^= disk.dice >> 7;
	disk.dice ^= disk.dice << 17;
	return disk.dice;
}

static void content_resize(struct content *c, size_t len)
{
	if (len > c->room) {
		c->room = len * 2;
		c->at = realloc(c->at, c->room);
		assert(c->at);
	}
	if (len > c->len)
		memset(c->at + c->len, 0, len - c->len);
	c->len = len;
}

static void content_write(struct content *c, const uint8_t *data, size_t len, size_t at)
{
	if (at + len > c->len)
		content_resize(c, at + len);
	memcpy(c->at + at, data, len);
}

static void content_copy(struct content *to, const struct content *from)
{
	content_resize(to, from->len);
	if (from->len)
		memcpy(to->at, from->at, from->len);
}

static void changes_forget(struct disk_file *f)
{
	for (size_t i = 0; i < f->change_count; i++)
		free(f->changes[i].data);
	f->change_count = 0;
}

static void change_add(struct disk_file *f, const void *data, size_t len, int64_t at)
{
	if (f->change_count == f->change_room) {
		f->change_room = f->change_room * 2 + 16;
		f->changes = realloc(f->changes, f->change_room * sizeof *f->changes);
		assert(f->changes);
	}
	struct change *c = &f->changes[f->change_count++];
	*c = (struct change){ at, len, data ? malloc(len) : NULL };
	if (data) {
		assert(c->data);
		memcpy(c->data, data, len);
	}
}

/* Kept, lost, or by sectors. */
static void change_survives(struct content *c, const struct change *w)
{
	uint64_t fate = disk_random() % 3;
	if (fate == 0)
		return;
	if (!w->data) {
		content_resize(c, (size_t)w->at);
		return;
	}
	for (size_t at = 0; at < w->len;) {
		size_t n = SECTOR - ((size_t)w->at + at) % SECTOR;
		n = n < w->len - at ? n : w->len - at;
		if (fate == 1 || disk_random() % 2)
			content_write(c, w->data + at, n, (size_t)w->at + at);
		at += n;
	}
}

void disk_power_on(void)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct disk_file *f = &disk.file[i];
		for (size_t k = 0; disk.off && k < f->change_count; k++)
			change_survives(&f->durable, &f->changes[k]);
		if (disk.off)
			content_copy(&f->now, &f->durable);
		else
			content_copy(&f->durable, &f->now);
		changes_forget(f);
	}
	disk.off = 0;
	disk.countdown = 0;
}

void disk_cut_after(uint64_t operations, void (*at_cut)(void *self), void *self)
{
	disk.countdown = operations;
	disk.at_cut = at_cut;
	disk.self = self;
}

int disk_is_off(void)
{
	return disk.off;
}

/* True when this operation still happens. */
static int power(void)
{
	if (!disk.off && disk.countdown && --disk.countdown == 0) {
		disk.off = 1;
		if (disk.at_cut)
			disk.at_cut(disk.self);
	}
	return !disk.off;
}

void disk_capacity(size_t octets)
{
	disk.capacity = octets;
}

size_t disk_used(void)
{
	size_t sum = 0;
	for (size_t i = 0; i < FILES_MAX; i++)
		sum += disk.file[i].now.len;
	return sum;
}

static struct disk_file *file_of(sqlite3_file *f)
{
	return ((struct handle *)(void *)f)->file;
}

static int io_close(sqlite3_file *f)
{
	f->pMethods = NULL;
	return SQLITE_OK;
}

static int io_read(sqlite3_file *file, void *to, int len, sqlite3_int64 at)
{
	const struct content *c = &file_of(file)->now;
	size_t have = (size_t)at < c->len ? c->len - (size_t)at : 0;
	size_t n = have < (size_t)len ? have : (size_t)len;

	if (disk.off)
		return SQLITE_IOERR_READ;
	if (n)
		memcpy(to, c->at + at, n);
	memset((uint8_t *)to + n, 0, (size_t)len - n);
	return n == (size_t)len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int io_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 at)
{
	struct disk_file *f = file_of(file);
	size_t end = (size_t)at + (size_t)len;

	if (end > f->now.len && disk.capacity - (disk_used() < disk.capacity ? disk_used() : disk.capacity) < end - f->now.len)
		return SQLITE_FULL;
	if (disk.off)
		return SQLITE_IOERR_WRITE;
	int on = power();
	change_add(f, from, (size_t)len, at); /* the write during which the power went may have reached the disk in part */
	content_write(&f->now, from, (size_t)len, (size_t)at);
	return on ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int io_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (!power())
		return SQLITE_IOERR_TRUNCATE;
	change_add(file_of(file), NULL, 0, size);
	content_resize(&file_of(file)->now, (size_t)size);
	return SQLITE_OK;
}

static int io_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	if (!power())
		return SQLITE_IOERR_FSYNC;
	content_copy(&file_of(file)->durable, &file_of(file)->now);
	changes_forget(file_of(file));
	return SQLITE_OK;
}

static int io_size(sqlite3_file *file, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)file_of(file)->now.len;
	return disk.off ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int io_lock(sqlite3_file *f, int level)
{
	(void)f, (void)level;
	return SQLITE_OK;
}

static int io_reserved(sqlite3_file *f, int *out)
{
	(void)f;
	*out = 0;
	return SQLITE_OK;
}

static int io_control(sqlite3_file *f, int op, void *arg)
{
	(void)f, (void)op, (void)arg;
	return SQLITE_NOTFOUND;
}

static int io_number(sqlite3_file *f)
{
	(void)f;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1, .xClose = io_close, .xRead = io_read, .xWrite = io_write, .xTruncate = io_truncate, .xSync = io_sync,
	.xFileSize = io_size, .xLock = io_lock, .xUnlock = io_lock, .xCheckReservedLock = io_reserved,
	.xFileControl = io_control, .xSectorSize = io_number, .xDeviceCharacteristics = io_number,
};

static struct disk_file *find(const char *name, int create)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (disk.file[i].exists && strcmp(disk.file[i].name, name) == 0)
			return &disk.file[i];
	for (size_t i = 0; create && i < FILES_MAX; i++) {
		struct disk_file *f = &disk.file[i];
		if (f->exists || strlen(name) >= sizeof f->name)
			continue;
		f->exists = 1;
		memcpy(f->name, name, strlen(name) + 1);
		return f;
	}
	return NULL;
}

static int vfs_open(sqlite3_vfs *v, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	(void)v;
	struct disk_file *f = disk.off ? NULL : find(name, 1);
	file->pMethods = NULL;
	if (!f)
		return SQLITE_CANTOPEN;
	((struct handle *)(void *)file)->file = f;
	file->pMethods = &methods;
	if (out_flags)
		*out_flags = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *v, const char *name, int sync)
{
	struct disk_file *f = find(name, 0);
	(void)v, (void)sync;
	if (f) {
		changes_forget(f);
		f->exists = 0;
		f->now.len = f->durable.len = 0;
	}
	return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	(void)v, (void)flags;
	struct disk_file *f = find(name, 0);
	*out = f && f->now.len > 0;
	return SQLITE_OK;
}

static int vfs_path(sqlite3_vfs *v, const char *name, int size, char *out)
{
	(void)v;
	return sqlite3_snprintf(size, out, "%s", name) ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int vfs_sleep(sqlite3_vfs *v, int us)
{
	(void)v;
	return us;
}

static int vfs_time(sqlite3_vfs *v, double *out)
{
	(void)v;
	*out = 2461000.5;
	return SQLITE_OK;
}

static int vfs_time_i64(sqlite3_vfs *v, sqlite3_int64 *out)
{
	(void)v;
	*out = 212630443200000;
	return SQLITE_OK;
}

void disk_reset(uint64_t seed)
{
	static sqlite3_vfs vfs = {
		.iVersion = 2, .szOsFile = sizeof(struct handle), .mxPathname = 255, .zName = TEST_DISK_NAME, .xOpen = vfs_open,
		.xDelete = vfs_delete, .xAccess = vfs_access, .xFullPathname = vfs_path, .xSleep = vfs_sleep,
		.xCurrentTime = vfs_time, .xCurrentTimeInt64 = vfs_time_i64,
	};
	if (!sqlite3_vfs_find(TEST_DISK_NAME))
		sqlite3_vfs_register(&vfs, 0);
	for (size_t i = 0; i < FILES_MAX; i++) {
		changes_forget(&disk.file[i]);
		free(disk.file[i].changes);
		free(disk.file[i].now.at);
		free(disk.file[i].durable.at);
	}
	memset(&disk, 0, sizeof disk);
	disk.dice = seed * 2654435761u + 0x9e3779b97f4a7c15;
	disk.capacity = SIZE_MAX;
}
