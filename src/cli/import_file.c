/* cli/import_file.c */
#include "cli/import_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/csv.h"
#include "host/file.h"

enum { CHUNK_BYTES = 64 * 1024, HEAD_ARENA_BYTES = 2 << 20 };

struct import_file {
	struct fd fd;
	struct stat seen;   /* when its digest was taken */
	bool changed;
	struct arena *arena;
	str columns[CSV_FIELDS_MAX];
	size_t column_count;
	struct csv_reader reader;
	struct csv_record record;
};

/* --- octets --- */

static ssize_t read_some(int fd, void *to, size_t capacity)
{
	ssize_t n;
	do
		n = read(fd, to, capacity);
	while (n < 0 && errno == EINTR);
	return n;
}

static err copy_pipe(int from, struct fd *out)
{
	uint8_t chunk[CHUNK_BYTES];
	size_t total = 0;
	ssize_t n;
	SCOPED(fd) to = { memfd_create("import", MFD_CLOEXEC) };
	if (to.n < 0)
		return err_of_errno(errno);
	while ((n = read_some(from, chunk, sizeof chunk)) > 0) {
		total += (size_t)n;
		if (total > IMPORT_PIPE_BYTES_MAX)
			FAIL(ERR_LIMIT, "more than a gigabyte comes through the pipe: put it into a file");
		TRY(fd_write_all(to.n, bytes_of(chunk, (size_t)n)));
	}
	if (n < 0)
		return err_of_errno(errno);
	out->n = to.n;
	to.n = -1;
	return OK;
}

static err open_input(const char *path, struct fd *out)
{
	struct stat st;
	SCOPED(fd) fd = { path[0] == '-' && !path[1] ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC) };
	if (fd.n < 0 || fstat(fd.n, &st) != 0)
		return err_of_errno(errno);
	if (S_ISDIR(st.st_mode))
		FAIL(ERR_INVALID, "it is a folder");
	if (!S_ISREG(st.st_mode))
		return copy_pipe(fd.n, out);
	out->n = fd.n;
	fd.n = -1;
	return OK;
}

/* Chunks are chained: SHA-256 of the digest so far and the next chunk, full ones but the last. */
static err digest_take(struct import_file *file, struct sha256 *out)
{
	uint8_t chunk[CHUNK_BYTES];
	struct sha256 digest = { { 0 } };
	size_t len = 0;
	ssize_t n;
	if (lseek(file->fd.n, 0, SEEK_SET) < 0 || fstat(file->fd.n, &file->seen) != 0)
		return err_of_errno(errno);
	do {
		n = read_some(file->fd.n, chunk + len, sizeof chunk - len);
		if (n < 0)
			return err_of_errno(errno);
		len += (size_t)n;
		if (len == sizeof chunk || n == 0) {
			digest = sha256_of_parts((bytes[]){ bytes_of(digest.b, sizeof digest.b), bytes_of(chunk, len) }, 2);
			len = 0;
		}
	} while (n > 0);
	*out = digest;
	return lseek(file->fd.n, 0, SEEK_SET) < 0 ? err_of_errno(errno) : OK;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static int64_t fill(void *self, uint8_t *to, size_t capacity)
{
	struct import_file *file = self;
	struct stat now;
	ssize_t n = read_some(file->fd.n, to, capacity);
	if (n < 0 || fstat(file->fd.n, &now) != 0)
		return -1;
	file->changed = !is_same(&file->seen, &now);
	return file->changed ? -1 : n;
}

/* --- records --- */

static err record_next(struct import_file *file, bool *out_end)
{
	err e = csv_next(&file->reader, &file->record, out_end);
	if (failed(e) && file->changed)
		FAIL(ERR_CONFLICT, "the file was changed while it was read");
	return e;
}

/* A line without anything on it is no record, but where a record has one field it is an empty one. */
static bool is_empty_line(const struct import_file *file)
{
	return file->column_count > 1 && !file->record.problem && file->record.count == 1 && file->record.fields[0].len == 0;
}

static err next(void *self, struct import_record *out, bool *out_end)
{
	struct import_file *file = self;
	do
		TRY(record_next(file, out_end));
	while (!*out_end && is_empty_line(file));
	if (*out_end)
		return OK;
	*out = (struct import_record){ .line = file->record.line, .octets = file->record.end_offset, .problem = file->record.problem,
				       .count = file->record.count, .fields = file->record.fields };
	return OK;
}

static err head_read(struct import_file *file, struct import_source *source)
{
	bool end;
	TRY(record_next(file, &end));
	if (end)
		FAIL(ERR_INVALID, "the file is empty: its first line must name the fields");
	if (file->record.problem)
		FAIL(ERR_INVALID, "its first line, which must name the fields, is not a CSV record");
	for (size_t i = 0; i < file->record.count; i++) {
		file->columns[i] = str_copy(file->arena, str_trim(file->record.fields[i]));
		TRY_NEW(file->columns[i].at);
	}
	file->column_count = source->column_count = file->record.count;
	source->columns = file->columns;
	return OK;
}

static err prepare(struct import_file *file, const char *path, str name, struct import_source *out)
{
	TRY(open_input(path, &file->fd));
	TRY(digest_take(file, &out->digest));
	csv_init(&file->reader, fill, file, 1, 0);
	file->arena = arena_new(HEAD_ARENA_BYTES);
	if (!file->arena)
		FAIL(ERR_LIMIT, "no memory for a file");
	TRY(head_read(file, out));
	out->name = str_copy(file->arena, name);
	TRY_NEW(out->name.at);
	out->octets = (uint64_t)file->seen.st_size;
	out->self = file;
	out->next = next;
	return OK;
}

err import_file_new(const char *path, str name, struct import_source *out_source, struct import_file **out)
{
	struct import_file *file = calloc(1, sizeof *file);
	if (!file)
		FAIL(ERR_LIMIT, "no memory for a file");
	file->fd.n = -1;
	*out_source = (struct import_source){ 0 };
	err e = prepare(file, path, name, out_source);
	if (failed(e)) {
		import_file_free(file);
		return e;
	}
	*out = file;
	return OK;
}

void import_file_free(struct import_file *file)
{
	if (!file)
		return;
	csv_release(&file->reader);
	fd_release(&file->fd);
	arena_free(file->arena);
	free(file);
}
