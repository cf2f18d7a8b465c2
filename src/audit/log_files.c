#include "audit/log_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/note.h"
#include "host/fault.h"
#include "host/file.h"

err log_files_open(struct log_files *files, const char *folder)
{
	char path[LOG_PATH_MAX + 8];
	*files = (struct log_files){ .dirty_count = 0 };
	if (snprintf(files->folder, sizeof files->folder, "%s", folder) >= (int)sizeof files->folder - 64)
		FAIL(ERR_LIMIT, "path too long");
	TRY(folder_make(files->folder, 0700));
	snprintf(path, sizeof path, "%s/tile", files->folder);
	return folder_make(path, 0700);
}

void log_files_release(struct log_files *files)
{
	while (files->dirty_count)
		close(files->dirty[--files->dirty_count]);
}

static err path_of(const struct log_files *files, const struct tile_name *name, char out[static LOG_PATH_MAX])
{
	struct tile_name whole = { name->level, name->index, TILE_WIDTH };
	struct buffer text;
	buffer_init(&text, 128);
	tile_name_write(&text, &whole);
	int len = snprintf(out, LOG_PATH_MAX, "%s/tile/%.*s", files->folder, STR_ARG(buffer_str(&text)));
	bool bad = text.failed || len >= LOG_PATH_MAX;
	buffer_release(&text);
	if (bad)
		FAIL(ERR_LIMIT, "path too long");
	return OK;
}

static err sync_folder(const char *path)
{
	SCOPED(fd) folder = { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	if (folder.n < 0 || fsync(folder.n) != 0)
		return err_of_errno(errno);
	return OK;
}

/* Makes the folders between `root_len` and the last slash, and makes their names durable. */
static err make_way(char *path, size_t root_len)
{
	for (char *slash = strchr(path + root_len, '/'); slash; slash = strchr(slash + 1, '/')) {
		struct stat info;
		*slash = '\0';
		err e = OK;
		if (stat(path, &info) != 0) {
			e = folder_make(path, 0700);
			char *up = strrchr(path, '/');
			*up = '\0';
			if (!failed(e))
				e = sync_folder(path);
			*up = '/';
		}
		*slash = '/';
		TRY(e);
	}
	return OK;
}

/* A new file's name is durable at once: rare (once in 256 entries), and then never to be thought of again. */
static err create(char *path, size_t root_len, int *out)
{
	TRY(make_way(path, root_len));
	*out = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*out < 0)
		return err_of_errno(errno);
	FAULT("audit.file.created");
	char *slash = strrchr(path, '/');
	*slash = '\0';
	err e = sync_folder(path);
	*slash = '/';
	FAULT("audit.file.named");
	if (failed(e))
		close(*out);
	return e;
}

static err open_for_writing(const struct log_files *files, const struct tile_name *name, int *out)
{
	char path[LOG_PATH_MAX];
	TRY(path_of(files, name, path));
	*out = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (*out >= 0)
		return OK;
	if (errno != ENOENT)
		return err_of_errno(errno);
	return create(path, strlen(files->folder) + 1, out);
}

static err write_at(int fd, size_t offset, bytes content)
{
	while (content.len) {
		ssize_t n = pwrite(fd, content.at, content.len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_of_errno(errno);
		content = bytes_from(content, (size_t)n);
		offset += (size_t)n;
	}
	return OK;
}

err log_files_write(struct log_files *files, const struct tile_name *name, size_t offset, bytes content)
{
	int fd;
	if (files->dirty_count == LOG_DIRTY_MAX)
		TRY(log_files_sync(files));
	TRY(open_for_writing(files, name, &fd));
	files->dirty[files->dirty_count++] = fd;
	return write_at(fd, offset, content);
}

err log_files_read(const struct log_files *files, const struct tile_name *name, size_t offset, size_t len, uint8_t *to)
{
	char path[LOG_PATH_MAX];
	TRY(path_of(files, name, path));
	SCOPED(fd) file = { open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY) };
	if (file.n < 0)
		FAIL(ERR_CORRUPT, "a file of the log is missing");
	while (len) {
		ssize_t n = pread(file.n, to, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_of_errno(errno);
		if (n == 0)
			FAIL(ERR_CORRUPT, "a file of the log is shorter than it was");
		to += n;
		offset += (size_t)n;
		len -= (size_t)n;
	}
	return OK;
}

err log_files_sync(struct log_files *files)
{
	err e = OK;
	while (files->dirty_count) {
		int fd = files->dirty[--files->dirty_count];
		if (fdatasync(fd) != 0 && !failed(e))
			e = err_of_errno(errno);
		close(fd);
	}
	return e;
}

static void checkpoint_path(const struct log_files *files, char out[static LOG_PATH_MAX + 16])
{
	snprintf(out, LOG_PATH_MAX + 16, "%s/checkpoint", files->folder);
}

err log_files_write_checkpoint(const struct log_files *files, str note)
{
	char path[LOG_PATH_MAX + 16];
	checkpoint_path(files, path);
	return file_write(path, bytes_of_str(note), 0600);
}

err log_files_read_checkpoint(const struct log_files *files, struct arena *arena, str *out)
{
	char path[LOG_PATH_MAX + 16];
	bytes raw;
	checkpoint_path(files, path);
	TRY(file_read(path, NOTE_BYTES_MAX, arena, &raw));
	*out = str_of_bytes(raw);
	return OK;
}
