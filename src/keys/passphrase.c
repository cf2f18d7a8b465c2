#include "keys/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/file.h"
#include "keys/root.h"

enum { PATH_BYTES_MAX = 4096, READ_ARENA_BYTES = 16 * 1024 };

static err open_path(const char *path, int *out_fd)
{
	*out_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return *out_fd < 0 ? err_of_errno(errno) : OK;
}

static err open_named_descriptor(const char *number, int *out_fd)
{
	uint64_t fd;
	if (!str_to_u64(str_of(number), &fd) || fd > 1 << 20)
		FAIL(ERR_INVALID, "BAILIWICK_PASSPHRASE_FD does not name a descriptor");
	*out_fd = fcntl((int)fd, F_DUPFD_CLOEXEC, 3);
	if (*out_fd < 0)
		FAIL(ERR_INVALID, "BAILIWICK_PASSPHRASE_FD names a descriptor that is not open");
	close((int)fd);
	return OK;
}

static err open_source(const char *file, int *out_fd)
{
	char path[PATH_BYTES_MAX];
	const char *number = getenv("BAILIWICK_PASSPHRASE_FD"), *folder = getenv("CREDENTIALS_DIRECTORY");
	if (file)
		return open_path(file, out_fd);
	if (number)
		return open_named_descriptor(number, out_fd);
	if (!folder)
		FAIL(ERR_NOT_FOUND, "no passphrase: give --passphrase-file, BAILIWICK_PASSPHRASE_FD, or CREDENTIALS_DIRECTORY "
				    "with a bailiwick.passphrase");
	snprintf(path, sizeof path, "%s/bailiwick.passphrase", folder);
	return open_path(path, out_fd);
}

static err keep_pipe(int *fd)
{
	struct arena *arena = arena_new(READ_ARENA_BYTES);
	bytes content;
	int kept = -1;
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for a passphrase");
	err e = fd_read_all(*fd, PASSPHRASE_BYTES_MAX + 2, arena, &content);
	if (!failed(e))
		e = memory_file_new(content, &kept);
	arena_free(arena); /* wipes */
	TRY(e);
	close(*fd);
	*fd = kept;
	return OK;
}

err passphrase_open(const char *file, int *out_fd)
{
	struct stat info;
	int fd = -1;
	TRY(open_source(file, &fd));
	err e = fstat(fd, &info) == 0 ? OK : err_of_errno(errno);
	if (!failed(e) && S_ISREG(info.st_mode) && (info.st_mode & 004) != 0 && info.st_nlink > 0)
		e = ERR(ERR_DENIED, "the passphrase's file can be read by everybody");
	else if (!failed(e) && !S_ISREG(info.st_mode))
		e = keep_pipe(&fd);
	if (failed(e)) {
		close(fd);
		return e;
	}
	*out_fd = fd;
	return OK;
}

err passphrase_read(int fd, struct arena *arena, bytes *out)
{
	bytes raw;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_of_errno(errno);
	TRY(fd_read_all(fd, PASSPHRASE_BYTES_MAX + 2, arena, &raw));
	if (raw.len && raw.at[raw.len - 1] == '\n')
		raw.len--;
	if (raw.len && raw.at[raw.len - 1] == '\r')
		raw.len--;
	if (raw.len > PASSPHRASE_BYTES_MAX)
		FAIL(ERR_LIMIT, "a root passphrase has 12 to 1024 octets");
	*out = raw;
	return OK;
}
